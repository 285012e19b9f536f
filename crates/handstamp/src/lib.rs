//! Session management for the web.
//!
//! After an application has proven once who somebody is, Handstamp turns that one event into ongoing
//! trust, and takes it back when it must: a random token, a record on the server, a hardened cookie,
//! a new token at every sign-in, idle and absolute timeouts, sign-out that ends the session on the
//! server, a list of one's devices from which each can be ended, and a credential change that ends
//! all the others. Authentication itself stays with the application.
//!
//! The arrows point one way: `web` uses [`sessions`](Sessions), which uses the [`store`] contract,
//! which the stores implement. Values know nobody.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod cache;
pub mod device;
mod encoding;
#[cfg(test)]
mod golden;
#[cfg(all(doctest, feature = "axum", feature = "embedded", feature = "testing"))]
mod guide;
mod id;
mod log;
mod policy;
mod proof;
mod random;
mod realm;
mod reason;
mod record;
mod sessions;
mod slot;
pub mod store;
mod sync;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
mod token;
pub mod transfer;
#[cfg(feature = "web")]
pub mod web;

pub use encoding::Corrupt;
pub use id::{Cell, NotASessionId, SessionId, WriteId};
pub use log::{
    ArchiveError, Archived, Change, Entry, LogArchive, LogNews, LogPosition, LogReader, NotAPosition,
};
pub use policy::{
    AbsoluteTimeout, Cap, CapRule, ClockTable, Clocks, Deadline, Deviation, IdleTimeout, Level, Policy,
    PolicyError, RenewalInterval, SessionClass, Shorter,
};
pub use proof::{Authorisations, Proof};
pub use realm::{AccountId, NameError, RealmName};
pub use reason::{Actor, EndReason, Ending, Evidence};
pub use sessions::{
    Account, AccountError, AccountExport, Active, Activity, AnonymousSession, BeginError, Begun, BuildError,
    Builder, EditError, EndError, Ended, ListError, LiveEnd, PrivilegeError, RealmEndError, Rekeyed,
    SessionInfo, SessionPage, SessionStatus, Sessions, SignIn, SignInError, SignInTicket, SignOutError,
    SignedIn, SignedInSession, SweepError, SweepReport, Upkeep, UpkeepError, Verdict,
};
pub use slot::{NoUpgrade, OnSignIn, SlotError, SlotValue, Unreadable};
pub use time::{Clock, Sleep, SystemClock, Timestamp};
pub use token::{
    Generation, IssuedToken, KeyFileError, KeyRing, RealmKey, RealmKeyError, TOKEN_LENGTH, TOKEN_PREFIX,
};
