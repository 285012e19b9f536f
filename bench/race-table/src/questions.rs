//! The questions, put in the same order and by the same requests to every contender.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::http::{Method, StatusCode};
use serde::Serialize;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    client::{Answer, Device},
    contender::Contender,
    gate::Gates,
};

/// How often the session is read to count the writes that reading costs.
const READS: u32 = 100;

/// What one contender answered.
#[derive(Debug, Serialize)]
pub struct Row {
    pub name: String,
    pub after_sign_out: Fate,
    pub after_end_elsewhere: Fate,
    pub after_sign_in_rotation: Fate,
    /// Of two keys written by two overlapping requests.
    pub keys_kept: usize,
    pub reads: u32,
    pub writes_for_reads: u64,
    /// How many writes those reads may cost by the contender's own word.
    pub writes_allowed: Option<u64>,
}

/// What became of the credential that should be dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    Dead,
    Alive,
}

/// Starts the contender's application and asks everything.
pub async fn put_to(contender: &dyn Contender) -> Result<Row> {
    let gates = Gates::default();
    let application = Application::start(contender, gates).await?;
    application.ask(contender).await.with_context(|| format!("asking {}", contender.name()))
}

/// A served application; it ends when dropped.
struct Application {
    base: String,
    gates: Gates,
    server: JoinHandle<()>,
}

impl Drop for Application {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Application {
    async fn start(contender: &dyn Contender, gates: Gates) -> Result<Self> {
        let router = contender.router(gates.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base = format!("http://localhost:{}", listener.local_addr()?.port());
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the server ended: {error}");
            }
        });
        Ok(Self { base, gates, server })
    }

    async fn ask(&self, contender: &dyn Contender) -> Result<Row> {
        let after_sign_out = self.after_sign_out().await?;
        let after_end_elsewhere = self.after_end_elsewhere().await?;
        let after_sign_in_rotation = self.after_sign_in_rotation().await?;
        let keys_kept = self.keys_kept().await?;
        let (writes_for_reads, time) = self.writes_for_reads(contender).await?;
        Ok(Row {
            name: contender.name(),
            after_sign_out,
            after_end_elsewhere,
            after_sign_in_rotation,
            keys_kept,
            reads: READS,
            writes_for_reads,
            writes_allowed: contender
                .touch_interval_seconds()
                .map(|interval| 1 + time.as_secs() / interval.max(1)),
        })
    }

    async fn after_sign_out(&self) -> Result<Fate> {
        let mut device = self.signed_in().await?;
        let original = device.clone();
        let during = async { succeed(&device.send(Method::POST, "/logout").await?) };
        self.outlives(&original, during).await
    }

    async fn after_end_elsewhere(&self) -> Result<Fate> {
        let original = self.signed_in().await?;
        let mut other = self.signed_in().await?;
        let during = async { succeed(&other.send(Method::POST, "/end-others").await?) };
        self.outlives(&original, during).await
    }

    async fn after_sign_in_rotation(&self) -> Result<Fate> {
        let mut device = self.signed_in().await?;
        let original = device.clone();
        let during = async { succeed(&device.send(Method::POST, "/login").await?) };
        self.outlives(&original, during).await
    }

    /// Holds a slow writer at its gate while the session ends, lets it finish whatever its
    /// answer, and presents the original cookie.
    async fn outlives(&self, original: &Device, during: impl Future<Output = Result<()>>) -> Result<Fate> {
        let mut keeper = self.gates.close("slow");
        let slow = write(original, "slow");
        keeper.arrived().await?;
        during.await?;
        keeper.open();
        slow.await??;
        let answer = original.send_keeping_cookies(Method::GET, "/read").await?;
        match answer.status {
            StatusCode::OK => Ok(Fate::Alive),
            StatusCode::UNAUTHORIZED => Ok(Fate::Dead),
            other => anyhow::bail!("the original cookie was answered with {other}"),
        }
    }

    async fn keys_kept(&self) -> Result<usize> {
        let device = self.signed_in().await?;
        let mut first = self.gates.close("first");
        let mut second = self.gates.close("second");
        let writers = [write(&device, "first"), write(&device, "second")];
        first.arrived().await?;
        second.arrived().await?;
        first.open();
        second.open();
        for writer in writers {
            succeed(&writer.await??)?;
        }
        let answer = device.send_keeping_cookies(Method::GET, "/read").await?;
        ensure!(answer.status == StatusCode::OK, "the writers' session is gone: {}", answer.status);
        let kept: Vec<String> = serde_json::from_slice(&answer.body)?;
        Ok(kept.len())
    }

    async fn writes_for_reads(&self, contender: &dyn Contender) -> Result<(u64, Duration)> {
        let mut device = self.signed_in().await?;
        contender.flush().await;
        let before = contender.store_writes();
        let start = Instant::now();
        for _ in 0..READS {
            succeed(&device.send(Method::GET, "/read").await?)?;
        }
        contender.flush().await;
        Ok((contender.store_writes() - before, start.elapsed()))
    }

    async fn signed_in(&self) -> Result<Device> {
        let mut device = Device::new(&self.base);
        succeed(&device.send(Method::POST, "/login").await?)?;
        let answer = device.send(Method::GET, "/read").await?;
        ensure!(answer.status == StatusCode::OK, "signed in, yet reading says {}", answer.status);
        Ok(device)
    }
}

/// A request that writes `key`, sent from a copy of the device as it is now.
fn write(device: &Device, key: &str) -> JoinHandle<Result<Answer>> {
    let device = device.clone();
    let path = format!("/write/{key}");
    tokio::spawn(async move { device.send_keeping_cookies(Method::POST, &path).await })
}

fn succeed(answer: &Answer) -> Result<()> {
    ensure!(
        answer.status.is_success(),
        "answered {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(())
}
