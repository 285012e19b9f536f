//! Who is signed in, as a request sees it: shared with what was loaded, so that asking copies nothing.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use crate::{
    AccountId, Authorisations, Proof, SessionId, SignedInSession, Timestamp, record::Record, store::Body,
    web::SignedInFacts,
};

#[derive(Clone)]
pub(super) struct Who {
    pub(super) session: SessionId,
    pub(super) account: AccountId,
    pub(super) proven_at: Timestamp,
    body: Body,
    /// Read when proof or authorisations are asked for.
    record: OnceLock<Arc<Record>>,
}

impl Who {
    pub(super) fn of(session: &SignedInSession) -> Self {
        let (body, record) = session.body();
        Self {
            session: session.id(),
            account: session.account().clone(),
            proven_at: session.proven_at(),
            body: body.clone(),
            record: record.clone(),
        }
    }

    fn record(&self) -> &Record {
        self.body.record_in(&self.record)
    }

    pub(super) fn proof(&self) -> Option<&Proof> {
        self.record().proof.as_ref()
    }

    pub(super) fn authorisations(&self) -> &Authorisations {
        &self.record().authorisations
    }

    pub(super) fn facts(&self) -> SignedInFacts {
        SignedInFacts {
            session: self.session,
            account: self.account.clone(),
            proof: self.proof().cloned(),
            proven_at: self.proven_at,
            authorisations: self.authorisations().clone(),
        }
    }
}

impl fmt::Debug for Who {
    /// Names only: a record is for no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.account, self.session)
    }
}
