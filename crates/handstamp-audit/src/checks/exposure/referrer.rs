//! SA-EXP-07: pages do not tell other sites their URL.

use std::{collections::BTreeMap, future::ready};

use scraper::Selector;

use super::urls::first_few;
use crate::{
    audit::Audit,
    check::{Description, Group, Outcome, Severity, Verdict},
    checks::Check,
    wire::{Exchange, ExchangeId},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-07", Group::Exposure, Severity::Medium, "pages keep their URL to themselves")
        .explained(
            "Reads `Referrer-Policy`, as header and as meta element, of every page of the run. It fails where a policy sends \
             whole URLs to other sites: low, and medium where a URL holds a token (SA-EXP-01). Without a policy browsers \
             send the origin only. No request is sent.",
        )
        .remedied_by("Send `Referrer-Policy: no-referrer` or `strict-origin-when-cross-origin`.")
        .standards(&["3.4.5"], &["SESS-04"], &[200]),
    |audit| Box::pin(ready(Ok(run(audit)))),
);

fn run(audit: &Audit) -> Outcome {
    let mut leaking: BTreeMap<String, ExchangeId> = BTreeMap::new();
    for exchange in audit.client().journal().all() {
        if let Some(policy) = policy_of(&exchange).filter(|policy| leaks(policy)) {
            let path = exchange.request.target.split('?').next().unwrap_or_default();
            leaking.entry(format!("{path} ({policy})")).or_insert(exchange.id);
        }
    }
    let has_token = matches!(audit.verdict_of("SA-EXP-01"), Some(Verdict::Fail { .. }));
    let severity = if has_token { Severity::Medium } else { Severity::Low };
    let ids: Vec<_> = leaking.values().copied().take(5).collect();
    if leaking.is_empty() {
        return Outcome::pass("no page sends its whole URL to other sites");
    }
    Outcome::fail(
        severity,
        format!("whole URLs go to other sites from {}", first_few(leaking.into_keys().collect())),
    )
    .shown_by(ids)
}

/// The policy that counts: the last one of the header that is known, then the meta element's.
fn policy_of(exchange: &Exchange) -> Option<String> {
    let is_html = exchange.response.header("content-type").is_some_and(|kind| kind.contains("html"));
    if !is_html {
        return None;
    }
    let selector = Selector::parse("meta[name=referrer][content]").ok()?;
    let page = crate::html::document(&exchange.response.text());
    let meta = page
        .select(&selector)
        .next_back()
        .and_then(|element| element.value().attr("content"))
        .map(str::to_owned);
    let header = exchange.response.header_all("referrer-policy").last();
    let policy = meta.or(header)?;
    policy.rsplit(',').next().map(|policy| policy.trim().to_ascii_lowercase())
}

fn leaks(policy: &str) -> bool {
    matches!(policy, "unsafe-url" | "no-referrer-when-downgrade" | "always")
}
