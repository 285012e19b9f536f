//! What is analysed: tokens in the order in which they were made, with what is known of each.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// One token. It has no `Debug`: a token of a live session is a secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct Token {
    pub(super) text: String,
    pub(super) sent: Option<SystemTime>,
    pub(super) received: Option<SystemTime>,
    pub(super) server_date: Option<SystemTime>,
    pub(super) account: Option<String>,
    pub(super) connection: Option<u64>,
}

impl Token {
    /// A token of which nothing else is known.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            sent: None,
            received: None,
            server_date: None,
            account: None,
            connection: None,
        }
    }

    /// When the request was sent and its answer received, by the auditor's clock.
    #[must_use]
    pub fn between(mut self, sent: SystemTime, received: SystemTime) -> Self {
        (self.sent, self.received) = (Some(sent), Some(received));
        self
    }

    /// The answer's `Date`.
    #[must_use]
    pub fn server_date(mut self, date: SystemTime) -> Self {
        self.server_date = Some(date);
        self
    }

    /// Whose session it is.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The connection on which it came.
    #[must_use]
    pub fn connection(mut self, connection: u64) -> Self {
        self.connection = Some(connection);
        self
    }

    /// From when to when it may have been made, in microseconds since 1970, by the server's clock where it told.
    pub(super) fn made(&self) -> Option<(i64, i64)> {
        if let Some(date) = self.server_date {
            // A `Date` names the second in which an answer was sent, and the token is a little older.
            let date = micros(date);
            return Some((date - 1_500_000, date + 1_500_000));
        }
        Some((micros(self.sent?), micros(self.received?)))
    }
}

pub(super) fn micros(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Tokens of one kind, in the order in which they were made.
#[derive(Clone)]
pub struct Sample {
    pub(super) tokens: Vec<Token>,
}

/// Why a list of tokens cannot be analysed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// One token shows nothing.
    #[error(
        "{found} tokens: at least {} are needed, and 200 or more say something of chance",
        Sample::FEWEST
    )]
    TooFew {
        /// How many there were.
        found: usize,
    },
    /// A line cannot be read.
    #[error("line {line}: {why}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Sample {
    /// Fewer tokens cannot be compared.
    pub const FEWEST: usize = 2;

    /// The longest token that is read, in bytes: no server takes a longer cookie.
    pub const LONGEST: usize = 16_384;

    /// A sample of these tokens, in the order in which they were made.
    pub fn new(tokens: impl IntoIterator<Item = Token>) -> Result<Self, SampleError> {
        let tokens: Vec<_> = tokens.into_iter().collect();
        if tokens.len() < Self::FEWEST {
            return Err(SampleError::TooFew { found: tokens.len() });
        }
        Ok(Self { tokens })
    }

    /// Reads a list: one token a line, then perhaps a tab and when it came (Unix seconds, with a fraction or
    /// not, or RFC 3339). Empty lines and lines that begin with `#` are passed over.
    pub fn read(list: &str) -> Result<Self, SampleError> {
        let mut tokens = Vec::new();
        for (index, line) in list.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |why| SampleError::Line { line: index + 1, why };
            let (text, at) = line.split_once('\t').map_or((line, None), |(text, at)| (text, Some(at)));
            let text = text.trim();
            if text.len() > Self::LONGEST {
                return Err(wrong("longer than any token; is this a list with one token a line?"));
            }
            let token = Token::new(text);
            tokens.push(match at {
                None => token,
                Some(at) => {
                    let at = moment(at.trim()).ok_or_else(|| {
                        wrong("after the tab should stand a time: Unix seconds, or 2026-01-31T12:00:00Z")
                    })?;
                    token.between(at - Duration::from_secs(1), at)
                }
            });
        }
        Self::new(tokens)
    }

    /// How many tokens there are.
    #[expect(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| token.text.as_str())
    }
}

fn moment(text: &str) -> Option<SystemTime> {
    if let Ok(seconds) = text.parse::<f64>() {
        return UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?);
    }
    OffsetDateTime::parse(text, &Rfc3339).ok().map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_comments_and_times() {
        let sample = Sample::read("# mine\r\n\nabc\ndef\t1700000000.5\nghi\t2023-11-14T22:13:20Z\n").unwrap();
        assert_eq!(sample.texts().collect::<Vec<_>>(), ["abc", "def", "ghi"]);
        assert_eq!(sample.tokens[0].made(), None);
        assert_eq!(sample.tokens[1].made(), Some((1_699_999_999_500_000, 1_700_000_000_500_000)));
        assert_eq!(sample.tokens[2].made(), Some((1_699_999_999_000_000, 1_700_000_000_000_000)));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let told = |list| Sample::read(list).err().unwrap().to_string();
        assert!(told("abc\ndef\tyesterday\n").starts_with("line 2:"));
        assert!(told("# only\nabc\n").contains("1 tokens"));
    }
}
