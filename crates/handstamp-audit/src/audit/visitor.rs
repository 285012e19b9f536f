//! Somebody with a browser: a jar, and what was found in earlier answers.

use std::{fmt, sync::Arc};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{Audit, Person, StepError, extract::shows};
use crate::{
    cookie::{Jar, SetCookie, http_date},
    credentials::{Carrier, Credentials},
    recipe::{
        Body, DeclaredCredential, Expectation, GIVEN_NAMES, Step, StepName, StepRequest, Template, Variables,
    },
    wire::{Exchange, ExchangeId, Origin, Request, SendError},
};

/// Changes a request before it is sent.
pub type Alter<'a> = &'a (dyn Fn(&mut Request) + Send + Sync);

/// Somebody with a browser of their own.
#[derive(Clone)]
pub struct Visitor<'a> {
    pub(super) audit: &'a Audit,
    person: Option<Person>,
    /// The cookies.
    pub jar: Jar,
    /// What was found in earlier answers, and who it is.
    pub variables: Variables,
}

/// A step that did what it says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Played {
    /// Its exchanges, redirects too.
    pub exchanges: Vec<Arc<Exchange>>,
}

impl Played {
    /// The numbers of its exchanges.
    pub fn ids(&self) -> Vec<ExchangeId> {
        self.exchanges.iter().map(|exchange| exchange.id).collect()
    }

    /// The last exchange.
    pub fn last(&self) -> Option<&Arc<Exchange>> {
        self.exchanges.last()
    }
}

impl<'a> Visitor<'a> {
    /// A browser with an empty jar, used by this person or by nobody in particular.
    pub(super) fn new(audit: &'a Audit, person: Option<Person>) -> Self {
        let mut variables = Variables::default();
        variables.set("base", audit.recipe().target.base.as_str().trim_end_matches('/'));
        variables.set("nonce", audit.random().word());
        if let Some(person) = person {
            let account = audit.account(person);
            variables.set("user", account.user.clone());
            variables.set("password", audit.password(person).reveal());
            variables.set("marker", account.marker.clone());
            for (name, value) in &account.variables {
                variables.set(name.clone(), value.clone());
            }
        }
        Self { audit, person, jar: Jar::default(), variables }
    }

    /// Who uses it.
    pub fn person(&self) -> Option<Person> {
        self.person
    }

    /// The person's mail address: the account's variable `mail`, or the name that signs in.
    pub fn mail(&self) -> String {
        let named = self.variables.get("mail").or_else(|| self.variables.get("user"));
        named.unwrap_or_default().to_owned()
    }

    /// Does what a step says, and checks that it did. The step has to be in the recipe.
    pub async fn play(&mut self, name: StepName) -> Result<Played, StepError> {
        self.play_altered(name, &|_| {}).await
    }

    /// Does what a step says, with each of its requests altered before it is sent; redirects are not.
    pub async fn play_altered(&mut self, name: StepName, alter: Alter<'_>) -> Result<Played, StepError> {
        let audit = self.audit;
        let Some(step) = audit.recipe().steps.get(&name) else {
            let why = "the recipe has no such step".to_owned();
            return Err(StepError { step: name, line: 0, why, exchange: None, source: None });
        };
        self.refresh_code(step);
        let mut played = Played { exchanges: Vec::new() };
        for request in &step.requests {
            self.play_request(name, request, alter, &mut played.exchanges).await?;
        }
        Ok(played)
    }

    /// Whether what a step wrote can be read, by this browser; `None` where the recipe does not say how.
    pub async fn sees_effect(&mut self, name: StepName) -> Result<Option<(bool, ExchangeId)>, StepError> {
        let step = self.audit.recipe().steps.get(&name);
        let Some(effect) = step.and_then(|step| step.effect.as_ref()) else { return Ok(None) };
        let mut bare = effect.request.clone();
        let expect = std::mem::take(&mut bare.expect);
        bare.expect.status = (200..600).collect();
        let mut exchanges = Vec::new();
        self.play_request(name, &bare, &|_| {}, &mut exchanges).await?;
        let Some(last) = exchanges.last() else { return Ok(None) };
        Ok(Some((self.check(&expect, last).is_ok(), last.id)))
    }

