//! Routes that are no use of a session: polling, heartbeats, badges.

use std::{
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use super::request::RequestSession;

/// Marks routes whose requests do not start the idle clock again: put it inside of the session layer.
/// A page that polls would otherwise keep a session alive that nobody sits in front of.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct PassiveLayer;

impl PassiveLayer {
    /// Marks the routes behind it.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for PassiveLayer {
    type Service = PassiveService<S>;

    fn layer(&self, inner: S) -> PassiveService<S> {
        PassiveService { inner }
    }
}

/// The service that [`PassiveLayer`] makes.
#[derive(Clone, Debug)]
pub struct PassiveService<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for PassiveService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> S::Future {
        if let Some(session) = request.extensions().get::<Arc<RequestSession>>() {
            session.passive.store(true, Ordering::Relaxed);
        }
        self.inner.call(request)
    }
}
