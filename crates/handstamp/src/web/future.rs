//! The answer on its way out: cookie, caches, refusals. Bodies, upgrades and streams pass untouched.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use super::request::RequestSession;

type Check = Pin<Box<dyn Future<Output = bool> + Send>>;

pin_project! {
    /// The future of [`SessionService`](super::SessionService).
    pub struct ResponseFuture<F, R> {
        #[pin]
        step: Step<F, R>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, R> {
        /// Refused before the service inside was called.
        Refused { response: Option<Response<R>> },
        /// The service inside is at work.
        Running { #[pin] inner: F, session: Arc<RequestSession> },
        /// A renewed token is about to be handed out: does its session still stand? The only step
        /// that needs a boxed future; a renewal happens once in a quarter of an hour.
        Checking { check: Check, response: Option<Response<R>>, session: Arc<RequestSession> },
    }
}

impl<F, R> ResponseFuture<F, R> {
    pub(super) fn refused(response: Response<R>) -> Self {
        Self { step: Step::Refused { response: Some(response) } }
    }

    pub(super) fn running(inner: F, session: Arc<RequestSession>) -> Self {
        Self { step: Step::Running { inner, session } }
    }
}

impl<F, R, E> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: From<String>,
{
    type Output = Result<Response<R>, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let next = match self.as_mut().project().step.project() {
                StepProjection::Refused { response } => return Poll::Ready(Ok(taken(response))),
                StepProjection::Running { inner, session } => {
                    let response = ready!(inner.poll(context))?;
                    match session.clone().renewal_to_check() {
                        None => return Poll::Ready(Ok(session.finish(response))),
                        Some(check) => {
                            Step::Checking { check, response: Some(response), session: session.clone() }
                        }
                    }
                }
                StepProjection::Checking { check, response, session } => {
                    if !ready!(check.as_mut().poll(context)) {
                        session.forget_renewal();
                    }
                    return Poll::Ready(Ok(session.finish(taken(response))));
                }
            };
            self.as_mut().project().step.set(next);
        }
    }
}

/// A future is not polled again after it is ready.
fn taken<R: From<String>>(response: &mut Option<Response<R>>) -> Response<R> {
    response.take().unwrap_or_else(|| Response::new(R::from(String::new())))
}
