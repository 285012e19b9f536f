//! The loop without sockets: what a side's own code costs, in nanoseconds and allocations, and, under
//! callgrind, in instructions.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use crate::{COOKIE, Call, Case};

/// How many people are signed in, and take turns.
const PEOPLE: usize = 1000;
/// Requests before the measured ones, so that caches are warm and tables have grown.
const WARM_UP: usize = 2000;

/// What a side answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// `name=value` of the session's cookie, if the answer sets one.
    pub cookie: Option<String>,
    /// The body, whole.
    pub body: bytes::Bytes,
}

impl Answer {
    /// `name=value` of the session's cookie among `Set-Cookie` lines.
    pub fn cookie_in<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Option<String> {
        let lines = lines.into_iter().filter_map(|line| std::str::from_utf8(line).ok());
        let pairs = lines.filter_map(|line| line.split(';').next());
        pairs
            .filter(|pair| pair.strip_prefix(COOKIE).is_some_and(|rest| rest.starts_with('=')))
            .last()
            .map(str::to_owned)
    }
}

/// A side's whole stack in this process, without sockets.
pub trait Peer {
    /// Sends one request through it, up to the last byte of the answer.
    fn call(&mut self, call: &Call) -> impl Future<Output = Result<Answer>>;

    /// Does it keep sessions? The controls do not.
    fn keeps_sessions(&self) -> bool {
        true
    }
}

/// A side: how to make its stack, and how to serve it.
pub trait Side {
    /// Its stack in this process.
    type Peer: Peer;

    /// What else it can be measured as, for `--variant`.
    const VARIANTS: &'static [&'static str] = &[];

    /// Makes its stack. Called on the runtime that will drive it.
    fn in_process(variant: Option<&str>) -> impl Future<Output = Result<Self::Peer>>;

    /// Serves on `listener` with so many threads until the process is told to stop.
    fn serve(listener: std::net::TcpListener, workers: usize, variant: Option<&str>) -> Result<()>;
}

/// What so many requests cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Cost {
    case: &'static str,
    requests: usize,
    nanoseconds: u128,
    allocations: u64,
    bytes: u64,
}

/// Measures one case.
pub(crate) fn measure<S: Side>(case: Case, requests: usize, variant: Option<&str>) -> Result<Cost> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut peer = runtime.block_on(S::in_process(variant))?;
    let calls = prepared(&runtime, &mut peer, case, requests)?;
    if matches!(case, Case::SignsIn | Case::SignsOut) {
        let others = prepared(&runtime, &mut peer, case, WARM_UP.min(requests))?;
        warm_up(&runtime, &mut peer, &others)?;
    } else {
        // Everybody has been here before.
        warm_up(&runtime, &mut peer, &calls[..PEOPLE.min(requests)])?;
    }

    let started = Instant::now();
    let mut sent = Ok(());
    let allocated = allocation_counter::measure(|| sent = measured_requests(&runtime, &mut peer, &calls));
    let nanoseconds = started.elapsed().as_nanos();
    sent?;
    Ok(Cost {
        case: case.name(),
        requests,
        nanoseconds,
        allocations: allocated.count_total,
        bytes: allocated.bytes_total,
    })
}

/// The requests of a case, for sessions that are there: everybody's in turn, and one each for those that end
/// theirs.
fn prepared<P: Peer>(runtime: &Runtime, peer: &mut P, case: Case, requests: usize) -> Result<Vec<Call>> {
    let people = if case == Case::SignsOut { requests } else { PEOPLE.min(requests) };
    let mut cookies = Vec::new();
    for _ in 0..if case.has_session() { people } else { 0 } {
        let answer = runtime.block_on(peer.call(&Call { case: Case::SignsIn, cookie: None }))?;
        ensure!(
            answer.body == Case::SignsIn.answer(),
            "signing in answered {} {:?}",
            answer.status,
            answer.body
        );
        let session = match answer.cookie {
            Some(cookie) => cookie,
            None if peer.keeps_sessions() => bail!("signing in set no cookie named {COOKIE}"),
            None => format!("{COOKIE}={:=<70}", "none"),
        };
        let cookie = HeaderValue::try_from(format!("theme=dark; {session}; consent=1"))
            .context("a cookie that fits no header")?;
        // Fills the cart.
        let call = Call { case: Case::EditsSlot, cookie: Some(cookie.clone()) };
        let answer = runtime.block_on(peer.call(&call))?;
        ensure!(
            answer.body == Case::EditsSlot.answer(),
            "an edit answered {} {:?}",
            answer.status,
            answer.body
        );
        cookies.push(cookie);
    }
    Ok((0..requests)
        .map(|number| Call { case, cookie: cookies.get(number % people.max(1)).cloned() })
        .collect())
}

/// The measured part. Callgrind counts what happens in here, by its name: nothing else may have a name that
/// holds this one.
#[inline(never)]
fn measured_requests<P: Peer>(runtime: &Runtime, peer: &mut P, calls: &[Call]) -> Result<()> {
    runtime.block_on(send_all(peer, calls))
}

/// The same for the warm-up, which callgrind is not to count.
#[inline(never)]
fn warm_up<P: Peer>(runtime: &Runtime, peer: &mut P, calls: &[Call]) -> Result<()> {
    runtime.block_on(send_all(peer, calls))
}

async fn send_all<P: Peer>(peer: &mut P, calls: &[Call]) -> Result<()> {
    for (number, call) in calls.iter().enumerate() {
        // What runs in the background has its turn, as between the requests of a server.
        if number % 16 == 0 {
            tokio::task::yield_now().await;
        }
        let answer = black_box(peer.call(black_box(call)).await?);
        ensure!(
            answer.status == StatusCode::OK && answer.body.starts_with(call.case.answer().as_bytes()),
            "{} answered {} {:?}",
            call.case.path(),
            answer.status,
            answer.body
        );
    }
    Ok(())
}