    /// Sends one request of a step as this browser, follows redirects where the recipe does, checks what came
    /// and takes what is to be taken.
    pub async fn play_request(
        &mut self,
        step: StepName,
        request: &StepRequest,
        alter: Alter<'_>,
        exchanges: &mut Vec<Arc<Exchange>>,
    ) -> Result<(), StepError> {
        let fail = |why: String, exchange: Option<ExchangeId>, source| StepError {
            step,
            line: request.line,
            why,
            exchange,
            source,
        };
        let (origin, wire) = self.compose(request).map_err(|why| fail(why, None, None))?;
        let mut wire = self.with_cookies(&origin, wire);
        alter(&mut wire);
        let mark = self.mark_mail(step, request).await?;
        let purpose = format!("{step} as {}", self.name());
        let sent = self.audit.send_patiently(&origin, &wire, &purpose).await;
        let exchange = sent.map_err(|error: SendError| fail(error.to_string(), None, Some(error)))?;
        self.follow(step, request, mark, exchange, exchanges).await
    }

    /// The request as bytes will say it, without cookies; an error says which name stands for nothing.
    pub fn compose(&self, request: &StepRequest) -> Result<(Origin, Request), String> {
        let render =
            |template: &Template| template.render(&self.variables).map_err(|error| error.to_string());
        let target = render(&request.target)?;
        let base = &self.audit.recipe().target.base;
        let url = join(base, &target).ok_or_else(|| format!("{target} is no address below {base}"))?;
        let origin = Origin::of(&url).ok_or_else(|| format!("{url} is not http or https"))?;
        let mut wire = Request::new(request.method.clone(), path_and_query(&url));
        for (name, value) in &request.headers {
            wire = wire.header(name.clone(), render(value)?);
        }
        wire = match &request.body {
            Body::None => wire,
            Body::Form(fields) => {
                let mut form = Vec::new();
                for (name, value) in fields {
                    form.push(format!("{}={}", form_encoded(name), form_encoded(&render(value)?)));
                }
                wire.body("application/x-www-form-urlencoded", form.join("&"))
            }
            Body::Json(value) => wire.body("application/json", self.render_json(value)?.to_string()),
            Body::Text { content_type, text } => wire.body(content_type, render(text)?),
        };
        if wire.method != "GET" && wire.header_value("origin").is_none() {
            // What a browser sends with its own site's forms; protection that needs it is to see it.
            wire = wire.header("Origin", origin.to_string());
        }
        Ok((origin, wire))
    }

    /// What this browser shows to `whoami`: its cookies, and the headers of the step that hold what login gave.
    pub fn credentials(&self) -> Credentials {
        let recipe = self.audit.recipe();
        let Some(request) = recipe.steps.get(&StepName::Whoami).and_then(|step| step.requests.last()) else {
            return Credentials::none();
        };
        if !recipe.credentials.is_empty() {
            return self.declared();
        }
        let (origin, path) = self.compose(request).map_or_else(
            |_| (self.audit.origin().clone(), "/".to_owned()),
            |(origin, wire)| (origin, wire.target),
        );
        let cookies = self.jar.pairs(&origin, &path).into_iter();
        let all =
            cookies.fold(Credentials::none(), |all, (name, value)| all.with(Carrier::Cookie(name), value));
        request.headers.iter().filter(|(_, value)| is_from_answers(value)).fold(all, |all, (name, value)| {
            match value.render(&self.variables) {
                Ok(value) => all.with(Carrier::Header(name.to_ascii_lowercase()), value),
                Err(_) => all,
            }
        })
    }

    fn declared(&self) -> Credentials {
        let mut all = Credentials::none();
        for declared in &self.audit.recipe().credentials {
            match declared {
                DeclaredCredential::Cookie { name } => {
                    if let Some(cookie) = self.jar.cookies().find(|cookie| cookie.name == *name) {
                        all = all.with(Carrier::Cookie(name.clone()), cookie.value.clone());
                    }
                }
                DeclaredCredential::Header { name, value } => {
                    if let Ok(value) = value.render(&self.variables) {
                        all = all.with(Carrier::Header(name.to_ascii_lowercase()), value);
                    }
                }
            }
        }
        all
    }

    /// Puts the cookies of these credentials into the jar, for an attacker who has them in a browser.
    pub fn adopt(&mut self, credentials: &Credentials) {
        for (carrier, value) in credentials.parts() {
            if let Carrier::Cookie(name) = carrier {
                self.jar.put(&self.audit.origin().clone(), name, value);
            }
        }
    }

    /// Takes the cookies that an answer sets.
    pub fn take(&mut self, exchange: &Exchange) {
        let cookies =
            exchange.response.header_all("set-cookie").filter_map(|header| SetCookie::parse(&header));
        // Whether a cookie is deleted is a matter of the server's clock, which may be another than ours.
        let date = exchange.response.header("date").and_then(|date| http_date(&date));
        let now = date.unwrap_or_else(|| self.audit.clock().now());
        self.jar.take(cookies, &exchange.origin, &exchange.request.target, now);
    }

