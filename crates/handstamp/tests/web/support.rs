//! A world to test in, and a client that keeps its session cookie as a browser does.

use std::time::Duration;

use axum::{Router, body::Body};
use handstamp::{
    AccountId, Policy, Sessions,
    store::MemoryStore,
    testing::{FakeClock, FaultyStore, GateStore, Operation, SpyStore},
    web::SessionLayer,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::shop;

/// The name of the default cookie.
pub const COOKIE: &str = "__Host-Http-session";

/// Sessions on a clock that stands still and on a store that is watched (outermost), gated, faulty
/// and in memory (innermost).
pub struct World {
    pub clock: FakeClock,
    pub memory: MemoryStore,
    pub faults: FaultyStore,
    pub gates: GateStore,
    pub spy: SpyStore,
    pub sessions: Sessions,
}

impl World {
    pub fn new() -> Self {
        Self::with(Policy::aal2())
    }

    pub fn with(policy: Policy) -> Self {
        let clock = FakeClock::new();
        let memory = MemoryStore::new();
        let faults = FaultyStore::new(memory.clone());
        let gates = GateStore::new(faults.clone());
        let spy = SpyStore::new(gates.clone());
        let sessions = Sessions::builder(spy.clone()).policy(policy).clock(clock.clone()).build();
        Self { clock, memory, faults, gates, spy, sessions: sessions.expect("the policy is a good one") }
    }

    /// The shop with the default layer.
    pub fn shop(&self) -> Router {
        self.shop_with(|layer| layer)
    }

    /// The shop with another layer.
    pub fn shop_with(&self, change: impl FnOnce(SessionLayer) -> SessionLayer) -> Router {
        self.serve(shop::routes(), change)
    }

    /// Other routes with another layer.
    pub fn serve(&self, routes: Router, change: impl FnOnce(SessionLayer) -> SessionLayer) -> Router {
        routes.layer(change(self.sessions.layer()))
    }

    /// A new client of the shop with the default layer.
    pub fn client(&self) -> Client {
        Client::new(&self.shop())
    }

    /// A client of the shop in which somebody is signed in.
    pub async fn signed_in(&self, account: &str) -> Client {
        let mut client = self.client();
        client.sign_in(account).await;
        client
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Lets time pass in steps of the store timeout until the work is done.
    pub async fn pass_until<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let task = tokio::spawn(work);
        for _ in 0..100 {
            for _ in 0..64 {
                tokio::task::yield_now().await;
            }
            if task.is_finished() {
                return task.await.expect("the work does not panic");
            }
            self.pass(5);
        }
        panic!("the work is not done after 500 s");
    }

    /// How many sessions the store knows, ended ones included.
    pub async fn stored(&self) -> u64 {
        use handstamp::store::Store;
        let stats = self.memory.stats().await.expect("the memory store answers");
        stats.live + stats.ended
    }

    /// The public facts of the account's live sessions.
    pub async fn live(&self, account: &str) -> Vec<handstamp::SessionInfo> {
        let page = self.sessions.account(&account_id(account)).list(None).await.expect("the store answers");
        let is_live =
            |info: &handstamp::SessionInfo| matches!(info.status, handstamp::SessionStatus::Live { .. });
        page.sessions.into_iter().filter(is_live).collect()
    }

    /// Fails unless the work makes no store call at all.
    pub async fn untouched<T>(&self, work: impl Future<Output = T>) -> T {
        let (result, calls) = self.spy.during(work).await;
        assert_eq!(calls, [] as [Operation; 0]);
        result
    }
}

pub fn account_id(name: &str) -> AccountId {
    AccountId::new(name).expect("the name is a good one")
}

/// How a request comes to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link or form of our own pages.
    Navigation,
    /// The address bar.
    Typed,
    /// A link on somebody else's page.
    Link,
    /// A frame in one of our own pages.
    Frame,
    /// Read ahead by the browser.
    Prefetch,
    /// A script of our own pages.
    Fetch,
    /// A program that is no browser.
    Api,
    /// A browser on plain http, which sends no Fetch Metadata.
    PlainHttp,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Navigation,
        Self::Typed,
        Self::Link,
        Self::Frame,
        Self::Prefetch,
        Self::Fetch,
        Self::Api,
        Self::PlainHttp,
    ];

    fn headers(self) -> HeaderMap {
        let page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let (site, mode, dest, accept) = match self {
            Self::Navigation | Self::Prefetch => ("same-origin", "navigate", "document", page),
            Self::Typed => ("none", "navigate", "document", page),
            Self::Link => ("cross-site", "navigate", "document", page),
            Self::Frame => ("same-origin", "navigate", "iframe", page),
            Self::Fetch => ("same-origin", "cors", "empty", "*/*"),
            Self::Api => ("", "", "", "application/json"),
            Self::PlainHttp => ("", "", "", page),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest), ("accept", accept)]
        {
            if !value.is_empty() {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        if self == Self::Prefetch {
            headers.insert("sec-purpose", HeaderValue::from_static("prefetch"));
        }
        if self != Self::Api {
            let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
            headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        }
        headers
    }
}

