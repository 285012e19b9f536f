//! Whether a bit has a period, over the whole sample.

use realfft::RealFftPlanner;
use statrs::distribution::{ContinuousCDF as _, Normal};

use super::{Effect, Family, Test, columns::Columns};
use crate::tokens::bounds::real;

/// Fewer tokens make the number of peaks no normal number.
const FEWEST: usize = 1_000;

/// The chance of one peak to be above the threshold.
const ABOVE: f64 = 0.05;

/// The variance that NIST SP 800-22 gives, 4, is too large; Pareschi, Rovatti and Setti (2012) measured 3.8.
const VARIANCE: f64 = 3.8;

pub(super) fn run(columns: &Columns, tests: &mut Vec<Test>) {
    let tokens = columns.tokens;
    if tokens < FEWEST {
        return;
    }
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(tokens);
    let (mut input, mut output) = (plan.make_input_vec(), plan.make_output_vec());
    let Ok(normal) = Normal::new(0.0, 1.0) else { return };
    for column in &columns.all {
        for (at, place) in input.iter_mut().enumerate() {
            *place = if column.bits.get(at) { 1.0 } else { -1.0 };
        }
        if plan.process(&mut input, &mut output).is_err() {
            return;
        }
        let half = tokens / 2;
        let peaks = output.iter().skip(1).take(half - 1).map(|peak| peak.norm_sqr() / real(tokens));
        let (mut above, mut highest) = (0, 0.0_f64);
        for peak in peaks {
            above += usize::from(peak > -ABOVE.ln());
            highest = highest.max(peak);
        }
        let places = [Some(column.place), None];
        let expected = ABOVE * real(half - 1);
        let z = (real(above) - expected) / (real(tokens) * ABOVE * (1.0 - ABOVE) / VARIANCE).sqrt();
        let effect = Effect { what: "high peaks", found: real(above), expected };
        let p = 2.0 * normal.sf(z.abs());
        tests.push(Test { family: Family::Spectrum, p, effect, places });
        // The power at one frequency is exponential; the highest of all is the first to show a period.
        let p = (real(half - 1) * (-highest).exp()).min(1.0);
        let effect = Effect { what: "highest peak", found: highest, expected: real(half).ln() };
        tests.push(Test { family: Family::Spectrum, p, effect, places });
    }
}
