//! Protection against requests that another site makes in the person's name, decided from what the
//! browser itself says: Fetch Metadata first, then `Origin`. No token, no key, no cookie.
//!
//! `SameSite` cookies are not enough: they know registrable domains, not origins, so a sibling host
//! passes (OWASP CSRF sheet). The decision is a pure function of method, address and headers.

mod origin;
mod refusal;
#[cfg(test)]
mod truth_table;

use std::collections::HashSet;

use http::{HeaderMap, Method, Uri, header};

pub use origin::{Origin, OriginError};
pub use refusal::{CrossSiteRefusal, ExemptionError};

use origin::{Authority, Parsed};

/// The rules against cross-site requests. The default lets every browser of the last years work on
/// one origin and refuses all other sites, siblings below the same domain included.
///
/// In order:
///
/// 1. `GET`, `HEAD` and `OPTIONS` pass, so they must change nothing; except WebSocket handshakes,
///    which are `GET` and are checked like a `POST` (ASVS V4.4.2).
/// 2. Exempt paths pass.
/// 3. `Sec-Fetch-Site: same-origin` and `none` pass; any other value is refused, unless the `Origin`
///    is a trusted one and the value is a known one.
/// 4. Without that header the `Origin` must be trusted or the application's own.
/// 5. Without both the sender is no browser that could have been misled: it passes, unless
///    [strict](Self::strict).
///
/// Only the request's real method counts. A layer that lets a header or a form field override the
/// method (`X-HTTP-Method-Override`, `_method`) must stand before this one, or a `GET` from another
/// site becomes a `POST` behind its back (CVE-2026-45075 was of this kind).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CrossSite {
    own: Vec<Origin>,
    trusted: Vec<Origin>,
    exempt: HashSet<Box<str>>,
    strict: bool,
}

impl CrossSite {
    /// The default rules: no trusted origin, no exemption, not strict.
    pub fn new() -> Self {
        Self::default()
    }

    /// States an origin under which browsers reach this application, such as `https://example.com`.
    ///
    /// Behind a proxy that rewrites `Host` this is needed; everywhere it is the stricter check. Without
    /// it the host and port of `Origin` are compared with those of the request, and the scheme, which
    /// the application cannot see, is left out. `X-Forwarded-Host` is never read.
    #[must_use]
    pub fn own_origin(mut self, origin: Origin) -> Self {
        self.own.push(origin);
        self
    }

    /// Lets another origin send requests that change things, as if it were this one. Compared whole:
    /// scheme, host and port; there are no patterns.
    #[must_use]
    pub fn trust(mut self, origin: Origin) -> Self {
        self.trusted.push(origin);
        self
    }

    /// Exempts one path, for a webhook that proves its sender in another way.
    ///
    /// Compared byte for byte with the path as this layer sees it: no prefixes, no patterns, no
    /// decoding, no cleaning (Go's pattern exemptions let more through than meant, CVE-2025-47910).
    pub fn exempt(mut self, path: &str) -> Result<Self, ExemptionError> {
        if !path.starts_with('/') {
            return Err(ExemptionError::NotAPath);
        }
        if path.contains(['*', '{', '}', '?', '#']) {
            return Err(ExemptionError::Pattern);
        }
        self.exempt.insert(path.into());
        Ok(self)
    }

