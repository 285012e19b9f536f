//! Promise 11: renewal never logs out the innocent, and a copy is noticed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use handstamp::{
    Activity, EndReason, Policy, SessionStatus, TOKEN_PREFIX, Verdict,
    testing::{Fault, FaultyStore, Operation, When},
};

use super::kit::{Client, Dice, House, MINUTE, SECOND, new_account, together};
use crate::{MakeStore, rounds};

const DUE: std::time::Duration = std::time::Duration::from_secs(15 * 60);
const GRACE: std::time::Duration = std::time::Duration::from_secs(30);

/// The next token for whoever presents this one.
async fn renew(house: &House, token: &str) -> String {
    let active = house.active(token).await;
    let renewed = house.sessions.renew(&active).await.expect("renew");
    renewed.expect("a renewal is due").expose().to_owned()
}

/// One renewal whose token is used and whose window passes.
async fn renew_for_good(house: &House, token: &str) -> String {
    house.clock.advance(DUE);
    let next = renew(house, token).await;
    house.active(&next).await;
    house.clock.advance(GRACE);
    next
}

/// 32 requests of one page load.
pub async fn all_32_presenters_get_the_same_successor(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let client = house.sign_in(&new_account()).await;
        house.clock.advance(DUE);
        let presenters = (0..32).map(|_| {
            let (sessions, token) = (house.sessions.clone(), client.token.clone());
            async move {
                let Verdict::Active(active) = sessions.resume(token.as_bytes(), Activity::Use).await else {
                    return None;
                };
                sessions.renew(&active).await.expect("renew").map(|token| token.expose().to_owned())
            }
        });
        let tokens = together(presenters).await;
        let successor = tokens[0].clone().expect("a renewal is due");
        assert!(tokens.iter().all(|token| token.as_ref() == Some(&successor)), "round {round}");
        assert_ne!(successor, client.token);
        house.active(&client.token).await;
        house.active(&successor).await;
        house.active(&client.token).await;
    }
}

/// The answer with the new token never arrived, and the person comes back much later.
pub async fn a_lost_answer_and_a_long_silence_harm_nobody(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    house.clock.advance(DUE);
    let lost = renew(&house, &client.token).await;
    house.clock.advance(10 * GRACE);
    house.sessions.sweep().await.expect("sweep");
    house.active(&client.token).await;
    assert_eq!(renew(&house, &client.token).await, lost);
    house.active(&lost).await;
}

/// To the millisecond.
pub async fn the_old_token_is_good_until_the_grace_after_its_successor_was_presented(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    house.clock.advance(DUE);
    let next = renew(&house, &client.token).await;
    house.clock.advance(5 * MINUTE);
    house.active(&next).await;
    house.clock.advance(GRACE.saturating_sub(SECOND / 1000));
    house.active(&client.token).await;
    house.clock.advance(SECOND / 1000);
    house.assert_ended(&client.token, EndReason::Reuse).await;
    house.assert_ended(&next, EndReason::Reuse).await;
}

/// Somebody kept a copy; told with the two generations, and nobody else of the account suffers.
pub async fn a_replayed_token_ends_the_session_with_evidence(make: impl MakeStore) {
    for generations in [1, 3] {
        let house = House::new(&make).await;
        let account = new_account();
        let client = house.sign_in(&account).await;
        let mut token = client.token.clone();
        for _ in 0..generations {
            token = renew_for_good(&house, &token).await;
        }
        house.active(&token).await;
        let other = house.sign_in(&account).await;

        house.assert_ended(&client.token, EndReason::Reuse).await;
        house.assert_ended(&token, EndReason::Reuse).await;
        house.active(&other.token).await;
        let page = house.sessions.account(&account).list(None).await.expect("list");
        let ended = page.sessions.iter().find(|info| info.id == client.id()).expect("it is remembered");
        let SessionStatus::Ended { ending, .. } = &ended.status else { panic!("it has ended") };
        let evidence = ending.evidence.expect("a reuse has evidence");
        assert_eq!((evidence.presented.number(), evidence.current.number()), (1, 1 + generations));
    }
}

/// A copy of three generations ago within an open window is reuse too.
pub async fn an_older_generation_has_no_part_in_the_window(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    let second = renew_for_good(&house, &client.token).await;
    house.clock.advance(DUE);
    let third = renew(&house, &second).await;
    house.active(&second).await;
    house.assert_ended(&client.token, EndReason::Reuse).await;
    house.assert_ended(&third, EndReason::Reuse).await;
}

/// Older and newer generations that we did not issue are refused before the store is asked.
pub async fn a_forged_generation_never_reaches_the_store(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    let token = renew_for_good(&house, &client.token).await;
    house.spy.forget();
    for generation in [0_u32, 1, 3, 4, u32::MAX] {
        let mut body = URL_SAFE_NO_PAD.decode(&token[TOKEN_PREFIX.len()..]).expect("our own token");
        body[16..20].copy_from_slice(&generation.to_be_bytes());
        let forged = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(body));
        assert!(matches!(house.verdict(&forged).await, Verdict::Invalid));
    }
    house.spy.assert_operations(&[]);
    house.active(&token).await;
}

/// The store wrote the new record and its answer was lost, once or for good.
pub async fn a_renewal_whose_write_is_not_answered_makes_no_second_successor(make: impl MakeStore) {
    let store = FaultyStore::new(make.make().await);
    let house = House::on(store.clone(), Policy::aal2());
    let client = house.sign_in(&new_account()).await;
    house.clock.advance(DUE);
    let active = house.active(&client.token).await;
    store.plan(When::Operation(Operation::Renew), Fault::AnswerLost);
    assert!(house.sessions.renew(&active).await.is_err());
    store.mend();
    let first = renew(&house, &client.token).await;
    assert_eq!(renew(&house, &client.token).await, first);

    house.active(&first).await;
    house.clock.advance(DUE);
    let active = house.active(&first).await;
    store.plan(When::Call(1), Fault::AnswerLost);
    let second = house.sessions.renew(&active).await.expect("repeated").expect("due").expose().to_owned();
    store.mend();
    assert_eq!(renew(&house, &first).await, second);
}

/// A client that always sends the newest token it has got, through answers that are lost and requests
/// that overlap, is never signed out.
pub async fn a_client_that_keeps_what_it_gets_is_never_signed_out(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let dice = Dice::new(round.into());
        let Client { mut token, .. } = house.sign_in(&new_account()).await;
        for _ in 0..12 {
            house.clock.advance(MINUTE * u32::try_from(dice.roll(20)).unwrap_or_default());
            let overlapping = (0..=dice.roll(4)).map(|_| {
                let (sessions, token) = (house.sessions.clone(), token.clone());
                async move {
                    match sessions.resume(token.as_bytes(), Activity::Use).await {
                        Verdict::Active(active) => sessions.renew(&active).await.expect("renew"),
                        other => panic!("the innocent got {other:?}"),
                    }
                }
            });
            let newest = together(overlapping).await.into_iter().flatten().next();
            if let Some(newest) = newest
                && dice.roll(3) > 0
            {
                newest.expose().clone_into(&mut token);
            }
        }
        house.active(&token).await;
    }
}
