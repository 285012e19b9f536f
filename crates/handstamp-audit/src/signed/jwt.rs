//! JSON web tokens (RFC 7519) in compact form: read without any trust, and written in every wrong way.

use serde_json::{Map, Value, json};

use super::{Hash, base64url, decoded};

/// A JSON web token as it was received.
#[derive(Clone)]
pub(crate) struct Jwt {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    signed: String,
    signature: String,
}

/// A claim that means nothing to anybody.
const PROBE: &str = "handstamp_probe";

impl Jwt {
    /// Reads one; nothing is checked but its form.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| serde_json::from_slice::<Map<String, Value>>(&decoded(part)?).ok();
        let header = object(header)?;
        header.get("alg")?.as_str()?;
        let claims = object(claims)?;
        Some(Self { header, claims, signed: signed.to_owned(), signature: signature.to_owned() })
    }

    /// What it says its algorithm is.
    pub(crate) fn algorithm(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or_default()
    }

    /// A claim that is a time, in seconds since 1970.
    pub(crate) fn time(&self, claim: &str) -> Option<u64> {
        let value = self.claims.get(claim)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "times are far below 2^53"
        )]
        value.as_u64().or_else(|| value.as_f64().filter(|time| *time >= 0.0).map(|time| time as u64))
    }

    /// Whether this secret made its signature; only where that is an HMAC.
    pub(crate) fn is_made_by(&self, secret: &[u8]) -> bool {
        let hash = match self.algorithm() {
            "HS256" => Hash::Sha256,
            "HS384" => Hash::Sha384,
            "HS512" => Hash::Sha512,
            _ => return false,
        };
        self.signature == base64url(hash.hmac(secret, self.signed.as_bytes()))
    }

    /// The token with one claim more under its old signature.
    pub(crate) fn changed(&self) -> String {
        let (header, _) = self.signed.split_once('.').unwrap_or_default();
        format!("{header}.{}.{}", self.probed(), self.signature)
    }

    /// The token with an empty signature.
    pub(crate) fn with_empty_signature(&self) -> String {
        format!("{}.", self.signed)
    }

    /// The token without the part that its signature was.
    pub(crate) fn without_signature(&self) -> String {
        self.signed.clone()
    }

    /// The token with the signature of another one.
    pub(crate) fn with_signature_of(&self, other: &Self) -> String {
        format!("{}.{}", self.signed, other.signature)
    }

    /// A changed token that says that it has no signature, in this spelling of `none`, and has none.
    pub(crate) fn unsecured(&self, none: &str) -> String {
        let mut header = self.header.clone();
        header.insert("alg".to_owned(), json!(none));
        format!("{}.{}.", base64url(Value::Object(header).to_string()), self.probed())
    }

    /// A changed token with more in its header, and a signature of our own.
    pub(crate) fn forged(&self, more: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let mut header = self.header.clone();
        header.extend(more.as_object().cloned().unwrap_or_default());
        let signed = format!("{}.{}", base64url(Value::Object(header).to_string()), self.probed());
        let signature = base64url(sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    fn probed(&self) -> String {
        let mut claims = self.claims.clone();
        claims.insert(PROBE.to_owned(), json!(1));
        base64url(Value::Object(claims).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7515 appendix A.1, shortened to what jwt.io shows for the secret `your-256-bit-secret`.
    const KNOWN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\
        eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.\
        SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

    #[test]
    fn a_published_token_is_read_and_its_secret_recognised() {
        let jwt = Jwt::read(KNOWN).unwrap();
        assert_eq!((jwt.algorithm(), jwt.time("iat")), ("HS256", Some(1_516_239_022)));
        assert!(jwt.is_made_by(b"your-256-bit-secret"));
        assert!(!jwt.is_made_by(b"your-256-bit-secret2"));
    }

    #[test]
    fn forgeries_are_tokens_with_the_content_changed() {
        let jwt = Jwt::read(KNOWN).unwrap();
        let forged =
            Jwt::read(&jwt.forged(&json!({ "kid": "x" }), |signed| Hash::Sha256.hmac(b"k", signed))).unwrap();
        assert!(forged.is_made_by(b"k"));
        assert_eq!(forged.header["kid"], "x");
        assert_eq!(forged.claims[PROBE], 1);
        let none = Jwt::read(&jwt.unsecured("nOnE")).unwrap();
        assert_eq!((none.algorithm(), none.signature.as_str()), ("nOnE", ""));
        assert_eq!(Jwt::read(&jwt.changed()).unwrap().signature, jwt.signature);
        for no in ["", "a.b", "a.b.c", "e30.e30.x", "s:abc.def"] {
            assert!(Jwt::read(no).is_none(), "{no}");
        }
    }
}
