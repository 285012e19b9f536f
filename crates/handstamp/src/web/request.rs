//! One request's session: loaded at most once, when it is first asked for.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use http::{Extensions, HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};

use super::{
    error::SessionError,
    facts::Facts,
    hints,
    layer::{Config, Transport},
    refusal::{Demand, Refusal},
};
use crate::{Active, Activity, EndReason, IssuedToken, Timestamp, Verdict, store::StoreError};

pub(super) struct RequestSession {
    pub(super) config: Arc<Config>,
    facts: OnceLock<Facts>,
    /// Locked across store calls, so that clones of one request's handle act one after the other.
    pub(super) found: tokio::sync::Mutex<Option<FoundSession>>,
    marks: Mutex<Marks>,
    /// Requests of this route are no use of the session.
    pub(super) passive: AtomicBool,
    /// When the request came: a token that is looked at late is judged by this.
    arrived: Timestamp,
}

/// What the request's token turned out to be.
pub(super) enum FoundSession {
    /// Nobody's; if the token was of an ended session, how that ended.
    None(Option<EndReason>),
    Active(Box<Active>),
    Superseded,
    Unknown(StoreError),
}

/// What the answer has to say.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "things that happen to an answer, each by itself")]
struct Marks {
    touched: bool,
    cookie: Option<Cookie>,
    /// For bearer transport, until the handler takes it.
    token: Option<IssuedToken>,
    /// The handler has taken it, so the body of the answer holds it.
    token_in_body: bool,
    signed_out: bool,
    ended: bool,
    /// The headers have been written: what is marked from here on reaches nobody.
    sent: bool,
}

enum Cookie {
    Issue(HeaderValue),
    /// A renewal: only handed out if its session still stands when the headers are written.
    Renew(HeaderValue),
    Expire,
}

impl RequestSession {
    pub(super) fn new(config: Arc<Config>) -> Self {
        let arrived = config.sessions.now();
        Self {
            config,
            facts: OnceLock::new(),
            found: tokio::sync::Mutex::new(None),
            marks: Mutex::new(Marks::default()),
            passive: AtomicBool::new(false),
            arrived,
        }
    }

