//! Playing the harmless steps once, and saying why the others were not played.

use crate::{
    audit::{Audit, StepError, Visitor},
    recipe::{Recipe, StepName},
    report::ExchangeEntry,
    wire::ExchangeId,
};

/// A step, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tried {
    /// Which step.
    pub step: StepName,
    /// The line of the recipe on which it begins; 0 where the recipe lacks it.
    pub line: usize,
    /// What became of it.
    pub state: State,
}

/// What became of a step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// It did what it says.
    Works {
        /// What was seen besides; may be empty.
        note: String,
    },
    /// It did not.
    Fails {
        /// What was expected and what came.
        why: String,
        /// What to look at.
        advice: String,
        /// The exchange that shows it.
        exchange: Option<Box<ExchangeEntry>>,
    },
    /// It would change something, so only a run plays it; or what comes before it did not work.
    NotTried,
    /// The recipe lacks it.
    Missing {
        /// How many checks need it.
        checks: usize,
    },
}

/// Why a step failed.
pub(super) struct Failed {
    line: usize,
    why: String,
    exchange: Option<ExchangeId>,
}

impl From<StepError> for Failed {
    fn from(error: StepError) -> Self {
        Self { line: error.line, why: error.why, exchange: error.exchange }
    }
}

type Played = Result<String, Failed>;

/// Plays what leaves nothing behind, logout last.
pub(super) async fn play(audit: &Audit, visitor: &mut Visitor<'_>) -> Vec<(StepName, Played)> {
    let mut tried = vec![(StepName::Login, Ok(String::new()))];
    if audit.has_step(StepName::SecondFactor) {
        tried.push((StepName::SecondFactor, Ok(String::new())));
    }
    for name in [StepName::SessionsList, StepName::Write, StepName::Logout] {
        let Some(step) = audit.recipe().steps.get(&name) else { continue };
        if step.is_destructive {
            continue;
        }
        let credentials = visitor.credentials();
        let played = match visitor.play(name).await {
            Err(error) => Err(error.into()),
            Ok(_) => match name {
                StepName::SessionsList => Ok(format!("{} sessions", visitor.variables.all("ids").len())),
                StepName::Write => read_back(visitor).await,
                _ => Ok(after_logout(audit, visitor, &credentials).await),
            },
        };
        tried.push((name, played));
    }
    tried
}

async fn read_back(visitor: &mut Visitor<'_>) -> Played {
    match visitor.sees_effect(StepName::Write).await {
        Ok(Some((true, _))) => Ok("what was written was read back".to_owned()),
        Ok(Some((false, id))) => Err(Failed {
            line: 0,
            why: "what was written was not read back by its effect".to_owned(),
            exchange: Some(id),
        }),
        Ok(None) => Ok("without an effect nothing can be read back".to_owned()),
        Err(error) => Err(error.into()),
    }
}

/// Whether the application took it for one: a step that expects too little passes with anything.
async fn after_logout(
    audit: &Audit,
    visitor: &Visitor<'_>,
    before: &crate::credentials::Credentials,
) -> String {
    let browser = visitor.credentials();
    let mut said = Vec::new();
    for (what, credentials) in [("the browser", &browser), ("the old credential", before)] {
        if let Ok(look) = audit.look_for(credentials, "whoami after logout").await {
            let seen = if look.is_nobody() { "nobody" } else { "somebody" };
            said.push(format!("whoami shows {seen} to {what}"));
        }
    }
    format!("then {}", said.join(", "))
}

/// Every step, with texts masked.
pub(super) fn all(
    recipe: &Recipe,
    tried: &[(StepName, Played)],
    masked: &dyn Fn(&str) -> String,
    shown: &dyn Fn(ExchangeId) -> Option<Box<ExchangeEntry>>,
) -> Vec<Tried> {
    let mut all = Vec::new();
    for (name, step) in &recipe.steps {
        let result = tried.iter().find(|(tried, _)| tried == name).map(|(_, result)| result);
        let (line, state) = match result {
            Some(Ok(note)) => (step.line, State::Works { note: masked(note) }),
            Some(Err(failed)) => {
                let exchange = failed.exchange.and_then(shown);
                let state = State::Fails {
                    why: masked(&failed.why),
                    advice: advice(*name, exchange.as_deref()),
                    exchange,
                };
                (if failed.line > 0 { failed.line } else { step.line }, state)
            }
            // The oracle's own lines say how it went.
            None if *name == StepName::Whoami => continue,
            None => (step.line, State::NotTried),
        };
        all.push(Tried { step: *name, line, state });
    }
    let missing = StepName::ALL.iter().filter(|name| !recipe.steps.contains_key(name)).map(|name| Tried {
        step: *name,
        line: 0,
        state: State::Missing { checks: super::needed_by(*name) },
    });
    all.extend(missing.filter(|tried| !matches!(tried.state, State::Missing { checks: 0 })));
    all
}

/// What to look at, from what the application answered.
fn advice(step: StepName, exchange: Option<&ExchangeEntry>) -> String {
    let Some(exchange) = exchange else {
        return "see whether the application runs and its address is within target.scope".to_owned();
    };
    let is_write = exchange.request.method != "GET";
    match exchange.response.status {
        401 if step == StepName::Login => "the user name or the password is likely wrong".to_owned(),
        403 | 419 | 422 if is_write => "a form token is likely missing or of another page: get the page with the \
             form in the same step first, and extract = { csrf = { css = \"input[name=...]\", attr = \"value\" } }"
            .to_owned(),
        401 | 403 => "the application does not take this request as signed in".to_owned(),
        404 => "the path is likely wrong: paths are below target.base".to_owned(),
        405 => "the application wants another method there".to_owned(),
        415 => "the application wants another kind of body: form or json".to_owned(),
        429 => "the application asks for fewer requests: lower limits.rate".to_owned(),
        500..=599 => "the application failed; its log says why".to_owned(),
        300..=399 => "it redirects: expect that status with follow = false, or what the page behind it shows"
            .to_owned(),
        _ if step == StepName::Login => {
            "the login was refused, or the recipe expects another answer: is the password right, are the names of the \
             fields the form's, and does expect say where a good login ends?"
                .to_owned()
        }
        _ => "compare what the recipe expects with the answer".to_owned(),
    }
}
