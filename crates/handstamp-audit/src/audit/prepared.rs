//! The last request of a step apart from the rest of it, for checks that decide to the microsecond when it goes out.

use std::sync::Arc;

use url::Url;

use super::{
    MailMark, Played, StepError, Visitor,
    extract::extract,
    visitor::{brief, path_and_query},
};
use crate::{
    recipe::{Find, StepName, StepRequest},
    wire::{Exchange, ExchangeId, Held, Origin, Request, SendError},
};

/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 10;

/// A step of which all but the last request has been done.
#[derive(Clone, Debug)]
pub(crate) struct Prepared<'a> {
    step: StepName,
    request: &'a StepRequest,
    mark: Option<MailMark>,
    earlier: Vec<Arc<Exchange>>,
    pub(crate) origin: Origin,
    /// The last request, with the browser's cookies.
    pub(crate) wire: Request,
}

impl<'a> Visitor<'a> {
    /// Does all of a step but its last request.
    pub(crate) async fn prepare(&mut self, name: StepName) -> Result<Prepared<'a>, StepError> {
        let audit = self.audit;
        let missing = || StepError {
            step: name,
            line: 0,
            why: "the recipe has no such step".to_owned(),
            exchange: None,
            source: None,
        };
        let step = audit.recipe().steps.get(&name).ok_or_else(missing)?;
        let (request, before) = step.requests.split_last().ok_or_else(missing)?;
        self.refresh_code(step);
        let mut earlier = Vec::new();
        for request in before {
            self.play_request(name, request, &|_| {}, &mut earlier).await?;
        }
        let (origin, wire) = self.compose(request).map_err(|why| failed(name, request, why, None, None))?;
        let wire = self.with_cookies(&origin, wire);
        let mark = self.mark_mail(name, request).await?;
        Ok(Prepared { step: name, request, mark, earlier, origin, wire })
    }

    /// Takes the answer to what was prepared, as [`play`](Self::play) would have: redirects, cookies, what is
    /// expected, what is taken from it.
    pub(crate) async fn settle(
        &mut self,
        prepared: &Prepared<'_>,
        answer: Arc<Exchange>,
    ) -> Result<Played, StepError> {
        let mut played = Played { exchanges: prepared.earlier.clone() };
        let mark = prepared.mark.clone();
        self.follow(prepared.step, prepared.request, mark, answer, &mut played.exchanges).await?;
        Ok(played)
    }

    /// What comes after the answer to a request of a step: redirects, what is expected, what is taken.
    pub(super) async fn follow(
        &mut self,
        step: StepName,
        request: &StepRequest,
        mark: Option<MailMark>,
        first: Arc<Exchange>,
        exchanges: &mut Vec<Arc<Exchange>>,
    ) -> Result<(), StepError> {
        let fail = |why, exchange, source| failed(step, request, why, exchange, source);
        let purpose = format!("{step} as {}", self.name());
        let mut last = first;
        for redirects in 0.. {
            self.take(&last);
            exchanges.push(last.clone());
            if !(request.follows_redirects && last.response.is_redirect()) {
                break;
            }
            if redirects == MOST_REDIRECTS {
                let why = format!("it redirects more than {MOST_REDIRECTS} times");
                return Err(fail(why, Some(last.id), None));
            }
            let Some((origin, next)) = redirect(&last) else {
                return Err(fail("it redirects to no address of HTTP".to_owned(), Some(last.id), None));
            };
            let wire = self.with_cookies(&origin, next);
            let sent = self.audit.send_patiently(&origin, &wire, &purpose).await;
            last = sent.map_err(|error: SendError| fail(error.to_string(), None, Some(error)))?;
        }
        self.check(&request.expect, &last).map_err(|why| fail(why, Some(last.id), None))?;
        for (name, extractor) in &request.extract {
            let found = match (&extractor.find, &mark) {
                (Find::Mail { pattern }, Some(mark)) => {
                    let found = self.audit.mailed(pattern, mark, extractor.all).await;
                    found.map_err(|error| fail(error.to_string(), Some(last.id), error.into_source()))?
                }
                _ => extract(extractor, &last.response),
            };
            if found.is_empty() && !extractor.is_optional {
                let why = format!("{{{{{name}}}}} was not found in the answer ({})", brief(&last));
                return Err(fail(why, Some(last.id), None));
            }
            self.audit.met(found.iter().map(String::as_str));
            self.variables.set_all(name.clone(), found);
        }
        Ok(())
    }

    /// What the mail sink holds before a request that is to send a mail.
    pub(super) async fn mark_mail(
        &self,
        step: StepName,
        request: &StepRequest,
    ) -> Result<Option<MailMark>, StepError> {
        if !request.extract.iter().any(|(_, extractor)| matches!(extractor.find, Find::Mail { .. })) {
            return Ok(None);
        }
        let marked = self.audit.mark_mail().await;
        marked.map(Some).map_err(|error| failed(step, request, error.to_string(), None, error.into_source()))
    }
}

impl Prepared<'_> {
    /// The last request once more, with what the visitor's variables are now: another `{{nonce}}`.
    pub(crate) fn again(&self, visitor: &Visitor<'_>) -> Result<Self, StepError> {
        let composed = visitor.compose(self.request);
        let (origin, wire) = composed.map_err(|why| failed(self.step, self.request, why, None, None))?;
        let wire = visitor.with_cookies(&origin, wire);
        Ok(Self { origin, wire, ..self.clone() })
    }

    /// Sends all but the last byte of the last request.
    pub(crate) async fn hold(&self, visitor: &Visitor<'_>, purpose: &str) -> Result<Held, SendError> {
        visitor.audit.client().hold(&self.origin, self.wire.clone(), purpose).await
    }
}

fn failed(
    step: StepName,
    request: &StepRequest,
    why: String,
    exchange: Option<ExchangeId>,
    source: Option<SendError>,
) -> StepError {
    StepError { step, line: request.line, why, exchange, source }
}

/// The request that a redirect leads to (RFC 9110 section 15.4): 307 and 308 repeat it, others make it a `GET`.
fn redirect(exchange: &Exchange) -> Option<(Origin, Request)> {
    let from = Url::parse(&format!("{}{}", exchange.origin, exchange.request.target)).ok()?;
    let to = from.join(exchange.response.header("location")?.trim()).ok()?;
    let next = Origin::of(&to)?;
    let mut request = if matches!(exchange.response.status, 307 | 308) {
        exchange.request.clone()
    } else {
        Request::get("")
    };
    request.target = path_and_query(&to);
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
    Some((next, request))
}
