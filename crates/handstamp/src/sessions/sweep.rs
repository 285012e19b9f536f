//! Sweep: ends what its clocks have ended, closes windows, finishes replacements, forgets old ends.

use std::time::Duration;

use super::{
    Sessions,
    judge::{Note, is_over},
};
use crate::{
    log::Change,
    store::{ScanCursor, SessionKey, StoreError, Sweep},
};

/// How many sessions the store looks at in one step.
const STEP: usize = 500;
/// How long the store may decide by the last uses it was told of before it is told again.
const TOLD_FOR: Duration = Duration::from_secs(60);

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SweepReport {
    /// Sessions looked at.
    pub seen: usize,
    /// Sessions that were ended because their clock had run out, or whose end by an epoch was written.
    pub ended: usize,
    /// Ended sessions that were forgotten.
    pub forgotten: usize,
    /// Sign-ins that a crash had left unfinished.
    pub finished: usize,
    /// Sessions that could not be read and were left as they are; see the log.
    pub unreadable: usize,
    /// It stopped, or did not begin, because the clock has leapt; see the log.
    pub suspended: bool,
}

/// The sweep stopped half way. The next one begins again; nothing is lost.
#[derive(Debug, thiserror::Error)]
#[error("the sweep stopped: {0}")]
#[non_exhaustive]
pub struct SweepError(#[from] pub StoreError);

impl Sessions {
    /// Goes through all sessions of the realm once, in small steps. Verdicts do not wait for it, memory
    /// and the change log do. [`Sessions::start_upkeep`] calls it once a minute; without, call it about
    /// as often.
    pub async fn sweep(&self) -> Result<SweepReport, SweepError> {
        let mut report = SweepReport::default();
        let mut told = None;
        let mut from = None;
        loop {
            if !self.inner.time.is_settled() {
                report.suspended = true;
                return Ok(report);
            }
            // The store decides by what it has: it gets first what is held back of those it would end.
            let now = self.now();
            if told.is_none_or(|told| now.since(told) >= TOLD_FOR) {
                self.flush_dying_within(2 * TOLD_FOR).await?;
                told = Some(now);
            }
            from = self.sweep_step(from, &mut report).await?;
            if from.is_none() {
                return Ok(report);
            }
        }
    }

    async fn sweep_step(
        &self,
        from: Option<ScanCursor>,
        report: &mut SweepReport,
    ) -> Result<Option<ScanCursor>, StoreError> {
        let policy = self.policy();
        let sweep = Sweep {
            realm: self.realm().clone(),
            clocks: policy.clocks(),
            at: self.now(),
            ended_retention: policy.ended_retention,
            ended_per_account: usize::try_from(policy.ended_per_account).unwrap_or(usize::MAX),
            from,
            limit: STEP,
        };
        let swept = self.call(self.inner.store.sweep(sweep.clone())).await?;
        report.seen += swept.seen;
        report.ended += swept.ended.len();
        report.forgotten += swept.forgotten;
        for (key, ending) in swept.ended {
            self.observe(&Change::Ended { session: key.id, ending });
        }
        for key in &swept.unfinished {
            let finished = self.finish(key).await;
            report.finished += usize::from(passed(key, finished, report)?);
        }
        for key in &swept.unsettled {
            let settled = self.settle(key).await;
            passed(key, settled, report)?;
        }
        Ok(swept.next)
    }

    async fn finish(&self, key: &SessionKey) -> Result<bool, StoreError> {
        let Some(loaded) = self.load(key.id).await? else { return Ok(false) };
        self.finish_replacement(&loaded.session).await?;
        Ok(true)
    }

    /// Closes the window of a change of token that is over, so that its nonce is gone.
    async fn settle(&self, key: &SessionKey) -> Result<(), StoreError> {
        let Some(loaded) = self.load(key.id).await? else { return Ok(()) };
        let head = loaded.session.body.head()?;
        let now = self.now();
        if is_over(head.rotation(), &self.policy(), now) {
            self.write_note(&loaded.session, Note::Settled, now).await?;
        }
        Ok(())
    }
}

/// One session that cannot be read must not keep the others from being swept.
fn passed<T: Default>(
    key: &SessionKey,
    result: Result<T, StoreError>,
    report: &mut SweepReport,
) -> Result<T, StoreError> {
    match result {
        Err(StoreError::Corrupt(error)) => {
            tracing::error!(%error, session = %key.id, "a session cannot be read; it is left as it is");
            report.unreadable += 1;
            Ok(T::default())
        }
        other => other,
    }
}
