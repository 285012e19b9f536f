//! One account's list, and ending all that it has.

use anyhow::{Result, ensure};
use handstamp::AccountId;
use results::{Measured, work};

use super::{EACH, Place, growth::Growth};
use crate::measure::{micros_each, process_cpu};

/// Of the accounts that are listed and then ended, one in each round.
pub const NAME: &str = "fixed";
/// How often the list is asked for in a slice.
const LISTS: usize = 500;

pub async fn run(places: &[Place], rounds: usize, measured: &mut Measured) -> Result<bool> {
    let mut lists = vec![Vec::new(); places.len()];
    let mut ends = vec![Vec::new(); places.len()];
    let mut sessions = Vec::new();
    for place in places {
        sessions.push(place.sessions().build()?);
    }
    for round in 0..=rounds {
        let account = AccountId::new(&format!("{NAME}-{round}"))?;
        for (index, sessions) in sessions.iter().enumerate() {
            let account = sessions.account(&account);
            let start = process_cpu();
            for _ in 0..LISTS {
                ensure!(account.list_all().await?.len() == EACH, "the account has lost sessions");
            }
            let listed = micros_each(process_cpu().saturating_sub(start), LISTS);
            let start = process_cpu();
            account.end_all().await?;
            let ended = micros_each(process_cpu().saturating_sub(start), 1);
            // The first round warms up.
            if round > 0 {
                lists[index].push(listed);
                ends[index].push(ended);
            }
        }
    }
    let title = format!("One account by number of live sessions, medians of {rounds} interleaved rounds");
    let mut growth = Growth::new(title, places.iter().map(|place| place.size).collect(), measured);
    growth.add(work::LIST, &lists);
    growth.add(work::END_ALL, &ends);
    Ok(growth.print())
}
