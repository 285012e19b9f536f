//! "Why does my cookie not come back?" The log says so, once, where it can be seen from here.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    facts::Facts,
    layer::{Config, Transport},
};

static SAID_PLAIN_HTTP: AtomicBool = AtomicBool::new(false);
static SAID_SAFARI: AtomicBool = AtomicBool::new(false);

/// A token is on its way to a client that will not keep it.
pub(super) fn on_issue(config: &Config, facts: &Facts) {
    if config.transport == Transport::Cookie {
        explain(config, facts);
    }
}

/// A client without a cookie asks for its session.
pub(super) fn on_missing_cookie(config: &Config, facts: &Facts) {
    let is_due = config.transport == Transport::Cookie && !SAID_PLAIN_HTTP.load(Ordering::Relaxed);
    if is_due && facts.signals.looks_like_plain_http && !is_local(facts.host()) {
        explain(config, facts);
    }
}

fn explain(config: &Config, facts: &Facts) {
    if !facts.signals.looks_like_plain_http {
        return;
    }
    let name = config.cookie.name();
    if !is_local(facts.host()) {
        if !SAID_PLAIN_HTTP.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                host = facts.host(),
                "a browser seems to use plain http: it will not keep the cookie `{name}`, which is Secure, and \
                 people will look signed out. Serve https, or use http://localhost while developing",
            );
        }
    } else if is_safari(facts.user_agent()) && !SAID_SAFARI.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "Safari does not keep Secure cookies from http://localhost, so the cookie `{name}` will not come \
             back: use Chromium or Firefox, or https, while developing",
        );
    }
}

fn is_local(host: &str) -> bool {
    let host = host.strip_prefix('[').map_or_else(
        || host.split(':').next().unwrap_or_default(),
        |rest| rest.split(']').next().unwrap_or_default(),
    );
    host == "localhost" || host.ends_with(".localhost") || host == "::1" || host.starts_with("127.")
}

fn is_safari(agent: &str) -> bool {
    agent.contains("Safari/") && !agent.contains("Chrome/") && !agent.contains("Chromium/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_hosts_are_known_with_and_without_a_port() {
        for host in ["localhost", "localhost:8080", "shop.localhost:1", "127.0.0.1:80", "[::1]:80"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["example.com", "localhost.example.com", "[2001:db8::1]:80", ""] {
            assert!(!is_local(host), "{host}");
        }
    }
}
