//! The judgement on a presented token, as a pure function of what was loaded.

use std::time::Duration;

use crate::{
    policy::Policy,
    reason::{EndReason, Ending, Evidence},
    record::{Head, Rotation},
    store::Loaded,
    time::Timestamp,
    token::{Generation, Secret},
};

/// How long after a change of privilege, and after its new token was first seen, an old token still
/// counts as one of a request that was under way.
const SUPERSEDED_WINDOW: Duration = Duration::from_secs(60);

/// A request whose session is asked for this long after it came proves no theft: the window in which
/// its token was good may have been closed in between.
const LATE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) enum Judgement {
    /// It may in.
    Active {
        renewal: Renewal,
        note: Option<Note>,
    },
    /// A recorded end, or one by an epoch or a hold.
    Ended(Ending),
    /// A clock has run out; the store has the last word.
    Expired(EndReason),
    /// A genuine older token came back after its successor was used.
    Reuse(Evidence),
    Superseded,
    Invalid,
}

/// Whether the session could have a new token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    NotDue,
    Due,
    /// The presented token has a successor already, to be handed out again.
    Begun,
}

/// Something to write down about the last change of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The current token was presented for the first time.
    Presented,
    /// The window is over.
    Settled,
}

/// `last_use` is what this process knows of it, which may be more than the store does.
pub(super) fn judge(
    loaded: &Loaded,
    last_use: Timestamp,
    record: &Head,
    presented: (Generation, &Secret),
    policy: &Policy,
    arrived: Timestamp,
    now: Timestamp,
) -> Judgement {
    let session = &loaded.session;
    let (generation, secret) = presented;
    let is_current = generation == record.generation;
    // A token from the future (a restored backup) or one with another secret is not of this session.
    if generation > record.generation || (is_current && !record.secret_hash.matches(secret)) {
        return Judgement::Invalid;
    }
    if let Some(ending) = session.ending(&loaded.account, &loaded.cell) {
        return Judgement::Ended(ending);
    }
    if let Some(reason) = session.expired_since(last_use, &policy.clocks(), now) {
        return Judgement::Expired(reason);
    }
    if is_current {
        return current(record, policy, now);
    }
    // Windows count by when the request came: one whose session is asked for late, such as after a long
    // upload, must not turn into a theft meanwhile.
    match older(record, generation, secret, policy, arrived) {
        Judgement::Reuse(_) if now.since(arrived) >= LATE => Judgement::Superseded,
        judgement => judgement,
    }
}

fn current(record: &Head, policy: &Policy, now: Timestamp) -> Judgement {
    let window_over = is_over(record.rotation(), policy, now);
    let note = if record.rotation().awaits_presentation() {
        Some(Note::Presented)
    } else if window_over && !matches!(record.rotation(), Rotation::Settled) {
        Some(Note::Settled)
    } else {
        None
    };
    let due = window_over && now.since(record.issued_at) >= policy.renewal.duration();
    Judgement::Active { renewal: if due { Renewal::Due } else { Renewal::NotDue }, note }
}

fn older(
    record: &Head,
    generation: Generation,
    secret: &Secret,
    policy: &Policy,
    at: Timestamp,
) -> Judgement {
    let reuse = Judgement::Reuse(Evidence::new(generation, record.generation));
    if is_over(record.rotation(), policy, at) {
        return reuse;
    }
    match record.rotation() {
        Rotation::Settled => reuse,
        Rotation::Privileged { since, .. } if generation < *since => reuse,
        // The answer with the new token was lost, and it is too long ago for a request under way: its
        // holder is a stranger, who may sign in anew. Nothing ends: nobody has used the new token.
        Rotation::Privileged { presented: None, .. } if at.since(record.issued_at) >= SUPERSEDED_WINDOW => {
            Judgement::Invalid
        }
        Rotation::Privileged { .. } => Judgement::Superseded,
        Rotation::Renewed { previous, .. } => {
            if generation.is_followed_by(record.generation) && previous.matches(secret) {
                Judgement::Active { renewal: Renewal::Begun, note: None }
            } else {
                reuse
            }
        }
    }
}

/// Is the window of the last change of token over? It stays open until the new token has been
/// presented, however long that takes: a lost answer harms nobody (promise 11).
pub(super) fn is_over(rotation: &Rotation, policy: &Policy, now: Timestamp) -> bool {
    match rotation {
        Rotation::Settled => true,
        Rotation::Renewed { presented, .. } => presented.is_some_and(|at| now.since(at) >= policy.grace),
        Rotation::Privileged { presented, .. } => {
            presented.is_some_and(|at| now.since(at) >= SUPERSEDED_WINDOW)
        }
    }
}
