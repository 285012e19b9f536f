//! `handstamp audit tokens`: how good a list of tokens is, without any application.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, IsTerminal as _, Read as _, Write as _},
    ops::ControlFlow,
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use clap::Args;
use handstamp_audit::{
    check::{Severity, Verdict},
    tokens::{Analysis, Finding, Look, Numbers, Options, Sample},
};
use serde::Serialize;

use super::Failure;

/// The texts that `--thorough` hashes: all seeds of 24 bits in their usual spellings.
const THOROUGH_GUESSES: u64 = 100_000_000;

/// The longest list that is read, in bytes, and the most tokens.
const MOST_BYTES: u64 = 64 << 20;
const MOST_TOKENS: usize = 50_000;

/// The most places worth a look that are told; JSON has all of them.
const MOST_LOOKS: usize = 5;

const MANUAL: &str = "\
The list has one token a line, in the order in which they were made: predictors need that order. After a
tab may stand when the token came (Unix seconds, or 2026-01-31T12:00:00Z), which lets times inside tokens
be told from chance. Empty lines and lines that begin with # are passed over. Tokens are never printed.

20 tokens show gross flaws, 200 show most generators that can be predicted, 2,000 show a bit that leans,
20,000 are the most that is worth collecting. Collect them one after another, with an empty cookie jar.

No test from outside proves that tokens are random. Three numbers answer three questions:
  nominal       what the format claims
  upper bound   what is left after every flaw that was found: an attacker without a token guesses no more than this
  supported     what the data alone support; it grows with the sample and stays below the truth

Examples:
  for i in $(seq 200); do curl -s -o /dev/null -c - https://shop.test/ | awk '/sid/ {print $7}'; done > list
  handstamp audit tokens list
  handstamp audit tokens list --account-name alice --account-name alice@example.org
  handstamp audit tokens list --fresh second-list      confirms what a test rejected once
  handstamp audit tokens - --json < list | jq .numbers

Exit codes:
  0    no finding that matters (information is printed, and counts for nothing)
  1    findings
  2    the list cannot be read
  4    the list does not decide: it is too small, cannot be counted, or a test rejected once (see --fresh)";

#[derive(Args)]
#[command(after_help = MANUAL)]
pub(crate) struct TokensArguments {
    /// The list, one token a line; `-` reads standard input.
    file: PathBuf,
    /// A second list of the same size from the same generator, to confirm what tests of randomness rejected.
    #[arg(long, value_name = "FILE")]
    fresh: Option<PathBuf>,
    /// A name, mail address or identifier of an account whose tokens these are; may be repeated.
    #[arg(long, value_name = "NAME")]
    account_name: Vec<String>,
    /// Hash and compare every seed of 24 bits too: minutes instead of seconds.
    #[arg(long)]
    thorough: bool,
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
}

/// What the JSON has.
#[derive(Serialize)]
struct Told<'a> {
    tokens: usize,
    distinct: usize,
    format: &'a str,
    carries: &'a [String],
    #[serde(flatten)]
    verdict: Verdict,
    sentence: String,
    numbers: Option<Numbers>,
    findings: &'a [Finding],
    tests: usize,
    looks: &'a [Look],
    bits_of_characters: &'a [f64],
    signature: &'a [usize],
}

pub(super) fn run(arguments: &TokensArguments) -> Result<ExitCode, Failure> {
    let sample = read(&arguments.file)?;
    let fresh = arguments.fresh.as_ref().map(read).transpose()?;
    let mut options = Options::new().words(&arguments.account_name);
    if arguments.file.as_os_str() != "-"
        && let Ok(modified) = std::fs::metadata(&arguments.file).and_then(|file| file.modified())
    {
        // Tokens without a time of their own were made before the list was written.
        options = options.collected(modified);
    } else {
        options = options.collected(SystemTime::now());
    }
    if arguments.thorough {
        options = options.guesses(THOROUGH_GUESSES);
    }
    let mut analysis = watched(&sample, &options);
    if let Some(fresh) = &fresh
        && analysis.needs_fresh_sample()
    {
        analysis = analysis.confirmed_by(fresh);
    }
    let text = if arguments.json { json(&analysis)? } else { told(&analysis) };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::Output)?;
    Ok(ExitCode::from(match analysis.verdict() {
        Verdict::Fail { .. } => 1,
        Verdict::Inconclusive { .. } => 4,
        _ => 0,
    }))
}

