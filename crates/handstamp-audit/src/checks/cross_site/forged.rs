//! A write as a foreign page would send it.

use crate::{
    audit::{Audit, Halt, Visitor},
    check::{Outcome, Reason},
    recipe::{Body, GIVEN_NAMES, StepName, StepRequest, Template},
    wire::{ExchangeId, Request},
};

/// The origin that forged requests come from.
pub(super) const FOREIGN: &str = "https://foreign-site.test";

/// The last request of `write`, which is the one that writes; those before it fetch what it needs.
pub(super) fn writing(audit: &Audit) -> Result<&StepRequest, Halt> {
    let step = audit.recipe().steps.get(&StepName::Write);
    let Some(step) = step.filter(|step| step.effect.is_some()) else {
        let why = "the recipe has no step write with an effect to read back";
        return Err(Halt::not_applicable(Reason::NoStepInRecipe, why));
    };
    step.requests
        .last()
        .ok_or_else(|| Halt::not_applicable(Reason::NoStepInRecipe, "steps.write has no request"))
}

/// Fetches what the write needs, such as a form with its token, as this browser.
pub(super) async fn fetch_what_it_needs(audit: &Audit, visitor: &mut Visitor<'_>) -> Result<(), Halt> {
    let step = audit.recipe().steps.get(&StepName::Write);
    let before =
        step.map(|step| step.requests.split_last().map_or(&[][..], |(_, before)| before)).unwrap_or_default();
    for request in before {
        visitor.play_request(StepName::Write, request, &|_| {}, &mut Vec::new()).await?;
    }
    Ok(())
}

/// The control: the account's own page writes, and it can be read back.
pub(super) async fn own_write_works(
    audit: &Audit,
    visitor: &mut Visitor<'_>,
) -> Result<Vec<ExchangeId>, Halt> {
    visitor.variables.set("nonce", audit.random().word());
    let mut evidence = visitor.play(StepName::Write).await?.ids();
    match visitor.sees_effect(StepName::Write).await? {
        Some((true, id)) => {
            evidence.push(id);
            Ok(evidence)
        }
        seen => {
            evidence.extend(seen.map(|(_, id)| id));
            let why = "the control failed: what the account itself wrote cannot be read back";
            Err(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence).into())
        }
    }
}

/// Sends a forged write with this browser's cookies and says whether it had an effect.
pub(super) async fn has_effect(
    audit: &Audit,
    visitor: &Visitor<'_>,
    forged: &StepRequest,
    evidence: &mut Vec<ExchangeId>,
) -> Result<bool, Halt> {
    let mut browser = visitor.clone();
    browser.variables.set("nonce", audit.random().word());
    let mut exchanges = Vec::new();
    match browser.play_request(StepName::Write, forged, &from_another_site, &mut exchanges).await {
        Ok(()) => {}
        // A refusal is the good answer.
        Err(error) if error.source.is_none() => {}
        Err(error) => return Err(error.into()),
    }
    evidence.extend(exchanges.first().map(|exchange| exchange.id));
    let (seen, read) = sees_effect_of(visitor, browser).await?;
    if seen {
        evidence.extend(read);
    }
    Ok(seen)
}

/// Whether what a forged write was to write is there, for the browser as it was or as the answer left it: a refusal
/// may have cost it its cookies, and where the whole session is in the cookie, the write is in what the answer set.
pub(super) async fn sees_effect_of(
    before: &Visitor<'_>,
    after: Visitor<'_>,
) -> Result<(bool, Option<ExchangeId>), Halt> {
    let mut reader = before.clone();
    reader.variables.set("nonce", after.variables.get("nonce").unwrap_or_default());
    let mut last = None;
    for mut reader in [reader, after] {
        let Some((seen, id)) = reader.sees_effect(StepName::Write).await? else { break };
        last = Some(id);
        if seen {
            return Ok((true, last));
        }
    }
    Ok((false, last))
}

/// The headers that a browser sends with a form that a page of another site submits.
pub(super) fn from_another_site(request: &mut Request) {
    request.headers.retain(|(name, _)| {
        let name = name.to_ascii_lowercase();
        !(name == "origin" || name == "referer" || name.starts_with("sec-fetch-"))
    });
    for (name, value) in [
        ("Origin", FOREIGN),
        ("Referer", "https://foreign-site.test/"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ] {
        *request = request.clone().header(name, value);
    }
}

/// Whether a template holds something that an earlier answer gave: that is what a token is.
pub(super) fn is_token(template: &Template) -> bool {
    template.names().any(|name| !GIVEN_NAMES.contains(&name))
}

/// The request without its tokens, and without headers that no form can send.
pub(super) fn without_tokens(request: &StepRequest) -> StepRequest {
    let mut bare = without_own_headers(request);
    match &mut bare.body {
        Body::Form(fields) => fields.retain(|(_, value)| !is_token(value)),
        Body::Json(value) => drop_tokens(value),
        Body::Text { .. } | Body::None => {}
    }
    bare
}

/// The request without headers that a page of another site cannot set.
pub(super) fn without_own_headers(request: &StepRequest) -> StepRequest {
    let mut bare = request.clone();
    bare.headers
        .retain(|(name, _)| matches!(name.to_ascii_lowercase().as_str(), "accept" | "accept-language"));
    bare.follows_redirects = false;
    bare
}

fn drop_tokens(value: &mut serde_json::Value) {
    if let serde_json::Value::Object(fields) = value {
        fields.retain(|_, value| match value {
            serde_json::Value::String(text) => {
                !Template::parse(text).is_ok_and(|template| is_token(&template))
            }
            _ => true,
        });
        fields.values_mut().for_each(drop_tokens);
    }
}

/// The names that stand for tokens in the request.
pub(super) fn token_names(request: &StepRequest) -> Vec<String> {
    let of = |template: &Template| template.names().map(str::to_owned).collect::<Vec<_>>();
    let mut names: Vec<String> = match &request.body {
        Body::Form(fields) => fields.iter().flat_map(|(_, value)| of(value)).collect(),
        Body::Text { text, .. } => of(text),
        Body::Json(value) => strings(value)
            .iter()
            .filter_map(|text| Template::parse(text).ok())
            .flat_map(|one| of(&one))
            .collect(),
        Body::None => Vec::new(),
    };
    names.retain(|name| !GIVEN_NAMES.contains(&name.as_str()));
    names.sort();
    names.dedup();
    names
}

fn strings(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::String(text) => vec![text],
        serde_json::Value::Array(items) => items.iter().flat_map(strings).collect(),
        serde_json::Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
