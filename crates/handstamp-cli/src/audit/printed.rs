//! What an application said, on its way to a terminal: a page's title may hold what clears a screen or worse.

use std::io::{self, Write as _};

/// The text without control characters; line ends stay.
pub(super) fn plain(text: &str) -> String {
    let shown = |one: char| if is_hidden(one) && one != '\n' { char::REPLACEMENT_CHARACTER } else { one };
    text.chars().map(shown).collect()
}

/// Whether a character moves a cursor, or turns or hides the text around it.
fn is_hidden(one: char) -> bool {
    one.is_control()
        || matches!(one, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Says something of an application on standard error.
pub(super) fn say(text: &str) {
    // Nobody may be reading any more, which is no reason to stop.
    let _ = writeln!(io::stderr(), "{}", plain(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_stays_behind() {
        assert_eq!(
            plain("a\u{1b}[2Jb\r\nc\u{9b}d\u{7}\u{202e}"),
            "a\u{fffd}[2Jb\u{fffd}\nc\u{fffd}d\u{fffd}\u{fffd}"
        );
    }
}
