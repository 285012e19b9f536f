//! Which cores this process may use: a container or `taskset` may have left it only some.

use std::fs;

use anyhow::{Context as _, Result};

/// The cores, by number.
pub(crate) fn allowed() -> Result<Vec<usize>> {
    let status = fs::read_to_string("/proc/self/status").context("/proc/self/status cannot be read")?;
    let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.and_then(|list| listed(list.trim())).context("/proc/self/status names no cores")
}

/// The numbers in a list such as `0-2,5`.
fn listed(list: &str) -> Option<Vec<usize>> {
    let mut cores = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        cores.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_ranges_and_single_cores() {
        assert_eq!(listed("0-2,5"), Some(vec![0, 1, 2, 5]));
        assert_eq!(listed("3"), Some(vec![3]));
        assert_eq!(listed(""), None);
        assert_eq!(listed("0-x"), None);
    }

    #[test]
    fn there_is_a_core_to_run_on() {
        assert!(!allowed().unwrap().is_empty());
    }
}
