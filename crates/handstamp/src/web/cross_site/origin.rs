//! Origins: scheme, host and port, and nothing else (RFC 6454).
//!
//! Read by hand and strictly: a URL parser forgives (userinfo, backslashes, paths), and each thing it
//! forgives is a way to look like another origin.

use std::{fmt, net::Ipv6Addr, str::FromStr};

/// An origin such as `https://example.com` or `https://example.com:8443`.
///
/// The port of its scheme may be left out or not; upper and lower case are the same. A trailing dot
/// makes another host, as it does for browsers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Origin(Box<str>);

impl Origin {
    /// Reads `scheme://host` or `scheme://host:port`: no path, not even `/`, no user name, no pattern.
    pub fn new(origin: &str) -> Result<Self, OriginError> {
        Parsed::read(origin)?;
        Ok(Self(origin.to_ascii_lowercase().into()))
    }

    /// The origin as it was given, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is(&self, sent: &Parsed<'_>) -> bool {
        Parsed::read(&self.0).is_ok_and(|own| own.same_as(sent))
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        Parsed::read(&other.0).is_ok_and(|other| self.is(&other))
    }
}

impl Eq for Origin {}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(origin: &str) -> Result<Self, OriginError> {
        Self::new(origin)
    }
}

/// Why a text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// There is no `scheme://` before it.
    #[error("an origin begins with its scheme, such as `https://`")]
    Scheme,
    /// What follows is not a host name, an IPv4 address or an IPv6 address in brackets.
    #[error(
        "after its scheme an origin has a host and perhaps a port, and nothing more: no path, no user name"
    )]
    Host,
    /// The port is not a number from 0 to 65535.
    #[error("the port of an origin is a number from 0 to 65535")]
    Port,
}

/// An origin as it stands in a header; borrows, so that a check costs no allocation.
pub(super) struct Parsed<'a> {
    scheme: &'a str,
    authority: Authority<'a>,
}

impl<'a> Parsed<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, OriginError> {
        let (scheme, authority) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(legal) {
            return Err(OriginError::Scheme);
        }
        Ok(Self { scheme, authority: Authority::read(authority)? })
    }

    fn same_as(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.authority.host == other.authority.host
            && self.port_of(&self.authority) == self.port_of(&other.authority)
    }

    /// Same host and port? The scheme of `host` is not known and taken to be this origin's.
    pub(super) fn is_at(&self, host: &Authority<'_>) -> bool {
        self.authority.host == host.host && self.port_of(&self.authority) == self.port_of(host)
    }

    fn port_of(&self, authority: &Authority<'_>) -> Option<u16> {
        authority.port.or_else(|| {
            let is = |scheme: &str| self.scheme.eq_ignore_ascii_case(scheme);
            if is("https") || is("wss") {
                Some(443)
            } else if is("http") || is("ws") {
                Some(80)
            } else {
                None
            }
        })
    }
}

/// `host` or `host:port`, as in `Host`.
pub(super) struct Authority<'a> {
    host: Host<'a>,
    port: Option<u16>,
}

impl<'a> Authority<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, OriginError> {
        if let Some(rest) = text.strip_prefix('[') {
            let (address, rest) = rest.split_once(']').ok_or(OriginError::Host)?;
            let host = Host::Ipv6(address.parse().map_err(|_| OriginError::Host)?);
            let port = match rest.strip_prefix(':') {
                Some(port) => Some(read_port(port)?),
                None if rest.is_empty() => None,
                None => return Err(OriginError::Host),
            };
            return Ok(Self { host, port });
        }
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(read_port(port)?)),
            None => (text, None),
        };
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if name.is_empty() || name.len() > 253 || !name.bytes().all(legal) {
            return Err(OriginError::Host);
        }
        Ok(Self { host: Host::Name(name), port })
    }
}

fn read_port(text: &str) -> Result<u16, OriginError> {
    // `parse` alone would take `+443`.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OriginError::Port);
    }
    text.parse().map_err(|_| OriginError::Port)
}

/// A name or IPv4 address as it is spelled, or an IPv6 address, which has many spellings.
enum Host<'a> {
    Name(&'a str),
    Ipv6(Ipv6Addr),
}

impl PartialEq<Host<'_>> for Host<'_> {
    fn eq(&self, other: &Host<'_>) -> bool {
        match (self, other) {
            (Self::Name(one), Host::Name(other)) => one.eq_ignore_ascii_case(other),
            (Self::Ipv6(one), Host::Ipv6(other)) => one == other,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Origin::new(one).unwrap().is(&Parsed::read(other).unwrap())
    }

    #[test]
    fn whole_origins_are_compared() {
        for (one, other) in [
            ("https://example.com", "https://example.com:443"),
            ("http://example.com:80", "http://example.com"),
            ("HTTPS://Example.com", "https://example.COM"),
            ("https://[2001:db8::1]", "https://[2001:DB8:0:0::1]:443"),
            ("app://localhost", "app://localhost"),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
        for (one, other) in [
            ("https://example.com", "http://example.com"),
            ("https://example.com", "https://example.com:8443"),
            ("https://example.com", "https://example.com."),
            ("https://example.com", "https://example.com.evil.example"),
            ("https://example.com", "https://wwwexample.com"),
            ("https://[::1]", "https://[::2]"),
            ("app://localhost", "app://localhost:80"),
        ] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for (text, error) in [
            ("", OriginError::Scheme),
            ("null", OriginError::Scheme),
            ("example.com", OriginError::Scheme),
            ("//example.com", OriginError::Scheme),
            ("://example.com", OriginError::Scheme),
            ("https:/example.com", OriginError::Scheme),
            ("https://", OriginError::Host),
            ("https://example.com/", OriginError::Host),
            ("https://example.com/path", OriginError::Host),
            ("https://example.com?query", OriginError::Host),
            ("https://user@example.com", OriginError::Host),
            ("https://*.example.com", OriginError::Host),
            ("https://exa mple.com", OriginError::Host),
            ("https://example.com\\", OriginError::Host),
            ("https://ex%61mple.com", OriginError::Host),
            ("https://exämple.com", OriginError::Host),
            ("https://[::1", OriginError::Host),
            ("https://[::1]x", OriginError::Host),
            ("https://[fe80::1%25eth0]", OriginError::Host),
            ("https://[127.0.0.1]", OriginError::Host),
            ("https://user:pass@example.com", OriginError::Port),
            ("https://example.com:", OriginError::Port),
            ("https://example.com:+443", OriginError::Port),
            ("https://example.com:65536", OriginError::Port),
            ("https://example.com:443/", OriginError::Port),
            ("https://::1", OriginError::Port),
        ] {
            assert_eq!(Origin::new(text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".{0,80}", host in "[\\[\\]:.a-f0-9@/%]{0,40}") {
            let _ = Origin::new(&text);
            let _ = Origin::new(&format!("https://{host}"));
        }
    }
}
