//! Scheme, host and port: where a request goes.

use std::fmt;

use url::Url;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Origin {
    /// Whether it speaks TLS.
    pub is_secure: bool,
    /// The host, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Origin {
    /// The origin of a URL; `None` where it is not `http` or `https`.
    pub fn of(url: &Url) -> Option<Self> {
        let is_secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Self { is_secure, host, port: url.port_or_known_default()? })
    }

    /// `host:port`, as a recipe's scope says it.
    pub fn place(&self) -> String {
        format!("{}:{}", self.bracketed(), self.port)
    }

    /// What goes into `Host`: without the port where it is the scheme's own.
    pub fn authority(&self) -> String {
        let own = if self.is_secure { 443 } else { 80 };
        if self.port == own { self.bracketed() } else { self.place() }
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_s_own_port_is_left_out() {
        let origin = |url: &str| Origin::of(&Url::parse(url).unwrap()).unwrap().to_string();
        assert_eq!(origin("http://localhost:8080/a"), "http://localhost:8080");
        assert_eq!(origin("https://example.test/"), "https://example.test");
        assert_eq!(origin("http://[::1]:80/"), "http://[::1]");
        assert!(Origin::of(&Url::parse("ftp://example.test/").unwrap()).is_none());
    }
}
