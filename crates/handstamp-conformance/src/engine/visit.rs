//! Verbs of a visit: begin, edit, sign in over nothing and over something.

use handstamp::{EndReason, SignInError, Verdict, device::DeviceFacts};

use super::{
    verb::{Failed, Said, Tries, Verb},
    world::{Basket, World},
};

/// Begins an anonymous session.
pub(super) struct Begin;

impl Verb for Begin {
    type Before = ();

    async fn prepare(_: &World) {}

    async fn run(world: &World, (): &()) -> Result<Said, Failed> {
        let begun = world.sessions.begin(DeviceFacts::default()).await?;
        match world.resume(begun.token.expose()).await {
            Verdict::Active(_) => Ok(Said::Done),
            verdict => Err(Failed::at(&verdict)),
        }
    }

    async fn check(world: &World, (): &(), tries: Tries) {
        let stored = world.stored().await.len();
        assert!(stored >= tries.acknowledged, "a session that was acknowledged is not there");
        assert!(stored <= tries.made, "one begin made two sessions");
    }
}

/// Counts up in a slot.
pub(super) struct Edit;

impl Verb for Edit {
    type Before = String;

    async fn prepare(world: &World) -> String {
        world.visitor(10).await.1
    }

    async fn run(world: &World, token: &String) -> Result<Said, Failed> {
        match world.resume(token).await {
            Verdict::Active(mut active) => {
                world.sessions.edit(&mut active, |basket: &mut Basket| basket.0 += 1).await?;
                Ok(Said::Done)
            }
            verdict => Err(Failed::at(&verdict)),
        }
    }

    async fn check(world: &World, token: &String, tries: Tries) {
        let Verdict::Active(active) = world.resume(token).await else { panic!("an edit ended the session") };
        let edits = active.read::<Basket>().expect("the basket reads").0 as usize - 10;
        assert!(edits >= tries.acknowledged, "an edit that was acknowledged is lost");
        assert!(edits <= tries.made, "an edit was applied twice");
    }
}

/// A browser that comes to the sign-in with this token, or none.
pub(super) struct Arrival {
    token: Option<String>,
    /// What it may take along into the account.
    carries: u32,
}

/// Signs in as `alice` with whatever is left of the session that the browser came with.
async fn sign_in(world: &World, before: &Arrival) -> Result<Said, Failed> {
    let old = match &before.token {
        None => None,
        Some(token) => match world.resume(token).await {
            Verdict::Active(active) => Some(active),
            // An earlier try of ours, of which nobody has the token: begin without.
            Verdict::Ended(EndReason::Replaced) => None,
            verdict => return Err(Failed::at(&verdict)),
        },
    };
    let signed_in = match world.sign_in("alice", old.as_deref()).await {
        Err(SignInError::LostToAnother) => return Ok(Said::Over),
        signed_in => signed_in?,
    };
    match world.resume(signed_in.token.expose()).await {
        Verdict::Active(active) => {
            let carried = active.read::<Basket>().expect("the basket reads").0;
            assert_eq!(carried, if old.is_some() { before.carries } else { 0 }, "what is carried");
            Ok(Said::Done)
        }
        verdict => Err(Failed::at(&verdict)),
    }
}

async fn check_sign_in(world: &World, before: &Arrival, tries: Tries) {
    // Whatever a crash has left unfinished is finished by a load or by the sweep.
    world.sessions.sweep().await.expect("sweep");
    let live = world.live("alice").await;
    let old = match &before.token {
        Some(token) => matches!(world.resume(token).await, Verdict::Active(_)),
        None => false,
    };
    assert!(live >= tries.acknowledged, "a sign-in that was acknowledged is not there");
    assert!(live <= tries.made + usize::from(old), "one sign-in made two sessions");
    assert!(!(old && tries.acknowledged > 0), "the replaced session is alive after the sign-in");
}

/// With no session before.
pub(super) struct SignInOverNothing;

impl Verb for SignInOverNothing {
    type Before = Arrival;

    async fn prepare(_: &World) -> Arrival {
        Arrival { token: None, carries: 0 }
    }

    async fn run(world: &World, before: &Arrival) -> Result<Said, Failed> {
        sign_in(world, before).await
    }

    async fn check(world: &World, before: &Arrival, tries: Tries) {
        check_sign_in(world, before, tries).await;
    }
}

/// Over a visitor's session, whose basket goes along.
pub(super) struct SignInOverAnonymous;

impl Verb for SignInOverAnonymous {
    type Before = Arrival;

    async fn prepare(world: &World) -> Arrival {
        Arrival { token: Some(world.visitor(3).await.1), carries: 3 }
    }

    async fn run(world: &World, before: &Arrival) -> Result<Said, Failed> {
        sign_in(world, before).await
    }

    async fn check(world: &World, before: &Arrival, tries: Tries) {
        check_sign_in(world, before, tries).await;
    }
}

async fn signed_in_with_basket(world: &World, account: &str) -> String {
    let token = world.client(account).await.1;
    let Verdict::Active(mut active) = world.resume(&token).await else { panic!("somebody signed in") };
    world.sessions.edit(&mut active, |basket: &mut Basket| basket.0 = 3).await.expect("edit");
    token
}

/// Over a session of the same account, whose basket goes along.
pub(super) struct SignInOverSignedIn;

impl Verb for SignInOverSignedIn {
    type Before = Arrival;

    async fn prepare(world: &World) -> Arrival {
        Arrival { token: Some(signed_in_with_basket(world, "alice").await), carries: 3 }
    }

    async fn run(world: &World, before: &Arrival) -> Result<Said, Failed> {
        sign_in(world, before).await
    }

    async fn check(world: &World, before: &Arrival, tries: Tries) {
        check_sign_in(world, before, tries).await;
    }
}

/// Over a session of another account, of which nothing goes along.
pub(super) struct SignInOverOtherAccount;

impl Verb for SignInOverOtherAccount {
    type Before = Arrival;

    async fn prepare(world: &World) -> Arrival {
        Arrival { token: Some(signed_in_with_basket(world, "bob").await), carries: 0 }
    }

    async fn run(world: &World, before: &Arrival) -> Result<Said, Failed> {
        sign_in(world, before).await
    }

    async fn check(world: &World, before: &Arrival, tries: Tries) {
        check_sign_in(world, before, tries).await;
        assert!(world.live("bob").await == 0 || tries.acknowledged == 0);
    }
}
