//! Promise 9: nothing that was proven with the old credential outlives its change.

use handstamp::{
    AccountId, EndReason, Policy, PrivilegeError, Proof, SignIn, SignInError, SignInTicket, Verdict,
    testing::{GateStore, Operation, Side},
};

use super::kit::{Client, House, new_account, race, together};
use crate::{MakeStore, rounds};

/// Who changes the credential: somebody who stays signed in, or a link in a letter.
#[derive(Clone, Copy, Debug)]
enum By {
    KeptSession,
    Letter,
}

/// Changes the credential; the token of the kept session, if there is one.
async fn change(house: &House, account: &AccountId, kept: &Client, by: By) -> Option<String> {
    match by {
        By::KeptSession => {
            let kept = kept.active.signed_in().expect("it is signed in");
            let rekeyed = house.sessions.credentials_changed(kept).await.expect("the change");
            Some(rekeyed.token.expose().to_owned())
        }
        By::Letter => {
            house.sessions.account(account).credentials_changed().await.expect("the change");
            None
        }
    }
}

async fn complete(house: &House, ticket: SignInTicket) -> Result<Client, SignInError> {
    house.sessions.sign_in(SignIn::new(ticket, Proof::password()), None).await.map(Client::from)
}

/// What must hold once the change is acknowledged.
async fn assert_only_the_kept_one_lives(
    house: &House,
    account: &AccountId,
    kept: Option<&str>,
    others: impl IntoIterator<Item = Client>,
) {
    for other in others {
        house.assert_ended(&other.token, EndReason::CredentialsChanged).await;
    }
    let mut expected = Vec::new();
    if let Some(kept) = kept {
        expected.push(house.active(kept).await.id());
    }
    assert_eq!(house.live(account).await, expected);
}

/// Sign-ins whose ticket was taken before the change, racing it.
pub async fn no_sign_in_with_the_old_credential_outlives_its_change(make: impl MakeStore) {
    for round in 0..rounds() {
        for by in [By::KeptSession, By::Letter] {
            let house = std::sync::Arc::new(House::racing(&make, round.into()).await);
            let account = new_account();
            let kept = house.sign_in(&account).await;
            let kept_token = kept.token.clone();
            let mut tickets = Vec::new();
            for _ in 0..8 {
                tickets.push(house.sessions.begin_sign_in(&account).await.expect("a ticket"));
            }
            let sign_ins = tickets.into_iter().map(|ticket| {
                let house = house.clone();
                async move { complete(&house, ticket).await }
            });
            let (new_token, results) = race(change(&house, &account, &kept, by), sign_ins).await;
            let mut came_in = Vec::new();
            for result in results {
                match result {
                    Ok(client) => came_in.push(client),
                    Err(SignInError::StaleTicket) => {}
                    Err(other) => panic!("round {round}: {other}"),
                }
            }
            assert_only_the_kept_one_lives(&house, &account, new_token.as_deref(), came_in).await;
            match (by, house.verdict(&kept_token).await) {
                (By::KeptSession, Verdict::Superseded)
                | (By::Letter, Verdict::Ended(EndReason::CredentialsChanged)) => {}
                (_, other) => panic!("the old token of the kept session: {other:?}"),
            }
        }
    }
}

/// The same with the two steps put in each order by a gate: before and after the store admits.
pub async fn a_sign_in_stopped_at_its_admission_is_void_after_the_change(make: impl MakeStore) {
    for side in [Side::Before, Side::After] {
        for by in [By::KeptSession, By::Letter] {
            let gates = GateStore::new(make.make().await);
            let house = std::sync::Arc::new(House::on(gates.clone(), Policy::aal2()));
            let account = new_account();
            let kept = house.sign_in(&account).await;
            let ticket = house.sessions.begin_sign_in(&account).await.expect("a ticket");
            let gate = gates.close(Operation::Admit, side);
            let stopped = tokio::spawn({
                let house = house.clone();
                async move { complete(&house, ticket).await }
            });
            gate.arrived(1).await;
            let token = change(&house, &account, &kept, by).await;
            gate.open();
            let came_in = match (side, stopped.await.expect("the sign-in")) {
                (Side::Before, Err(SignInError::StaleTicket)) => None,
                (Side::After, Ok(client)) => Some(client),
                (side, other) => panic!("{side:?}: {:?}", other.map(|client| client.id())),
            };
            assert_only_the_kept_one_lives(&house, &account, token.as_deref(), came_in).await;
            // Who proves the new credential comes in.
            let fresh = house.sign_in(&account).await;
            house.active(&fresh.token).await;
        }
    }
}

/// A ticket survives neither hold nor release nor erasure.
pub async fn a_ticket_from_before_a_hold_or_an_erasure_is_void(make: impl MakeStore) {
    let house = House::new(&make).await;
    let known = new_account();
    house.sign_in(&known).await;
    for account in [known, new_account()] {
        let whole = house.sessions.account(&account);
        let before_hold = house.sessions.begin_sign_in(&account).await.expect("a ticket");
        whole.hold().await.expect("hold");
        assert!(matches!(complete(&house, before_hold.clone()).await, Err(SignInError::AccountHeld)));
        let while_held =
            house.sessions.begin_sign_in(&account).await.expect("only a proof is told of the hold");
        assert!(matches!(complete(&house, while_held).await, Err(SignInError::AccountHeld)));
        whole.release().await.expect("release");
        assert!(matches!(complete(&house, before_hold).await, Err(SignInError::StaleTicket)));

        let before_erasure = house.sessions.begin_sign_in(&account).await.expect("a ticket");
        whole.erase().await.expect("erase");
        assert!(matches!(complete(&house, before_erasure).await, Err(SignInError::StaleTicket)));
        assert!(house.live(&account).await.is_empty());
        house.sign_in(&account).await;
    }
}

/// Two sessions change the credential at once: one of them stays, whichever was first.
pub async fn of_two_changes_at_once_one_session_stays(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let account = new_account();
        let both = [house.sign_in(&account).await, house.sign_in(&account).await];
        let changes = both.into_iter().map(|client| {
            let sessions = house.sessions.clone();
            async move {
                let session = client.active.signed_in().expect("it is signed in");
                sessions.credentials_changed(session).await.map(|done| done.token.expose().to_owned())
            }
        });
        let mut stayed = 0;
        for result in together(changes).await {
            match result {
                Ok(token) => {
                    house.active(&token).await;
                    stayed += 1;
                }
                Err(PrivilegeError::Ended(EndReason::CredentialsChanged)) => {}
                Err(other) => panic!("round {round}: {other}"),
            }
        }
        assert_eq!(stayed, 1, "round {round}");
        assert_eq!(house.live(&account).await.len(), 1);
    }
}
