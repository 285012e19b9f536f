//! The goals of the design, section 9, and what was measured of them.

use results::{Spread, Unit, differences, ratios, work};

use crate::{
    notes::Notes,
    source::{Results, added, by_size, figures},
    text::{count, number, rounds, verdict},
};

/// The side that says what `http::Extensions` itself costs: axum with its own layer that puts one value in.
const EXTENSION: &str = "axum-extension";
/// Both ways to run the best known library.
const TOWER_SESSIONS: [(&str, &str, &str); 2] = [
    ("tower-sessions", "tower-sessions, whose reads renew", ""),
    ("tower-sessions-default", "tower-sessions by default", "-default"),
];

/// One goal.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its name in the notes.
    pub(crate) id: String,
    /// The row of the budget.
    pub(crate) row: u8,
    pub(crate) what: String,
    pub(crate) goal: String,
    pub(crate) measured: Option<Spread>,
    bound: Bound,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Line {
    /// Is it met, by the middle of the rounds? None if it was not measured.
    pub(crate) fn holds(&self) -> Option<bool> {
        let middle = self.measured?.median;
        Some(match self.bound {
            Bound::AtMost(bound) => middle <= bound,
            Bound::AtLeast(bound) => middle >= bound,
        })
    }

    /// Its cells: row, what, goal, measured, rounds, verdict.
    pub(crate) fn cells(&self) -> [String; 6] {
        [
            self.row.to_string(),
            self.what.clone(),
            self.goal.clone(),
            self.measured.map_or_else(String::new, |spread| number(spread.median)),
            self.measured.map_or_else(String::new, rounds),
            verdict(self.holds()).to_owned(),
        ]
    }
}

/// Every goal that is measured here, in the budget's order.
pub(crate) fn lines(results: &Results) -> Vec<Line> {
    let mut lines = Vec::new();
    lines.push(Line {
        id: "1-allocations".to_owned(),
        row: 1,
        what: "ignores its session: allocations above axum with an extension".to_owned(),
        goal: "at most 1".to_owned(),
        measured: spread(above_an_extension(results, work::HANDSTAMP, "ignores")),
        bound: Bound::AtMost(1.0),
    });
    lines.extend(beside_tower_sessions(results, 1, "ignores", "ignores its session", 10.0, "a tenth"));
    lines.push(Line {
        id: "2-allocations".to_owned(),
        row: 2,
        what: "reads who is signed in: allocations above axum with an extension".to_owned(),
        goal: "at most 4".to_owned(),
        measured: spread(above_an_extension(results, work::HANDSTAMP, "reads-who")),
        bound: Bound::AtMost(4.0),
    });
    lines.extend(beside_tower_sessions(results, 2, "reads-who", "reads who is signed in", 3.0, "a third"));
    lines.push(Line {
        id: "2-server-cpu".to_owned(),
        row: 2,
        what: "the same over loopback, pinned, 64 connections: axum's CPU to ours".to_owned(),
        goal: "at least 0.90".to_owned(),
        measured: spread(server_cpu(results)),
        bound: Bound::AtLeast(0.9),
    });
    lines.push(Line {
        id: "5".to_owned(),
        row: 5,
        what: "durable sign-ins of 64 clients: rate to the control's".to_owned(),
        goal: "at least 0.80".to_owned(),
        measured: spread(sign_ins(results)),
        bound: Bound::AtLeast(0.8),
    });
    lines.extend(growth(results));
    lines.extend(memory(results));
    lines
}

/// The names of all goals.
pub(crate) fn ids() -> Vec<String> {
    lines(&Results::default()).into_iter().map(|line| line.id).collect()
}

/// The names of goals that are missed, of which no note says why.
pub(crate) fn without_note(results: &Results, notes: &Notes) -> Vec<String> {
    let missed = lines(results).into_iter().filter(|line| line.holds() == Some(false));
    missed.map(|line| line.id).filter(|id| notes.of(id).is_none()).collect()
}

fn spread(figures: Option<Vec<f64>>) -> Option<Spread> {
    Spread::of(&figures?)
}

/// What we add to bare axum, without sockets.
fn own(results: &Results, case: &str, unit: Unit) -> Option<Vec<f64>> {
    added(results.in_process.as_ref()?, work::HANDSTAMP, case, unit)
}

/// Allocations above those of axum with one value in the extensions.
fn above_an_extension(results: &Results, side: &str, case: &str) -> Option<Vec<f64>> {
    let measured = results.in_process.as_ref()?;
    let side = figures(measured, side, case, Unit::Allocations)?;
    let extension = figures(measured, EXTENSION, case, Unit::Allocations)?;
    Some(differences(&side.rounds, &extension.rounds))
}

fn beside_tower_sessions<'a>(
    results: &'a Results,
    row: u8,
    case: &'a str,
    what: &'a str,
    times: f64,
    share: &'a str,
) -> impl Iterator<Item = Line> + 'a {
    let units = [(Unit::Instructions, "instructions"), (Unit::Nanoseconds, "nanoseconds")];
    units.into_iter().flat_map(move |(unit, unit_name)| {
        TOWER_SESSIONS.map(|(side, name, suffix)| {
            let measured = || {
                let theirs = added(results.in_process.as_ref()?, side, case, unit)?;
                Some(shares(&own(results, case, unit)?, &theirs))
            };
            Line {
                id: format!("{row}-{unit_name}{suffix}"),
                row,
                what: format!("{what}: {unit_name} that we add, to those of {name}"),
                goal: format!("at most {share}"),
                measured: spread(measured()),
                bound: Bound::AtMost(1.0 / times),
            }
        })
    })
}

