//! A session as a line: every field written out, none left to a default.

use serde::{Deserialize, Deserializer, Serialize};

use super::content::Content;
use crate::{
    id::{SessionId, WriteId},
    policy::{AbsoluteTimeout, IdleTimeout, SessionClass, Shorter},
    realm::{AccountId, RealmName},
    reason::{Actor, EndReason, Ending, Evidence},
    store::{Epoch, SessionKey, StoredSession, StoredState},
    time::Timestamp,
};

/// See [`StoredSession`] for what the fields mean.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionLine {
    realm: RealmName,
    id: SessionId,
    #[serde(deserialize_with = "written_out")]
    account: Option<AccountId>,
    class: SessionClass,
    created_at: Timestamp,
    proven_at: Timestamp,
    last_use: Timestamp,
    #[serde(deserialize_with = "written_out")]
    shorter_idle: Option<IdleTimeout>,
    #[serde(deserialize_with = "written_out")]
    shorter_absolute: Option<AbsoluteTimeout>,
    account_epoch: Epoch,
    cell_epoch: Epoch,
    privilege: Epoch,
    unsettled: bool,
    write: WriteId,
    data_write: WriteId,
    #[serde(deserialize_with = "written_out")]
    replaces: Option<SessionId>,
    #[serde(deserialize_with = "written_out")]
    ended: Option<EndingLine>,
    body: Content,
    data: Content,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndingLine {
    reason: EndReason,
    at: Timestamp,
    by: Actor,
    #[serde(deserialize_with = "written_out")]
    replaced_by: Option<SessionId>,
    #[serde(deserialize_with = "written_out")]
    evidence: Option<Evidence>,
}

/// `null` is an answer, a missing field is none: an export that somebody made by hand must not lose
/// an end or a shorter timeout by forgetting to name it.
fn written_out<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

impl From<&StoredSession> for SessionLine {
    fn from(session: &StoredSession) -> Self {
        // Taken apart by name: a new field that is forgotten here does not compile.
        let StoredSession {
            key: SessionKey { realm, id },
            account,
            class,
            created_at,
            proven_at,
            shorter: Shorter { idle, absolute },
            account_epoch,
            cell_epoch,
            privilege,
            unsettled,
            write,
            data_write,
            replaces,
            state,
            last_use,
            body,
            data,
        } = session;
        Self {
            realm: realm.clone(),
            id: *id,
            account: account.clone(),
            class: *class,
            created_at: *created_at,
            proven_at: *proven_at,
            last_use: *last_use,
            shorter_idle: *idle,
            shorter_absolute: *absolute,
            account_epoch: *account_epoch,
            cell_epoch: *cell_epoch,
            privilege: *privilege,
            unsettled: *unsettled,
            write: *write,
            data_write: *data_write,
            replaces: *replaces,
            ended: match state {
                StoredState::Live => None,
                StoredState::Ended(ending) => Some(ending.into()),
            },
            body: Content::of(body),
            data: Content::of(data),
        }
    }
}

impl From<SessionLine> for StoredSession {
    fn from(line: SessionLine) -> Self {
        Self {
            key: SessionKey::new(line.realm, line.id),
            account: line.account,
            class: line.class,
            created_at: line.created_at,
            proven_at: line.proven_at,
            shorter: Shorter { idle: line.shorter_idle, absolute: line.shorter_absolute },
            account_epoch: line.account_epoch,
            cell_epoch: line.cell_epoch,
            privilege: line.privilege,
            unsettled: line.unsettled,
            write: line.write,
            data_write: line.data_write,
            replaces: line.replaces,
            state: line.ended.map_or(StoredState::Live, |ended| StoredState::Ended(ended.into())),
            last_use: line.last_use,
            body: line.body.into_bytes().into(),
            data: line.data.into_bytes().into(),
        }
    }
}

impl From<&Ending> for EndingLine {
    fn from(ending: &Ending) -> Self {
        let Ending { reason, at, by, replaced_by, evidence } = ending;
        Self { reason: *reason, at: *at, by: *by, replaced_by: *replaced_by, evidence: *evidence }
    }
}

impl From<EndingLine> for Ending {
    fn from(line: EndingLine) -> Self {
        let EndingLine { reason, at, by, replaced_by, evidence } = line;
        Self { reason, at, by, replaced_by, evidence }
    }
}