/// A client with a jar for its session cookie. A clone is a thief's copy.
#[derive(Clone)]
pub struct Client {
    app: Router,
    pub name: String,
    pub token: Option<String>,
}

impl Client {
    pub fn new(app: &Router) -> Self {
        Self { app: app.clone(), name: COOKIE.to_owned(), token: None }
    }

    /// The same cookie at another router.
    pub fn at(&self, app: &Router) -> Self {
        Self { app: app.clone(), ..self.clone() }
    }

    /// A client of an application whose cookie has another name.
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// A client with this token in its jar.
    pub fn holding(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The token in the jar.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("there is a cookie in the jar")
    }

    pub fn request(&self, kind: Kind, method: &Method, path: &str) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.clone();
        *request.uri_mut() = path.parse().expect("the path is one");
        *request.headers_mut() = kind.headers();
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("shop.example"));
        if let Some(token) = &self.token {
            let cookie = format!("theme=dark; {}={token}", self.name);
            let cookie = HeaderValue::from_bytes(cookie.as_bytes()).expect("the cookie is a header value");
            request.headers_mut().insert(header::COOKIE, cookie);
        }
        request
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        Answer::read(response).await
    }

    /// Takes the cookie off the answer's headers and leaves its body unread.
    pub async fn open(&mut self, request: Request<Body>) -> Response<Body> {
        let Ok(response) = self.app.clone().oneshot(request).await;
        self.keep(response.headers());
        response
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("a cookie is text");
            let mut parts = line.split("; ");
            let (name, value) =
                parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie is a pair");
            if name == self.name {
                let is_deleted = parts.any(|attribute| attribute == "Max-Age=0");
                self.token = (!is_deleted).then(|| value.to_owned());
            }
        }
    }

    /// A request of this kind with this method.
    pub async fn ask(&mut self, kind: Kind, method: Method, path: &str) -> Answer {
        let request = self.request(kind, &method, path);
        self.send(request).await
    }

    /// A navigation.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Kind::Navigation, Method::GET, path).await
    }

    /// A form that is sent.
    pub async fn post(&mut self, path: &str) -> Answer {
        self.ask(Kind::Navigation, Method::POST, path).await
    }

    /// A script's request.
    pub async fn fetch(&mut self, path: &str) -> Answer {
        self.ask(Kind::Fetch, Method::GET, path).await
    }

    pub async fn sign_in(&mut self, account: &str) {
        let answer = self.post(&format!("/sign-in?account={account}")).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "signed in"));
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body can be read").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("the body is text");
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// Every value of a header, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().expect("the header is text")).collect()
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        self.all("set-cookie")
    }

    /// Fails unless the answer leaves the client's cookie alone.
    #[track_caller]
    pub fn leaves_the_cookie(&self) {
        assert_eq!(self.set_cookies(), [] as [&str; 0], "{self:?}");
    }

    /// The problem in the body, with its content type and status checked.
    #[track_caller]
    pub fn problem(&self) -> serde_json::Value {
        assert_eq!(self.all("content-type"), ["application/problem+json"], "{self:?}");
        let problem: serde_json::Value = serde_json::from_str(&self.body).expect("a problem is JSON");
        assert_eq!(problem["status"], self.status.as_u16());
        problem
    }

    /// The stable code of the problem in the body.
    #[track_caller]
    pub fn code(&self) -> String {
        self.problem()["code"].as_str().expect("a problem has a code").to_owned()
    }
}
