//! What people do, and what is reported of it.

use handstamp::SessionId;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Operation {
    /// A session in which nobody is signed in.
    Begin,
    SignIn {
        over: Option<SessionId>,
    },
    Edit {
        session: SessionId,
        value: u64,
    },
    Renew {
        session: SessionId,
    },
    Use {
        session: SessionId,
    },
    SignOut {
        session: SessionId,
    },
    /// From another device.
    End {
        session: SessionId,
    },
    EndOthers {
        kept: SessionId,
    },
    EndAll,
    ChangeCredentials {
        kept: SessionId,
    },
}

/// What the person got for it: a session with its token, or a session's new token.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Gained {
    pub(crate) id: SessionId,
    pub(crate) token: String,
}

/// A line of the report. `Started` is written before an operation, the others once it is answered.
#[derive(Serialize, Deserialize)]
pub(crate) enum News {
    Started(usize, Operation),
    Done(usize, Option<Gained>),
    Refused(usize, String),
}
