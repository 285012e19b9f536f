//! A tower service as a peer.

use anyhow::{Result, anyhow};
use axum::body::Body;
use http::{HeaderValue, Request, Response, header};
use http_body_util::BodyExt;
use tower_service::Service;

use crate::{Answer, Call, Peer};

/// A service of the tower kind, called as a server would.
#[derive(Debug)]
pub struct TowerPeer<S> {
    service: S,
    keeps_sessions: bool,
}

impl<S> TowerPeer<S> {
    /// A side with sessions.
    pub fn new(service: S) -> Self {
        Self { service, keeps_sessions: true }
    }

    /// A side without.
    pub fn control(service: S) -> Self {
        Self { service, keeps_sessions: false }
    }
}

impl<S, B> Peer for TowerPeer<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: std::fmt::Debug,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: std::fmt::Debug,
{
    async fn call(&mut self, call: &Call) -> Result<Answer> {
        // A server clones the service for each connection, not for each request.
        std::future::poll_fn(|context| self.service.poll_ready(context))
            .await
            .map_err(|error| anyhow!("not ready: {error:?}"))?;
        let response = self
            .service
            .call(call.request(Body::empty()))
            .await
            .map_err(|error| anyhow!("failed: {error:?}"))?;
        let (head, body) = response.into_parts();
        let cookie =
            Answer::cookie_in(head.headers.get_all(header::SET_COOKIE).iter().map(HeaderValue::as_bytes));
        let body = body.collect().await.map_err(|error| anyhow!("no body: {error:?}"))?.to_bytes();
        Ok(Answer { status: head.status, cookie, body })
    }

    fn keeps_sessions(&self) -> bool {
        self.keeps_sessions
    }
}