fn read(path: &PathBuf) -> Result<Sample, Failure> {
    let place =
        if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
    let failed = |error| Failure::File { place: place.clone(), error };
    let source: Box<dyn io::Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return Err(Failure::Usage(format!(
            "{place}: larger than {most} MiB; 20,000 tokens are the most that is worth analysing"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::Usage(format!(
            "{place}: this is no text; a list has one token a line, as the application writes it"
        ))
    })?;
    let sample = Sample::read(&text).map_err(|error| Failure::Usage(format!("{place}: {error}")))?;
    if sample.len() > MOST_TOKENS {
        return Err(Failure::Usage(format!(
            "{place}: {} tokens take too long; give the first 20,000, in their order (head -n 20000)",
            sample.len()
        )));
    }
    Ok(sample)
}

/// The analysis, with its progress on a terminal.
fn watched(sample: &Sample, options: &Options) -> Analysis {
    let is_shown = io::stderr().is_terminal();
    let mut last = None;
    let analysis = Analysis::watched(sample, options, &mut |progress| {
        let percent = progress.guesses * 100 / progress.of.max(1);
        if is_shown && last != Some(percent) {
            eprint!("\rguessing: {percent} % of {} texts", progress.of);
            last = Some(percent);
        }
        ControlFlow::Continue(())
    });
    if last.is_some() {
        eprint!("\r\x1b[K");
    }
    analysis
}

fn json(analysis: &Analysis) -> Result<String, Failure> {
    let told = Told {
        tokens: analysis.tokens,
        distinct: analysis.distinct,
        format: &analysis.format,
        carries: &analysis.carries,
        verdict: analysis.verdict(),
        sentence: analysis.sentence(),
        numbers: analysis.numbers,
        findings: &analysis.findings,
        tests: analysis.tests,
        looks: &analysis.looks,
        bits_of_characters: &analysis.strip,
        signature: &analysis.signature,
    };
    let text = serde_json::to_string_pretty(&told).map_err(|error| Failure::Output(error.into()))?;
    Ok(text + "\n")
}

// Writing to a text cannot fail: results of `writeln!` are dropped below.

fn told(analysis: &Analysis) -> String {
    let mut text = String::new();
    let verdict = analysis.verdict();
    let severity = verdict.severity().map(|severity| format!(" ({severity})")).unwrap_or_default();
    let _ = writeln!(text, "{}{severity}: {}\n", verdict.to_string().to_uppercase(), analysis.sentence());
    let _ = writeln!(text, "  {} tokens, {} distinct", analysis.tokens, analysis.distinct);
    let _ = writeln!(text, "  format: {}", analysis.format);
    if !analysis.carries.is_empty() {
        let _ = writeln!(text, "  carries: {}", analysis.carries.join(", "));
    }
    if let Some(numbers) = &analysis.numbers {
        text.push_str(&bits(numbers));
    }
    text.push_str(&findings(&analysis.findings));
    text.push_str(&strip(analysis));
    text.push_str(&looks(analysis));
    if analysis.needs_fresh_sample() {
        text.push_str(
            "\nA test rejected once. Collect a second list of the same size and give it with --fresh: only a \
             rejection that repeats is a finding.\n",
        );
    }
    text
}

fn bits(numbers: &Numbers) -> String {
    let Numbers { nominal, upper, lower, .. } = numbers;
    format!(
        "\n  {nominal:6.1} bits  nominal: what the format claims\n  \
         {upper:6.1} bits  upper bound: what is left after every flaw that was found; 128 are asked for\n  \
         {lower:6.1} bits  supported: what these data alone can show; more tokens show more\n"
    )
}

fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let severity = finding.severity.word();
        let _ = writeln!(text, "\n  [{severity}] {}: {}", finding.kind.word(), finding.headline);
        if !finding.positions.is_empty() {
            let _ = writeln!(text, "      characters {}", ranges(&finding.positions));
        }
        if finding.severity > Severity::Information {
            let _ = writeln!(text, "      to do: {}", finding.remedy);
        }
    }
    text
}

/// One character for each of the token: how many bits the data support there.
fn strip(analysis: &Analysis) -> String {
    if analysis.strip.is_empty() {
        return String::new();
    }
    let cells = analysis
        .strip
        .iter()
        .enumerate()
        .map(|(place, bits)| if analysis.signature.contains(&place) { 's' } else { cell(*bits) });
    let cells: String = cells.collect();
    let mut text = "\n  bits for each character (. none, 1 to 8, s signature)\n".to_owned();
    let all: Vec<char> = cells.chars().collect();
    for (line, part) in all.chunks(64).enumerate() {
        let _ = writeln!(text, "  {:>4} {}", line * 64, part.iter().collect::<String>());
    }
    text
}

fn cell(bits: f64) -> char {
    const CELLS: [char; 9] = ['.', '1', '2', '3', '4', '5', '6', '7', '8'];
    let place = CELLS.iter().enumerate().filter(|(at, _)| {
        let least = u32::try_from(*at).map_or(f64::MAX, |at| f64::from(at) - 0.5);
        bits >= least
    });
    place.map(|(_, cell)| *cell).next_back().unwrap_or('.')
}

fn looks(analysis: &Analysis) -> String {
    if analysis.looks.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n  worth a look (one in twenty of such marks is chance; no verdict follows), of {} tests\n",
        analysis.tests
    );
    for look in analysis.looks.iter().take(MOST_LOOKS) {
        let places = if look.positions.is_empty() {
            "all characters".to_owned()
        } else {
            format!("characters {}", ranges(&look.positions))
        };
        let _ = writeln!(text, "    {places}: {}; p = {:.1e}", look.effect, look.p);
    }
    text
}

/// `0-7, 12`, counted from 0.
fn ranges(places: &[usize]) -> String {
    let mut places = places.to_vec();
    places.sort_unstable();
    places.dedup();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == place => *last = place,
            _ => ranges.push((place, place)),
        }
    }
    let words = ranges
        .into_iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_as_ranges_and_bits_as_digits() {
        assert_eq!(ranges(&[3, 0, 1, 2, 7, 7]), "0-3, 7");
        assert_eq!([0.0, 0.49, 0.5, 3.6, 5.4, 9.0].map(cell), ['.', '.', '1', '4', '5', '8']);
    }
}
