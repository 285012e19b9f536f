//! The order of the turns, and what becomes of a side that fails.
//!
//! A machine slows down and speeds up while it measures. So all sides take one turn in each round, close
//! together, and the order moves on from round to round, so that none always follows the same pause.

use anyhow::Result;
use results::{Measured, Missing, Row, Unit};

use crate::{progress::Progress, sides::Side};

/// The sides still in it, and the figures so far.
pub(crate) struct Contest {
    sides: Vec<Side>,
    measured: Measured,
}

/// One figure of a turn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) work: &'static str,
    pub(crate) setting: String,
    pub(crate) unit: Unit,
    pub(crate) value: f64,
}

impl Contest {
    /// A contest of these sides. Those that are known to be missing are named in its results.
    pub(crate) fn new(measured: Measured, sides: Vec<Side>) -> Self {
        let here =
            sides.into_iter().filter(|side| measured.missing.iter().all(|missing| missing.side != side.name));
        Self { sides: here.collect(), measured }
    }

    /// How many sides are in it.
    pub(crate) fn len(&self) -> usize {
        self.sides.len()
    }

    /// Gives every side its turn. One that fails is tried once more, because a busy machine drops a
    /// connection now and then; then it is out, named with the reason, and without figures.
    pub(crate) fn take_turns(
        &mut self,
        round: usize,
        progress: &mut Progress,
        mut turn: impl FnMut(&Side) -> Result<Vec<Figure>>,
    ) {
        let count = self.sides.len();
        let order: Vec<Side> = (0..count).map(|place| self.sides[(place + round) % count]).collect();
        for side in order {
            let outcome = turn(&side).or_else(|error| {
                eprintln!("{}: {error:#}; trying once more", side.name);
                turn(&side)
            });
            match outcome {
                Ok(figures) => {
                    progress.step(side.name, &figures);
                    for figure in figures {
                        self.note(&side, figure);
                    }
                }
                Err(error) => self.send_home(&side, &format!("{error:#}")),
            }
        }
    }

    /// What was measured, with the sides in their own order.
    pub(crate) fn finish(mut self) -> Measured {
        let place = |name: &str| crate::sides::ALL.iter().position(|side| side.name == name);
        self.measured.rows.sort_by_key(|row| place(&row.side));
        self.measured
    }

    fn note(&mut self, side: &Side, figure: Figure) {
        let Figure { work, setting, unit, value } = figure;
        let known = self.measured.rows.iter_mut().find(|row| {
            row.side == side.name && row.work == work && row.setting == setting && row.unit == unit
        });
        match known {
            Some(row) => row.rounds.push(value),
            None => self.measured.add(Row {
                side: side.name.to_owned(),
                control: side.control.map(str::to_owned),
                work: work.to_owned(),
                setting,
                unit,
                rounds: vec![value],
            }),
        }
    }

    fn send_home(&mut self, side: &Side, why: &str) {
        eprintln!("{} is out: {why}", side.name);
        self.sides.retain(|other| other != side);
        self.measured.rows.retain(|row| row.side != side.name);
        self.measured.missing.push(Missing { side: side.name.to_owned(), why: why.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;
    use crate::sides;

    fn contest(names: &[&str]) -> Contest {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Contest::new(Measured::default(), sides::named(&names).unwrap())
    }

    fn figures(value: f64) -> Vec<Figure> {
        vec![Figure { work: "ignores", setting: String::new(), unit: Unit::Nanoseconds, value }]
    }

    #[test]
    fn the_order_moves_on_and_rounds_stay_together() {
        let mut contest = contest(&["hyper", "axum", "handstamp"]);
        let mut turns = Vec::new();
        for round in 0..2 {
            contest.take_turns(round, &mut Progress::quiet(), |side| {
                turns.push(side.name);
                Ok(figures(f64::from(u8::try_from(round).unwrap())))
            });
        }
        assert_eq!(turns, ["hyper", "axum", "handstamp", "axum", "handstamp", "hyper"]);
        let rows = contest.finish().rows;
        assert_eq!(
            rows.iter().map(|row| row.side.as_str()).collect::<Vec<_>>(),
            ["hyper", "axum", "handstamp"]
        );
        assert!(rows.iter().all(|row| row.rounds == [0.0, 1.0]));
    }

    #[test]
    fn a_side_that_fails_twice_is_named_and_has_no_figures() {
        let mut contest = contest(&["axum", "handstamp"]);
        for round in 0..3 {
            contest.take_turns(round, &mut Progress::quiet(), |side| match (side.name, round) {
                ("handstamp", 1..) => bail!("it fell over"),
                _ => Ok(figures(1.0)),
            });
        }
        let measured = contest.finish();
        assert_eq!(
            measured.missing,
            [Missing { side: "handstamp".to_owned(), why: "it fell over".to_owned() }]
        );
        assert_eq!(measured.rows.len(), 1);
        assert_eq!(measured.rows[0].rounds.len(), 3);
    }

    #[test]
    fn a_side_that_fails_once_stays() {
        let mut contest = contest(&["axum"]);
        let mut failed = false;
        contest.take_turns(0, &mut Progress::quiet(), |_| {
            if std::mem::replace(&mut failed, true) { Ok(figures(1.0)) } else { bail!("reset by peer") }
        });
        assert_eq!(contest.finish().missing, []);
    }

    #[test]
    fn a_side_that_could_not_be_built_takes_no_turn() {
        let missing = vec![Missing { side: "axum".to_owned(), why: "error: no".to_owned() }];
        let measured = Measured { missing: missing.clone(), ..Measured::default() };
        let mut contest = Contest::new(measured, sides::named(&["axum".to_owned()]).unwrap());
        assert_eq!(contest.len(), 0);
        contest.take_turns(0, &mut Progress::quiet(), |_| bail!("asked"));
        assert_eq!(contest.finish().missing, missing);
    }
}