    pub(super) fn read_facts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) {
        self.facts.get_or_init(|| Facts::read(&self.config, method, uri, headers, extensions));
    }

    pub(super) fn facts(&self) -> Option<&Facts> {
        self.facts.get()
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the verdict on the request's token.
    pub(super) async fn look(&self) -> FoundSession {
        self.marks().touched = true;
        let sessions = &self.config.sessions;
        let activity = if self.passive.load(Ordering::Relaxed) { Activity::Watch } else { Activity::Use };
        let Some(facts) = self.facts() else { return FoundSession::None(None) };
        if facts.is_ambiguous {
            tracing::warn!("a request carries several session cookies, or too many to read: none counts");
        }
        let Some(token) = &facts.token else {
            hints::on_missing_cookie(&self.config, facts);
            return FoundSession::None(None);
        };
        match sessions.resume_arrived(token.bytes(), activity, self.arrived).await {
            Verdict::Active(active) => {
                let is_wanted = active.renewal_is_due() && active.signed_in().is_some();
                if is_wanted && facts.signals.reaches_the_browser() && self.may_issue().is_ok() {
                    Box::pin(self.renew(&active)).await;
                }
                FoundSession::Active(active)
            }
            Verdict::Ended(reason) => {
                self.marks().ended = reason != EndReason::Replaced;
                FoundSession::None(Some(reason))
            }
            Verdict::Invalid => FoundSession::None(None),
            Verdict::Superseded => FoundSession::Superseded,
            Verdict::Unknown(error) => FoundSession::Unknown(error),
        }
    }

    async fn renew(&self, active: &Active) {
        if self.config.transport != Transport::Cookie {
            return;
        }
        match self.config.sessions.renew(active).await {
            Ok(Some(token)) => self.marks().cookie = self.cookie(&token, active).map(Cookie::Renew),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, session = %active.id(), "no renewal; the old token serves on");
            }
        }
    }

    fn cookie(&self, token: &IssuedToken, session: &Active) -> Option<HeaderValue> {
        let lifetime = session.cookie_lifetime(&self.config.sessions);
        self.config.cookie.issue(token, lifetime)
    }

    /// Hands a token to the client, unless the headers were written while it was made.
    pub(super) fn issue(&self, token: IssuedToken, session: &Active) -> Result<(), SessionError> {
        if let Some(facts) = self.facts() {
            hints::on_issue(&self.config, facts);
        }
        let mut marks = self.marks();
        if marks.sent {
            return Err(SessionError::TooLate);
        }
        marks.ended = false;
        match self.config.transport {
            Transport::Cookie => marks.cookie = self.cookie(&token, session).map(Cookie::Issue),
            Transport::Bearer => marks.token = Some(token),
        }
        Ok(())
    }

    pub(super) fn take_token(&self) -> Option<IssuedToken> {
        let mut marks = self.marks();
        let token = marks.token.take();
        marks.token_in_body |= token.is_some();
        token
    }

    /// Takes the cookie back: the person signed out.
    pub(super) fn expire(&self) {
        let mut marks = self.marks();
        marks.cookie = Some(Cookie::Expire);
        marks.signed_out = true;
        marks.token = None;
    }

    /// May a session still begin? Not when nobody would get its token any more.
    pub(super) fn may_issue(&self) -> Result<(), SessionError> {
        if self.marks().sent { Err(SessionError::TooLate) } else { Ok(()) }
    }

    /// If a renewed token is about to be handed out: the check whether its session still stands. A
    /// sign-in elsewhere may have replaced it, and its cookie must not be overwritten.
    pub(super) fn renewal_to_check(self: Arc<Self>) -> Option<Pin<Box<dyn Future<Output = bool> + Send>>> {
        if !matches!(self.marks().cookie, Some(Cookie::Renew(_))) {
            return None;
        }
        Some(Box::pin(async move {
            let Some(token) = self.facts().and_then(|facts| facts.token.as_ref()) else { return false };
            self.config.sessions.still_opens(token.bytes()).await
        }))
    }

    pub(super) fn forget_renewal(&self) {
        let mut marks = self.marks();
        if matches!(marks.cookie, Some(Cookie::Renew(_))) {
            marks.cookie = None;
        }
    }

    /// Writes the headers of the answer.
    pub(super) fn finish<R: From<String>>(&self, response: Response<R>) -> Response<R> {
        let mut response = self.rendered(response);
        let marks = std::mem::replace(&mut *self.marks(), Marks { sent: true, ..Marks::default() });
        if !marks.touched {
            return response;
        }
        let headers = response.headers_mut();
        let (vary, name) = match self.config.transport {
            Transport::Cookie => ("Cookie", header::COOKIE),
            Transport::Bearer => ("Authorization", header::AUTHORIZATION),
        };
        let varies = headers.get_all(header::VARY).iter().filter_map(|value| value.to_str().ok());
        let listed = varies
            .flat_map(|value| value.split(','))
            .any(|part| part.trim() == "*" || part.trim().eq_ignore_ascii_case(name.as_str()));
        if !listed {
            headers.append(header::VARY, HeaderValue::from_static(vary));
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
        let is_shown =
            self.facts().is_some_and(|facts| facts.signals.is_navigation && !facts.signals.is_prefetch);
        let is_taken_back = !matches!(marks.cookie, Some(Cookie::Issue(_) | Cookie::Renew(_)));
        let cookie = match marks.cookie {
            Some(Cookie::Issue(header) | Cookie::Renew(header)) => Some(header),
            Some(Cookie::Expire) => self.config.cookie.expire(),
            // Nobody else's answer can be meant: this client showed the ended token itself, and a
            // navigation is not one of many parallel requests.
            None if marks.ended && is_shown => self.config.cookie.expire(),
            None => None,
        };
        let cookie = cookie.filter(|_| self.config.transport == Transport::Cookie);
        if cookie.is_some() || marks.token_in_body {
            // A token must never lie in a shared cache, whatever the handler says (CVE-2023-30861, RFC
            // 6750 section 5.3).
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            // Whoever knows one of these does not look at `Cache-Control` (RFC 9213 section 2.2).
            headers.remove("cdn-cache-control");
            headers.remove("surrogate-control");
        }
        if marks.signed_out && self.config.clear_site_data {
            // A session that began after the sign-out must not lose its cookie at once.
            let what =
                if is_taken_back { r#""cache", "cookies", "storage""# } else { r#""cache", "storage""# };
            headers.insert("clear-site-data", HeaderValue::from_static(what));
        }
        if let Some(cookie) = cookie {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// A refusal becomes a redirect or a page where the client is somebody in front of a browser.
    fn rendered<R: From<String>>(&self, response: Response<R>) -> Response<R> {
        let Some(refusal) = response.extensions().get::<Refusal>().copied() else { return response };
        let Some(facts) = self.facts() else { return response };
        let render = self.config.render.as_ref().filter(|_| facts.wants_html());
        if let Some(page) = render.and_then(|render| render(&refusal)) {
            return page.map(R::from);
        }
        let page = match refusal.demand {
            Demand::SignIn => self.config.sign_in_page.as_deref(),
            Demand::StepUp => self.config.step_up_page.as_deref(),
            Demand::Nothing => None,
        };
        let Some(page) = page.filter(|_| facts.signals.is_navigation) else { return response };
        let target = facts.return_to().map_or_else(|| page.to_owned(), |back| back.appended_to(page));
        let Ok(target) = HeaderValue::try_from(target) else { return response };
        let mut redirect = Response::new(R::from(String::new()));
        *redirect.status_mut() = StatusCode::SEE_OTHER;
        redirect.headers_mut().insert(header::LOCATION, target);
        redirect
    }
}
