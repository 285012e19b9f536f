//! Time, medians and percentiles.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time of this process so far, all threads.
pub fn process_cpu() -> Duration {
    cpu(ClockId::ProcessCPUTime)
}

/// CPU time of this thread so far.
pub fn thread_cpu() -> Duration {
    cpu(ClockId::ThreadCPUTime)
}

fn cpu(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The middle one, and the mean of the two in the middle of an even number.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The smallest and the largest of each round's values, as "0.81 to 0.93".
pub fn spread(values: &[f64]) -> String {
    let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{smallest:.2} to {largest:.2}")
}

/// How long things took.
#[derive(Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The one that `share` (0 to 1) of all do not exceed, in milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut sorted: Vec<f64> = self.0.iter().map(|latency| latency.as_secs_f64() * 1e3).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let index = (sorted.len() as f64 * share) as usize;
        sorted.get(index.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }
}

/// `duration` over `count`, in microseconds.
pub fn micros_each(duration: Duration, count: usize) -> f64 {
    duration.as_secs_f64() * 1e6 / real(count)
}

/// A count as a number to reckon with.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2 to the 52")]
pub fn real(count: usize) -> f64 {
    count as f64
}
