//! Promise 10: caps are exact.

use handstamp::{AccountId, Cap, EndReason, Policy, SignInError, Verdict};

use super::kit::{Client, Faults, HOUR, House, Jitter, new_account, sign_in, together};
use crate::{MakeStore, rounds};

const CLIENTS: u64 = 64;

async fn house(make: &impl MakeStore, cap: Cap, seed: u32) -> House {
    let store = Jitter::new(make.make().await, seed.into(), Faults::None);
    House::on(store, Policy::aal2().cap(cap))
}

/// 64 at once.
async fn all_sign_in(house: &House, account: &AccountId) -> Vec<Result<Client, SignInError>> {
    let client = |_| {
        let (sessions, account) = (house.sessions.clone(), account.clone());
        async move { sign_in(&sessions, &account, None).await }
    };
    together((0..CLIENTS).map(client)).await
}

/// 64 simultaneous sign-ins against a cap of N leave exactly N; the others were ended for the limit.
pub async fn of_64_simultaneous_sign_ins_exactly_the_cap_lives(make: impl MakeStore) {
    let rounds = rounds();
    for cap in [1, 5, 10] {
        for round in 0..rounds {
            let house = house(&make, Cap::keep_newest(cap), round).await;
            let account = new_account();
            let mut alive = 0;
            for client in all_sign_in(&house, &account).await {
                let client = client.expect("nobody is refused");
                match house.verdict(&client.token).await {
                    Verdict::Active(_) => alive += 1,
                    Verdict::Ended(reason) => assert_eq!(reason, EndReason::Limit),
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(alive, cap, "round {round}");
            assert_eq!(house.live(&account).await.len(), alive as usize);
        }
    }
}

/// With the rule to refuse exactly N come in, all of them live, and the others are told why not.
pub async fn of_64_simultaneous_sign_ins_exactly_the_cap_is_admitted(make: impl MakeStore) {
    let rounds = rounds();
    for cap in [1, 5, 10] {
        for round in 0..rounds {
            let house = house(&make, Cap::refuse_above(cap), round).await;
            let account = new_account();
            let mut admitted = 0;
            for client in all_sign_in(&house, &account).await {
                match client {
                    Ok(client) => {
                        house.active(&client.token).await;
                        admitted += 1;
                    }
                    Err(SignInError::LimitReached) => {}
                    Err(other) => panic!("round {round}: {other}"),
                }
            }
            assert_eq!(admitted, cap, "round {round}");
            assert_eq!(house.live(&account).await.len(), admitted as usize);
        }
    }
}

/// Sessions whose clocks have run out take no place, whether or not anybody has noticed.
pub async fn sessions_past_their_clocks_do_not_count(make: impl MakeStore) {
    for cap in [Cap::refuse_above(5), Cap::keep_newest(5)] {
        let house = house(&make, cap, 1).await;
        let account = new_account();
        all_sign_in(&house, &account).await;
        house.clock.advance(HOUR);
        let fresh: Vec<_> = all_sign_in(&house, &account).await.into_iter().filter_map(Result::ok).collect();
        assert_eq!(house.live(&account).await.len(), 5);
        assert!(fresh.len() >= 5);
    }
}

/// A sign-in over one's own session takes its place, so it never pushes another one out.
pub async fn signing_in_again_on_one_device_costs_no_other_device(make: impl MakeStore) {
    for cap in [Cap::refuse_above(2), Cap::keep_newest(2)] {
        let house = house(&make, cap, 1).await;
        let account = new_account();
        let phone = house.sign_in(&account).await;
        let mut laptop = house.sign_in(&account).await;
        for _ in 0..5 {
            laptop = sign_in(&house.sessions, &account, Some(&laptop.active)).await.expect("sign in");
        }
        house.active(&phone.token).await;
        house.active(&laptop.token).await;
    }
}
