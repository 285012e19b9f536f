//! Authorise: what the application lets this session do, under a new token.

use super::{PrivilegeError, Rekeyed, Sessions, SignedInSession};
use crate::{log::Change, proof::Authorisations, record::Record};

impl Sessions {
    /// Replaces what the application has granted to this session. A change of privilege, so the token
    /// is new and the old one dead (OWASP session sheet, renewal after any privilege change).
    pub async fn authorise(
        &self,
        session: &SignedInSession,
        granted: Authorisations,
    ) -> Result<Rekeyed, PrivilegeError> {
        self.raise(session, |session, _, record| {
            (Record { authorisations: granted.clone(), ..record }, None, Change::Authorised { session })
        })
        .await
    }
}
