//! A token for forms, bound to the session: for those who must have one (NIST 800-63B-4 section 5.1).
//!
//! The layer's protection by Fetch Metadata and Origin does without it. The token is random bytes and
//! their MAC under a key that belongs to the session's id, so it changes with every sign-in
//! (CVE-2022-24895), differs from page to page, and says nothing of the session's token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;

use super::{error::SessionError, session::Session};
use crate::{random::random_bytes, token::hmac};

const HALF: usize = 16;

/// The text of a hidden field. It may stand in a page; it opens nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct FormToken(String);

impl FormToken {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for FormToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for FormToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormToken(hidden)")
    }
}

impl Session {
    /// A token for a form of this session. A client without a session gets an anonymous one.
    pub async fn form_token(&self) -> Result<FormToken, SessionError> {
        let id = self.id_or_begin().await?;
        let sessions = self.sessions();
        let nonce = random_bytes::<HALF>();
        let mut bytes = nonce.to_vec();
        let keys = sessions.keys().form_keys(sessions.realm(), id);
        if let Some(key) = keys.take(1).next() {
            bytes.extend_from_slice(&hmac(&key).chain_update(nonce).finalize().into_bytes()[..HALF]);
        }
        Ok(FormToken(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Is this the token of a form of this session? Compared in constant time; anything else is
    /// refused.
    pub async fn check_form_token(&self, presented: &str) -> Result<(), SessionError> {
        let id = self.id().await?.ok_or(SessionError::FormTokenRefused)?;
        let mut bytes = [0; 2 * HALF];
        if URL_SAFE_NO_PAD.decode_slice(presented, &mut bytes) != Ok(bytes.len()) {
            return Err(SessionError::FormTokenRefused);
        }
        let (nonce, mac) = bytes.split_at(HALF);
        let sessions = self.sessions();
        let mut keys = sessions.keys().form_keys(sessions.realm(), id);
        let fits = keys.any(|key| hmac(&key).chain_update(nonce).verify_truncated_left(mac).is_ok());
        if fits { Ok(()) } else { Err(SessionError::FormTokenRefused) }
    }
}
