//! Promise 6 at step-up: the old token is dead without grace, and nobody under way is signed out.

use handstamp::{Activity, Authorisations, EditError, EndReason, PrivilegeError, Proof, Sessions, Verdict};

use super::kit::{Count, House, MINUTE, SECOND, new_account, race, together};
use crate::{MakeStore, rounds};

/// What a request that was under way did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    Read,
    Edited,
    Nothing,
}

/// One of the requests that were loaded before the step-up.
async fn request(sessions: Sessions, token: String, kind: usize) -> Did {
    let loaded = sessions.resume(token.as_bytes(), Activity::Use).await;
    let Verdict::Active(mut active) = loaded else {
        assert!(matches!(loaded, Verdict::Superseded), "{loaded:?}");
        return Did::Nothing;
    };
    match kind % 4 {
        0 => match sessions.edit(&mut active, |count: &mut Count| count.0 += 1).await {
            Ok(()) => return Did::Edited,
            Err(EditError::Superseded) => {}
            Err(other) => panic!("{other}"),
        },
        1 => {
            let renewed = sessions.renew(&active).await.expect("renew");
            assert!(renewed.is_none(), "no renewal is due");
        }
        2 => match sessions.resume(token.as_bytes(), Activity::Use).await {
            Verdict::Active(_) => return Did::Read,
            Verdict::Superseded => {}
            other => panic!("{other:?}"),
        },
        _ => return Did::Read,
    }
    Did::Nothing
}

/// 30 requests with the old token race the step-up: each gets through or is told to come again, and
/// nothing ends.
pub async fn of_30_requests_in_flight_none_is_signed_out(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let account = new_account();
        let client = house.sign_in(&account).await;
        let loaded = house.active(&client.token).await;
        let session = loaded.signed_in().expect("it is signed in");
        let step_up = house.sessions.step_up(session, Proof::password().and("otp"));
        let requests = (0..30).map(|kind| request(house.sessions.clone(), client.token.clone(), kind));
        let (rekeyed, did) = race(step_up, requests).await;
        let rekeyed = rekeyed.expect("step up");

        let new = house.active(rekeyed.token.expose()).await;
        assert_eq!(new.id(), client.id(), "stepping up keeps the session");
        let edited = did.iter().filter(|did| **did == Did::Edited).count();
        let counted: Count = new.read().expect("the count");
        assert_eq!(counted.0, edited as u64, "round {round}");
        assert!(matches!(house.verdict(&client.token).await, Verdict::Superseded), "round {round}");
        house.active(rekeyed.token.expose()).await;
        assert_eq!(house.live(&account).await, [client.id()]);
    }
}

/// Every request loaded before and acting after changes nothing.
pub async fn a_request_from_before_changes_nothing_after(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    house.clock.advance(15 * MINUTE);
    let mut loaded = Vec::new();
    for _ in 0..30 {
        loaded.push(house.active(&client.token).await);
    }
    let first = loaded.pop().expect("30 of them");
    let signed_in = first.signed_in().expect("it is signed in");
    let rekeyed = house.sessions.step_up(signed_in, Proof::passkey()).await.expect("step up");
    for mut active in loaded {
        let edit = house.sessions.edit(&mut active, |count: &mut Count| count.0 += 1).await;
        assert!(matches!(edit, Err(EditError::Superseded)), "{edit:?}");
        assert!(house.sessions.renew(&active).await.expect("renew").is_none());
        let session = active.signed_in().expect("it is signed in");
        let granted = Authorisations::new(["admin"]);
        let authorised = house.sessions.authorise(session, granted).await;
        assert!(matches!(authorised, Err(PrivilegeError::Superseded)));
        let again = house.sessions.step_up(session, Proof::passkey()).await;
        assert!(matches!(again, Err(PrivilegeError::Superseded)));
        let changed = house.sessions.credentials_changed(session).await;
        assert!(matches!(changed, Err(PrivilegeError::Superseded)));
        assert!(matches!(house.verdict(&client.token).await, Verdict::Superseded));
    }
    let now = house.active(rekeyed.token.expose()).await;
    assert_eq!(now.read::<Count>().expect("the count"), Count(0));
    assert!(!now.signed_in().expect("signed in").authorisations().allow("admin"));
}

/// Two step-ups at once: one token, and the other one is told.
pub async fn of_four_step_ups_at_once_one_succeeds(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let client = house.sign_in(&new_account()).await;
        let mut step_ups = Vec::new();
        for _ in 0..4 {
            let (sessions, active) = (house.sessions.clone(), house.active(&client.token).await);
            step_ups.push(async move {
                let session = active.signed_in().expect("it is signed in");
                let done = sessions.step_up(session, Proof::passkey()).await;
                done.map(|done| done.token.expose().to_owned())
            });
        }
        let mut tokens = Vec::new();
        for result in together(step_ups).await {
            match result {
                Ok(token) => tokens.push(token),
                Err(PrivilegeError::Superseded) => {}
                Err(other) => panic!("round {round}: {other}"),
            }
        }
        assert_eq!(tokens.len(), 1, "round {round}");
        house.active(&tokens[0]).await;
    }
}

/// Under way is what comes within a minute of the new token's first use; after that it is a copy.
pub async fn an_old_token_long_after_is_reuse(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    let session = client.active.signed_in().expect("it is signed in");
    let rekeyed = house.sessions.step_up(session, Proof::passkey()).await.expect("step up");
    // The answer is long on its way: nobody is thrown out meanwhile. After a minute the holder of the
    // old token is a stranger, who may sign in anew.
    assert!(matches!(house.verdict(&client.token).await, Verdict::Superseded));
    house.clock.advance(30 * MINUTE);
    assert!(matches!(house.verdict(&client.token).await, Verdict::Invalid));
    house.active(rekeyed.token.expose()).await;
    house.clock.advance(59 * SECOND);
    assert!(matches!(house.verdict(&client.token).await, Verdict::Superseded));
    house.clock.advance(SECOND);
    house.assert_ended(&client.token, EndReason::Reuse).await;
    house.assert_ended(rekeyed.token.expose(), EndReason::Reuse).await;
}

/// The new token does not follow from the old one: whoever saw the old one is out.
pub async fn a_renewal_under_way_gets_nothing_from_a_step_up(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let client = house.sign_in(&new_account()).await;
        house.clock.advance(15 * MINUTE);
        let (thief, owner) = (house.active(&client.token).await, house.active(&client.token).await);
        let renewal = {
            let sessions = house.sessions.clone();
            async move { sessions.renew(&thief).await.expect("renew") }
        };
        let session = owner.signed_in().expect("it is signed in");
        let (rekeyed, renewed) = race(house.sessions.step_up(session, Proof::passkey()), [renewal]).await;
        let rekeyed = rekeyed.expect("step up");
        for stolen in renewed.into_iter().flatten() {
            assert_ne!(stolen.expose(), rekeyed.token.expose());
            assert!(matches!(house.verdict(stolen.expose()).await, Verdict::Superseded), "round {round}");
        }
        assert!(matches!(house.verdict(&client.token).await, Verdict::Superseded));
        house.active(rekeyed.token.expose()).await;
    }
}
