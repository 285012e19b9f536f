//! Stricter rules for single routes: a layer around those that are worth more than the rest.
//!
//! The session layer checks every request by the application's rules. A route that moves money may
//! want more: that a request proves to come from the application, instead of merely not being shown
//! to come from elsewhere (OWASP CSRF sheet, "fail closed for sensitive endpoints").

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{cross_site::CrossSite, refusal::Refusal, session::Session};

/// Checks the requests of the routes behind it by rules of their own, after the session layer's.
///
/// ```
/// # use handstamp::web::{CrossSite, CrossSiteLayer};
/// // Refuses requests that carry neither `Sec-Fetch-Site` nor `Origin`, too.
/// let strict = CrossSiteLayer::new(CrossSite::new().strict());
/// ```
#[derive(Clone, Debug)]
pub struct CrossSiteLayer {
    rules: Arc<CrossSite>,
}

impl CrossSiteLayer {
    /// These rules.
    pub fn new(rules: CrossSite) -> Self {
        Self { rules: Arc::new(rules) }
    }
}

impl<S> Layer<S> for CrossSiteLayer {
    type Service = CrossSiteService<S>;

    fn layer(&self, inner: S) -> CrossSiteService<S> {
        CrossSiteService { inner, rules: self.rules.clone() }
    }
}

/// The service that [`CrossSiteLayer`] makes.
#[derive(Clone, Debug)]
pub struct CrossSiteService<S> {
    inner: S,
    rules: Arc<CrossSite>,
}

impl<S, B, R> Service<Request<B>> for CrossSiteService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = CrossSiteFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.rules.check(request.method(), request.uri(), request.headers()) {
            Ok(()) => CrossSiteFuture { step: Step::Running { inner: self.inner.call(request) } },
            Err(refused) => {
                tracing::warn!(code = refused.code(), "a cross-site request was refused: {refused}");
                // So that the session layer knows whether to make a page of the refusal.
                let _ = Session::of(&request);
                CrossSiteFuture { step: Step::Refused { refusal: Refusal::of_cross_site(refused) } }
            }
        }
    }
}

pin_project! {
    /// The future of [`CrossSiteService`].
    pub struct CrossSiteFuture<F> {
        #[pin]
        step: Step<F>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F> {
        Refused { refusal: Refusal },
        Running { #[pin] inner: F },
    }
}

impl<F, R, E> Future for CrossSiteFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: From<String>,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().step.project() {
            StepProjection::Refused { refusal } => Poll::Ready(Ok(refusal.to_response().map(R::from))),
            StepProjection::Running { inner } => Poll::Ready(ready!(inner.poll(context))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http::StatusCode;
    use tower::{ServiceExt, service_fn};

    use super::*;

    async fn status(headers: &[(&str, &str)]) -> StatusCode {
        let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(String::new())) });
        let service = CrossSiteLayer::new(CrossSite::new().strict()).layer(inner);
        let mut request = Request::post("/pay").header("host", "shop.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        service.oneshot(request.body(()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_strict_route_wants_evidence() {
        assert_eq!(status(&[]).await, StatusCode::FORBIDDEN);
        assert_eq!(status(&[("sec-fetch-site", "cross-site")]).await, StatusCode::FORBIDDEN);
        assert_eq!(status(&[("sec-fetch-site", "same-origin")]).await, StatusCode::OK);
        assert_eq!(status(&[("origin", "https://shop.example")]).await, StatusCode::OK);
    }
}