/// Ratios of what two sides add. A round in which the other side seems to add nothing is all noise, and says
/// nothing.
fn shares(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    let theirs: Vec<f64> =
        theirs.iter().map(|&theirs| if theirs > 0.0 { theirs } else { f64::NAN }).collect();
    ratios(ours, &theirs)
}

fn server_cpu(results: &Results) -> Option<Vec<f64>> {
    let of = |side| {
        let row =
            |setting: &str| results.loopback.as_ref()?.row(side, "reads-who", setting, Unit::CpuMicroseconds);
        row("pinned, 64 connections").map(|row| row.rounds.as_slice())
    };
    Some(ratios(of("axum")?, of(work::HANDSTAMP)?))
}

fn sign_ins(results: &Results) -> Option<Vec<f64>> {
    let measured = results.sign_ins.as_ref()?;
    let of = |side| measured.row(side, work::SIGN_IN, "64 clients", Unit::PerSecond);
    Some(ratios(&of(work::HANDSTAMP)?.rounds, &of(work::SAME_BYTES)?.rounds))
}

fn growth(results: &Results) -> impl Iterator<Item = Line> {
    const IDS: [&str; 6] = [
        "6-verify-busy-near",
        "6-verify-all-near",
        "6-verify-busy-store",
        "6-verify-all-store",
        "6-list",
        "6-end-all",
    ];
    IDS.into_iter().zip(work::SCALE).map(|(id, name)| {
        let rows = results.scale.as_ref().map(|measured| by_size(measured, name)).unwrap_or_default();
        let ends = rows.first().zip(rows.last()).filter(|(first, last)| first.0 < last.0);
        let sizes = ends.map(|(first, last)| format!(": {} to {} sessions", count(last.0), count(first.0)));
        Line {
            id: id.to_owned(),
            row: 6,
            what: format!("{name}{}", sizes.unwrap_or_default()),
            goal: "at most 1.5".to_owned(),
            measured: spread(ends.map(|(first, last)| ratios(&last.1.rounds, &first.1.rounds))),
            bound: Bound::AtMost(1.5),
        }
    })
}

fn memory(results: &Results) -> impl Iterator<Item = Line> {
    let row = results.scale.as_ref().and_then(|measured| {
        by_size(measured, work::MEMORY)
            .pop()
            .map(|(size, row)| (format!(" of {}", count(size)), row))
            .or_else(|| Some((String::new(), figures(measured, work::HANDSTAMP, work::MEMORY, Unit::Bytes)?)))
    });
    let (of, measured) = row.map_or((String::new(), None), |(of, row)| (of, Spread::of(&row.rounds)));
    std::iter::once(Line {
        id: "8".to_owned(),
        row: 8,
        what: format!("bytes for each cached session{of}"),
        goal: "at most 1,024".to_owned(),
        measured,
        bound: Bound::AtMost(1024.0),
    })
}

#[cfg(test)]
mod tests {
    use results::{Measured, Row};

    use super::*;

    fn row(side: &str, unit: Unit, rounds: &[f64]) -> Row {
        Row {
            side: side.to_owned(),
            control: (side != "axum").then(|| "axum".to_owned()),
            work: "ignores".to_owned(),
            setting: String::new(),
            unit,
            rounds: rounds.to_vec(),
        }
    }

    fn verdict(ours: f64, id: &str) -> Option<bool> {
        let mut measured = Measured::default();
        for unit in [Unit::Allocations, Unit::Instructions] {
            measured.add(row("axum", unit, &[10.0]));
            measured.add(row("axum-extension", unit, &[12.0]));
            measured.add(row("handstamp", unit, &[ours]));
            measured.add(row("tower-sessions", unit, &[40.0]));
        }
        let results = Results { in_process: Some(measured), ..Results::default() };
        lines(&results).iter().find(|line| line.id == id)?.holds()
    }

    #[test]
    fn a_share_is_of_what_is_added_to_the_control() {
        assert_eq!(verdict(13.0, "1-instructions"), Some(true));
        assert_eq!(verdict(13.5, "1-instructions"), Some(false));
    }

    #[test]
    fn a_round_of_noise_says_nothing() {
        let spread = Spread::of(&shares(&[-5.0, 2.0], &[-1.0, 4.0]));
        assert_eq!(spread, Spread::of(&[0.5]));
    }

    #[test]
    fn allocations_are_counted_above_the_control() {
        assert_eq!(verdict(13.0, "1-allocations"), Some(true));
        assert_eq!(verdict(14.0, "1-allocations"), Some(false));
    }

    #[test]
    fn what_was_not_measured_neither_holds_nor_misses() {
        assert_eq!(verdict(13.0, "1-instructions-default"), None);
        assert!(lines(&Results::default()).iter().all(|line| line.holds().is_none()));
    }
}
