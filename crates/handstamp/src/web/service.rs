//! The service: hands the session to the request on the way in.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use tower_service::Service;

use super::{future::ResponseFuture, layer::Config, refusal::Refusal, request::RequestSession};

/// A service whose requests have a session. Made by [`SessionLayer`](super::SessionLayer).
#[derive(Clone)]
pub struct SessionService<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> SessionService<S> {
    pub(super) fn new(inner: S, config: Arc<Config>) -> Self {
        Self { inner, config }
    }

    /// The service inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service inside.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Gives the service inside back.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, R> Service<Request<B>> for SessionService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if let Some(rules) = &self.config.cross_site
            && let Err(refused) = rules.check(request.method(), request.uri(), request.headers())
        {
            tracing::warn!(code = refused.code(), "a cross-site request was refused: {refused}");
            let refusal = Refusal::of_cross_site(refused);
            let page = super::navigation::wants_html(request.headers())
                .then(|| self.config.render.as_ref().and_then(|render| render(&refusal)))
                .flatten();
            return ResponseFuture::refused(page.unwrap_or_else(|| refusal.to_response()).map(R::from));
        }
        let session = Arc::new(RequestSession::new(self.config.clone()));
        request.extensions_mut().insert(session.clone());
        ResponseFuture::running(self.inner.call(request), session)
    }
}

impl<S: std::fmt::Debug> std::fmt::Debug for SessionService<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionService").field("inner", &self.inner).finish_non_exhaustive()
    }
}
