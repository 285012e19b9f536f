//! The report for a terminal: a line for each check, then what the requirements come to, then what would show more.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{CheckEntry, Report, Row, Standing};
use crate::check::{Group, Reason, Severity, Verdict};

/// Whether verdicts have colours besides their words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colours {
    /// Words alone.
    #[default]
    Never,
    /// Words and colours (ANSI).
    Always,
}

/// The widest that running text is; lines of checks are as long as they are.
const WIDTH: usize = 100;
/// Where running text below a heading begins.
const INDENT: &str = "    ";

#[derive(Clone, Copy)]
enum Paint {
    Bad,
    Doubtful,
    Good,
    Quiet,
    Heading,
}

impl Colours {
    fn paint(self, paint: Paint, text: &str) -> String {
        let code = match (self, paint) {
            (Self::Never, _) => return text.to_owned(),
            (Self::Always, Paint::Bad) => "1;31",
            (Self::Always, Paint::Doubtful) => "33",
            (Self::Always, Paint::Good) => "32",
            (Self::Always, Paint::Quiet) => "2",
            (Self::Always, Paint::Heading) => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

impl Report {
    /// The report as text for a terminal.
    pub fn to_terminal(&self, colours: Colours) -> String {
        let mut text = String::new();
        self.head(&mut text);
        for group in Group::ALL {
            self.group(*group, colours, &mut text);
        }
        self.remedies(colours, &mut text);
        let rows = &self.standards;
        table("ASVS 5.0", &rows.asvs, colours, &mut text);
        table("WSTG, session management", &rows.wstg, colours, &mut text);
        self.unlocks(colours, &mut text);
        self.foot(colours, &mut text);
        text
    }

    fn head(&self, text: &mut String) {
        let Self { tool, target, profile, recipe, .. } = self;
        // Writing to a text cannot fail, here and below.
        let _ =
            writeln!(text, "{} {}: {target}, profile {profile}, {}", tool.name, tool.version, recipe.path);
        if let Some(reason) = self.gate.reason.filter(|_| !self.gate.is_open) {
            let _ = writeln!(text, "Nothing else could be asked: {}.", reason.says());
        }
        let sets: Vec<_> = self.credentials.sets.iter().map(|set| set.join(" and ")).collect();
        if !sets.is_empty() {
            let _ = writeln!(text, "Signs in: {}", sets.join("; or "));
        }
    }

    fn group(&self, group: Group, colours: Colours, text: &mut String) {
        let mut checks = self.checks.iter().filter(|check| check.group == group.code()).peekable();
        if checks.peek().is_none() {
            return;
        }
        let _ = writeln!(text, "\n{}", colours.paint(Paint::Heading, group.title()));
        let mut left_out: BTreeMap<Reason, Vec<&str>> = BTreeMap::new();
        for check in checks {
            match check.verdict {
                Verdict::NotApplicable { reason: reason @ (Reason::NotInProfile | Reason::Skipped) } => {
                    left_out.entry(reason).or_default().push(&check.id);
                }
                _ => line(check, colours, text),
            }
        }
        for (reason, ids) in left_out {
            let line = format!("  {:16}  {}: {}", "not asked", ids.join(", "), reason.says());
            let _ = writeln!(text, "{}", colours.paint(Paint::Quiet, &line));
        }
    }

    fn remedies(&self, colours: Colours, text: &mut String) {
        let mut findings: Vec<_> = self
            .checks
            .iter()
            .filter(|check| check.verdict.severity() > Some(Severity::Information))
            .collect();
        findings.sort_by_key(|check| std::cmp::Reverse(check.verdict.severity()));
        if findings.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{}", colours.paint(Paint::Heading, "What to change"));
        for check in findings {
            let severity = check.verdict.severity().map_or("", Severity::word);
            let _ = writeln!(text, "  {} ({severity}): {}", check.id, check.title);
            wrapped(&check.remedy, text);
        }
    }

    fn unlocks(&self, colours: Colours, text: &mut String) {
        let mut by_unlock: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for check in &self.checks {
            if let Some(unlock) = &check.unlocked_by {
                by_unlock.entry(unlock).or_default().push(&check.id);
            }
        }
        if by_unlock.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{}", colours.paint(Paint::Heading, "What would show more"));
        for (unlock, ids) in by_unlock {
            wrapped(&format!("{unlock}: {}", ids.join(", ")), text);
        }
    }

    fn foot(&self, colours: Colours, text: &mut String) {
        let summary = &self.summary;
        let counts = [
            (summary.fail, "failed", Paint::Bad),
            (summary.warn, "warned", Paint::Doubtful),
            (summary.inconclusive, "without an answer", Paint::Doubtful),
            (summary.error, "where the auditor failed", Paint::Bad),
            (summary.pass, "passed", Paint::Good),
            (summary.not_applicable, "not asked", Paint::Quiet),
        ];
        let counts: Vec<_> = counts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, word, paint)| colours.paint(*paint, &format!("{count} {word}")))
            .collect();
        let _ = writeln!(text, "\n{} checks: {}", self.checks.len(), counts.join(", "));
        let Self { requests, sessions, .. } = self;
        let took = seconds(self.took_ms);
        let _ = writeln!(text, "Requests: {} of {} in {took}", requests.used, requests.allowed);
        let _ = match sessions.left {
            0 => writeln!(text, "Sessions: {} made, all of them over", sessions.ended),
            left => {
                let left = format!("{left} may live until they time out");
                writeln!(text, "Sessions: {} over, {}", sessions.ended, colours.paint(Paint::Doubtful, &left))
            }
        };
    }
}

/// `FAIL high  SA-END-01  what holds: what was measured  ASVS 7.4.1 SESS-06 CWE-613  12 requests, 61.2 s`
fn line(check: &CheckEntry, colours: Colours, text: &mut String) {
    let (word, paint) = match check.verdict {
        Verdict::Pass => ("pass".to_owned(), Paint::Good),
        Verdict::Fail { severity } => (format!("FAIL {severity}"), Paint::Bad),
        Verdict::Warn { severity } => (format!("warn {severity}"), Paint::Doubtful),
        Verdict::Inconclusive { .. } => ("inconclusive".to_owned(), Paint::Doubtful),
        Verdict::NotApplicable { .. } => ("n/a".to_owned(), Paint::Quiet),
        Verdict::Error => ("ERROR".to_owned(), Paint::Bad),
    };
    let said = check.said();
    let mapping = mapping(check);
    let cost = match check.requests {
        0 => String::new(),
        1 => format!("  1 request, {}", seconds(check.took_ms)),
        many => format!("  {many} requests, {}", seconds(check.took_ms)),
    };
    let word = colours.paint(paint, &format!("{word:16}"));
    let small = colours.paint(Paint::Quiet, &format!("{mapping}{cost}"));
    let line = format!("  {word}  {}  {}: {said}  {small}", check.id, check.title);
    let _ = writeln!(text, "{}", line.trim_end());
}

impl CheckEntry {
    /// What was measured, after the reason where there is no answer.
    pub(super) fn said(&self) -> String {
        match self.verdict.reason().map(Reason::says) {
            Some(reason) if self.headline.is_empty() => reason.to_owned(),
            Some(reason) if !self.headline.starts_with(reason) => format!("{reason}; {}", self.headline),
            _ => self.headline.clone(),
        }
    }
}

/// `ASVS 7.4.1 SESS-06 CWE-613`
pub(super) fn mapping(check: &CheckEntry) -> String {
    let asvs = if check.asvs.is_empty() { None } else { Some(format!("ASVS {}", check.asvs.join(" "))) };
    let cwe = check.cwe.iter().map(|number| format!("CWE-{number}"));
    asvs.into_iter().chain(check.wstg.iter().cloned()).chain(cwe).collect::<Vec<_>>().join(" ")
}

/// `0.3 s`, `61 s`, `3 min 20 s`.
pub(super) fn seconds(milliseconds: u64) -> String {
    let tenths = milliseconds.div_ceil(100);
    match milliseconds / 1_000 {
        0..10 => format!("{}.{} s", tenths / 10, tenths % 10),
        seconds @ 10..120 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn table(title: &str, rows: &[Row], colours: Colours, text: &mut String) {
    let _ = writeln!(text, "\n{}", colours.paint(Paint::Heading, title));
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or_default();
    let (left_out, rows): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| is_left_out(row));
    for row in rows {
        let paint = match row.standing {
            Standing::Met => Paint::Good,
            Standing::PartlyMet => Paint::Doubtful,
            Standing::NotMet => Paint::Bad,
            Standing::NotTested => Paint::Quiet,
        };
        let standing = colours.paint(paint, &format!("{:10}", row.standing.words()));
        let _ = writeln!(text, "  {standing}  {:width$}  {}", row.id, row.about);
        if row.standing != Standing::Met {
            wrapped(&colours.paint(Paint::Quiet, &row.why), text);
        }
    }
    if !left_out.is_empty() {
        let ids: Vec<_> = left_out.iter().map(|row| row.id.as_str()).collect();
        let _ = writeln!(text, "  not tested because {}:", Reason::Skipped.says());
        wrapped(&colours.paint(Paint::Quiet, &ids.join(", ")), text);
    }
}

/// Whether nothing of it was asked since somebody wanted it so: `--only` leaves most rows out.
fn is_left_out(row: &Row) -> bool {
    let why = format!("not tested because {} (", Reason::Skipped.says());
    row.standing == Standing::NotTested && row.why.starts_with(&why) && !row.why.contains(", and because ")
}

/// Running text, indented, broken at spaces.
fn wrapped(words: &str, text: &mut String) {
    let mut used = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > WIDTH {
            text.push('\n');
            used = 0;
        }
        text.push_str(if used == 0 { INDENT } else { " " });
        text.push_str(word);
        used += length + if used == 0 { INDENT.len() } else { 1 };
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{check_entry, report};

    #[test]
    fn a_line_has_the_verdict_as_a_word_what_was_measured_and_the_requirement() {
        let fail = check_entry("SA-END-01", Verdict::Fail { severity: Severity::High }, &["7.4.1"]);
        let text = report(vec![fail]).to_terminal(Colours::Never);
        let line = text.lines().find(|line| line.contains("SA-END-01  ")).unwrap();
        assert_eq!(
            line,
            "  FAIL high         SA-END-01  something holds: what SA-END-01 saw  ASVS 7.4.1  1 request, 0.1 s"
        );
        assert!(
            text.contains("  not met     7.4.1  what was ended cannot be used again\n    SA-END-01: what")
        );
        assert!(text.contains("not tested  7.4.2"), "{text}");
        assert!(!text.contains('\u{1b}'), "colours were not asked for");
        let coloured =
            report(vec![check_entry("SA-END-01", Verdict::Pass, &[])]).to_terminal(Colours::Always);
        assert!(coloured.contains("\u{1b}[32mpass"), "{coloured}");
    }

    #[test]
    fn what_the_profile_leaves_out_takes_one_line_and_says_what_would_ask_it() {
        let verdict = Verdict::NotApplicable { reason: Reason::NotInProfile };
        let mut checks = vec![check_entry("SA-END-02", verdict, &[]), check_entry("SA-END-04", verdict, &[])];
        for check in &mut checks {
            check.unlocked_by = Some("run with --profile standard".to_owned());
        }
        let text = report(checks).to_terminal(Colours::Never);
        assert!(text.contains("  not asked         SA-END-02, SA-END-04: the chosen profile"), "{text}");
        assert!(text.contains("    run with --profile standard: SA-END-02, SA-END-04\n"), "{text}");
    }

    #[test]
    fn times_read_as_people_say_them() {
        let said = [0, 40, 250, 9_940, 61_234, 200_000].map(seconds);
        assert_eq!(said, ["0.0 s", "0.1 s", "0.3 s", "10.0 s", "61 s", "3 min 20 s"]);
    }
}
