//! How a run goes on: a bar on a terminal, a line for each check anywhere else. On standard error, and nothing that
//! came from the application: its words may hold secrets, which only the report masks.

use std::{
    fmt,
    io::{self, IsTerminal, Write as _},
    time::Duration,
};

use handstamp_audit::{
    check::{CheckResult, Verdict},
    run::{Observer, Planned},
    wire::Client,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

const BAR_EVERY: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    bar: Option<ProgressBar>,
    clean_up: bool,
}

impl Progress {
    pub(super) fn of(client: &Client) -> Self {
        let bar = io::stderr().is_terminal().then(|| bar(client.clone()));
        Self { bar, clean_up: false }
    }
}

impl Observer for Progress {
    fn planned(&mut self, plan: &[Planned]) {
        let asked = plan.iter().filter(|planned| planned.left_out.is_none());
        let (checks, requests) =
            asked.fold((0, 0), |(checks, requests), planned| (checks + 1, requests + weight(planned)));
        match &self.bar {
            Some(bar) => bar.set_length(requests),
            None => told(&format!("{checks} of {} checks, about {requests} requests", plan.len())),
        }
    }

    fn began(&mut self, planned: &Planned, _requests: (u64, u64)) {
        let description = &planned.check.description;
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{} {}", description.id, description.title));
        }
    }

    fn ended(&mut self, result: &CheckResult) {
        if matches!(result.outcome.verdict, Verdict::NotApplicable { .. }) && result.requests == 0 {
            return;
        }
        match &self.bar {
            Some(bar) => bar.inc(u64::from(result.description.requests.max(1))),
            None => told(&line(result)),
        }
    }

    fn cleaning_up(&mut self) {
        self.clean_up = true;
        match &self.bar {
            Some(bar) => bar.set_message("ending the sessions that were made"),
            None => told("ending the sessions that were made"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A pipe that somebody has closed is no reason to stop: what follows ends sessions and writes reports.
fn told(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn weight(planned: &Planned) -> u64 {
    u64::from(planned.check.description.requests.max(1))
}

fn line(result: &CheckResult) -> String {
    let verdict = match result.outcome.verdict.severity() {
        Some(severity) => format!("{} {severity}", result.outcome.verdict),
        None => result.outcome.verdict.to_string(),
    };
    let CheckResult { description, requests, took, .. } = result;
    format!(
        "{verdict:16}  {}  {} ({requests} requests, {:.1} s)",
        description.id,
        description.title,
        took.as_secs_f64()
    )
}

/// The requests are read when the bar is drawn: one check may take a minute.
fn bar(client: Client) -> ProgressBar {
    let requests = move |_: &ProgressState, text: &mut dyn fmt::Write| {
        let (used, allowed) = client.requests();
        // A bar that cannot be drawn is no reason to stop.
        let _ = write!(text, "{used} of {allowed} requests");
    };
    let style = ProgressStyle::with_template("[{bar:24}] {requests}, {elapsed} ({eta} left)  {wide_msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
    bar.set_style(style.with_key("requests", requests).progress_chars("=> "));
    bar.enable_steady_tick(BAR_EVERY);
    bar
}
