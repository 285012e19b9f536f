//! One `Set-Cookie` header, read by hand: a check wants to see what is wrong with it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{
    OffsetDateTime, PrimitiveDateTime, format_description::well_known::Rfc2822, macros::format_description,
};

/// One `Set-Cookie` header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetCookie {
    /// The name; empty for a nameless cookie.
    pub name: String,
    /// The value.
    pub value: String,
    /// Attributes in their order, names in lower case; `None` where there is no `=`.
    pub attributes: Vec<(String, Option<String>)>,
}

/// What `SameSite` says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameSite {
    /// There is no such attribute.
    Absent,
    /// `None`.
    None,
    /// `Lax`.
    Lax,
    /// `Strict`.
    Strict,
    /// Something that browsers do not know, and so treat as absent.
    Unknown(String),
}

impl SetCookie {
    /// Reads a header's value (RFC 6265bis section 5.6); `None` where a browser ignores it as a whole.
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';');
        let pair = parts.next()?;
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if name.is_empty() && value.is_empty() {
            return None;
        }
        let attributes = parts
            .map(|part| match part.split_once('=') {
                Some((name, value)) => (name.trim().to_ascii_lowercase(), Some(value.trim().to_owned())),
                None => (part.trim().to_ascii_lowercase(), None),
            })
            .filter(|(name, _)| !name.is_empty())
            .collect();
        Some(Self { name, value, attributes })
    }

    /// Whether it has the attribute.
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|(name, _)| name == attribute)
    }

    /// The last attribute of this name, which is the one that counts.
    pub fn attribute(&self, attribute: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().rev().find(|(name, _)| name == attribute)?;
        Some(value.as_deref().unwrap_or_default())
    }

    /// What `SameSite` says.
    pub fn same_site(&self) -> SameSite {
        match self.attribute("samesite") {
            None => SameSite::Absent,
            Some(value) if value.eq_ignore_ascii_case("none") => SameSite::None,
            Some(value) if value.eq_ignore_ascii_case("lax") => SameSite::Lax,
            Some(value) if value.eq_ignore_ascii_case("strict") => SameSite::Strict,
            Some(value) => SameSite::Unknown(value.to_owned()),
        }
    }

    /// The domain that it is shared with, without a leading dot; `None` for the host alone.
    pub fn domain(&self) -> Option<String> {
        let domain = self.attribute("domain")?.trim_start_matches('.').to_ascii_lowercase();
        (!domain.is_empty()).then_some(domain)
    }

    /// The path, where it is one.
    pub fn path(&self) -> Option<&str> {
        self.attribute("path").filter(|path| path.starts_with('/'))
    }

    /// How long it is kept after `now`, which should be the server's; `None` until the browser is closed. Zero
    /// deletes it. `Max-Age` wins over `Expires`.
    pub fn lifetime(&self, now: SystemTime) -> Option<Duration> {
        if let Some(seconds) = self.attribute("max-age").and_then(|value| value.parse::<i64>().ok()) {
            return Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        }
        let expires = http_date(self.attribute("expires")?)?;
        Some(expires.duration_since(now).unwrap_or_default())
    }

    /// Whether it deletes the cookie instead of setting it.
    pub fn deletes(&self, now: SystemTime) -> bool {
        self.lifetime(now).is_some_and(|lifetime| lifetime.is_zero())
    }
}

/// A date of HTTP, also in the spellings that servers still send.
pub(crate) fn http_date(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let dashed = format_description!(
        "[weekday repr:short], [day]-[month repr:short]-[year] [hour]:[minute]:[second] GMT"
    );
    let at = OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822)
        .ok()
        .or_else(|| PrimitiveDateTime::parse(text, dashed).ok().map(PrimitiveDateTime::assume_utc))?;
    let seconds = u64::try_from(at.unix_timestamp()).unwrap_or(0);
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    #[test]
    fn attributes_are_read_whatever_their_case_and_the_last_one_counts() {
        let cookie = SetCookie::parse("sid=a=b; PATH=/x;Secure ; samesite=LAX; Path=/").unwrap();
        assert_eq!((cookie.name.as_str(), cookie.value.as_str()), ("sid", "a=b"));
        assert_eq!(cookie.path(), Some("/"));
        assert!(cookie.has("secure") && !cookie.has("httponly"));
        assert_eq!(cookie.same_site(), SameSite::Lax);
        assert_eq!(SetCookie::parse("alone; Path=/").unwrap().name, "");
        assert_eq!(SetCookie::parse("; Path=/"), None);
    }

    #[test]
    fn a_lifetime_is_max_age_before_expires_and_none_until_the_browser_closes() {
        let lifetime = |text: &str| SetCookie::parse(text).unwrap().lifetime(now());
        assert_eq!(lifetime("a=b"), None);
        assert_eq!(lifetime("a=b; Expires=Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(lifetime("a=b; Expires=Sun, 06-Nov-1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(lifetime("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(
            lifetime("a=b; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
            Some(Duration::from_secs(5))
        );
        assert!(SetCookie::parse("a=; Max-Age=-1").unwrap().deletes(now()));
        assert_eq!(lifetime("a=b; Expires=tomorrow"), None, "a browser ignores it too");
    }
}
