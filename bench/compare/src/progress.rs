//! Where the measurement is and how long it will take, on standard error: a quarter of an hour of silence
//! looks like a program that hangs.

use std::time::{Duration, Instant};

use results::Unit;

use crate::contest::Figure;

/// Counts turns and tells the time left.
pub(crate) struct Progress {
    what: &'static str,
    done: usize,
    of: usize,
    started: Instant,
    quiet: bool,
}

impl Progress {
    /// Of so many turns.
    pub(crate) fn new(what: &'static str, of: usize) -> Self {
        Self { what, done: 0, of, started: Instant::now(), quiet: false }
    }

    /// One that says nothing.
    #[cfg(test)]
    pub(crate) fn quiet() -> Self {
        Self { quiet: true, ..Self::new("", 0) }
    }

    /// Says that a side has had its turn, and the time left.
    pub(crate) fn step(&mut self, side: &str, figures: &[Figure]) {
        self.done += 1;
        if self.quiet {
            return;
        }
        let told: Vec<String> = figures.iter().map(|figure| with_unit(figure.value, figure.unit)).collect();
        let what = figures.first().map_or(self.what, |figure| figure.work);
        let setting = figures.first().map_or("", |figure| &figure.setting);
        let place = if setting.is_empty() { what.to_owned() } else { format!("{what}, {setting}") };
        eprintln!(
            "[{}/{}, {} left] {place}: {side}, {}",
            self.done,
            self.of,
            spelled(left(self.started.elapsed(), self.done, self.of)),
            // A turn without figures is a start.
            if told.is_empty() { "started".to_owned() } else { told.join(", ") }
        );
    }
}

/// A figure as people read it.
pub(crate) fn with_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Nanoseconds => format!("{value:.0} ns"),
        Unit::Instructions => format!("{value:.0} instructions"),
        Unit::Allocations => format!("{value:.1} allocations"),
        Unit::Bytes => format!("{value:.0} bytes"),
        Unit::PerSecond => format!("{value:.0}/s"),
        Unit::CpuMicroseconds => format!("{value:.2} us"),
        Unit::Milliseconds => format!("{value:.2} ms"),
    }
}

/// What is left if the rest goes as what is done.
fn left(elapsed: Duration, done: usize, of: usize) -> Duration {
    let (done, rest) = (u32::try_from(done), u32::try_from(of.saturating_sub(done)));
    match (done, rest) {
        (Ok(done @ 1..), Ok(rest)) => elapsed / done * rest,
        _ => Duration::ZERO,
    }
}

fn spelled(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=90 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_taken_to_go_as_what_is_done() {
        assert_eq!(left(Duration::from_secs(30), 3, 9), Duration::from_secs(60));
        assert_eq!(left(Duration::from_secs(30), 0, 9), Duration::ZERO);
        assert_eq!(left(Duration::from_secs(30), 10, 9), Duration::ZERO);
    }

    #[test]
    fn short_times_are_seconds_and_long_ones_minutes() {
        assert_eq!(spelled(Duration::from_secs(90)), "90 s");
        assert_eq!(spelled(Duration::from_secs(91)), "2 min");
    }
}
