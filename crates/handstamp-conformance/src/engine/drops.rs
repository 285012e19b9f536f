//! The future of every verb is dropped at each of its awaits, as when a client hangs up. What is left
//! is one of the two legal states, and a repeat succeeds.

use super::{ending, token, verb::survives_being_dropped, visit};
use crate::MakeStore;

/// Begin an anonymous session.
pub async fn begin(make: impl MakeStore) {
    survives_being_dropped::<visit::Begin>(make).await;
}

/// Edit a slot.
pub async fn edit(make: impl MakeStore) {
    survives_being_dropped::<visit::Edit>(make).await;
}

/// Sign in with no session before.
pub async fn sign_in_over_nothing(make: impl MakeStore) {
    survives_being_dropped::<visit::SignInOverNothing>(make).await;
}

/// Sign in over a visitor's session, whose basket goes along.
pub async fn sign_in_over_anonymous(make: impl MakeStore) {
    survives_being_dropped::<visit::SignInOverAnonymous>(make).await;
}

/// Sign in again over a session of the same account.
pub async fn sign_in_over_signed_in(make: impl MakeStore) {
    survives_being_dropped::<visit::SignInOverSignedIn>(make).await;
}

/// Sign in over a session of another account.
pub async fn sign_in_over_other_account(make: impl MakeStore) {
    survives_being_dropped::<visit::SignInOverOtherAccount>(make).await;
}

/// Renew a token that is due.
pub async fn renew(make: impl MakeStore) {
    survives_being_dropped::<token::Renew>(make).await;
}

/// Strengthen the proof.
pub async fn step_up(make: impl MakeStore) {
    survives_being_dropped::<token::StepUp>(make).await;
}

/// Change the credentials from within a session.
pub async fn credentials_changed(make: impl MakeStore) {
    survives_being_dropped::<token::CredentialsChanged>(make).await;
}

/// Change the credentials from outside of any session.
pub async fn credentials_reset(make: impl MakeStore) {
    survives_being_dropped::<ending::CredentialsReset>(make).await;
}

/// Sign out.
pub async fn sign_out(make: impl MakeStore) {
    survives_being_dropped::<ending::SignOut>(make).await;
}

/// End another device.
pub async fn end_one(make: impl MakeStore) {
    survives_being_dropped::<ending::EndOne>(make).await;
}

/// End all other devices.
pub async fn end_others(make: impl MakeStore) {
    survives_being_dropped::<ending::EndOthers>(make).await;
}

/// Put the account on hold.
pub async fn hold(make: impl MakeStore) {
    survives_being_dropped::<ending::Hold>(make).await;
}

/// Release it.
pub async fn release(make: impl MakeStore) {
    survives_being_dropped::<ending::Release>(make).await;
}

/// Erase it.
pub async fn erase(make: impl MakeStore) {
    survives_being_dropped::<ending::Erase>(make).await;
}