    /// The request with this browser's cookies.
    pub fn with_cookies(&self, origin: &Origin, wire: Request) -> Request {
        let pairs = self.jar.pairs(origin, &wire.target);
        if pairs.is_empty() || wire.header_value("cookie").is_some() {
            return wire;
        }
        let cookies: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        wire.header("Cookie", cookies.join("; "))
    }

    /// Whether an answer is what was expected; an error says what came instead.
    pub fn check(&self, expect: &Expectation, exchange: &Exchange) -> Result<(), String> {
        let response = &exchange.response;
        let render =
            |template: &Template| template.render(&self.variables).map_err(|error| error.to_string());
        let was = brief(exchange);
        if expect.status.is_empty() {
            if response.status >= 400 {
                return Err(format!("a status below 400 was expected, and it was {was}"));
            }
        } else if !expect.status.contains(&response.status) {
            let wanted: Vec<_> = expect.status.iter().map(u16::to_string).collect();
            return Err(format!("status {} was expected, and it was {was}", wanted.join(" or ")));
        }
        if let Some(text) = &expect.contains {
            let text = render(text)?;
            if !shows(&response.text(), &text) {
                return Err(format!("{text:?} was expected in the answer, which was {was}"));
            }
        }
        if let Some(text) = &expect.lacks {
            let text = render(text)?;
            if shows(&response.text(), &text) {
                return Err(format!("{text:?} was not to be in the answer, which was {was}"));
            }
        }
        if let Some(path) = &expect.path {
            let path = render(path)?;
            if exchange.request.target.split('?').next() != Some(path.as_str()) {
                return Err(format!("it was to end at {path}, and it was {was}"));
            }
        }
        Ok(())
    }

    pub(super) fn name(&self) -> &str {
        self.person.map_or("nobody", |person| &self.audit.account(person).name)
    }

    fn render_json(&self, value: &serde_json::Value) -> Result<serde_json::Value, String> {
        use serde_json::Value;
        Ok(match value {
            Value::String(text) => {
                let template = Template::parse(text)?;
                Value::String(template.render(&self.variables).map_err(|error| error.to_string())?)
            }
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.render_json(item)).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.render_json(value)?)))
                    .collect::<Result<_, String>>()?,
            ),
            other => other.clone(),
        })
    }

    /// A code of now, where the step asks for one.
    pub(super) fn refresh_code(&mut self, step: &Step) {
        let Some(person) = self.person else { return };
        let asks = step.requests.iter().any(|request| match &request.body {
            Body::Form(fields) => fields.iter().any(|(_, value)| value.names().any(|name| name == "totp")),
            Body::Json(value) => value.to_string().contains("totp"),
            Body::Text { text, .. } => text.names().any(|name| name == "totp"),
            Body::None => false,
        });
        if !asks {
            return;
        }
        let code = self
            .audit
            .account(person)
            .totp
            .as_ref()
            .and_then(|secret| secret.code_at(self.audit.clock().now()));
        if let Some(code) = code {
            self.audit.met([code.as_str()]);
            self.variables.set("totp", code);
        }
    }
}

impl fmt::Debug for Visitor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor")
            .field("person", &self.person)
            .field("jar", &self.jar)
            .finish_non_exhaustive()
    }
}

/// Whether a template holds something that only an answer can have given.
fn is_from_answers(template: &Template) -> bool {
    template.names().any(|name| !GIVEN_NAMES.contains(&name))
}

/// What an answer was, in a few words.
pub(crate) fn brief(exchange: &Exchange) -> String {
    let response = &exchange.response;
    let location = response.header("location").map(|location| format!(" to {location}")).unwrap_or_default();
    format!(
        "{} {} -> {}{location}, {} bytes",
        exchange.request.method,
        exchange.request.target,
        response.status,
        response.body.len()
    )
}

fn join(base: &Url, target: &str) -> Option<Url> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return Url::parse(target).ok();
    }
    let prefix = base.as_str().trim_end_matches('/');
    let slash = if target.starts_with('/') { "" } else { "/" };
    Url::parse(&format!("{prefix}{slash}{target}")).ok()
}

pub(super) fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// What a browser leaves as it is in a form.
const FORM: AsciiSet = NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b' ');

pub(crate) fn form_encoded(text: &str) -> String {
    utf8_percent_encode(text, &FORM).to_string().replace(' ', "+")
}
