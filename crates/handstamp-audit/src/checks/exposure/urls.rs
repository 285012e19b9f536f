//! SA-EXP-01: no URL holds a token.

use std::future::ready;

use scraper::Selector;

use super::search::Tokens;
use crate::{
    audit::Audit,
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
    wire::Exchange,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-01", Group::Exposure, Severity::Medium, "no URL holds a token")
        .explained(
            "Looks through every answer of the run for the values of tokens that sign in, raw and encoded, in redirects, \
             links, forms and the sources of scripts and pictures. It fails where one is found: URLs are kept in \
             histories, logs and referrers. No request is sent.",
        )
        .remedied_by("Carry tokens in a cookie or a request header; for links in mails use codes of their own that work once.")
        .standards(&["14.2.1"], &["SESS-04"], &[598]),
    |audit| Box::pin(ready(Ok(run(audit)))),
);

fn run(audit: &Audit) -> Outcome {
    let tokens = Tokens::of(audit, false);
    if tokens.count == 0 {
        return Outcome::inconclusive(
            Reason::NotObserved,
            "the run met no token that is long enough to be found",
        );
    }
    let mut found = Vec::new();
    for exchange in audit.client().journal().all() {
        if !is_echo(&exchange, &tokens) && urls_of(&exchange).iter().any(|url| tokens.are_in(url.as_bytes()))
        {
            found.push(exchange);
        }
    }
    let pages: Vec<_> = found.iter().map(|exchange| path(&exchange.request.target)).collect();
    match found.first() {
        None => Outcome::pass(format!("{} tokens are in no URL of any answer", tokens.count)),
        Some(_) => Outcome::fail(
            CHECK.description.severity,
            format!("a token is in a URL that {} gives", first_few(pages)),
        ),
    }
    .shown_by(found.iter().take(5).map(|exchange| exchange.id))
}

/// Whether the request itself carried a token in its URL, as SA-EXP-02 sends them: a login page that remembers where
/// somebody wanted to go gives back what it was asked for. An application's own token in a URL is seen in the answer
/// that begins it.
fn is_echo(exchange: &Exchange, tokens: &Tokens) -> bool {
    tokens.are_in(exchange.request.target.as_bytes())
}

/// Every URL that an answer leads a browser to.
fn urls_of(exchange: &Exchange) -> Vec<String> {
    let mut urls: Vec<String> = exchange.response.header_all("location").collect();
    urls.extend(exchange.response.header_all("refresh"));
    let is_html = exchange.response.header("content-type").is_some_and(|kind| kind.contains("html"));
    let Ok(selector) = Selector::parse("[href], [src], [action], [formaction], [content]") else {
        return urls;
    };
    if is_html {
        for element in crate::html::document(&exchange.response.text()).select(&selector) {
            for name in ["href", "src", "action", "formaction", "content"] {
                urls.extend(element.value().attr(name).map(str::to_owned));
            }
        }
    }
    urls
}

fn path(target: &str) -> String {
    target.split(['?', ';']).next().unwrap_or_default().to_owned()
}

/// The first three that differ.
pub(super) fn first_few(mut names: Vec<String>) -> String {
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
