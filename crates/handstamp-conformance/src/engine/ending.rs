//! Verbs that end: sign out, end one, end others, hold, release, erase, credentials reset.

use handstamp::{Change, EndError, EndReason, SessionId, Verdict};

use super::{
    verb::{Failed, Said, Tries, Verb},
    world::World,
};

/// Two devices of one account.
pub(super) struct Devices {
    here: (SessionId, String),
    there: (SessionId, String),
}

async fn devices(world: &World) -> Devices {
    Devices { here: world.client("alice").await, there: world.client("alice").await }
}

/// An acknowledged end holds, and is told once; a failed one may or may not have happened.
async fn check_end(world: &World, (id, token): &(SessionId, String), reason: EndReason, tries: Tries) {
    match world.resume(token).await {
        Verdict::Active(_) => assert_eq!(tries.acknowledged, 0, "an acknowledged end did not happen"),
        Verdict::Ended(told) => assert_eq!(told, reason),
        verdict => panic!("the session is {verdict:?}"),
    }
    let told = world
        .told(|change| match change {
            Change::Ended { session, .. } => session == id,
            Change::AccountEnded { sessions, .. }
            | Change::AccountHeld { sessions }
            | Change::CredentialsChanged { sessions, .. } => sessions.contains(id),
            _ => false,
        })
        .await;
    assert!(told <= 1, "one end is told {told} times");
    assert!(told == 1 || tries.acknowledged == 0, "an end is not told");
}

async fn is_let_in(world: &World, token: &str) -> bool {
    matches!(world.resume(token).await, Verdict::Active(_))
}

/// Signs out.
pub(super) struct SignOut;

impl Verb for SignOut {
    type Before = Devices;

    async fn prepare(world: &World) -> Devices {
        devices(world).await
    }

    async fn run(world: &World, before: &Devices) -> Result<Said, Failed> {
        match world.resume(&before.here.1).await {
            Verdict::Active(active) => {
                world.sessions.sign_out(&active).await?;
                Ok(Said::Done)
            }
            Verdict::Ended(EndReason::SignedOut) => Ok(Said::Over),
            verdict => Err(Failed::at(&verdict)),
        }
    }

    async fn check(world: &World, before: &Devices, tries: Tries) {
        check_end(world, &before.here, EndReason::SignedOut, tries).await;
        assert!(is_let_in(world, &before.there.1).await, "the other device has nothing to do with it");
    }
}

/// Ends another device.
pub(super) struct EndOne;

impl Verb for EndOne {
    type Before = Devices;

    async fn prepare(world: &World) -> Devices {
        devices(world).await
    }

    async fn run(world: &World, before: &Devices) -> Result<Said, Failed> {
        world.account("alice").end(before.there.0).await?;
        Ok(Said::Done)
    }

    async fn check(world: &World, before: &Devices, tries: Tries) {
        check_end(world, &before.there, EndReason::Revoked, tries).await;
        assert!(is_let_in(world, &before.here.1).await);
    }
}

/// Ends all other devices.
pub(super) struct EndOthers;

impl Verb for EndOthers {
    type Before = Devices;

    async fn prepare(world: &World) -> Devices {
        devices(world).await
    }

    async fn run(world: &World, before: &Devices) -> Result<Said, Failed> {
        world.account("alice").end_others(before.here.0).await?;
        Ok(Said::Done)
    }

    async fn check(world: &World, before: &Devices, tries: Tries) {
        check_end(world, &before.there, EndReason::Revoked, tries).await;
        assert!(is_let_in(world, &before.here.1).await);
    }
}

/// Puts the account on hold.
pub(super) struct Hold;

impl Verb for Hold {
    type Before = Devices;

    async fn prepare(world: &World) -> Devices {
        devices(world).await
    }

    async fn run(world: &World, _: &Devices) -> Result<Said, Failed> {
        world.account("alice").hold().await?;
        Ok(Said::Done)
    }

    async fn check(world: &World, before: &Devices, tries: Tries) {
        for device in [&before.here, &before.there] {
            check_end(world, device, EndReason::AccountHeld, tries).await;
        }
        assert!(world.told(|change| matches!(change, Change::AccountHeld { .. })).await <= 1);
        assert!(world.sign_in("alice", None).await.is_err() || tries.acknowledged == 0);
    }
}

/// Releases an account from hold.
pub(super) struct Release;

impl Verb for Release {
    type Before = Devices;

    async fn prepare(world: &World) -> Devices {
        let devices = devices(world).await;
        world.account("alice").hold().await.expect("hold");
        devices
    }

    async fn run(world: &World, _: &Devices) -> Result<Said, Failed> {
        world.account("alice").release().await?;
        Ok(Said::Done)
    }

    async fn check(world: &World, before: &Devices, tries: Tries) {
        for device in [&before.here, &before.there] {
            assert!(!is_let_in(world, &device.1).await, "a release revived a session");
        }
        assert!(world.told(|change| matches!(change, Change::AccountReleased)).await <= 1);
        assert!(world.sign_in("alice", None).await.is_ok() || tries.acknowledged == 0);
    }
}

/// Erases the account.
pub(super) struct Erase;

impl Verb for Erase {
    type Before = Devices;

    async fn prepare(world: &World) -> Devices {
        devices(world).await
    }

    async fn run(world: &World, _: &Devices) -> Result<Said, Failed> {
        world.account("alice").erase().await?;
        Ok(Said::Done)
    }

    async fn check(world: &World, before: &Devices, tries: Tries) {
        let stored = world.stored().await.len();
        assert!(stored == 0 || (stored == 2 && tries.acknowledged == 0), "half an account is left");
        for device in [&before.here, &before.there] {
            assert_eq!(is_let_in(world, &device.1).await, stored == 2);
        }
    }
}

/// Resets the credentials from outside of any session.
pub(super) struct CredentialsReset;

impl Verb for CredentialsReset {
    type Before = Devices;

    async fn prepare(world: &World) -> Devices {
        devices(world).await
    }

    async fn run(world: &World, _: &Devices) -> Result<Said, Failed> {
        world.account("alice").credentials_changed().await?;
        Ok(Said::Done)
    }

    async fn check(world: &World, before: &Devices, tries: Tries) {
        for device in [&before.here, &before.there] {
            check_end(world, device, EndReason::CredentialsChanged, tries).await;
        }
    }
}

/// Whoever asks for a session of nobody is told so, and that is no failure of the store.
pub(super) async fn nobody_has_this(world: &World, id: SessionId) -> bool {
    matches!(world.account("mallory").end(id).await, Err(EndError::NotFound))
}
