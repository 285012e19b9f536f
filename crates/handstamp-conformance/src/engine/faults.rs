//! Every store call of every verb fails once, or from there on, before the store has seen it, with
//! the answer lost, or with no answer at all. What the client was told is true, and after a repeat nothing has happened twice.

use super::{ending, token, verb::survives_faults, visit};
use crate::MakeStore;

/// Begin an anonymous session.
pub async fn begin(make: impl MakeStore) {
    survives_faults::<visit::Begin>(make).await;
}

/// Edit a slot.
pub async fn edit(make: impl MakeStore) {
    survives_faults::<visit::Edit>(make).await;
}

/// Sign in with no session before.
pub async fn sign_in_over_nothing(make: impl MakeStore) {
    survives_faults::<visit::SignInOverNothing>(make).await;
}

/// Sign in over a visitor's session, whose basket goes along.
pub async fn sign_in_over_anonymous(make: impl MakeStore) {
    survives_faults::<visit::SignInOverAnonymous>(make).await;
}

/// Sign in again over a session of the same account.
pub async fn sign_in_over_signed_in(make: impl MakeStore) {
    survives_faults::<visit::SignInOverSignedIn>(make).await;
}

/// Sign in over a session of another account.
pub async fn sign_in_over_other_account(make: impl MakeStore) {
    survives_faults::<visit::SignInOverOtherAccount>(make).await;
}

/// Renew a token that is due.
pub async fn renew(make: impl MakeStore) {
    survives_faults::<token::Renew>(make).await;
}

/// Strengthen the proof.
pub async fn step_up(make: impl MakeStore) {
    survives_faults::<token::StepUp>(make).await;
}

/// Change the credentials from within a session.
pub async fn credentials_changed(make: impl MakeStore) {
    survives_faults::<token::CredentialsChanged>(make).await;
}

/// Change the credentials from outside of any session.
pub async fn credentials_reset(make: impl MakeStore) {
    survives_faults::<ending::CredentialsReset>(make).await;
}

/// Sign out.
pub async fn sign_out(make: impl MakeStore) {
    survives_faults::<ending::SignOut>(make).await;
}

/// End another device.
pub async fn end_one(make: impl MakeStore) {
    survives_faults::<ending::EndOne>(make).await;
}

/// End all other devices.
pub async fn end_others(make: impl MakeStore) {
    survives_faults::<ending::EndOthers>(make).await;
}

/// Put the account on hold.
pub async fn hold(make: impl MakeStore) {
    survives_faults::<ending::Hold>(make).await;
}

/// Release it.
pub async fn release(make: impl MakeStore) {
    survives_faults::<ending::Release>(make).await;
}

/// Erase it.
pub async fn erase(make: impl MakeStore) {
    survives_faults::<ending::Erase>(make).await;
}
