//! Bare hyper: HTTP and nothing else, the least that a server in Rust costs. No router, no session, defaults.

use std::{convert::Infallible, net::TcpListener};

use anyhow::Result;
use bytes::Bytes;
use harness::{Answer, Call, Case, Peer, Side, told_to_stop};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{Request, Response, StatusCode, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::runtime::Builder;

struct Hyper;

async fn answer<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path();
    let case = Case::ALL.into_iter().find(|case| case.path() == path && case.method() == request.method());
    let mut response = Response::new(Full::from(case.map_or("", Case::answer)));
    if case.is_none() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

struct InProcess;

impl Peer for InProcess {
    async fn call(&mut self, call: &Call) -> Result<Answer> {
        let response = answer(call.request(Empty::<Bytes>::new())).await?;
        let status = response.status();
        Ok(Answer { status, cookie: None, body: response.into_body().collect().await?.to_bytes() })
    }

    fn keeps_sessions(&self) -> bool {
        false
    }
}

async fn accept(listener: tokio::net::TcpListener) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        // A connection that fails is its client's affair.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
    }
}

impl Side for Hyper {
    type Peer = InProcess;

    async fn in_process(_: Option<&str>) -> Result<InProcess> {
        Ok(InProcess)
    }

    fn serve(listener: TcpListener, workers: usize, _: Option<&str>) -> Result<()> {
        let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
        runtime.block_on(async {
            listener.set_nonblocking(true)?;
            let server = tokio::spawn(accept(tokio::net::TcpListener::from_std(listener)?));
            tokio::select! {
                served = server => served?,
                () = told_to_stop() => Ok(()),
            }
        })
    }
}

fn main() -> Result<()> {
    harness::main::<Hyper>()
}

#[cfg(test)]
mod tests {
    use super::InProcess;

    #[tokio::test]
    async fn every_route_answers_its_words() -> anyhow::Result<()> {
        harness::check::check_routes(&mut InProcess).await
    }
}
