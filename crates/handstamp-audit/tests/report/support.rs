//! Runs against the small application, with time that costs nothing.

use std::{
    future::Future,
    io,
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use handstamp_audit::{
    audit::{Audit, Options},
    check::Profile,
    clock::Clock,
    recipe::{Environment, FileSecret, Recipe},
    report::Report,
    run::{Choices, Silent, run},
    wire::{Client, Consent},
};
use percent_encoding::percent_decode_str;

use crate::shop::{Behaviour, Logout, Shop, password, recipe};

#[derive(Default)]
struct PausedClock(AtomicU64);

impl Clock for PausedClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.fetch_add(u64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}

struct Passwords;

impl Environment for Passwords {
    fn variable(&self, name: &str) -> Option<String> {
        Some(password(&name.to_ascii_lowercase()))
    }

    fn file(&self, _path: &Path) -> io::Result<FileSecret> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn line(&self) -> io::Result<String> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// What an application that knows no shame writes into its pages.
fn shameless(user: &str, token: &str) -> String {
    let plain = percent_decode_str(token).decode_utf8().unwrap();
    let inside = BASE64_STANDARD.encode(format!("{user}:{plain}"));
    let local = user.split('@').next().unwrap();
    let typed = password(local).replace('&', "&amp;");
    format!(
        "<!-- {token} {plain} {inside} --><script>var it = {{\"session\": \"{}\"}}</script><i>{typed}</i>\
         \u{1b}[31m<script>alert(1)</script>",
        plain.replace('/', "\\/")
    )
}

pub fn behaviour(logout: Logout) -> Behaviour {
    Behaviour { logout, attributes: "Path=/", echo: shameless }
}

/// A report of a whole quick run.
pub async fn report(shop: &Shop) -> Report {
    let text = recipe(shop.address);
    let (recipe, _) = Recipe::read(Path::new("audit/recipe.toml"), &text, &Passwords).unwrap();
    let recipe = Arc::new(recipe);
    let clock = Arc::new(PausedClock::default());
    let client = Client::new(&recipe.target, recipe.limits, Consent::LoopbackOnly, clock).unwrap();
    let audit = Audit::new(Arc::clone(&recipe), client, Options::new().profile(Profile::Quick)).unwrap();
    Report::of(&run(&audit, recipe, &Choices::default(), &mut Silent::default()).await)
}

/// The report in every format that there is, with its name.
pub fn formats(report: &Report) -> [(&'static str, String); 5] {
    [
        ("terminal", report.to_terminal(handstamp_audit::report::Colours::Never)),
        ("JSON", report.to_json()),
        ("HTML", report.to_html()),
        ("SARIF", report.to_sarif()),
        ("JUnit", report.to_junit(true).unwrap()),
    ]
}
