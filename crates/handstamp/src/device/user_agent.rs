//! What a `User-Agent` header says, in the words people know.
//!
//! `woothee` recognises the browsers; the rules here correct it where its names are a developer's
//! (`Mac OSX`), where its data are older than a product (`OPT/`), and where it does not tell tablets
//! from phones. Versions are left out on purpose: they change under a living session.

use std::sync::LazyLock;

use woothee::{
    parser::{Parser, WootheeResult},
    woothee::VALUE_UNKNOWN,
};

use super::{
    DeviceKind,
    text::{beginning, clean, plain},
};

/// More of the header is not looked at; real ones have 100 to 250 bytes.
const MOST_BYTES: usize = 512;

pub(super) struct Agent {
    pub(super) browser: Option<String>,
    pub(super) system: Option<String>,
    pub(super) kind: DeviceKind,
}

pub(super) fn read(header: &str) -> Agent {
    static PARSER: LazyLock<Parser> = LazyLock::new(Parser::new);
    let text = plain(beginning(header, MOST_BYTES));
    let text = text.trim();

    let found = PARSER.parse(text).unwrap_or_default();
    if let Some(name) = bot_name(text, &found) {
        return Agent { browser: clean(name), system: None, kind: DeviceKind::Bot };
    }
    let system = system_name(found.os);
    Agent {
        browser: browser_name(text, found.name).and_then(clean),
        system: system.and_then(clean),
        kind: kind(text, &found),
    }
}

/// Crawlers name themselves as `(compatible; Applebot/0.1; ...)`. Taken from there, because woothee
/// calls most of them "misc crawler", and takes some for the Chrome they render with.
fn bot_name<'a>(text: &'a str, found: &WootheeResult<'a>) -> Option<&'a str> {
    let own = text.split_once("compatible; ").and_then(|(_, rest)| leading_token(rest)).filter(|own| {
        let own = own.to_ascii_lowercase();
        ["bot", "crawler", "spider"].iter().any(|word| own.contains(word))
    });
    match (own, found.category) {
        (Some(own), _) => Some(own),
        (None, "crawler") if found.name == "misc crawler" => leading_token(text).or(Some("Crawler")),
        (None, "crawler") => Some(found.name),
        _ => None,
    }
}

fn browser_name<'a>(text: &'a str, name: &'a str) -> Option<&'a str> {
    // Opera on iPhone: newer than woothee's data, which see the Safari it says it is like.
    if text.contains(" OPT/") {
        return Some("Opera");
    }
    match name {
        // Nothing known: programs name themselves first (`curl/8.17.0`, RFC 9110 section 10.1.5).
        // Where that is `Mozilla` it says nothing, since every browser says it.
        "" | VALUE_UNKNOWN | "HTTP Library" => leading_token(text).filter(|token| *token != "Mozilla"),
        "SamsungBrowser" => Some("Samsung Internet"),
        "Webview" => Some("In-app browser"),
        "Google Search App" => Some("Google app"),
        _ => Some(name),
    }
}

fn system_name(system: &str) -> Option<&str> {
    match system {
        "" | VALUE_UNKNOWN => None,
        "Mac OSX" => Some("macOS"),
        "Windows Phone OS" => Some("Windows Phone"),
        // Browsers have frozen the number: Windows 11 says 10 as well.
        windows if windows.starts_with("Windows") => Some("Windows"),
        _ => Some(system),
    }
}

fn kind(text: &str, found: &WootheeResult<'_>) -> DeviceKind {
    match (found.os, found.category) {
        ("iPad", _) => DeviceKind::Tablet,
        // Chrome's and Firefox's rule: phones say `Mobile`, other Android devices do not.
        ("Android", _) if !text.contains("Mobile") => DeviceKind::Tablet,
        (_, "pc") => DeviceKind::Desktop,
        (_, "smartphone" | "mobilephone") => DeviceKind::Phone,
        // Libraries are no bots: a native app speaks through one, for a person.
        _ => DeviceKind::Other,
    }
}

/// The first product's name, up to its version: the token of RFC 9110.
fn leading_token(text: &str) -> Option<&str> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    text.get(..end).filter(|token| token.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
#[path = "user_agent_table.rs"]
mod tests;
