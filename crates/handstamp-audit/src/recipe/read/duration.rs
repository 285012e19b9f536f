//! Durations as people write them.

use std::time::Duration;

/// What a duration looks like, for help.
pub(super) const EXPECTED: &str =
    "expected a duration such as \"30s\", \"15m\", \"12h\", \"14d\" or \"1h30m\"";

/// Reads `30s`, `15m`, `1h30m`, `14d`, `500ms`; `None` where it is none.
pub(super) fn read(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut all = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|one: char| one.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().ok()?;
        let letters = after.len() - after.trim_start_matches(|one: char| one.is_ascii_lowercase()).len();
        let (unit, after) = after.split_at(letters);
        let millis: u64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        all = all.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
        rest = after;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_nothing_else() {
        assert_eq!(read("30m"), Some(Duration::from_secs(1800)));
        assert_eq!(read("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(read("0s"), Some(Duration::ZERO));
        for wrong in
            ["", "30", "m", "30 m", "1.5h", "-1s", "30q", "99999999999999999999s", "9999999999999999d"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
