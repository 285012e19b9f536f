//! One account's list, and ending all that it has.

use anyhow::{Result, ensure};
use handstamp::AccountId;

use super::{EACH, Place};
use crate::{
    measure::{median, micros_each, process_cpu, spread},
    report::Table,
};

/// Of the accounts that are listed and then ended, one in each round.
pub const NAME: &str = "fixed";
/// "Independent of the total": within what a deeper tree may cost.
const BOUND: f64 = 1.5;
/// How often the list is asked for in a slice.
const LISTS: usize = 500;

pub async fn run(places: &[Place], rounds: usize) -> Result<bool> {
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
    let mut heads = vec!["one account with 5 sessions, CPU us".to_owned()];
    heads.extend(places.iter().map(|place| place.size.to_string()));
    heads.extend(["largest to smallest", "rounds", "at most 1.5"].map(str::to_owned));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let title = format!("One account by number of live sessions, medians of {rounds} interleaved rounds");
    let mut table = Table::new(title, &heads);
    for (name, times) in [("list", lists), ("end all, durable", ends)] {
        let (Some(smallest), Some(largest)) = (times.first(), times.last()) else { continue };
        let ratios: Vec<f64> =
            largest.iter().zip(smallest).map(|(largest, smallest)| largest / smallest).collect();
        let ratio = median(&ratios);
        let mut cells = vec![name.to_owned()];
        cells.extend(times.iter().map(|times| format!("{:.0}", median(times))));
        cells.extend([format!("{ratio:.2}"), spread(&ratios), table.verdict(ratio <= BOUND)]);
        table.add(cells);
    }
    Ok(table.print())
}
