//! A client that keeps the session cookie as a browser would.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use handstamp::{
    store::{MemoryStore, Store},
    testing::FakeClock,
};
use handstamp_demo::{OpenShopError, Shop};
use http_body_util::BodyExt;
use tower::ServiceExt;

pub(crate) struct Street {
    pub(crate) clock: FakeClock,
    pub(crate) printed: Arc<Mutex<Vec<String>>>,
    router: Router,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) set_cookie: Option<String>,
    pub(crate) text: String,
}

/// One browser.
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookie: Option<String>,
}

impl Street {
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::new())
    }

    pub(crate) fn on(store: impl Store) -> Self {
        let clock = FakeClock::new();
        let shop = Shop::with(store, clock.clone(), "http://localhost:1", None).unwrap();
        Self::before(&shop, clock)
    }

    /// Before a shop that keeps its state in this folder.
    pub(crate) async fn within(folder: &Path, clock: &FakeClock) -> Result<Self, OpenShopError> {
        let shop = Shop::open(folder, clock.clone(), "http://localhost:1", None).await?;
        Ok(Self::before(&shop, clock.clone()))
    }

    fn before(shop: &Shop, clock: FakeClock) -> Self {
        let printed = Arc::new(Mutex::new(Vec::new()));
        let printer = printed.clone();
        let shop = shop.clone().printing(move |line| printer.lock().unwrap().push(line.to_owned()));
        Self { clock, printed, router: shop.router() }
    }

    pub(crate) fn browser(&self) -> Browser {
        self.browser_with(None)
    }

    /// One that has kept its cookie from before.
    pub(crate) fn browser_with(&self, cookie: Option<String>) -> Browser {
        Browser { router: self.router.clone(), cookie }
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Page {
        self.send("POST", path, Body::from(form.to_owned())).await
    }

    pub(crate) async fn sign_up(&mut self, email: &str, password: &str) -> Page {
        self.post("/sign-up", &format!("email={email}&password={password}")).await
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Page {
        self.post("/sign-in", &format!("email={email}&password={password}")).await
    }

    async fn send(&mut self, method: &str, path: &str, body: Body) -> Page {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:1")
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let set_cookie =
            parts.headers.get(header::SET_COOKIE).map(|value| value.to_str().unwrap().to_owned());
        if let Some(set) = &set_cookie {
            let pair = set.split(';').next().unwrap();
            self.cookie = (!set.contains("Max-Age=0")).then(|| pair.to_owned());
        }
        let location = parts.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap());
        Page {
            status: parts.status,
            location: location.to_owned(),
            set_cookie,
            text: String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap(),
        }
    }
}
