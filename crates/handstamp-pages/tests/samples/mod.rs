//! Every page once, with data as it would be and data as an attacker would have it.

use std::time::Duration;

use handstamp_pages::{
    ConfirmPage, ConfirmPurpose, Csrf, Device, DeviceKind, DevicesPage, EndReason, EndedSession, ErrorPage,
    LastUse, LocalPath, Message, NavigationLink, OtherSession, Page, RefusedPage, SessionEndedPage,
    SessionFacts, SignInMethod, SignOutFailedPage, SignedOutPage, Site, Time, UnavailablePage, Visitor,
    maud::Markup, strings::ENGLISH,
};

/// A user agent that would run if it were not escaped.
pub const HOSTILE: &str = "<script>alert(1)</script>\" onmouseover=\"alert(1)";

const NOW: u64 = 1_795_338_732_000;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Each page under a name.
pub fn pages() -> Vec<(String, Markup)> {
    let known = signed_in();
    let anonymous = Site::new(&ENGLISH, "Harbour Books", Visitor::Anonymous { sign_in: "/in" });
    let unknown = Site::new(&ENGLISH, "Harbour Books", Visitor::Unknown);
    let here = LocalPath::new("/devices").expect("a local path");
    let pages = [
        ("devices", devices(&known)),
        ("devices-alone", devices_alone(&known)),
        ("confirm", confirm(ConfirmPurpose::EndOthers, false).render(&known)),
        ("confirm-one", confirm(ConfirmPurpose::EndOne { device: HOSTILE }, true).render(&known)),
        ("confirm-continue", confirm(ConfirmPurpose::Continue, false).render(&known)),
        ("signed-out", SignedOutPage { sign_in: "/in" }.render(&anonymous)),
        ("sign-out-failed", SignOutFailedPage { sign_out: "/out" }.render(&unknown)),
        ("unavailable", UnavailablePage { retry: here }.render(&unknown)),
        ("refused", RefusedPage.render(&anonymous)),
        ("error", ErrorPage { code: "store_corrupt", ..Default::default() }.render(&known)),
    ];
    let mut pages = pages.map(|(name, page)| (name.to_owned(), page)).to_vec();
    for &reason in EndReason::ALL {
        let page = SessionEndedPage { reason, sign_in: "/in" };
        pages.push((format!("ended-{}", reason.code()), page.render(&anonymous)));
    }
    pages
}

/// A site on which somebody is signed in.
pub fn signed_in() -> Site<'static> {
    let link = |href, text, current| NavigationLink { href, text, count: None, current };
    let mut site =
        Site::new(&ENGLISH, "Harbour Books", Visitor::SignedIn { name: "ada@example.org", sign_out: "/out" });
    site.navigation = vec![
        link("/", "Books", false),
        NavigationLink { count: Some(2), ..link("/basket", "Basket", false) },
        link("/devices", "Your devices", true),
    ];
    site.csrf = Some(Csrf { name: "csrf", value: "q83vEjRWeJA" });
    site
}

fn at(ago: u64) -> Time {
    Time::from_unix_milliseconds(NOW - ago)
}

fn facts(device: Device<'static>, signed_in: u64, last_used: u64) -> SessionFacts<'static> {
    SessionFacts {
        device,
        signed_in: at(signed_in),
        last_used: LastUse { at: at(last_used), precision: Duration::from_secs(60) },
        network: Some("203.0.113.0/24"),
        methods: &[SignInMethod::Password],
        ends_by: Some(Time::from_unix_milliseconds(NOW + 30 * DAY - signed_in)),
    }
}

fn device(browser: &'static str, system: &'static str, kind: DeviceKind) -> Device<'static> {
    Device { browser: Some(browser), system: Some(system), kind }
}

fn devices(site: &Site<'_>) -> Markup {
    let laptop = device("Firefox", "Linux", DeviceKind::Desktop);
    let phone = device("Safari", "iOS", DeviceKind::Phone);
    let others = [
        OtherSession { id: "s1", facts: facts(phone, 3 * DAY, 4 * MINUTE) },
        OtherSession { id: "s2", facts: facts(phone, 12 * DAY, 30 * HOUR) },
        OtherSession {
            id: "s3",
            facts: SessionFacts {
                network: Some("2001:db8:a0b::/48"),
                methods: &[SignInMethod::Password, SignInMethod::OneTimeCode],
                ..facts(device("Edge", "Windows", DeviceKind::Tablet), 20 * DAY, 5 * DAY)
            },
        },
        OtherSession {
            id: "s4",
            facts: SessionFacts {
                network: None,
                methods: &[],
                ends_by: None,
                ..facts(Device { browser: Some(HOSTILE), ..Device::default() }, 2 * HOUR, 2 * HOUR)
            },
        },
    ];
    let ended: Vec<_> = [EndReason::Revoked, EndReason::Reuse, EndReason::Idle]
        .into_iter()
        .zip(1..)
        .map(|(reason, days)| EndedSession {
            device: if days == 2 { laptop } else { phone },
            signed_in: at((days + 7) * DAY),
            ended: at(days * DAY),
            reason,
            network: Some("198.51.100.0/24"),
        })
        .collect();
    let message = Message::success("The session on Chrome on Android has ended.");
    page(facts(laptop, 26 * HOUR, 0), &others, &ended, Some(&message)).render(site)
}

fn devices_alone(site: &Site<'_>) -> Markup {
    let laptop = device("Chrome", "macOS", DeviceKind::Desktop);
    page(facts(laptop, 5 * MINUTE, 0), &[], &[], None).render(site)
}

fn page<'a>(
    current: SessionFacts<'a>,
    others: &'a [OtherSession<'a>],
    ended: &'a [EndedSession<'a>],
    message: Option<&'a Message>,
) -> DevicesPage<'a> {
    DevicesPage {
        now: at(0),
        current,
        others,
        more: None,
        ended,
        ended_days: 7,
        message,
        sign_out: "/out",
        end_one: "/devices/end",
        end_others: "/devices/end-others",
        change_password: Some("/password"),
    }
}

fn confirm(purpose: ConfirmPurpose<'static>, wrong_password: bool) -> ConfirmPage<'static> {
    ConfirmPage {
        purpose,
        account: "ada@example.org",
        action: "/confirm",
        return_to: LocalPath::new("/devices").expect("a local path"),
        carried: &[("session", "s1")],
        wrong_password,
    }
}
