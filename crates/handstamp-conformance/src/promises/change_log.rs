//! Promise 14: every state change but last use is in the change log, once and in order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use handstamp::{
    Activity, Authorisations, Cap, Cell, Change, Entry, LogNews, Policy, Proof, SessionId, Sessions, Verdict,
};

use super::kit::{Client, Count, Dice, House, MINUTE, new_account, sign_in};
use crate::{MakeStore, rounds};

/// Reads everything from the start, in pieces of random size, each by a reader that was made anew from
/// the text of the last one's position.
async fn read_all(sessions: &Sessions, dice: &Dice) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut reader = sessions.log_from_start().await.expect("the log");
    loop {
        let news = reader.next(1 + dice.roll(40)).await.expect("the log");
        let LogNews::Entries(page) = news else { panic!("the store keeps less than this test writes") };
        if page.is_empty() {
            return entries;
        }
        entries.extend(page);
        let kept = reader.position().to_string();
        reader = sessions.log_from(kept.parse().expect("a position"));
        if dice.roll(4) == 0 {
            // Read, and lost before it was dealt with: the position was not kept.
            let _ = reader.next(7).await.expect("the log");
            reader = sessions.log_from(kept.parse().expect("a position"));
        }
    }
}

/// What the log must be, whatever happened: gapless by cell, and of every session one beginning, at
/// most one end, and nothing outside of the two.
fn check_order(entries: &[Entry]) {
    let mut heads: HashMap<Cell, u64> = HashMap::new();
    let mut times: HashMap<Cell, u64> = HashMap::new();
    let (mut begun, mut ended) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let head = heads.entry(entry.cell).or_default();
        assert_eq!(entry.position, *head + 1, "a gap in {:?}", entry.cell);
        *head = entry.position;
        let time = times.entry(entry.cell).or_default();
        assert!(entry.at.as_millis() >= *time, "time ran backwards");
        *time = entry.at.as_millis();
        match &entry.change {
            Change::Began { session } | Change::SignedIn { session, .. } => {
                assert!(begun.insert(*session), "{session} began twice");
                assert_eq!(session.cell(), entry.cell);
            }
            Change::Edited { session }
            | Change::Renewed { session }
            | Change::Presented { session }
            | Change::Settled { session }
            | Change::SteppedUp { session }
            | Change::Authorised { session }
            | Change::ReplacementFinished { session } => {
                assert!(begun.contains(session) && !ended.contains(session), "{entry:?}");
            }
            Change::CredentialsChanged { kept: Some(kept), .. } => {
                assert!(begun.contains(kept) && !ended.contains(kept), "{entry:?}");
            }
            _ => {}
        }
        // An erased account's sessions had ended or not; what else ends was alive.
        let erased = matches!(entry.change, Change::AccountErased { .. });
        for session in entry.ended() {
            assert!(begun.contains(session), "{session} ended before it began");
            assert!(ended.insert(*session) || erased, "{session} ended twice");
        }
    }
}

