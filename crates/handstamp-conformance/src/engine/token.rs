//! Verbs that change a session's token: renew, step up, credentials changed.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use handstamp::{Change, EndReason, PrivilegeError, Proof, Rekeyed, SignIn, SignInTicket, Verdict};

use super::{
    verb::{Failed, Said, Tries, Verb},
    world::{World, name, signed_in},
};

/// Renews a token that is due.
pub(super) struct Renew;

/// The token that is due, and every successor that anybody was given.
pub(super) struct Due {
    token: String,
    successors: Mutex<Vec<String>>,
}

impl Verb for Renew {
    type Before = Due;

    async fn prepare(world: &World) -> Due {
        let token = world.client("alice").await.1;
        world.clock.advance(Duration::from_secs(16 * 60));
        Due { token, successors: Mutex::default() }
    }

    async fn run(world: &World, due: &Due) -> Result<Said, Failed> {
        let active = match world.resume(&due.token).await {
            Verdict::Active(active) => active,
            verdict => return Err(Failed::at(&verdict)),
        };
        let Some(successor) = world.sessions.renew(&active).await? else {
            return Err(Failed("no renewal is due".into()));
        };
        let token = successor.expose().to_owned();
        due.successors.lock().unwrap_or_else(PoisonError::into_inner).push(token.clone());
        match world.resume(&token).await {
            Verdict::Active(_) => Ok(Said::Done),
            verdict => Err(Failed::at(&verdict)),
        }
    }

    async fn check(world: &World, due: &Due, tries: Tries) {
        let successors = due.successors.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(successors.len() >= tries.acknowledged);
        assert!(successors.windows(2).all(|pair| pair[0] == pair[1]), "everybody gets the same successor");
        assert!(world.told(|change| matches!(change, Change::Renewed { .. })).await <= 1);
        for token in successors.iter().chain([&due.token]) {
            let verdict = world.resume(token).await;
            assert!(matches!(verdict, Verdict::Active(_)), "a renewal logged somebody out: {verdict:?}");
        }
    }
}

/// What a client makes of the answer to a change of privilege: its new token has to work.
async fn goes_on(world: &World, rekeyed: Result<Rekeyed, PrivilegeError>) -> Result<Said, Failed> {
    let rekeyed = match rekeyed {
        Err(PrivilegeError::Superseded) => return Ok(Said::Over),
        rekeyed => rekeyed?,
    };
    match world.resume(rekeyed.token.expose()).await {
        Verdict::Active(_) => Ok(Said::Done),
        verdict => Err(Failed::at(&verdict)),
    }
}

/// After a change of privilege that may have had its effect the old token is dead and yet ends
/// nothing: whoever lost the answer signs in again.
async fn check_old_token(world: &World, token: &str, tries: Tries, told: usize) {
    assert!(told >= tries.acknowledged);
    assert!(told <= tries.made, "one change of privilege was applied twice");
    match world.resume(token).await {
        Verdict::Active(_) => assert_eq!(told, 0, "the old token has grace"),
        Verdict::Superseded => assert!(told > 0),
        verdict => panic!("the old token is {verdict:?}"),
    }
}

/// Strengthens the proof.
pub(super) struct StepUp;

impl Verb for StepUp {
    type Before = String;

    async fn prepare(world: &World) -> String {
        world.client("alice").await.1
    }

    async fn run(world: &World, token: &String) -> Result<Said, Failed> {
        match world.resume(token).await {
            Verdict::Active(active) => {
                let proof = Proof::password().and("otp");
                goes_on(world, world.sessions.step_up(signed_in(&active), proof).await).await
            }
            Verdict::Superseded => Ok(Said::Over),
            verdict => Err(Failed::at(&verdict)),
        }
    }

    async fn check(world: &World, token: &String, tries: Tries) {
        let told = world.told(|change| matches!(change, Change::SteppedUp { .. })).await;
        check_old_token(world, token, tries, told).await;
    }
}

/// Changes the credentials from within a session, while another device is signed in and a sign-in
/// with the old credential is under way.
pub(super) struct CredentialsChanged;

/// Who was there before.
pub(super) struct Household {
    token: String,
    other: String,
    ticket: SignInTicket,
}

impl Verb for CredentialsChanged {
    type Before = Household;

    async fn prepare(world: &World) -> Household {
        let (token, other) = (world.client("alice").await.1, world.client("alice").await.1);
        let ticket = world.sessions.begin_sign_in(&name("alice")).await.expect("begin_sign_in");
        Household { token, other, ticket }
    }

    async fn run(world: &World, before: &Household) -> Result<Said, Failed> {
        match world.resume(&before.token).await {
            Verdict::Active(active) => {
                goes_on(world, world.sessions.credentials_changed(signed_in(&active)).await).await
            }
            Verdict::Superseded => Ok(Said::Over),
            verdict => Err(Failed::at(&verdict)),
        }
    }

    async fn check(world: &World, before: &Household, tries: Tries) {
        let told = world.told(|change| matches!(change, Change::CredentialsChanged { .. })).await;
        check_old_token(world, &before.token, tries, told).await;
        match world.resume(&before.other).await {
            Verdict::Active(_) => assert_eq!(told, 0, "the other device lives on"),
            Verdict::Ended(EndReason::CredentialsChanged) => assert!(told > 0),
            verdict => panic!("the other device is {verdict:?}"),
        }
        if told > 0 {
            let late = SignIn::new(before.ticket.clone(), Proof::password());
            assert!(world.sessions.sign_in(late, None).await.is_err(), "the old credential let somebody in");
        }
    }
}
