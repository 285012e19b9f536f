//! Looking through a whole file: does every row decode, and do the tables agree with each other?
//!
//! The engine's own check comes first and knows whether every page is the one that was written. What it
//! cannot know is what the pages mean; that is looked at here. Nothing is mended: whoever looks for
//! damage wants to know of it, and a guess at what was meant could let somebody in.

use std::{path::PathBuf, time::Duration};

use redb::{ReadOnlyTable, ReadableTable, ReadableTableMetadata};

use super::{
    fault::{guarded, storage},
    row::{self, CellRow},
    tables::{self, AccountRow, Bytes, Snapshot},
    uses::Uses,
    view::View,
};
use crate::{
    encoding::Corrupt,
    id::Cell,
    log::Entry,
    record::Record,
    slot::SlotData,
    store::{SessionKey, StoreError, StoredSession, StoredState},
    time::Timestamp,
};

/// How far beyond now a time may lie: clocks are set right by seconds, not by minutes.
const AHEAD: Duration = Duration::from_secs(300);
/// How many problems are told one by one.
const TOLD: usize = 100;

/// What a look through a store's file has found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckReport {
    /// The file.
    pub file: PathBuf,
    /// How many sessions were read, live and ended.
    pub sessions: u64,
    /// How many accounts were read.
    pub accounts: u64,
    /// How many entries of the change log were read.
    pub entries: u64,
    /// What is wrong, in words; the first hundred. Names sessions, never their content.
    pub problems: Vec<String>,
    /// How many problems there are in all.
    pub found: u64,
}

impl CheckReport {
    fn of(file: PathBuf) -> Self {
        Self { file, sessions: 0, accounts: 0, entries: 0, problems: Vec::new(), found: 0 }
    }

    /// Is nothing wrong?
    pub fn is_clean(&self) -> bool {
        self.found == 0
    }

    pub(super) fn problem(&mut self, problem: String) {
        self.found += 1;
        if self.problems.len() < TOLD {
            self.problems.push(problem);
        }
    }
}

/// Looks through all tables of a file. `progress` hears how many of how many rows are done.
pub(super) fn look_through(
    snapshot: &Snapshot,
    file: PathBuf,
    now: Timestamp,
    progress: &mut dyn FnMut(u64, u64),
) -> CheckReport {
    let tables = [&snapshot.sessions, &snapshot.accounts, &snapshot.uses, &snapshot.log];
    let total = tables.map(|table| table.len().unwrap_or_default()).iter().sum();
    let mut look = Look {
        snapshot,
        report: CheckReport::of(file),
        latest: now.saturating_add(AHEAD),
        found: vec![Found::default(); Cell::COUNT],
        done: 0,
        total,
        progress,
    };
    look.each("sessions", &snapshot.sessions, Look::session);
    look.each("accounts", &snapshot.accounts, Look::account);
    look.each("uses", &snapshot.uses, Look::last_use);
    look.each("log", &snapshot.log, Look::entry);
    look.each("realms", &snapshot.realms, Look::realm);
    look.each("control", &snapshot.control, Look::control);
    look.counts();
    look.report
}

/// What was found in a cell.
#[derive(Clone, Copy, Default)]
struct Found {
    live: u64,
    ended: u64,
    accounts: u64,
    entries: u64,
    /// The first position of its log, and the last.
    first: Option<u64>,
    last: u64,
    /// The latest time in its log so far.
    told_at: Timestamp,
}

struct Look<'a> {
    snapshot: &'a Snapshot,
    report: CheckReport,
    /// The latest time that may stand anywhere.
    latest: Timestamp,
    found: Vec<Found>,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

/// Fine, or what is wrong.
type Finding = Result<(), String>;