/// How many entries of a kind there are.
fn count(entries: &[Entry]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        let kind = match entry.change {
            Change::Began { .. } => "began",
            Change::SignedIn { .. } => "signed in",
            Change::Edited { .. } => "edited",
            Change::Renewed { .. } => "renewed",
            Change::SteppedUp { .. } => "stepped up",
            Change::Authorised { .. } => "authorised",
            Change::Ended { .. } => "ended",
            Change::AccountEnded { .. } => "account ended",
            Change::CredentialsChanged { .. } => "credentials changed",
            Change::AccountHeld { .. } => "held",
            Change::AccountReleased => "released",
            Change::AccountErased { .. } => "erased",
            Change::RealmEnded => "realm ended",
            _ => continue,
        };
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

/// Random verbs by random people; every success is one entry, and nothing else is.
pub async fn every_change_of_a_long_history_is_told_once(make: impl MakeStore) {
    for round in 0..rounds().div_ceil(10) {
        let house = House::on(make.make().await, Policy::aal2().cap(Cap::refuse_above(50)));
        let dice = Dice::new(round.into());
        let accounts: Vec<_> = (0..3).map(|_| new_account()).collect();
        let mut clients: Vec<Client> = Vec::new();
        let mut expected: BTreeMap<&'static str, usize> = BTreeMap::new();
        for _ in 0..200 {
            let kind = act(&house, &dice, &accounts, &mut clients).await;
            for kind in kind {
                *expected.entry(kind).or_default() += 1;
            }
        }
        let entries = read_all(&house.sessions, &dice).await;
        check_order(&entries);
        assert_eq!(count(&entries), expected, "round {round}");
        let again = read_all(&house.sessions, &dice).await;
        assert_eq!(again.len(), entries.len());
        check_order(&again);
        let live: BTreeSet<SessionId> = replay(&entries);
        for client in &clients {
            let is_live = matches!(house.verdict(&client.token).await, Verdict::Active(_));
            assert_eq!(live.contains(&client.id()), is_live, "round {round}: {}", client.id());
        }
    }
}

/// Who is alive, by the log alone.
fn replay(entries: &[Entry]) -> BTreeSet<SessionId> {
    let mut live = BTreeSet::new();
    for entry in entries {
        if let Change::Began { session } | Change::SignedIn { session, .. } = &entry.change {
            live.insert(*session);
        }
        for session in entry.ended() {
            live.remove(session);
        }
    }
    live
}

/// One random verb; the kinds of entries that it must have written.
async fn act(
    house: &House,
    dice: &Dice,
    accounts: &[handstamp::AccountId],
    clients: &mut Vec<Client>,
) -> Vec<&'static str> {
    let sessions = &house.sessions;
    let account = &accounts[dice.roll(accounts.len())];
    let whole = sessions.account(account);
    house.clock.advance(MINUTE / 6);
    let verb = dice.roll(16);
    if verb < 3 || clients.is_empty() {
        clients.push(house.begin().await);
        return vec!["began"];
    }
    let at = dice.roll(clients.len());
    let token = clients[at].token.clone();
    match (verb, sessions.resume(token.as_bytes(), Activity::Watch).await) {
        (3..=5, verdict) => {
            let old = if let Verdict::Active(old) = verdict { Some(old) } else { None };
            let old = old.filter(|_| dice.roll(2) == 0);
            match sign_in(sessions, account, old.as_deref()).await {
                Ok(client) => clients.push(client),
                Err(_) => return Vec::new(),
            }
            if old.is_some() { vec!["signed in", "ended"] } else { vec!["signed in"] }
        }
        (6..=8, Verdict::Active(mut active)) => {
            sessions.edit(&mut active, |count: &mut Count| count.0 += 1).await.expect("edit");
            vec!["edited"]
        }
        (9, Verdict::Active(active)) => {
            sessions.sign_out(&active).await.expect("sign out");
            vec!["ended"]
        }
        (10, Verdict::Active(active)) => {
            let Some(session) = active.signed_in() else { return Vec::new() };
            let rekeyed = if dice.roll(2) == 0 {
                (sessions.step_up(session, Proof::passkey()).await, "stepped up")
            } else {
                (sessions.authorise(session, Authorisations::new(["more"])).await, "authorised")
            };
            let token = rekeyed.0.expect("a change of privilege").token;
            token.expose().clone_into(&mut clients[at].token);
            vec![rekeyed.1]
        }
        (11, Verdict::Active(active)) => {
            let Some(token) = sessions.renew(&active).await.expect("renew") else { return Vec::new() };
            token.expose().clone_into(&mut clients[at].token);
            vec!["renewed"]
        }
        (12, _) => {
            let ended = whole.end_all().await.expect("end all");
            if ended.sessions.is_empty() { Vec::new() } else { vec!["account ended"] }
        }
        (13, _) => {
            whole.credentials_changed().await.expect("the change");
            vec!["credentials changed"]
        }
        (14, _) => {
            whole.hold().await.expect("hold");
            whole.release().await.expect("release");
            vec!["held", "released"]
        }
        (15, _) if dice.roll(4) == 0 => {
            whole.erase().await.expect("erase");
            clients.retain(|client| client.active.account() != Some(account));
            vec!["erased"]
        }
        _ => Vec::new(),
    }
}

