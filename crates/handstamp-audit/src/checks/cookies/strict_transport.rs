//! `Strict-Transport-Security` as the run saw it.

use std::{sync::Arc, time::Duration};

use crate::wire::{Exchange, ExchangeId};

/// The shortest that counts (ASVS 5.0 3.4.1).
pub(super) const A_YEAR: Duration = Duration::from_secs(31_536_000);

/// What a host's answers over TLS say, the weakest of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StrictTransport {
    /// For how long; `None` where no answer says it.
    pub(super) max_age: Option<Duration>,
    /// Whether hosts below are meant too.
    pub(super) covers_subdomains: bool,
    /// Answers with the header, and all answers.
    pub(super) seen: (usize, usize),
    /// The weakest answer with the header, or else the first without.
    pub(super) evidence: Option<ExchangeId>,
}

/// How far a network attacker is kept from asking a browser over plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all.
    None,
    /// For the host, and not for hosts below it.
    Host,
    /// For the host and those below it.
    Full,
}

impl StrictTransport {
    /// Of this host, over TLS or, with `assumes_tls`, as a proxy would pass it on.
    pub(super) fn of(exchanges: &[Arc<Exchange>], host: &str, assumes_tls: bool) -> Self {
        let mut found = Self { covers_subdomains: true, ..Self::default() };
        let mut without = None;
        for exchange in exchanges {
            if exchange.origin.host != host || !(exchange.origin.is_secure || assumes_tls) {
                continue;
            }
            found.seen.1 += 1;
            let Some((max_age, covers)) =
                exchange.response.header("strict-transport-security").and_then(|text| parse(&text))
            else {
                without = without.or(Some(exchange.id));
                continue;
            };
            found.seen.0 += 1;
            found.covers_subdomains &= covers;
            if found.max_age.is_none_or(|weakest| max_age < weakest) {
                found.max_age = Some(max_age);
                found.evidence = Some(exchange.id);
            }
        }
        found.covers_subdomains &= found.max_age.is_some();
        found.evidence = found.evidence.or(without);
        found
    }

    pub(super) fn protection(&self) -> Protection {
        match self.max_age {
            None => Protection::None,
            Some(age) if age.is_zero() => Protection::None,
            Some(_) if self.covers_subdomains => Protection::Full,
            Some(_) => Protection::Host,
        }
    }
}

/// The age and whether subdomains are meant (RFC 6797 section 6.1); `None` where a browser ignores the header.
fn parse(text: &str) -> Option<(Duration, bool)> {
    let mut max_age = None;
    let mut covers = false;
    for directive in text.split(';') {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("max-age") {
            max_age = Some(Duration::from_secs(value.parse().ok()?));
        }
        covers |= name.trim().eq_ignore_ascii_case("includesubdomains");
    }
    max_age.map(|age| (age, covers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Origin, Request, Response};

    fn seen(headers: &[Option<&str>]) -> StrictTransport {
        let exchanges: Vec<_> = (1..)
            .zip(headers)
            .map(|(number, header)| {
                Arc::new(Exchange {
                    id: ExchangeId(number),
                    purpose: String::new(),
                    origin: Origin { is_secure: true, host: "a.test".to_owned(), port: 443 },
                    connection: 1,
                    request: Request::get("/"),
                    response: Response {
                        headers: header
                            .map(|value| ("Strict-Transport-Security".to_owned(), value.as_bytes().to_vec()))
                            .into_iter()
                            .collect(),
                        ..Response::default()
                    },
                    sent: Duration::ZERO,
                    received: Duration::ZERO,
                })
            })
            .collect();
        StrictTransport::of(&exchanges, "a.test", false)
    }

    #[test]
    fn the_weakest_header_counts() {
        let full = seen(&[Some("max-age=31536000; includeSubDomains"), None]);
        assert_eq!((full.protection(), full.seen, full.max_age), (Protection::Full, (1, 2), Some(A_YEAR)));
        let host = seen(&[Some("Max-Age=\"63072000\" ; includesubdomains"), Some("max-age=60")]);
        assert_eq!((host.protection(), host.evidence), (Protection::Host, Some(ExchangeId(2))));
        assert_eq!(seen(&[Some("max-age=0; includeSubDomains")]).protection(), Protection::None);
        assert_eq!(seen(&[Some("includeSubDomains"), None]).protection(), Protection::None);
        assert_eq!(seen(&[]).protection(), Protection::None);
    }
}
