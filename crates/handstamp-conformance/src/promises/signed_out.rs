//! Promise 1: logged out stays logged out. Every write that can be under way against every way to end.

use std::fmt;

use handstamp::{
    AccountId, Active, Activity, Authorisations, EditError, Policy, PrivilegeError, Proof, Sessions,
    SignOutError, Verdict,
    testing::{GateStore, Operation, Side},
};

use super::kit::{Client, Count, Faults, House, Jitter, MINUTE, new_account, race, sign_in};
use crate::{MakeStore, rounds};

/// What is under way when the session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    Edit,
    Take,
    Renew,
    StepUp,
    Authorise,
    Touch,
    Present,
    SignInAgain,
    SignInAsAnother,
}

const WRITERS: [Writer; 9] = [
    Writer::Edit,
    Writer::Take,
    Writer::Renew,
    Writer::StepUp,
    Writer::Authorise,
    Writer::Touch,
    Writer::Present,
    Writer::SignInAgain,
    Writer::SignInAsAnother,
];

impl Writer {
    /// The store call that it is stopped at.
    fn call(self) -> Operation {
        match self {
            Self::Edit | Self::Take => Operation::Commit,
            Self::Renew | Self::StepUp | Self::Authorise | Self::Present => Operation::Renew,
            Self::Touch => Operation::Touch,
            Self::SignInAgain | Self::SignInAsAnother => Operation::Admit,
        }
    }

    /// Does it; gives every token that came of it.
    async fn write(self, sessions: Sessions, mut client: Client, account: AccountId) -> Vec<String> {
        let Client { active, token } = &mut client;
        let issued = match self {
            Self::Edit => refused(sessions.edit(active, |count: &mut Count| count.0 += 1).await),
            Self::Take => refused(sessions.take::<Count>(active).await),
            Self::Renew => {
                let renewed = sessions.renew(active).await.expect("renew");
                renewed.map(|token| token.expose().to_owned())
            }
            Self::StepUp => {
                let session = active.signed_in().expect("it is signed in");
                match sessions.step_up(session, Proof::passkey()).await {
                    Ok(done) => Some(done.token.expose().to_owned()),
                    Err(PrivilegeError::Ended(_) | PrivilegeError::Superseded) => None,
                    Err(other) => panic!("{other}"),
                }
            }
            Self::Authorise => {
                let session = active.signed_in().expect("it is signed in");
                match sessions.authorise(session, Authorisations::new(["admin"])).await {
                    Ok(done) => Some(done.token.expose().to_owned()),
                    Err(PrivilegeError::Ended(_) | PrivilegeError::Superseded) => None,
                    Err(other) => panic!("{other}"),
                }
            }
            Self::Touch | Self::Present => {
                sessions.resume(token.as_bytes(), Activity::Use).await;
                None
            }
            Self::SignInAgain => {
                let again = sign_in(&sessions, &account, Some(active)).await;
                again.ok().map(|client| assert_fresh(&client))
            }
            Self::SignInAsAnother => {
                let another = sign_in(&sessions, &new_account(), Some(active)).await;
                another.ok().map(|client| assert_fresh(&client))
            }
        };
        // A sign-in began a session of its own; whatever else was issued is of the one that ended.
        let own = !matches!(self, Self::SignInAgain | Self::SignInAsAnother);
        issued.into_iter().filter(|_| own).chain([token.clone()]).collect()
    }
}

/// A new session holds nothing of the one that ended.
fn assert_fresh(client: &Client) -> String {
    assert_eq!(client.active.read::<Count>().expect("the count"), Count(0));
    client.token.clone()
}

/// An edit after the end is refused by name.
fn refused<T>(result: Result<T, EditError>) -> Option<String> {
    match result {
        Err(EditError::Ended(_) | EditError::Gone | EditError::Superseded) => None,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("an edit was written after the end was acknowledged"),
    }
}

/// Every way to end a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ender {
    SignOut,
    EndOne,
    EndOneAsAdmin,
    EndOthers,
    EndAll,
    CredentialsChanged,
    CredentialsChangedElsewhere,
    Hold,
    Erase,
    Realm,
}

const ENDERS: [Ender; 10] = [
    Ender::SignOut,
    Ender::EndOne,
    Ender::EndOneAsAdmin,
    Ender::EndOthers,
    Ender::EndAll,
    Ender::CredentialsChanged,
    Ender::CredentialsChangedElsewhere,
    Ender::Hold,
    Ender::Erase,
    Ender::Realm,
];

impl Ender {
    /// Ends the session and comes back when that is acknowledged.
    async fn end(self, sessions: &Sessions, session: &Active, other: &Active, account: &AccountId) {
        let whole = sessions.account(account);
        let done: Result<(), Box<dyn std::error::Error>> = match self {
            Self::SignOut => match sessions.sign_out(session).await {
                // A step-up has overtaken it: the person signs out again, with the new token.
                Err(SignOutError::Superseded) => whole.end(session.id()).await.map(drop).map_err(Into::into),
                done => done.map_err(Into::into),
            },
            Self::EndOne => whole.end(session.id()).await.map(drop).map_err(Into::into),
            Self::EndOneAsAdmin => sessions.end_as_admin(session.id()).await.map(drop).map_err(Into::into),
            Self::EndOthers => whole.end_others(other.id()).await.map(drop).map_err(Into::into),
            Self::EndAll => whole.end_all().await.map(drop).map_err(Into::into),
            Self::CredentialsChanged => whole.credentials_changed().await.map(drop).map_err(Into::into),
            Self::CredentialsChangedElsewhere => {
                let other = other.signed_in().expect("it is signed in");
                sessions.credentials_changed(other).await.map(drop).map_err(Into::into)
            }
            Self::Hold => whole.hold().await.map(drop).map_err(Into::into),
            Self::Erase => whole.erase().await.map(drop).map_err(Into::into),
            Self::Realm => sessions.end_realm().await.map_err(Into::into),
        };
        done.unwrap_or_else(|error| panic!("{self:?}: {error}"));
    }
}