/// However many end at once.
pub async fn a_bulk_end_is_one_entry(make: impl MakeStore) {
    let house = House::new(&make).await;
    let account = new_account();
    let mut ids = BTreeSet::new();
    for _ in 0..5 {
        ids.insert(house.sign_in(&account).await.id());
    }
    let kept = house.sign_in(&account).await;
    let mut reader = house.sessions.log().await.expect("the log");
    house.sessions.account(&account).end_others(kept.id()).await.expect("end others");
    let LogNews::Entries(entries) = reader.next(100).await.expect("the log") else { panic!("behind") };
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].ended().iter().copied().collect::<BTreeSet<_>>(), ids);
    assert!(
        matches!(&entries[0].change, Change::AccountEnded { kept: stayed, .. } if *stayed == Some(kept.id()))
    );

    house.sessions.end_realm().await.expect("end of the realm");
    let LogNews::Entries(entries) = reader.next(1000).await.expect("the log") else { panic!("behind") };
    assert_eq!(entries.len(), Cell::COUNT);
    assert!(entries.iter().all(|entry| entry.change == Change::RealmEnded));
    // The sweep tells the single ends.
    house.sessions.sweep().await.expect("sweep");
    let LogNews::Entries(entries) = reader.next(1000).await.expect("the log") else { panic!("behind") };
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].ended(), [kept.id()]);
}

/// A timeout is told as well, by whoever comes first: a verdict or the sweep.
pub async fn an_expiry_is_told_once(make: impl MakeStore) {
    let house = House::new(&make).await;
    let (seen, unseen) = (house.sign_in(&new_account()).await, house.sign_in(&new_account()).await);
    let mut reader = house.sessions.log().await.expect("the log");
    house.clock.advance(60 * MINUTE);
    for _ in 0..3 {
        house.verdict(&seen.token).await;
        house.sessions.sweep().await.expect("sweep");
    }
    let LogNews::Entries(entries) = reader.next(100).await.expect("the log") else { panic!("behind") };
    let ended: BTreeSet<_> = entries.iter().flat_map(|entry| entry.ended().to_vec()).collect();
    assert_eq!(ended, BTreeSet::from([seen.id(), unseen.id()]));
    assert_eq!(entries.len(), 2);
}

/// No token, no hash, no nonce; and after an erasure no name.
pub async fn the_log_holds_no_secret_and_forgets_the_erased(make: impl MakeStore) {
    let house = House::new(&make).await;
    let account = new_account();
    let client = house.sign_in(&account).await;
    house.clock.advance(15 * MINUTE);
    let renewed =
        house.sessions.renew(&house.active(&client.token).await).await.expect("renew").expect("due");
    house.active(renewed.expose()).await;
    let dice = Dice::new(1);
    let text = |entries: &[Entry]| {
        let bytes: Vec<u8> = entries.iter().flat_map(Entry::encode).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let before = text(&read_all(&house.sessions, &dice).await);
    for token in [client.token.as_str(), renewed.expose()] {
        // Every piece of it that is longer than its public name.
        for start in (28..token.len() - 12).step_by(4) {
            assert!(!before.contains(&token[start..start + 12]));
        }
    }
    assert!(before.contains(account.as_str()));
    house.sessions.account(&account).erase().await.expect("erase");
    let after = text(&read_all(&house.sessions, &dice).await);
    assert!(!after.contains(account.as_str()), "{after}");
}
