//! Every exchange of a run, kept so that a report can show what was sent and what came back.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Origin, Request, Response};

/// The number of an exchange within its run, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct ExchangeId(pub u32);

impl fmt::Display for ExchangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A request and what came back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// Its number.
    pub id: ExchangeId,
    /// What it was for, in a few words: `whoami with the token from before logout`.
    pub purpose: String,
    /// Where it went.
    pub origin: Origin,
    /// Which connection it went over; numbers begin at 1.
    pub connection: u32,
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub response: Response,
    /// When it was sent, by the auditor's clock.
    pub sent: Duration,
    /// When all of it was back.
    pub received: Duration,
}

/// The exchanges of a run. Cheap to clone; all clones are one journal.
#[derive(Clone, Default)]
pub struct Journal {
    exchanges: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    exchanges: Vec<Arc<Exchange>>,
    body_bytes: usize,
}

/// The most of all bodies that a journal keeps: a sample of 20,000 logins is not to fill the memory.
const MOST_BODY_BYTES: usize = 64 * 1024 * 1024;

impl Journal {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The exchange of this number.
    pub fn get(&self, id: ExchangeId) -> Option<Arc<Exchange>> {
        let index = usize::try_from(id.0).ok()?.checked_sub(1)?;
        self.lock().exchanges.get(index).cloned()
    }

    /// Every exchange so far, in the order in which they ended.
    pub fn all(&self) -> Vec<Arc<Exchange>> {
        self.lock().exchanges.clone()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().exchanges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps an exchange and gives it its number. What is returned has all of its body.
    pub(super) fn keep(&self, mut exchange: Exchange) -> Arc<Exchange> {
        let mut kept = self.lock();
        exchange.id = ExchangeId(u32::try_from(kept.exchanges.len() + 1).unwrap_or(u32::MAX));
        let whole = Arc::new(exchange);
        kept.body_bytes += whole.response.body.len();
        let is_full = kept.body_bytes > MOST_BODY_BYTES;
        let entry = if is_full {
            let mut cut = Exchange::clone(&whole);
            cut.response.body.clear();
            cut.response.is_cut = true;
            Arc::new(cut)
        } else {
            whole.clone()
        };
        kept.exchanges.push(entry);
        whole
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // A panic elsewhere leaves a list that is whole.
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("exchanges", &self.len()).finish()
    }
}
