//! How the cookie is set. The name's prefix and the attributes are decided together, by type: no
//! combination that a browser would drop or weaken can be written down.

use std::time::Duration;

use cookie::{Cookie, Expiration, SameSite, time};
use http::HeaderValue;

use crate::token::IssuedToken;

/// Browsers cap a cookie's lifetime at 400 days (RFC 6265bis section 5.5).
const LONGEST: Duration = Duration::from_secs(400 * 86_400);

/// The session cookie of an application.
///
/// Default: `__Host-Http-session; Path=/; Secure; HttpOnly; SameSite=Lax`, without a lifetime. The
/// prefix makes browsers refuse a cookie of that name from a sibling host, from plain http, and from
/// script; one that does not know `__Host-Http-` yet still enforces `__Host-` (ASVS V3.3.1 to V3.3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CookieRecipe {
    name: String,
    scope: Scope,
    same_site: SameSitePolicy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    /// `__Host-Http-`: this host only, all paths, never from script.
    Host,
    /// `__Secure-`: this domain and everything below it.
    Domain(String),
}

/// Which cross-site requests carry the cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameSitePolicy {
    /// Top-level navigations only. The default: links from elsewhere find people signed in.
    Lax,
    /// None at all; somebody who follows a link from elsewhere looks signed out on the first page.
    Strict,
    /// All, for applications that live in other sites' frames: adds `Partitioned`, so that each
    /// embedding site has a cookie of its own. Gives up a defence; cross-site protection stays.
    NoneForEmbedding,
}

/// Why a cookie cannot be made so (CVE-2024-47764).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieError {
    /// The name is not a token of 1 to 64 letters, digits, `-` and `_`, or brings a prefix of its own.
    #[error(
        "a cookie's name is 1 to 64 letters, digits, `-` or `_`, without a prefix: it is added by its scope"
    )]
    Name,
    /// The domain is not a host name.
    #[error("a cookie's domain is a plain host name such as `example.com`")]
    Domain,
}

impl CookieRecipe {
    /// The default.
    pub fn new() -> Self {
        Self { name: "__Host-Http-session".into(), scope: Scope::Host, same_site: SameSitePolicy::Lax }
    }

    /// Another name behind the prefix: `__Host-Http-NAME`. For several applications on one host.
    pub fn named(self, name: &str) -> Result<Self, CookieError> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_token) || name.starts_with("__") {
            return Err(CookieError::Name);
        }
        let prefix = match self.scope {
            Scope::Host => "__Host-Http-",
            Scope::Domain(_) => "__Secure-",
        };
        Ok(Self { name: format!("{prefix}{name}"), ..self })
    }

    /// Shares the cookie with every host below `domain`. Gives up `__Host-`: any of these hosts can
    /// then set or read it, so share it only among hosts of equal trust (ASVS V3.3.3).
    pub fn shared_below(self, domain: &str) -> Result<Self, CookieError> {
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        // No top-level domain is a number, so what ends in one is an IPv4 address, which has nothing
        // below it.
        let is_address = domain.bytes().next_back().is_some_and(|last| last.is_ascii_digit());
        if domain.len() > 253 || is_address || !domain.contains('.') || !domain.split('.').all(label) {
            return Err(CookieError::Domain);
        }
        let name = self.name.trim_start_matches("__Host-Http-").trim_start_matches("__Secure-");
        Ok(Self { name: format!("__Secure-{name}"), scope: Scope::Domain(domain.into()), ..self })
    }

    /// Which cross-site requests carry it. Default: [`SameSitePolicy::Lax`].
    #[must_use]
    pub fn same_site(self, same_site: SameSitePolicy) -> Self {
        Self { same_site, ..self }
    }

    /// The whole name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The header that hands a token out. `lifetime` only for a session that outlives the browser; it
    /// enforces nothing (NIST 800-63B-4 section 5.1.1).
    pub(crate) fn issue(&self, token: &IssuedToken, lifetime: Option<Duration>) -> Option<HeaderValue> {
        let mut cookie = self.build(token.expose());
        if let Some(lifetime) = lifetime {
            // Less than a second would be written as 0, which deletes.
            let seconds = lifetime.min(LONGEST).as_secs().max(1);
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            cookie.set_max_age(time::Duration::seconds(seconds));
        }
        header(&cookie)
    }

    /// The header that takes it back: the same attributes, no value, a lifetime of 0.
    pub(crate) fn expire(&self) -> Option<HeaderValue> {
        let mut cookie = self.build("");
        cookie.set_max_age(time::Duration::ZERO);
        cookie.set_expires(Expiration::DateTime(time::OffsetDateTime::UNIX_EPOCH));
        header(&cookie)
    }

    fn build<'a>(&'a self, value: &'a str) -> Cookie<'a> {
        let mut cookie = Cookie::new(self.name.as_str(), value);
        cookie.set_path("/");
        cookie.set_secure(true);
        cookie.set_http_only(true);
        cookie.set_same_site(match self.same_site {
            SameSitePolicy::Lax => SameSite::Lax,
            SameSitePolicy::Strict => SameSite::Strict,
            SameSitePolicy::NoneForEmbedding => SameSite::None,
        });
        if self.same_site == SameSitePolicy::NoneForEmbedding {
            cookie.set_partitioned(true);
        }
        if let Scope::Domain(domain) = &self.scope {
            cookie.set_domain(domain.as_str());
        }
        cookie
    }
}

