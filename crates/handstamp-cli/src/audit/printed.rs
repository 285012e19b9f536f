//! What an application said, on its way to a terminal: a page's title may hold what clears a screen or worse.

/// The text without control characters; line ends stay.
pub(super) fn plain(text: &str) -> String {
    let shown = |one: char| if one.is_control() && one != '\n' { char::REPLACEMENT_CHARACTER } else { one };
    text.chars().map(shown).collect()
}

/// Says something of an application on standard error.
pub(super) fn say(text: &str) {
    eprintln!("{}", plain(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_stays_behind() {
        assert_eq!(plain("a\u{1b}[2Jb\r\nc\u{9b}d\u{7}"), "a\u{fffd}[2Jb\u{fffd}\nc\u{fffd}d\u{fffd}");
    }
}
