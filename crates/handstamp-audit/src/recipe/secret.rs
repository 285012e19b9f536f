//! A password or a key: used, never shown.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use zeroize::Zeroizing;

/// A password, a key or a code's secret. It comes from the environment, a file or standard input, is never
/// written in a recipe, and has no text of its own.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret, to be sent to the application.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The code of a second factor at this time (RFC 6238 with SHA-1, six digits, thirty seconds, as every
    /// authenticator app has it), where the secret is base32; spaces, small letters and missing padding are
    /// taken.
    pub fn code_at(&self, now: SystemTime) -> Option<String> {
        let spelled: String = self.0.chars().filter(|one| !one.is_whitespace() && *one != '=').collect();
        let secret = totp_rs::Secret::try_from_base32(spelled.to_ascii_uppercase()).ok()?;
        let seconds = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
        // Eighty bits are fewer than the RFC asks for and what many applications give.
        let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
        Some(totp.generate(seconds).to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238 appendix B, with the last six of its eight digits.
        let secret = Secret::new("gezd gnbv gy3t qojq gezd gnbv gy3t qojq".to_owned());
        let code = |seconds| secret.code_at(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(code(59).as_deref(), Some("287082"));
        assert_eq!(code(1_111_111_109).as_deref(), Some("081804"));
        assert!(Secret::new("JBSWY3DPEHPK3PXP".to_owned()).code_at(UNIX_EPOCH).is_some(), "a short one");
        assert_eq!(Secret::new("not base32!".to_owned()).code_at(UNIX_EPOCH), None);
    }
}