impl Default for CookieRecipe {
    fn default() -> Self {
        Self::new()
    }
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    // Name, domain and token are checked types: this is always a header value.
    let mut value = HeaderValue::try_from(cookie.to_string()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        KeyRing, RealmKey, RealmName, SessionId,
        token::{Generation, Secret},
    };

    fn token() -> IssuedToken {
        let ring = KeyRing::new(&RealmName::default(), RealmKey::generate());
        ring.issue(SessionId::from_bytes([1; 16]), Generation::FIRST, &Secret::generate())
    }

    #[test]
    fn the_default_is_the_promised_one() {
        let token = token();
        let header = CookieRecipe::new().issue(&token, None).unwrap();
        let expected =
            format!("__Host-Http-session={}; HttpOnly; SameSite=Lax; Secure; Path=/", token.expose());
        assert_eq!(header.to_str().unwrap(), expected);
        assert!(header.is_sensitive());
        assert!(header.len() <= 4096);
    }

    #[test]
    fn taking_it_back_has_the_same_attributes() {
        let shared = || CookieRecipe::new().named("shop").unwrap().shared_below("example.com").unwrap();
        for same_site in [SameSitePolicy::Lax, SameSitePolicy::Strict, SameSitePolicy::NoneForEmbedding] {
            for recipe in [CookieRecipe::new(), shared()].map(|recipe| recipe.same_site(same_site)) {
                let issued = recipe.issue(&token(), None).unwrap();
                let expired = recipe.expire().unwrap();
                let expired = expired.to_str().unwrap();
                let lifetime = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
                assert!(expired.contains(lifetime), "{expired}");
                let (given, attributes) = issued.to_str().unwrap().split_once(';').unwrap();
                let (taken, same_attributes) = expired.split_once(';').unwrap();
                assert_eq!(attributes, same_attributes.replace(lifetime, ""));
                assert_eq!(given.split_once('=').unwrap().0, recipe.name());
                assert_eq!(taken, format!("{}=", recipe.name()));
            }
        }
    }

    #[test]
    fn every_recipe_is_secure_and_out_of_reach_of_scripts() {
        for (recipe, attributes) in [
            (CookieRecipe::new(), "HttpOnly; SameSite=Lax; Secure; Path=/"),
            (
                CookieRecipe::new().same_site(SameSitePolicy::Strict),
                "HttpOnly; SameSite=Strict; Secure; Path=/",
            ),
            (
                CookieRecipe::new().same_site(SameSitePolicy::NoneForEmbedding),
                "HttpOnly; SameSite=None; Partitioned; Secure; Path=/",
            ),
            (
                CookieRecipe::new().shared_below("example.com").unwrap(),
                "HttpOnly; SameSite=Lax; Secure; Path=/; Domain=example.com",
            ),
        ] {
            let issued = recipe.issue(&token(), None).unwrap();
            let (_, written) = issued.to_str().unwrap().split_once("; ").unwrap();
            assert_eq!(written, attributes);
        }
    }

    #[test]
    fn a_lifetime_is_capped_at_400_days_and_never_deletes() {
        for (lifetime, written) in [
            (Duration::MAX, "Max-Age=34560000"),
            (Duration::from_secs(3600), "Max-Age=3600"),
            (Duration::from_millis(500), "Max-Age=1"),
            (Duration::ZERO, "Max-Age=1"),
        ] {
            let header = CookieRecipe::new().issue(&token(), Some(lifetime)).unwrap();
            assert!(header.to_str().unwrap().split("; ").any(|part| part == written), "{header:?} {written}");
        }
    }

    #[test]
    fn scope_and_prefix_go_together() {
        let shared = CookieRecipe::new().named("shop").unwrap().shared_below("example.com").unwrap();
        assert_eq!(shared.name(), "__Secure-shop");
        assert_eq!(CookieRecipe::new().named("shop").unwrap().name(), "__Host-Http-shop");
        for bad in ["", "a b", "a;b", "a=b", "__Host-a", "a\r\nb"] {
            assert_eq!(CookieRecipe::new().named(bad), Err(CookieError::Name), "{bad:?}");
        }
        for bad in [
            "",
            "com",
            "a;b.com",
            "a..com",
            ".example.com",
            "example.com.",
            "exa mple.com",
            "-a.com",
            "a-.com",
            "127.0.0.1",
            "[::1]",
            "example.com:443",
            "b\u{fc}cher.example",
            "a.com\r\nx",
        ] {
            assert_eq!(CookieRecipe::new().shared_below(bad), Err(CookieError::Domain), "{bad:?}");
        }
    }

    proptest! {
        /// Whatever is taken for a name or a domain adds no attribute and no line (CVE-2024-47764).
        #[test]
        fn nothing_can_be_smuggled_into_the_header(name in "[a-z;=, \r\n_-]{0,6}|\\PC{1,6}", domain in "[a-z;=, .\r\n-]{0,12}") {
            let recipe = CookieRecipe::new();
            let recipe = recipe.clone().named(&name).unwrap_or(recipe);
            let recipe = recipe.clone().shared_below(&domain).unwrap_or(recipe);
            let issued = recipe.issue(&token(), None);
            let issued = issued.as_ref().and_then(|issued| issued.to_str().ok()).unwrap();
            let attributes: Vec<_> = issued.split(';').skip(1).map(|part| part.split('=').next().unwrap().trim()).collect();
            let plain = ["HttpOnly", "SameSite", "Secure", "Path"];
            prop_assert_eq!(&attributes[..4], plain);
            prop_assert!(attributes[4..].iter().all(|more| *more == "Domain"));
        }
    }
}
