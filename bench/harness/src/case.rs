//! The six cases, and the requests that ask for them.

use std::sync::atomic::{AtomicU32, Ordering};

use http::{HeaderValue, Method, Request, header};

/// The cookie's name on every side.
pub const COOKIE: &str = "__Host-Http-session";

/// What every request says it is sent by.
pub const USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

/// What the first edit puts into an empty cart: stock keeping unit and count.
pub const CART_ITEMS: [(&str, u32); 3] = [("apple", 1), ("pear", 2), ("plum", 3)];

/// What a request does with its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Case {
    /// `GET /ignores`: the session is there, nobody asks for it.
    Ignores,
    /// `GET /who`: answers with the account's id.
    ReadsWho,
    /// `GET /slot`: answers with the number of items in the cart.
    ReadsSlot,
    /// `POST /edit`: counts the cart's first item up, or puts [`CART_ITEMS`] into an empty cart.
    EditsSlot,
    /// `POST /sign-in`: a new session, for a client without one.
    SignsIn,
    /// `POST /sign-out`: the session ends on the server.
    SignsOut,
}

impl Case {
    /// Every case.
    pub const ALL: [Self; 6] =
        [Self::Ignores, Self::ReadsWho, Self::ReadsSlot, Self::EditsSlot, Self::SignsIn, Self::SignsOut];

    /// Its name, as on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignores => "ignores",
            Self::ReadsWho => "reads-who",
            Self::ReadsSlot => "reads-slot",
            Self::EditsSlot => "edits-slot",
            Self::SignsIn => "signs-in",
            Self::SignsOut => "signs-out",
        }
    }

    /// The route that has it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Ignores => "/ignores",
            Self::ReadsWho => "/who",
            Self::ReadsSlot => "/slot",
            Self::EditsSlot => "/edit",
            Self::SignsIn => "/sign-in",
            Self::SignsOut => "/sign-out",
        }
    }

    /// Its method.
    pub const fn method(self) -> Method {
        match self {
            Self::Ignores | Self::ReadsWho | Self::ReadsSlot => Method::GET,
            Self::EditsSlot | Self::SignsIn | Self::SignsOut => Method::POST,
        }
    }

    /// What the route answers, with 200. `/who` answers with the [account](account), which begins so.
    pub const fn answer(self) -> &'static str {
        match self {
            Self::Ignores => "hello",
            Self::ReadsWho => "ada",
            Self::ReadsSlot => "3",
            Self::EditsSlot => "edited",
            Self::SignsIn => "signed in",
            Self::SignsOut => "signed out",
        }
    }

    /// Does the client have a session before?
    pub const fn has_session(self) -> bool {
        !matches!(self, Self::SignsIn)
    }
}

/// A new account for each sign-in, as for a crowd: `ada-0000001` and so on.
pub fn account() -> String {
    static SIGNED_IN: AtomicU32 = AtomicU32::new(0);
    format!("ada-{:07}", SIGNED_IN.fetch_add(1, Ordering::Relaxed) + 1)
}

/// One request to be made.
#[derive(Clone, Debug)]
pub struct Call {
    /// What it does.
    pub case: Case,
    /// The whole `Cookie` header, if the client has one: two cookies of others around the session's.
    pub cookie: Option<HeaderValue>,
}

impl Call {
    /// The headers that a browser sends along, without the cookie. The same on every side.
    pub const HEADERS: [(header::HeaderName, HeaderValue); 6] = [
        (header::HOST, HeaderValue::from_static("shop.example")),
        (header::USER_AGENT, HeaderValue::from_static(USER_AGENT)),
        (header::ACCEPT, HeaderValue::from_static("*/*")),
        (header::ACCEPT_LANGUAGE, HeaderValue::from_static("en")),
        (header::HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static("same-origin")),
        (header::HeaderName::from_static("sec-fetch-mode"), HeaderValue::from_static("cors")),
    ];

    /// As a request of the `http` crate.
    pub fn request<B>(&self, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = self.case.method();
        *request.uri_mut() = http::Uri::from_static(self.case.path());
        let headers = request.headers_mut();
        headers.reserve(Self::HEADERS.len() + 1);
        for (name, value) in Self::HEADERS {
            headers.insert(name, value);
        }
        if let Some(cookie) = &self.cookie {
            headers.insert(header::COOKIE, cookie.clone());
        }
        request
    }
}
