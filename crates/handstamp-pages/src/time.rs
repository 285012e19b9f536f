//! Times as people read them.
//!
//! The server does not know the reader's zone, so the text is UTC and says so; the script rewrites
//! it in the reader's own zone where there is script.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::time::OffsetDateTime;
use maud::{Markup, html};

use crate::strings::Strings;

/// A moment, to the second, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(OffsetDateTime);

impl Time {
    /// The moment so many milliseconds after the Unix epoch. One beyond the year 9999, which no
    /// page can mean, is shown as the epoch.
    pub fn from_unix_milliseconds(milliseconds: u64) -> Self {
        let seconds = i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX);
        Self(OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    /// The time element: exact for machines, UTC in words for people, marked for the script.
    pub fn element(self, strings: &Strings) -> Markup {
        html! {
            time datetime=(self.machine()) data-local { (self.words(strings)) }
        }
    }

    /// The text in UTC.
    pub fn words(self, strings: &Strings) -> String {
        (strings.times.date)(self.0)
    }

    /// How long before `now` it was; nothing if it lies ahead.
    pub fn before(self, now: Self) -> Span {
        let ago = now.0 - self.0;
        Span::rounded_down(Duration::try_from(ago).unwrap_or_default())
    }

    fn machine(self) -> String {
        let at = self.0;
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }
}

impl From<SystemTime> for Time {
    fn from(at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::from_unix_milliseconds(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// A length of time in its largest whole unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Span {
    /// So many seconds, fewer than 60.
    Seconds(u64),
    /// So many minutes, fewer than 60.
    Minutes(u64),
    /// So many hours, fewer than 48.
    Hours(u64),
    /// So many days.
    Days(u64),
}

impl Span {
    /// The whole units in `length`: what "ago" means.
    pub fn rounded_down(length: Duration) -> Self {
        match length.as_secs() {
            seconds @ 0..60 => Self::Seconds(seconds),
            seconds @ 60..3_600 => Self::Minutes(seconds / 60),
            seconds @ 3_600..172_800 => Self::Hours(seconds / 3_600),
            seconds => Self::Days(seconds / 86_400),
        }
    }

    /// The units needed to hold `length`: what "within" promises, and so never less than it.
    pub fn rounded_up(length: Duration) -> Self {
        let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
        match seconds {
            0..60 => Self::Seconds(seconds),
            60..=3_540 => Self::Minutes(seconds.div_ceil(60)),
            3_541..=169_200 => Self::Hours(seconds.div_ceil(3_600)),
            _ => Self::Days(seconds.div_ceil(86_400)),
        }
    }
}

/// When a session was last used, and how exactly that is known: use is recorded at most once per
/// touch interval, and a page that claims more would lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// The last use on record.
    pub at: Time,
    /// The true last use lies at most this much later.
    pub precision: Duration,
}

impl LastUse {
    pub(crate) fn element(self, now: Time, strings: &Strings) -> Markup {
        let times = &strings.times;
        html! {
            span class="ago" { ((times.ago)(self.at.before(now))) }
            " "
            span class="detail" {
                (self.at.element(strings)) ", " ((times.within)(Span::rounded_up(self.precision)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LastUse, Span, Time};
    use crate::strings::ENGLISH;

    const MOMENT: u64 = 1_795_338_732_987;

    #[test]
    fn says_utc_in_words_and_zulu_to_machines() {
        let html = Time::from_unix_milliseconds(MOMENT).element(&ENGLISH).into_string();
        assert_eq!(html, r#"<time datetime="2026-11-22T09:12:12Z" data-local>22 Nov 2026, 09:12 UTC</time>"#);
    }

    #[test]
    fn no_number_is_out_of_range() {
        assert_eq!(Time::from_unix_milliseconds(u64::MAX), Time::from_unix_milliseconds(0));
    }

    #[test]
    fn a_precision_is_never_understated() {
        assert_eq!(Span::rounded_up(Duration::from_secs(60)), Span::Minutes(1));
        assert_eq!(Span::rounded_up(Duration::from_secs(61)), Span::Minutes(2));
        assert_eq!(Span::rounded_up(Duration::from_millis(1_500)), Span::Seconds(2));
        assert_eq!(Span::rounded_up(Duration::from_secs(3_541)), Span::Hours(1));
        assert_eq!(Span::rounded_up(Duration::from_secs(169_201)), Span::Days(2));
    }

    #[test]
    fn a_use_ahead_of_the_clock_is_just_now() {
        let early = Time::from_unix_milliseconds(MOMENT);
        let late = Time::from_unix_milliseconds(MOMENT + 60_000);
        assert_eq!(late.before(early), Span::Seconds(0));
        assert_eq!(early.before(late), Span::Minutes(1));
    }

    #[test]
    fn last_use_states_its_precision() {
        let at = Time::from_unix_milliseconds(MOMENT);
        let html = LastUse { at, precision: Duration::from_secs(60) }
            .element(Time::from_unix_milliseconds(MOMENT + 3 * 3_600_000), &ENGLISH)
            .into_string();
        assert!(html.contains("3 hours ago"), "{html}");
        assert!(html.contains("within 1 minute"), "{html}");
    }
}