impl Look<'_> {
    /// Looks at each row of a table. A page that the engine cannot read ends the table, not the look.
    fn each(
        &mut self,
        name: &str,
        table: &ReadOnlyTable<Bytes, Bytes>,
        look: fn(&mut Self, &[u8], &[u8]) -> Finding,
    ) {
        let walked = guarded(|| {
            for pair in table.iter().map_err(storage)? {
                let (key, bytes) = pair.map_err(storage)?;
                if let Err(problem) = look(self, key.value(), bytes.value()) {
                    self.report.problem(problem);
                }
                self.done += 1;
                (self.progress)(self.done, self.total.max(self.done));
            }
            Ok(())
        });
        if let Err(error) = walked {
            self.report.problem(format!("the table `{name}` cannot be read to its end: {}", said(&error)));
        }
    }

    fn session(&mut self, key: &[u8], bytes: &[u8]) -> Finding {
        let key = tables::parse_session_key(key).ok_or("a key of `sessions` names no session")?;
        self.report.sessions += 1;
        let unreadable = |error: Corrupt| format!("session {key}: {error}");
        let found = &mut self.found[key.cell().index()];
        // By what stands at fixed places, as the cell counts them.
        match row::glance(bytes).map_err(unreadable)?.ended_at {
            None => found.live += 1,
            Some(_) => found.ended += 1,
        }
        let session = row::decode_session(&key, bytes).map_err(unreadable)?;
        Record::decode(&session.body).map_err(unreadable)?;
        SlotData::decode(&session.data).map_err(unreadable)?;
        if let Some(time) = time_beyond(&session, self.latest) {
            return Err(format!("session {key}: its {time} lies in the future"));
        }
        let Some(account) = &session.account else { return Ok(()) };
        let entry = tables::index_key(key.cell(), &key.realm, account, key.id);
        if self.is_missing(&entry)? {
            return Err(format!("session {key} is not in the list of its account"));
        }
        let state = tables::account_key(key.cell(), &key.realm, account);
        if self.is_missing(&state)? {
            return Err(format!("session {key}: its account has no row"));
        }
        Ok(())
    }

    fn is_missing(&self, account_key: &[u8]) -> Result<bool, String> {
        let there = self.snapshot.accounts.get(account_key).map_err(|error| error.to_string())?;
        Ok(there.is_none())
    }

    fn account(&mut self, key: &[u8], bytes: &[u8]) -> Finding {
        match tables::parse_account_key(key).ok_or("a key of `accounts` names no account")? {
            AccountRow::State(account) => {
                self.report.accounts += 1;
                self.found[account.cell.index()].accounts += 1;
                let whose = format!("an account in cell {}", account.cell.number());
                let state = row::decode_account(bytes).map_err(|error| format!("{whose}: {error}"))?;
                if state.changed_at > self.latest {
                    return Err(format!("{whose}: its last change lies in the future"));
                }
                Ok(())
            }
            AccountRow::Session(account, id) => {
                let key = SessionKey::new(account.realm, id);
                let row = self.snapshot.sessions.get(tables::session_key(&key).as_slice());
                let row = row.map_err(|error| error.to_string())?;
                let row =
                    row.ok_or_else(|| format!("the list of an account names {key}, which is not there"))?;
                match row::decode_session(&key, row.value()) {
                    Ok(session) if session.account.as_ref() != Some(&account.id) => {
                        Err(format!("session {key} is in the list of another account"))
                    }
                    // One that cannot be read has been told already.
                    _ => Ok(()),
                }
            }
        }
    }

    fn last_use(&mut self, key: &[u8], bytes: &[u8]) -> Finding {
        let key = tables::parse_session_key(key).ok_or("a key of `uses` names no session")?;
        let at = row::decode_use(bytes).map_err(|error| format!("the last use of {key}: {error}"))?;
        if at > self.latest {
            return Err(format!("session {key}: its last use lies in the future"));
        }
        let there = self.snapshot.sessions.get(tables::session_key(&key).as_slice());
        match there.map_err(|error| error.to_string())? {
            Some(_) => Ok(()),
            None => Err(format!("a last use is of {key}, which is not there")),
        }
    }

    fn entry(&mut self, key: &[u8], bytes: &[u8]) -> Finding {
        let (cell, position) = tables::parse_log_key(key).ok_or("a key of `log` names no position")?;
        self.report.entries += 1;
        let place = format!("log entry {position} of cell {}", cell.number());
        let found = &mut self.found[cell.index()];
        found.entries += 1;
        let expected = found.first.map_or(position, |_| found.last + 1);
        found.first.get_or_insert(position);
        found.last = position;
        let entry = Entry::decode(bytes).map_err(|error| format!("{place}: {error}"))?;
        let is_earlier = entry.at < found.told_at;
        found.told_at = found.told_at.max(entry.at);
        if position != expected {
            return Err(format!("{place}: entries {expected} to {} are missing", position - 1));
        }
        if (entry.cell, entry.position) != (cell, position) {
            return Err(format!("{place}: it is the entry of another place"));
        }
        if is_earlier {
            return Err(format!("{place}: it is older than one before it"));
        }
        if entry.at > self.latest {
            return Err(format!("{place}: its time lies in the future"));
        }
        Ok(())
    }

    fn realm(&mut self, key: &[u8], bytes: &[u8]) -> Finding {
        let realm = tables::parse_realm_key(key).ok_or("a key of `realms` names no realm")?;
        let state = row::decode_realm(bytes).map_err(|error| format!("realm {realm}: {error}"))?;
        if state.ended_at > self.latest {
            return Err(format!("realm {realm}: its end lies in the future"));
        }
        Ok(())
    }

    fn control(_: &mut Self, key: &[u8], bytes: &[u8]) -> Finding {
        let name = String::from_utf8_lossy(key);
        row::decode_control(bytes).map(|_| ()).map_err(|error| format!("control blob {name}: {error}"))
    }

    /// Do the cells' own counts agree with what was found in them?
    fn counts(&mut self) {
        for cell in Cell::all() {
            let view = View { tables: self.snapshot, uses: &Uses::default(), cell };
            match guarded(|| view.cell_row()) {
                Ok(row) => self.compare(cell.number(), self.found[cell.index()], &row),
                Err(error) => self.report.problem(format!("cell {}: {}", cell.number(), said(&error))),
            }
        }
    }

    fn compare(&mut self, cell: u8, found: Found, row: &CellRow) {
        for (what, counted, there) in [
            ("live sessions", row.live, found.live),
            ("ended sessions", row.ended, found.ended),
            ("accounts", row.accounts, found.accounts),
            ("log entries", row.entries, found.entries),
        ] {
            if counted != there {
                self.report.problem(format!("cell {cell} counts {counted} {what}, there are {there}"));
            }
        }
        let is_log_whole = match found.first {
            Some(first) => (first, found.last) == (row.meta.first, row.meta.written),
            None => row.meta.first == row.meta.written + 1,
        };
        if !is_log_whole {
            let (first, last) = (row.meta.first, row.meta.written);
            self.report.problem(format!("cell {cell}: its log should have entries {first} to {last}"));
        }
        if row.meta.latest > self.latest {
            self.report.problem(format!("cell {cell}: its latest time lies in the future"));
        }
    }
}

fn said(error: &StoreError) -> String {
    match error {
        StoreError::Corrupt(corrupt) => corrupt.to_string(),
        StoreError::Unavailable(why) => why.clone(),
    }
}

/// Which of a session's times lies beyond the latest.
fn time_beyond(session: &StoredSession, latest: Timestamp) -> Option<&'static str> {
    let ended = match &session.state {
        StoredState::Live => None,
        StoredState::Ended(ending) => Some(("end", ending.at)),
    };
    let times =
        [("beginning", session.created_at), ("proof", session.proven_at), ("last use", session.last_use)];
    times.into_iter().chain(ended).find(|(_, at)| *at > latest).map(|(name, _)| name)
}
