//! What one browser keeps.

use std::{fmt, time::SystemTime};

use super::SetCookie;
use crate::wire::Origin;

/// What one browser keeps. `Secure` does not keep a cookie from loopback over plain HTTP, as in browsers; and
/// nothing else about a cookie's safety is enforced here: that is what checks are for.
#[derive(Clone, Default)]
pub struct Jar {
    cookies: Vec<Kept>,
}

#[derive(Clone)]
struct Kept {
    cookie: SetCookie,
    /// The host that set it, or the domain that it is shared with.
    domain: String,
    is_host_only: bool,
    path: String,
}

impl Jar {
    /// Takes what an answer to a request for `path` sets and deletes.
    pub fn take(
        &mut self,
        cookies: impl IntoIterator<Item = SetCookie>,
        origin: &Origin,
        path: &str,
        now: SystemTime,
    ) {
        for cookie in cookies {
            let host = origin.host.to_ascii_lowercase();
            let (domain, is_host_only) = match cookie.domain() {
                Some(domain) if domain == host => (domain, false),
                Some(domain) if host.ends_with(&format!(".{domain}")) => (domain, false),
                // A browser takes no cookie for another domain.
                Some(_) => continue,
                None => (host, true),
            };
            let path = cookie.path().map_or_else(|| default_path(path), str::to_owned);
            self.cookies.retain(|kept| {
                !(kept.cookie.name == cookie.name && kept.domain == domain && kept.path == path)
            });
            if !cookie.deletes(now) {
                self.cookies.push(Kept { cookie, domain, is_host_only, path });
            }
        }
    }

    /// Puts a cookie there by hand, for the whole of a host.
    pub fn put(&mut self, origin: &Origin, name: &str, value: &str) {
        let cookie = SetCookie { name: name.to_owned(), value: value.to_owned(), attributes: Vec::new() };
        self.take([cookie], origin, "/", SystemTime::UNIX_EPOCH);
    }

    /// What it sends to this place: names and values, the longest path first.
    pub fn pairs(&self, origin: &Origin, path: &str) -> Vec<(String, String)> {
        let host = origin.host.to_ascii_lowercase();
        let mut found: Vec<_> = self
            .cookies
            .iter()
            .filter(|kept| {
                let is_host = kept.domain == host
                    || (!kept.is_host_only && host.ends_with(&format!(".{}", kept.domain)));
                is_host && covers(&kept.path, path)
            })
            .collect();
        found.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        found.iter().map(|kept| (kept.cookie.name.clone(), kept.cookie.value.clone())).collect()
    }

    /// The cookies in it, as they were set.
    pub fn cookies(&self) -> impl Iterator<Item = &SetCookie> {
        self.cookies.iter().map(|kept| &kept.cookie)
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }

    /// Throws every cookie of this name away.
    pub fn remove(&mut self, name: &str) {
        self.cookies.retain(|kept| kept.cookie.name != name);
    }
}

/// The folder of the path that set it (RFC 6265 section 5.1.4).
fn default_path(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    match path.rfind('/') {
        Some(0) | None => "/".to_owned(),
        Some(end) => path[..end].to_owned(),
    }
}

fn covers(cookie: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    path == cookie
        || (path.starts_with(cookie) && (cookie.ends_with('/') || path[cookie.len()..].starts_with('/')))
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.cookies.iter().map(|kept| &kept.cookie.name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(host: &str) -> Origin {
        Origin { is_secure: false, host: host.to_owned(), port: 80 }
    }

    fn taken(host: &str, path: &str, headers: &[&str]) -> Jar {
        let mut jar = Jar::default();
        jar.take(
            headers.iter().filter_map(|text| SetCookie::parse(text)),
            &origin(host),
            path,
            SystemTime::UNIX_EPOCH,
        );
        jar
    }

    #[test]
    fn a_cookie_goes_where_it_belongs_and_nowhere_else() {
        let jar = taken(
            "a.test",
            "/login/form",
            &["n=1", "p=2; Path=/", "d=3; Domain=a.test; Path=/", "x=4; Domain=b.test"],
        );
        let names = |host: &str, path: &str| {
            let mut names: Vec<_> =
                jar.pairs(&origin(host), path).into_iter().map(|(name, _)| name).collect();
            names.sort();
            names.join("")
        };
        assert_eq!(names("a.test", "/login/other?x"), "dnp");
        assert_eq!(names("a.test", "/loginx"), "dp");
        assert_eq!(names("sub.a.test", "/"), "d");
        assert_eq!(names("b.test", "/"), "");
    }

    #[test]
    fn a_deletion_has_to_match_name_path_and_domain() {
        let mut jar = taken("a.test", "/", &["n=1; Path=/a"]);
        jar.take(SetCookie::parse("n=; Max-Age=0; Path=/"), &origin("a.test"), "/", SystemTime::UNIX_EPOCH);
        assert!(!jar.is_empty(), "another path is another cookie");
        jar.take(SetCookie::parse("n=; Max-Age=0; Path=/a"), &origin("a.test"), "/", SystemTime::UNIX_EPOCH);
        assert!(jar.is_empty());
    }
}