impl fmt::Display for Ender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A session for the writer: with data in it and, where that is what is under way, a fresh token that
/// was never presented. The clock has moved so that renewal and touch are due.
async fn prepare(house: &House, account: &AccountId, writer: Writer) -> Client {
    let mut client = house.sign_in(account).await;
    house.sessions.edit(&mut client.active, |count: &mut Count| count.0 = 5).await.expect("edit");
    house.clock.advance(15 * MINUTE);
    if writer == Writer::Present {
        let active = house.active(&client.token).await;
        let renewed = house.sessions.renew(&active).await.expect("renew").expect("due");
        renewed.expose().clone_into(&mut client.token);
        return client;
    }
    client.active = house.active(&client.token).await;
    client
}

async fn assert_dead(house: &House, tokens: &[String], place: &str) {
    for token in tokens {
        let verdict = house.verdict(token).await;
        assert!(matches!(verdict, Verdict::Ended(_) | Verdict::Invalid), "{place}: {verdict:?}");
    }
}

/// The write has begun and is stopped before the store; the end is acknowledged; the write goes on.
pub async fn a_write_in_flight_revives_nothing(make: impl MakeStore) {
    for ender in ENDERS {
        for writer in WRITERS {
            let place = format!("{writer:?} under way at {ender}");
            let gates = GateStore::new(make.make().await);
            let house = House::on(gates.clone(), Policy::aal2());
            let account = new_account();
            let other = house.sign_in(&account).await;
            let client = prepare(&house, &account, writer).await;
            let (token, seen) = (client.token.clone(), house.active(&other.token).await);
            let ended = Client { active: client.active, token: token.clone() };
            let target = if writer == Writer::Present { None } else { Some(house.active(&token).await) };
            let target = target.unwrap_or(ended.active);
            let own = if writer == Writer::Present {
                house.begin().await.active
            } else {
                house.active(&token).await
            };
            let gate = gates.close(writer.call(), Side::Before);
            let running = tokio::spawn(writer.write(
                house.sessions.clone(),
                Client { active: own, token: token.clone() },
                account.clone(),
            ));
            gate.arrived(1).await;
            ender.end(&house.sessions, &target, &seen, &account).await;
            gate.open();
            let tokens = running.await.unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_dead(&house, &tokens, &place).await;
            house.clock.advance(MINUTE);
            house.sessions.sweep().await.expect("sweep");
            assert_dead(&house, &tokens, &place).await;
            if ender == Ender::Hold {
                house.sessions.account(&account).release().await.expect("release");
                assert_dead(&house, &tokens, &place).await;
            }
        }
    }
}

/// The same without a gate: eight writers race the end, and none of what they got is good afterwards.
pub async fn nothing_that_races_an_end_is_alive_after_it(make: impl MakeStore) {
    for round in 0..rounds() {
        let ender = ENDERS[round as usize % ENDERS.len()];
        let house = House::on(Jitter::new(make.make().await, round.into(), Faults::None), Policy::aal2());
        let account = new_account();
        let other = house.sign_in(&account).await;
        let client = prepare(&house, &account, Writer::Edit).await;
        let seen = house.active(&other.token).await;
        let mut writers = Vec::new();
        for kind in 0..8 {
            let (sessions, token) = (house.sessions.clone(), client.token.clone());
            let mut active = house.active(&client.token).await;
            writers.push(async move {
                let renewed = match kind % 3 {
                    0 => {
                        let _ = sessions.edit(&mut active, |count: &mut Count| count.0 += 1).await;
                        None
                    }
                    1 => sessions.renew(&active).await.ok().flatten(),
                    _ => {
                        let session = active.signed_in().expect("it is signed in");
                        sessions.step_up(session, Proof::passkey()).await.ok().map(|done| done.token)
                    }
                };
                [Some(token), renewed.map(|token| token.expose().to_owned())]
            });
        }
        let end = ender.end(&house.sessions, &client.active, &seen, &account);
        let ((), tokens) = race(end, writers).await;
        let tokens: Vec<_> = tokens.into_iter().flatten().flatten().collect();
        assert_dead(&house, &tokens, &format!("{ender}, round {round}")).await;
    }
}

/// An anonymous session that was ended stays so too.
pub async fn an_anonymous_session_stays_ended(make: impl MakeStore) {
    let house = House::new(&make).await;
    let mut client = house.begin().await;
    let mut late = house.active(&client.token).await;
    house.sessions.sign_out(&client.active).await.expect("sign out");
    for active in [&mut client.active, &mut late] {
        let edit = house.sessions.edit(active, |count: &mut Count| count.0 += 1).await;
        assert!(matches!(edit, Err(EditError::Ended(_))), "{edit:?}");
    }
    house.sessions.sign_out(&late).await.expect("repeating is safe");
    assert_dead(&house, &[client.token], "anonymous").await;
}
