//! Pages for everybody, and moving the clock.

use std::time::Duration;

use crate::{
    ask::{Answer, Ask, escaped},
    clock::TestClock,
    flaw::Flaw,
    state::App,
};

pub(super) fn home(_: &App) -> Answer {
    Answer::page("Home", "<p>An application.</p><a href=\"/login\">Log in</a>")
}

pub(super) fn not_found(app: &App, ask: &Ask) -> Answer {
    let shown = if app.has(Flaw::TokenInBody) {
        format!("<p>Your cookies: {}</p>", escaped(ask.header("cookie").unwrap_or_default()))
    } else {
        String::new()
    };
    Answer::page("Not found", &format!("<p>There is nothing here.</p>{shown}")).status(404)
}

pub(crate) fn move_clock(clock: &TestClock, ask: &Ask) -> Answer {
    let seconds = ask.asked("seconds").and_then(|seconds| seconds.parse().ok());
    match seconds {
        Some(seconds) => {
            clock.advance(Duration::from_secs(seconds));
            Answer::text(200, "moved")
        }
        None => Answer::text(400, "seconds=N"),
    }
}