    /// Refuses requests that carry neither `Sec-Fetch-Site` nor `Origin` too, for routes where it must
    /// be a browser (OWASP CSRF sheet: recommended for sensitive endpoints).
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// May this request go on?
    pub fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), CrossSiteRefusal> {
        if is_safe(method) && !is_websocket_handshake(headers) {
            return Ok(());
        }
        if self.exempt.contains(uri.path()) {
            return Ok(());
        }
        let origin = SentOrigin::read(headers)?;
        match FetchSite::read(headers)? {
            Some(FetchSite::Same | FetchSite::Person) => Ok(()),
            Some(_) if self.trusts(&origin) => Ok(()),
            Some(FetchSite::Sibling) => Err(CrossSiteRefusal::SameSite),
            Some(FetchSite::Foreign) => Err(CrossSiteRefusal::CrossSite),
            None => self.check_origin(&origin, uri, headers),
        }
    }

    fn check_origin(
        &self,
        origin: &SentOrigin<'_>,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), CrossSiteRefusal> {
        let parsed = match origin {
            SentOrigin::Absent if self.strict => return Err(CrossSiteRefusal::NoEvidence),
            SentOrigin::Absent => return Ok(()),
            SentOrigin::Null => return Err(CrossSiteRefusal::NullOrigin),
            SentOrigin::Malformed => return Err(CrossSiteRefusal::MalformedOrigin),
            SentOrigin::One(parsed) => parsed,
        };
        if self.trusts(origin) || self.own.iter().any(|own| own.is(parsed)) {
            return Ok(());
        }
        if !self.own.is_empty() {
            return Err(CrossSiteRefusal::ForeignOrigin);
        }
        let host = request_host(uri, headers).ok_or(CrossSiteRefusal::HostUnusable)?;
        if parsed.is_at(&host) { Ok(()) } else { Err(CrossSiteRefusal::ForeignOrigin) }
    }

    fn trusts(&self, origin: &SentOrigin<'_>) -> bool {
        matches!(origin, SentOrigin::One(parsed) if self.trusted.iter().any(|trusted| trusted.is(parsed)))
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// HTTP/1.1 asks by `Upgrade` (RFC 6455). HTTP/2 and 3 ask by `CONNECT` (RFC 8441), which is not a
/// safe method and so needs nothing here. Anything that some server could take for a handshake counts.
fn is_websocket_handshake(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::UPGRADE)
        .iter()
        .any(|value| value.as_bytes().windows(9).any(|window| window.eq_ignore_ascii_case(b"websocket")))
}

/// Who caused the request, in the browser's own word; pages cannot write this header.
enum FetchSite {
    Same,
    /// `none`: the person, by the address bar or a bookmark.
    Person,
    Sibling,
    Foreign,
}

impl FetchSite {
    fn read(headers: &HeaderMap) -> Result<Option<Self>, CrossSiteRefusal> {
        let mut lines = headers.get_all("sec-fetch-site").iter();
        let Some(line) = lines.next() else { return Ok(None) };
        // The specification would ignore values that it does not know. Who refuses them, as Go does,
        // errs on the safe side.
        match (line.as_bytes(), lines.next()) {
            (b"same-origin", None) => Ok(Some(Self::Same)),
            (b"none", None) => Ok(Some(Self::Person)),
            (b"same-site", None) => Ok(Some(Self::Sibling)),
            (b"cross-site", None) => Ok(Some(Self::Foreign)),
            _ => Err(CrossSiteRefusal::UnknownFetchSite),
        }
    }
}

enum SentOrigin<'a> {
    Absent,
    /// An opaque origin: a sandboxed frame, a `data:` page, or `Referrer-Policy: no-referrer`.
    Null,
    Malformed,
    One(Parsed<'a>),
}

impl<'a> SentOrigin<'a> {
    fn read(headers: &'a HeaderMap) -> Result<Self, CrossSiteRefusal> {
        let mut lines = headers.get_all(header::ORIGIN).iter();
        let Some(line) = lines.next() else { return Ok(Self::Absent) };
        if lines.next().is_some() {
            return Err(CrossSiteRefusal::SeveralOrigins);
        }
        if line.as_bytes() == b"null" {
            return Ok(Self::Null);
        }
        let parsed = line.to_str().ok().and_then(|text| Parsed::read(text).ok());
        Ok(parsed.map_or(Self::Malformed, Self::One))
    }
}

/// The host that the request was sent to: `:authority` or the absolute address, which go before
/// `Host` (RFC 9112 section 3.2.2), else the one `Host` line.
fn request_host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<Authority<'a>> {
    if let Some(authority) = uri.authority() {
        return Authority::read(authority.as_str()).ok();
    }
    let mut lines = headers.get_all(header::HOST).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    Authority::read(line.to_str().ok()?).ok()
}
