//! Promise 7: two clocks always run on the server.
//!
//! Time is handed in by the engine here. A store that puts its own clock in its place runs these with
//! that clock moved along.

use std::time::Duration;

use handstamp::{
    AbsoluteTimeout, Activity, Deadline, EndReason, IdleTimeout, Policy, Proof, SessionClass, Shorter,
    SignIn, Verdict, testing::Operation,
};

use super::kit::{Client, HOUR, House, MINUTE, SECOND, new_account};
use crate::MakeStore;

const MILLISECOND: Duration = Duration::from_millis(1);

fn just_before(moment: Duration) -> Duration {
    moment.saturating_sub(MILLISECOND)
}

async fn use_it(house: &House, token: &str) {
    let verdict = house.sessions.resume(token.as_bytes(), Activity::Use).await;
    assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");
}

async fn signed_in_with(house: &House, change: impl FnOnce(SignIn) -> SignIn) -> Client {
    let ticket = house.sessions.begin_sign_in(&new_account()).await.expect("a ticket");
    let sign_in = change(SignIn::new(ticket, Proof::password()));
    house.sessions.sign_in(sign_in, None).await.expect("sign in").into()
}

/// A policy in which every class has clocks of its own.
fn policy() -> Policy {
    Policy::aal2()
        .signed_in(IdleTimeout::minutes(30), AbsoluteTimeout::hours(3))
        .remember_me(IdleTimeout::days(1), AbsoluteTimeout::days(4))
        .anonymous(IdleTimeout::minutes(10), AbsoluteTimeout::hours(1))
}

async fn of_class(house: &House, class: SessionClass) -> Client {
    match class {
        SessionClass::Anonymous => house.begin().await,
        SessionClass::Browser => signed_in_with(house, |sign_in| sign_in).await,
        _ => signed_in_with(house, |sign_in| sign_in.remembered(true)).await,
    }
}

const CLASSES: [SessionClass; 3] = [SessionClass::Anonymous, SessionClass::Browser, SessionClass::Persistent];

/// To the millisecond, for each class.
pub async fn an_unused_session_ends_at_its_idle_timeout(make: impl MakeStore) {
    for class in CLASSES {
        let house = House::on(make.make().await, policy());
        let client = of_class(&house, class).await;
        let idle = policy().clocks().of(class).idle.duration();
        house.clock.advance(just_before(idle));
        house.active(&client.token).await;
        house.clock.advance(MILLISECOND);
        house.assert_ended(&client.token, EndReason::Idle).await;
        // It is over for good, even if the policy becomes longer.
        house.sessions.set_policy(Policy::aal1()).expect("a valid policy");
        house.assert_ended(&client.token, EndReason::Idle).await;
    }
}

/// However busy it is.
pub async fn a_busy_session_ends_at_its_absolute_timeout(make: impl MakeStore) {
    for class in CLASSES {
        let house = House::on(make.make().await, policy());
        let client = of_class(&house, class).await;
        let clocks = policy().clocks().of(class);
        let step = clocks.idle.duration() / 3;
        let mut left = just_before(clocks.absolute.duration());
        while left > step {
            house.clock.advance(step);
            left -= step;
            use_it(&house, &client.token).await;
        }
        house.clock.advance(left);
        use_it(&house, &client.token).await;
        house.clock.advance(MILLISECOND);
        house.assert_ended(&client.token, EndReason::Absolute).await;
    }
}

/// A use starts the idle clock again; looking does not.
pub async fn only_use_keeps_a_session(make: impl MakeStore) {
    let house = House::new(&make).await;
    let (used, watched) = (house.sign_in(&new_account()).await, house.sign_in(&new_account()).await);
    for _ in 0..3 {
        house.clock.advance(29 * MINUTE);
        use_it(&house, &used.token).await;
        house.verdict(&watched.token).await;
    }
    house.active(&used.token).await;
    house.assert_ended(&watched.token, EndReason::Idle).await;
}

/// A step-up renews the proof: both clocks start again.
pub async fn a_step_up_starts_both_clocks_again(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    for _ in 0..23 {
        house.clock.advance(59 * MINUTE);
        use_it(&house, &client.token).await;
    }
    let session = house.active(&client.token).await;
    let session = session.signed_in().expect("it is signed in");
    let rekeyed = house.sessions.step_up(session, Proof::passkey()).await.expect("step up");
    let token = rekeyed.token.expose();
    house.clock.advance(just_before(HOUR));
    house.active(token).await;
    use_it(&house, token).await;
    house.clock.advance(59 * MINUTE);
    // More than a day since the first proof.
    house.active(token).await;
}

/// A clock that was set back lengthens nothing.
pub async fn a_clock_set_back_lengthens_nothing(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    house.clock.advance(30 * MINUTE);
    house.active(&client.token).await;
    house.clock.step_back(12 * HOUR);
    house.active(&client.token).await;
    house.clock.advance(just_before(30 * MINUTE));
    house.active(&client.token).await;
    house.clock.advance(MILLISECOND);
    house.assert_ended(&client.token, EndReason::Idle).await;
}

