//! What the sides on actix-web share: their loop without sockets, and serving until told to stop.

use actix_http::Request;
use actix_service::boxed::{self, BoxService};
use actix_web::{
    Error,
    body::{self, BoxBody},
    dev::{Server, Service, ServiceResponse},
    http::{
        Method, Uri,
        header::{self, HeaderName, HeaderValue},
    },
    rt::System,
};
use anyhow::{Result, anyhow};
use harness::{Answer, Call, Peer, told_to_stop};

/// An application in this process, called as the server would.
///
/// Its type has no name, hence the box: one allocation for each request, on the control as well.
pub struct ActixPeer {
    service: BoxService<Request, ServiceResponse<BoxBody>, Error>,
    headers: Vec<(HeaderName, HeaderValue)>,
    keeps_sessions: bool,
}

impl ActixPeer {
    /// A side with sessions; `service` is what `actix_web::test::init_service` makes of an application.
    pub fn new<S>(service: S) -> Result<Self>
    where
        S: Service<Request, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
        S::Future: 'static,
    {
        // actix-web has an older `http` crate, and so other types of the same names.
        let headers = Call::HEADERS
            .iter()
            .map(|(name, value)| Ok((name.as_str().parse()?, HeaderValue::from_bytes(value.as_bytes())?)))
            .collect::<Result<_>>()?;
        Ok(Self { service: boxed::service(service), headers, keeps_sessions: true })
    }

    /// A side without sessions.
    pub fn control<S>(service: S) -> Result<Self>
    where
        S: Service<Request, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
        S::Future: 'static,
    {
        Ok(Self { keeps_sessions: false, ..Self::new(service)? })
    }
}

impl Peer for ActixPeer {
    async fn call(&mut self, call: &Call) -> Result<Answer> {
        let mut request = Request::new();
        let head = request.head_mut();
        head.method = if call.case.method() == http::Method::GET { Method::GET } else { Method::POST };
        head.uri = Uri::from_static(call.case.path());
        for (name, value) in &self.headers {
            head.headers.insert(name.clone(), value.clone());
        }
        if let Some(cookie) = &call.cookie {
            head.headers.insert(header::COOKIE, HeaderValue::from_bytes(cookie.as_bytes())?);
        }
        std::future::poll_fn(|context| self.service.poll_ready(context))
            .await
            .map_err(|error| anyhow!("not ready: {error}"))?;
        let response = self.service.call(request).await.map_err(|error| anyhow!("failed: {error}"))?;
        let status = http::StatusCode::from_u16(response.status().as_u16())?;
        let cookie =
            Answer::cookie_in(response.headers().get_all(header::SET_COOKIE).map(HeaderValue::as_bytes));
        let body = body::to_bytes(response.into_body()).await.map_err(|error| anyhow!("no body: {error}"))?;
        Ok(Answer { status, cookie, body })
    }

    fn keeps_sessions(&self) -> bool {
        self.keeps_sessions
    }
}

/// Runs a server until the process is told to stop.
pub fn run_server(server: impl FnOnce() -> std::io::Result<Server>) -> Result<()> {
    System::new().block_on(async {
        let server = server()?;
        tokio::select! {
            served = server => Ok(served?),
            () = told_to_stop() => Ok(()),
        }
    })
}
