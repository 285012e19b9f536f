//! Serving over sockets, for the sides that are axum applications.

use std::net::TcpListener;

use anyhow::Result;
use axum::Router;
use tokio::{io::AsyncReadExt, runtime::Builder};

/// Serves an axum application with so many threads until the process is told to stop.
pub fn serve_router(
    listener: TcpListener,
    workers: usize,
    router: impl AsyncFnOnce() -> Result<Router>,
) -> Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let router = router().await?;
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        tokio::select! {
            served = server => Ok(served??),
            () = told_to_stop() => Ok(()),
        }
    })
}

/// Ends when standard input does: whoever started this process has gone. A signal ends it anyway.
pub async fn told_to_stop() {
    let mut input = tokio::io::stdin();
    let mut buffer = [0; 64];
    while let Ok(1..) = input.read(&mut buffer).await {}
}