/// A clock that leapt ends what it must, but deletes nothing and makes the sweep wait.
pub async fn a_clock_set_forward_makes_the_sweep_wait(make: impl MakeStore) {
    let house = House::new(&make).await;
    let (client, other) = (house.sign_in(&new_account()).await, house.sign_in(&new_account()).await);
    house.clock.step_forward(365 * 24 * HOUR);
    let report = house.sessions.sweep().await.expect("sweep");
    assert!(report.suspended);
    assert_eq!(report.ended, 0);
    house.assert_ended(&client.token, EndReason::Absolute).await;
    house.clock.advance(10 * MINUTE);
    let report = house.sessions.sweep().await.expect("sweep");
    assert!(!report.suspended);
    assert_eq!(report.ended, 1);
    house.assert_ended(&other.token, EndReason::Absolute).await;
}

/// Live sessions feel a shorter policy at once, and the store's own end says the same.
pub async fn a_shorter_policy_applies_to_live_sessions_at_once(make: impl MakeStore) {
    let house = House::new(&make).await;
    let (idle, absolute) = (house.sign_in(&new_account()).await, house.sign_in(&new_account()).await);
    house.clock.advance(20 * MINUTE);
    use_it(&house, &absolute.token).await;
    let shorter = Policy::aal2().signed_in(IdleTimeout::minutes(15), AbsoluteTimeout::hours(1));
    house.sessions.set_policy(shorter).expect("a valid policy");
    house.assert_ended(&idle.token, EndReason::Idle).await;
    house.active(&absolute.token).await;
    let shortest = Policy::aal2().signed_in(IdleTimeout::minutes(15), AbsoluteTimeout::minutes(20));
    house.sessions.set_policy(shortest).expect("a valid policy");
    house.assert_ended(&absolute.token, EndReason::Absolute).await;
}

/// An override can only shorten, and a policy that is shorter still wins.
pub async fn an_override_only_shortens(make: impl MakeStore) {
    let house = House::new(&make).await;
    let longer = Shorter::none().idle(IdleTimeout::days(5)).absolute(AbsoluteTimeout::days(50));
    let shorter = Shorter::none().idle(IdleTimeout::minutes(5)).absolute(AbsoluteTimeout::minutes(12));
    let longer = signed_in_with(&house, |sign_in| sign_in.shorter(longer)).await;
    let idle = signed_in_with(&house, |sign_in| sign_in.shorter(shorter)).await;
    let absolute = signed_in_with(&house, |sign_in| sign_in.shorter(shorter)).await;
    for _ in 0..2 {
        house.clock.advance(4 * MINUTE);
        use_it(&house, &absolute.token).await;
    }
    house.assert_ended(&idle.token, EndReason::Idle).await;
    house.clock.advance(4 * MINUTE);
    house.assert_ended(&absolute.token, EndReason::Absolute).await;
    house.active(&longer.token).await;
    house.clock.advance(48 * MINUTE);
    house.assert_ended(&longer.token, EndReason::Idle).await;
}

/// What the page says is what happens.
pub async fn the_deadline_that_is_shown_is_kept(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    let clocks = house.sessions.policy().clocks();
    let Deadline::Idle(at) = client.active.deadline(&clocks) else { panic!("idle comes first") };
    house.clock.advance(just_before(at.since(house.sessions.now())));
    house.active(&client.token).await;
    house.clock.advance(MILLISECOND);
    house.assert_ended(&client.token, EndReason::Idle).await;
}

/// 100 reads in one interval cost one write, and none reads of a fresh session.
pub async fn of_100_reads_in_an_interval_one_is_written(make: impl MakeStore) {
    let house = House::new(&make).await;
    let client = house.sign_in(&new_account()).await;
    let reads = async || {
        for _ in 0..100 {
            use_it(&house, &client.token).await;
            house.clock.advance(SECOND / 2);
        }
    };
    house.spy.forget();
    reads().await;
    assert_eq!(house.spy.writes(), 0, "it was used when it began");
    house.clock.advance(10 * SECOND);
    for _ in 0..5 {
        house.spy.forget();
        reads().await;
        assert_eq!((house.spy.writes(), house.spy.count(Operation::Touch)), (1, 1));
        house.clock.advance(10 * SECOND);
    }
}

/// The sweep ends by what is stored, exactly what a verdict would refuse.
pub async fn the_sweep_ends_what_a_verdict_would_refuse(make: impl MakeStore) {
    let house = House::on(make.make().await, policy());
    let mut clients = Vec::new();
    for class in CLASSES {
        clients.push((of_class(&house, class).await, class));
    }
    house.clock.advance(10 * MINUTE);
    assert_eq!(house.sessions.sweep().await.expect("sweep").ended, 1);
    house.clock.advance(just_before(20 * MINUTE));
    assert_eq!(house.sessions.sweep().await.expect("sweep").ended, 0);
    house.clock.advance(MILLISECOND);
    assert_eq!(house.sessions.sweep().await.expect("sweep").ended, 1);
    for (client, class) in clients {
        match class {
            SessionClass::Persistent => drop(house.active(&client.token).await),
            _ => house.assert_ended(&client.token, EndReason::Idle).await,
        }
    }
    // After the retention nobody remembers them; before, everybody does.
    house.clock.advance(policy().ended_retention);
    let report = house.sessions.sweep().await.expect("sweep");
    assert_eq!((report.ended, report.forgotten), (1, 2));
}
