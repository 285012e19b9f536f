//! Names in braces that nothing can fill: found before the first request instead of in the midst of a run.

use std::collections::BTreeSet;

use super::problem::{Notes, nearest};
use crate::recipe::{Body, GIVEN_NAMES, Recipe, Step, StepName, StepRequest, Template};

/// Notes every name in a step that neither an account nor an earlier answer gives.
pub(super) fn check(recipe: &Recipe, notes: &Notes) {
    let mut given: BTreeSet<String> = GIVEN_NAMES.iter().map(|name| (*name).to_owned()).collect();
    for account in &recipe.accounts {
        given.extend(account.variables.keys().cloned());
    }
    // What login and its relatives find is there in every later step of the same browser.
    let mut from_login = given.clone();
    for name in [StepName::Anonymous, StepName::Login, StepName::LoginRemembered, StepName::SecondFactor] {
        if let Some(step) = recipe.steps.get(&name) {
            check_step(step, &from_login.clone(), notes);
            from_login.extend(extracted(step));
        }
    }
    let everywhere: BTreeSet<String> =
        recipe.steps.values().flat_map(extracted).chain(from_login.clone()).collect();
    for (name, step) in &recipe.steps {
        match name {
            StepName::Anonymous | StepName::Login | StepName::LoginRemembered | StepName::SecondFactor => {}
            StepName::EndSession => {
                let mut known = everywhere.clone();
                known.insert("session_id".to_owned());
                check_step(step, &known, notes);
            }
            // A step may follow another one that found what it needs, such as the list before one of it is ended.
            _ => check_step(step, &everywhere, notes),
        }
    }
    if let Some(crate::recipe::ClockHook::Request(request)) = &recipe.clock {
        let known = given.iter().cloned().chain(["seconds", "offset"].map(str::to_owned)).collect();
        check_request(request, &known, notes);
    }
}

fn extracted(step: &Step) -> Vec<String> {
    step.requests.iter().flat_map(|request| request.extract.iter().map(|(name, _)| name.clone())).collect()
}

fn check_step(step: &Step, known: &BTreeSet<String>, notes: &Notes) {
    let mut known = known.clone();
    let effect = step.effect.iter().map(|effect| &effect.request);
    for request in step.requests.iter().chain(effect) {
        for name in names(request) {
            if !known.contains(&name) {
                unknown(&name, request.line, &known, notes);
            }
        }
        known.extend(request.extract.iter().map(|(name, _)| name.clone()));
    }
}

fn check_request(request: &StepRequest, known: &BTreeSet<String>, notes: &Notes) {
    for name in names(request) {
        if !known.contains(&name) {
            unknown(&name, request.line, known, notes);
        }
    }
}

fn unknown(name: &str, line: usize, known: &BTreeSet<String>, notes: &Notes) {
    let help = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {{{{{near}}}}}?"),
        None => format!(
            "known here: {}; an extract of an earlier request gives more",
            known.iter().cloned().collect::<Vec<_>>().join(", ")
        ),
    };
    notes.problem(notes.mention(line, name), format!("nothing gives {{{{{name}}}}}"), Some(help));
}

fn names(request: &StepRequest) -> Vec<String> {
    let mut templates: Vec<&Template> = vec![&request.target];
    templates.extend(request.headers.iter().map(|(_, value)| value));
    let expect = &request.expect;
    templates.extend([&expect.contains, &expect.lacks, &expect.path].into_iter().flatten());
    let mut names: Vec<String> = Vec::new();
    match &request.body {
        Body::Form(fields) => templates.extend(fields.iter().map(|(_, value)| value)),
        Body::Text { text, .. } => templates.push(text),
        Body::Json(value) => names.extend(in_json(value)),
        Body::None => {}
    }
    names.extend(templates.iter().flat_map(|template| template.names()).map(str::to_owned));
    names
}

fn in_json(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => {
            Template::parse(text).map(|one| one.names().map(str::to_owned).collect()).unwrap_or_default()
        }
        serde_json::Value::Array(items) => items.iter().flat_map(in_json).collect(),
        serde_json::Value::Object(fields) => fields.values().flat_map(in_json).collect(),
        _ => Vec::new(),
    }
}
