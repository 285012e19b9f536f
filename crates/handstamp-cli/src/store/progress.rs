//! How far a long verb has come: a bar on a terminal, a line now and then anywhere else.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line is written where there is no terminal, and how often a bar moves.
const LINE_EVERY: Duration = Duration::from_secs(5);
const BAR_EVERY: Duration = Duration::from_millis(100);

#[derive(Clone, Copy)]
pub(super) enum Unit {
    Rows,
    Bytes,
}

/// On standard error, so that the result can go into a pipe.
pub(super) struct Progress {
    what: &'static str,
    unit: Unit,
    total: u64,
    done: u64,
    began: Instant,
    shown: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn of(what: &'static str, unit: Unit, total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(total));
        let now = Instant::now();
        Self { what, unit, total, done: 0, began: now, shown: now, bar }
    }

    /// So much is done. `total` may be known better by now.
    pub(super) fn at(&mut self, done: u64, total: u64) {
        (self.done, self.total) = (done, total.max(done));
        let every = if self.bar.is_some() { BAR_EVERY } else { LINE_EVERY };
        if self.shown.elapsed() < every {
            return;
        }
        self.shown = Instant::now();
        let line = self.line(self.began.elapsed());
        match &self.bar {
            None => eprintln!("{line}"),
            Some(bar) => {
                bar.set_length(self.total);
                bar.set_position(self.done);
                bar.set_message(line);
            }
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let rate = rate(self.done, elapsed);
        let left = (self.total - self.done).checked_div(rate).map(Duration::from_secs);
        let left = left.map_or_else(String::new, |left| format!(", {} left", HumanDuration(left)));
        let amount = |amount: u64| match self.unit {
            Unit::Rows => HumanCount(amount).to_string(),
            Unit::Bytes => HumanBytes(amount).to_string(),
        };
        let rows = if matches!(self.unit, Unit::Rows) { " rows" } else { "" };
        format!(
            "{}: {} of {}{rows}, {}{rows}/s{left}",
            self.what,
            amount(self.done),
            amount(self.total),
            amount(rate)
        )
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn rate(done: u64, elapsed: Duration) -> u64 {
    let milliseconds = elapsed.as_millis().max(1);
    u64::try_from(u128::from(done) * 1000 / milliseconds).unwrap_or(u64::MAX)
}

fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("[{bar:30}] {msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    bar.set_style(style.progress_chars("=> "));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_still() {
        let now = Instant::now();
        let mut progress = Progress {
            what: "exporting",
            unit: Unit::Rows,
            total: 1_000_000,
            done: 400_000,
            began: now,
            shown: now,
            bar: None,
        };
        let line = progress.line(Duration::from_secs(4));
        assert_eq!(line, "exporting: 400,000 of 1,000,000 rows, 100,000 rows/s, 6 seconds left");
        progress.done = 0;
        assert_eq!(progress.line(Duration::from_secs(4)), "exporting: 0 of 1,000,000 rows, 0 rows/s");
    }
}
