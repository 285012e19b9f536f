//! Races of two requests with the scheduler in the test's hands: every lock of the store is a point at
//! which the other one may go on, and shuttle tries the orders one after the other. What the promise
//! tests find by chance, these find by search, in small.
//!
//! ```console
//! $ RUSTFLAGS="--cfg shuttle" cargo test -p handstamp --lib --target-dir target/shuttle interleavings
//! ```
//!
//! `HANDSTAMP_ROUNDS` times 10 orders are tried where there are too many for all.

use shuttle::{
    Config, Runner,
    future::{block_on, spawn},
    scheduler::{PctScheduler, RandomScheduler},
    thread,
};

use super::{Activity, EditError, PrivilegeError, Sessions, SignIn, SignInError, SignedIn, Verdict};
use crate::{
    device::DeviceFacts,
    policy::{Cap, Policy},
    proof::Proof,
    realm::AccountId,
    reason::EndReason,
    slot::SlotValue,
    store::{FeedNews, MemoryStore, Store},
};

#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Count(u32);

impl SlotValue for Count {
    const NAME: &'static str = "count";
}

fn orders() -> usize {
    let rounds = std::env::var("HANDSTAMP_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    println!("{} orders (HANDSTAMP_ROUNDS)", 10 * rounds);
    10 * rounds
}

/// Tries orders, at random and with few preemptions at telling places.
pub(crate) fn search(race: impl Fn() + Send + Sync + Clone + 'static) {
    let orders = orders();
    let mut config = Config::new();
    // Futures of an unoptimised build are large.
    config.stack_size = 1 << 20;
    Runner::new(RandomScheduler::new(orders / 2), config.clone()).run(race.clone());
    Runner::new(PctScheduler::new(3, orders / 2), config).run(race);
}

fn sessions(cap: u32) -> Sessions {
    Sessions::builder(MemoryStore::new())
        .policy(Policy::aal2().cap(Cap::keep_newest(cap)))
        .build()
        .expect("a valid policy")
}

fn ann() -> AccountId {
    AccountId::new("ann").expect("an account's id")
}

async fn sign_in(sessions: &Sessions, old: Option<&super::Active>) -> Result<SignedIn, SignInError> {
    let ticket = sessions.begin_sign_in(&ann()).await?;
    sessions.sign_in(SignIn::new(ticket, Proof::password()), old).await
}

async fn verdict(sessions: &Sessions, token: &str) -> Verdict {
    sessions.resume(token.as_bytes(), Activity::Watch).await
}

async fn active(sessions: &Sessions, token: &str) -> super::Active {
    match verdict(sessions, token).await {
        Verdict::Active(active) => *active,
        other => panic!("{other:?}"),
    }
}

async fn live(sessions: &Sessions) -> usize {
    let page = sessions.account(&ann()).list(None).await.expect("list");
    let is_live = |info: &&super::SessionInfo| matches!(info.status, super::SessionStatus::Live { .. });
    page.sessions.iter().filter(is_live).count()
}

#[test]
fn a_waiter_for_changes_misses_none() {
    let race = || {
        let store = MemoryStore::new();
        let sessions = Sessions::builder(store.clone()).build().unwrap();
        let begun = block_on(sessions.begin(DeviceFacts::default())).unwrap();
        let cell = begun.session.id().cell();
        let waiter = {
            let store = store.clone();
            thread::spawn(move || block_on(store.changed(cell, 1)).unwrap())
        };
        let writer = thread::spawn(move || block_on(sessions.sign_out(&begun.session)).unwrap());
        // Both end in every order, or shuttle reports a deadlock.
        assert_eq!(waiter.join().unwrap(), 2);
        writer.join().unwrap();
        assert_eq!(block_on(store.changed(cell, 0)).unwrap(), 2);
    };
    search(race);
}

#[test]
fn two_submits_of_one_form_leave_one_session() {
    for cap in [1, 10] {
        search(move || {
            block_on(async {
                let sessions = sessions(cap);
                let old = sessions.begin(DeviceFacts::default()).await.unwrap();
                let submit = || {
                    let (sessions, token) = (sessions.clone(), old.token.expose().to_owned());
                    spawn(async move {
                        let Verdict::Active(old) = verdict(&sessions, &token).await else { return false };
                        match sign_in(&sessions, Some(&old)).await {
                            Ok(_) => true,
                            Err(SignInError::LostToAnother) => false,
                            Err(other) => panic!("{other}"),
                        }
                    })
                };
                let (first, second) = (submit(), submit());
                let won = [first.await.unwrap(), second.await.unwrap()];
                assert!(won.contains(&true));
                assert_eq!(live(&sessions).await, 1);
            });
        });
    }
}

#[test]
fn two_sign_ins_under_a_cap_of_one_leave_one_session() {
    search(|| {
        block_on(async {
            let sessions = sessions(1);
            let sign_in = || {
                let sessions = sessions.clone();
                spawn(async move { sign_in(&sessions, None).await.unwrap() })
            };
            let (first, second) = (sign_in(), sign_in());
            first.await.unwrap();
            second.await.unwrap();
            assert_eq!(live(&sessions).await, 1);
        });
    });
}

#[test]
fn two_edits_both_count_and_none_follows_a_sign_out() {
    search(|| {
        block_on(async {
            let sessions = sessions(10);
            let begun = sessions.begin(DeviceFacts::default()).await.unwrap();
            let token = begun.token.expose().to_owned();
            let edit = || {
                let (sessions, token) = (sessions.clone(), token.clone());
                spawn(async move {
                    let mut session = active(&sessions, &token).await;
                    sessions.edit(&mut session, |count: &mut Count| count.0 += 1).await.unwrap();
                })
            };
            let (first, second) = (edit(), edit());
            first.await.unwrap();
            second.await.unwrap();
            let mut late = active(&sessions, &token).await;
            assert_eq!(late.read::<Count>().unwrap().0, 2);

            let racing = {
                let (sessions, mut session) = (sessions.clone(), active(&sessions, &token).await);
                spawn(async move { sessions.edit(&mut session, |count: &mut Count| count.0 += 1).await })
            };
            sessions.sign_out(&begun.session).await.unwrap();
            let refused = sessions.edit(&mut late, |count: &mut Count| count.0 += 1).await;
            assert!(matches!(refused, Err(EditError::Ended(EndReason::SignedOut))));
            assert!(matches!(racing.await.unwrap(), Ok(()) | Err(EditError::Ended(EndReason::SignedOut))));
            assert!(matches!(verdict(&sessions, &token).await, Verdict::Ended(EndReason::SignedOut)));
        });
    });
}

#[test]
fn a_sign_in_and_a_credential_change_leave_nothing_of_the_old_credential() {
    search(|| {
        block_on(async {
            let sessions = sessions(10);
            let kept = sign_in(&sessions, None).await.unwrap();
            let ticket = sessions.begin_sign_in(&ann()).await.unwrap();
            let racing = {
                let sessions = sessions.clone();
                spawn(async move { sessions.sign_in(SignIn::new(ticket, Proof::password()), None).await })
            };
            let rekeyed = sessions.credentials_changed(kept.session.signed_in().unwrap()).await.unwrap();
            match racing.await.unwrap() {
                Ok(came_in) => {
                    let verdict = verdict(&sessions, came_in.token.expose()).await;
                    assert!(matches!(verdict, Verdict::Ended(EndReason::CredentialsChanged)));
                }
                Err(SignInError::StaleTicket) => {}
                Err(other) => panic!("{other}"),
            }
            active(&sessions, rekeyed.token.expose()).await;
            assert_eq!(live(&sessions).await, 1);
        });
    });
}

#[test]
fn of_two_step_ups_one_succeeds() {
    search(|| {
        block_on(async {
            let sessions = sessions(10);
            let signed_in = sign_in(&sessions, None).await.unwrap();
            let token = signed_in.token.expose().to_owned();
            let loaded = [active(&sessions, &token).await, active(&sessions, &token).await];
            let step_ups = loaded.map(|session| {
                let sessions = sessions.clone();
                spawn(async move {
                    match sessions.step_up(session.signed_in().unwrap(), Proof::passkey()).await {
                        Ok(done) => Some(done.token.expose().to_owned()),
                        Err(PrivilegeError::Superseded) => None,
                        Err(other) => panic!("{other}"),
                    }
                })
            });
            let mut tokens = Vec::new();
            for step_up in step_ups {
                tokens.extend(step_up.await.unwrap());
            }
            assert_eq!(tokens.len(), 1);
            active(&sessions, &tokens[0]).await;
            assert!(matches!(verdict(&sessions, &token).await, Verdict::Superseded));
        });
    });
}

#[test]
fn a_probe_comes_back_after_every_change_before_it() {
    let race = || {
        block_on(async {
            let store = MemoryStore::new();
            let sessions = Sessions::builder(store.clone()).build().unwrap();
            let mut feed = store.feed().await.unwrap();
            let noise = {
                let sessions = sessions.clone();
                spawn(async move { sessions.begin(DeviceFacts::default()).await.map(drop).unwrap() })
            };
            let begun = sessions.begin(DeviceFacts::default()).await.unwrap();
            let cell = begun.session.id().cell();
            let probe = feed.probe().await.unwrap();
            let mut told = false;
            loop {
                match feed.next().await.unwrap() {
                    FeedNews::Changed(changed, _) => told |= changed == cell,
                    FeedNews::Returned(returned) => {
                        assert_eq!(returned, probe);
                        break;
                    }
                    FeedNews::Lost => panic!("nothing was lost"),
                }
            }
            assert!(told);
            noise.await.unwrap();
        });
    };
    search(race);
}
