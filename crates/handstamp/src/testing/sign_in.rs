//! A signed-in client in one line.

#[cfg(feature = "web")]
use http::HeaderValue;

#[cfg(feature = "web")]
use crate::web::CookieRecipe;
use crate::{
    id::SessionId,
    proof::Proof,
    realm::AccountId,
    sessions::{Active, Sessions, SignIn, SignedIn},
    token::IssuedToken,
};

/// Somebody who is signed in: their session, and the token by which they are let in.
#[derive(Debug)]
#[non_exhaustive]
pub struct SignedInClient {
    /// The session.
    pub session: Active,
    /// Its token. Hidden from every output, as always; [`IssuedToken::expose`] hands it out.
    pub token: IssuedToken,
}

/// Signs `account` in with a password, on a device of no name, over no other session.
///
/// # Panics
///
/// If the account's name is unfit or nobody can be signed in to it, with the reason.
pub async fn sign_in_as(sessions: &Sessions, account: &str) -> SignedInClient {
    let signed_in = async {
        let account = AccountId::new(account).map_err(|error| error.to_string())?;
        let ticket = sessions.begin_sign_in(&account).await.map_err(|error| error.to_string())?;
        let sign_in = SignIn::new(ticket, Proof::password());
        sessions.sign_in(sign_in, None).await.map_err(|error| error.to_string())
    };
    match signed_in.await {
        Ok(SignedIn { session, token }) => SignedInClient { session, token },
        Err(error) => panic!("{account} could not be signed in: {error}"),
    }
}

impl SignedInClient {
    /// The session's public name.
    pub fn id(&self) -> SessionId {
        self.session.id()
    }

    /// A `Cookie` header with the session cookie under its default name. Marked as sensitive, so that
    /// no `Debug` of a request shows it.
    ///
    /// # Panics
    ///
    /// Never: names and tokens are fit for headers.
    #[cfg(feature = "web")]
    pub fn cookie(&self) -> HeaderValue {
        self.cookie_named(&CookieRecipe::new())
    }

    /// The same under the name of this recipe.
    ///
    /// # Panics
    ///
    /// Never: names and tokens are fit for headers.
    #[cfg(feature = "web")]
    pub fn cookie_named(&self, recipe: &CookieRecipe) -> HeaderValue {
        let pair = format!("{}={}", recipe.name(), self.token.expose());
        match HeaderValue::try_from(pair) {
            Ok(mut header) => {
                header.set_sensitive(true);
                header
            }
            Err(_) => unreachable!("a cookie's name and a token are plain ASCII"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sessions::{Activity, Verdict},
        store::MemoryStore,
    };

    #[tokio::test]
    async fn the_client_is_let_in_and_shows_no_token() {
        let sessions = Sessions::builder(MemoryStore::new()).build().unwrap();
        let client = sign_in_as(&sessions, "alice").await;
        let verdict = sessions.resume(client.token.expose().as_bytes(), Activity::Use).await;
        assert!(matches!(verdict, Verdict::Active(active) if active.id() == client.id()));
        assert!(!format!("{client:?}").contains(client.token.expose()));
    }

    #[cfg(feature = "web")]
    #[tokio::test]
    async fn the_cookie_has_the_promised_name_and_is_hidden() {
        let sessions = Sessions::builder(MemoryStore::new()).build().unwrap();
        let client = sign_in_as(&sessions, "alice").await;
        let cookie = client.cookie();
        let expected = format!("__Host-Http-session={}", client.token.expose());
        assert_eq!(cookie.to_str().ok(), Some(expected.as_str()));
        assert!(!format!("{cookie:?}").contains(client.token.expose()));
    }
}
