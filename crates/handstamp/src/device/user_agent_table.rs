//! Real headers of 2025 and what the devices page makes of them.

use super::{super::text::is_plain, *};

const CHROME: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0";
const IPHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const IPAD: &str = "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
const LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64)";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K)";

fn check(header: &str, browser: Option<&str>, system: Option<&str>, kind: DeviceKind) {
    let agent = read(header);
    assert_eq!((agent.browser.as_deref(), agent.system.as_deref()), (browser, system), "{header}");
    assert_eq!(agent.kind, kind, "{header}");
}

#[test]
fn desktop_browsers() {
    let cases = [
        (format!("{WINDOWS} {CHROME} Safari/537.36"), "Chrome", "Windows"),
        (format!("{MAC} {CHROME} Safari/537.36"), "Chrome", "macOS"),
        (format!("{LINUX} {CHROME} Safari/537.36"), "Chrome", "Linux"),
        (format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36"), "Chrome", "ChromeOS"),
        (format!("{WINDOWS} {CHROME} Safari/537.36 Edg/142.0.3595.53"), "Edge", "Windows"),
        (format!("{MAC} {CHROME} Safari/537.36 Edg/142.0.3595.53"), "Edge", "macOS"),
        (format!("{WINDOWS} {CHROME} Safari/537.36 OPR/124.0.0.0"), "Opera", "Windows"),
        (format!("{WINDOWS} {CHROME} Safari/537.36 Vivaldi/7.6.3797.63"), "Vivaldi", "Windows"),
        (
            format!("{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"),
            "Safari",
            "macOS",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
            "Firefox",
            "Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
            "Firefox",
            "macOS",
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
            "Firefox",
            "Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko".to_owned(),
            "Internet Explorer",
            "Windows",
        ),
    ];
    for (header, browser, system) in cases {
        check(&header, Some(browser), Some(system), DeviceKind::Desktop);
    }
}

#[test]
fn phones() {
    let cases = [
        (format!("{ANDROID} {CHROME} Mobile Safari/537.36"), "Chrome", "Android"),
        (format!("{ANDROID} {CHROME} Mobile Safari/537.36 EdgA/142.0.3595.53"), "Edge", "Android"),
        (format!("{ANDROID} {CHROME} Mobile Safari/537.36 OPR/76.2.4027.73374"), "Opera", "Android"),
        (
            format!(
                "{ANDROID} AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
            ),
            "Samsung Internet",
            "Android",
        ),
        (
            "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0".to_owned(),
            "Firefox",
            "Android",
        ),
        (format!("{IPHONE} Version/26.0 Mobile/15E148 Safari/604.1"), "Safari", "iPhone"),
        (format!("{IPHONE} CriOS/142.0.7444.60 Mobile/15E148 Safari/604.1"), "Chrome", "iPhone"),
        (format!("{IPHONE} FxiOS/145.0 Mobile/15E148 Safari/605.1.15"), "Firefox", "iPhone"),
        (
            format!("{IPHONE} Version/18.0 EdgiOS/142.0.3595.53 Mobile/15E148 Safari/605.1.15"),
            "Edge",
            "iPhone",
        ),
        (format!("{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1 OPT/5.6.0"), "Opera", "iPhone"),
        (format!("{IPHONE} GSA/390.0.0 Mobile/15E148 Safari/604.1"), "Google app", "iPhone"),
        (format!("{IPHONE} Mobile/15E148"), "In-app browser", "iPhone"),
    ];
    for (header, browser, system) in cases {
        check(&header, Some(browser), Some(system), DeviceKind::Phone);
    }
}

#[test]
fn tablets() {
    let cases = [
        (format!("{ANDROID} {CHROME} Safari/537.36"), "Chrome", "Android"),
        (
            "Mozilla/5.0 (Android 15; Tablet; rv:145.0) Gecko/145.0 Firefox/145.0".to_owned(),
            "Firefox",
            "Android",
        ),
        (format!("{IPAD} Version/18.6 Mobile/15E148 Safari/604.1"), "Safari", "iPad"),
        (format!("{IPAD} FxiOS/145.0 Mobile/15E148 Safari/605.1.15"), "Firefox", "iPad"),
        (format!("{IPAD} CriOS/142.0.7444.60 Mobile/15E148 Safari/604.1"), "Chrome", "iPad"),
    ];
    for (header, browser, system) in cases {
        check(&header, Some(browser), Some(system), DeviceKind::Tablet);
    }
}

#[test]
fn programs_say_their_own_name() {
    let cases = [
        ("curl/8.17.0", "curl"),
        ("Wget/1.25.0", "Wget"),
        ("python-requests/2.32.5", "python-requests"),
        ("Python/3.13 aiohttp/3.13.0", "Python"),
        ("Go-http-client/2.0", "Go-http-client"),
        ("okhttp/5.3.0", "okhttp"),
        ("node", "node"),
        ("Java/21.0.1", "Java"),
    ];
    for (header, browser) in cases {
        check(header, Some(browser), None, DeviceKind::Other);
    }
}

#[test]
fn crawlers_are_bots() {
    let cases = [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        (
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Googlebot",
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; \
             +http://www.bing.com/bingbot.htm) Chrome/142.0.0.0 Safari/537.36",
            "bingbot",
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Applebot/0.1; \
             +http://www.apple.com/go/applebot) Chrome/142.0.0.0 Safari/537.36",
            "Applebot",
        ),
        (
            "Mozilla/5.0 (compatible; DuckDuckBot-Https/1.1; https://duckduckgo.com/duckduckbot)",
            "DuckDuckBot-Https",
        ),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Slackbot-LinkExpanding"),
    ];
    for (header, browser) in cases {
        check(header, Some(browser), None, DeviceKind::Bot);
    }
}

#[test]
fn nothing_is_made_of_nothing() {
    for header in ["", "-", " ", "\0\u{1b}", "Mozilla/5.0", "\u{202e}", "(((", "1234", "\u{fc}"] {
        check(header, None, None, DeviceKind::Other);
    }
}

#[test]
fn hostile_headers_are_cut_and_cleaned() {
    check("cu\u{1b}rl\u{202e}/8.0\r\nx", Some("curl"), None, DeviceKind::Other);
    check("curl\u{1b}[31m/8.0", Some("curl"), None, DeviceKind::Other);
    check(&"a".repeat(10_000), Some(&"a".repeat(64)), None, DeviceKind::Other);
    let late = format!("{}{WINDOWS} {CHROME}", "\u{e9}".repeat(300));
    check(&late, None, None, DeviceKind::Other);
}

proptest::proptest! {
    #[test]
    fn any_header_gives_short_plain_words(header in "(Mozilla/5.0 |curl/|)(\\PC|\\pC|[ -~]){0,80}") {
        let agent = read(&header);
        for word in [agent.browser, agent.system].into_iter().flatten() {
            proptest::prop_assert!(word.chars().count() <= 64);
            proptest::prop_assert!(word.chars().all(is_plain), "{word:?}");
        }
    }
}
