//! What a request says about itself, read when its session is first asked for.

use std::net::IpAddr;

use http::{Extensions, HeaderMap, HeaderValue, Method, Uri, header, uri::PathAndQuery};

use super::{
    cookie::{Found, find, find_all},
    layer::{Config, Transport},
    navigation::{self, Signals},
    return_to::ReturnTo,
};
use crate::device::DeviceFacts;

/// The address of the socket's other end, for servers that are not axum: put it into the request's
/// extensions. With axum, `ConnectInfo<SocketAddr>` is understood as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerAddress(pub IpAddr);

impl PeerAddress {
    /// This address.
    pub fn new(address: IpAddr) -> Self {
        Self(address)
    }
}

pub(super) struct Facts {
    /// The header that holds the token, if there is exactly one token.
    pub(super) token: Option<TokenPlace>,
    /// Several cookies of the session's name, or more cookies than are read: no token counts, but one
    /// of them may be genuine.
    pub(super) is_ambiguous: bool,
    /// All of them, for a sign-out that must not miss the genuine one.
    pub(super) candidates: Vec<TokenPlace>,
    pub(super) signals: Signals,
    /// Every line of `Accept`, to be read if the request is refused.
    accept: Option<HeaderValue>,
    further_accept: Vec<HeaderValue>,
    /// Of a request that may be repeated by going there.
    address: Option<PathAndQuery>,
    user_agent: Option<HeaderValue>,
    host: Option<HeaderValue>,
    client: Option<IpAddr>,
}

/// Where in which header value the token stands. The value is shared, never copied.
pub(super) struct TokenPlace {
    header: HeaderValue,
    start: usize,
    end: usize,
}

impl TokenPlace {
    pub(super) fn bytes(&self) -> &[u8] {
        self.header.as_bytes().get(self.start..self.end).unwrap_or_default()
    }
}

impl Facts {
    pub(super) fn read(
        config: &Config,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Self {
        let presented = match config.transport {
            Transport::Cookie => tokens_in_cookies(config.cookie.name(), headers),
            Transport::Bearer => token_in_authorization(headers).map_or(Tokens::None, Tokens::One),
        };
        let (token, is_ambiguous, candidates) = match presented {
            Tokens::None => (None, false, Vec::new()),
            Tokens::One(token) => (Some(token), false, Vec::new()),
            Tokens::Several(candidates) => (None, true, candidates),
        };
        let mut accept = headers.get_all(header::ACCEPT).iter().cloned();
        Self {
            token,
            is_ambiguous,
            candidates,
            signals: Signals::read(method, headers),
            accept: accept.next(),
            further_accept: accept.collect(),
            address: whole(uri, extensions).path_and_query().filter(|_| *method == Method::GET).cloned(),
            user_agent: headers.get(header::USER_AGENT).cloned(),
            host: headers.get(header::HOST).cloned(),
            client: config.proxies.client(peer(extensions), headers),
        }
    }

    /// What the devices page will show of this client.
    pub(super) fn device(&self, whole_address: bool) -> DeviceFacts {
        let agent = self.user_agent.as_ref().map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        let device = agent.map(|agent| DeviceFacts::from_user_agent(&agent)).unwrap_or_default();
        match self.client {
            Some(address) => device.at(address, whole_address),
            None => device,
        }
    }

    /// Does the client ask for a page?
    pub(super) fn wants_html(&self) -> bool {
        navigation::asks_for_html(self.accept.iter().chain(&self.further_accept))
    }

    /// The page that was asked for, to come back to.
    pub(super) fn return_to(&self) -> Option<ReturnTo> {
        ReturnTo::parse(self.address.as_ref()?.as_str()).ok()
    }

    pub(super) fn host(&self) -> &str {
        self.host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn user_agent(&self) -> &str {
        self.user_agent.as_ref().and_then(|agent| agent.to_str().ok()).unwrap_or_default()
    }
}

/// Longer `Cookie` headers are not looked through: no browser sends them, servers refuse most.
const MOST_COOKIE_BYTES: usize = 64 * 1024;
/// How many cookies of the session's name a sign-out tries.
const MOST_CANDIDATES: usize = 8;

enum Tokens {
    None,
    One(TokenPlace),
    Several(Vec<TokenPlace>),
}

fn tokens_in_cookies(name: &str, headers: &HeaderMap) -> Tokens {
    let lines = headers.get_all(header::COOKIE);
    if lines.iter().map(HeaderValue::len).sum::<usize>() > MOST_COOKIE_BYTES {
        return Tokens::Several(Vec::new());
    }
    match find(name.as_bytes(), lines.iter().map(HeaderValue::as_bytes)) {
        Found::Absent => Tokens::None,
        Found::One(value) => {
            lines.iter().find_map(|line| place_in(line, value)).map_or(Tokens::None, Tokens::One)
        }
        Found::Duplicate => {
            let places = lines.iter().flat_map(|line| {
                find_all(name.as_bytes(), line.as_bytes()).filter_map(move |value| place_in(line, value))
            });
            let candidates: Vec<_> = places.take(MOST_CANDIDATES + 1).collect();
            // Of too many the genuine one might be left out, so none is tried.
            Tokens::Several(if candidates.len() > MOST_CANDIDATES { Vec::new() } else { candidates })
        }
    }
}

/// The address as the client sent it: axum hands nested routers a shorter one.
fn whole<'a>(uri: &'a Uri, extensions: &'a Extensions) -> &'a Uri {
    #[cfg(feature = "axum")]
    if let Some(original) = super::axum::original_uri(extensions) {
        return original;
    }
    let _ = extensions;
    uri
}

/// RFC 6750: one `Authorization` line, the scheme in any case.
fn token_in_authorization(headers: &HeaderMap) -> Option<TokenPlace> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let (line, None) = (lines.next()?, lines.next()) else { return None };
    let (scheme, token) = line.as_bytes().split_at_checked(7)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return None;
    }
    place_in(line, token)
}

/// The place of `part`, which was cut out of one of the request's header values.
fn place_in(header: &HeaderValue, part: &[u8]) -> Option<TokenPlace> {
    let range = header.as_bytes().as_ptr_range();
    let start = part.as_ptr();
    if part.is_empty() || !range.contains(&start) {
        return None;
    }
    let start = start.addr() - range.start.addr();
    Some(TokenPlace { header: header.clone(), start, end: start + part.len() })
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    if let Some(PeerAddress(address)) = extensions.get() {
        return Some(*address);
    }
    #[cfg(feature = "axum")]
    if let Some(address) = super::axum::peer(extensions) {
        return Some(address);
    }
    None
}
