//! Realms and accounts: the names that an application gives to us.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// A tenant: its own policy, cookie, key and key space. `default` where nothing is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RealmName(Arc<str>);

impl RealmName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// A name of 1 to 64 bytes from `a-z`, `0-9` and `-`. So small a set keeps it safe in the keys
    /// of every store, in logs and in addresses (CVE-2011-4136 was a key-space mix-up).
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > Self::MAX_BYTES {
            return Err(NameError::TooLong { bytes: name.len(), most: Self::MAX_BYTES });
        }
        if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(NameError::Character);
        }
        Ok(Self(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RealmName {
    fn default() -> Self {
        Self("default".into())
    }
}

impl fmt::Display for RealmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RealmName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::new(&name)
    }
}

impl From<RealmName> for String {
    fn from(name: RealmName) -> Self {
        name.0.as_ref().into()
    }
}

/// Whom the application says a session belongs to: its own id of the account, opaque to us.
///
/// Take one that never changes and is never given to somebody else, such as a primary key; an
/// e-mail address is neither (ASVS V10.5.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// The longest id, in bytes.
    pub const MAX_BYTES: usize = 256;

    /// An account id of 1 to 256 bytes without control characters.
    pub fn new(id: &str) -> Result<Self, NameError> {
        if id.is_empty() {
            return Err(NameError::Empty);
        }
        if id.len() > Self::MAX_BYTES {
            return Err(NameError::TooLong { bytes: id.len(), most: Self::MAX_BYTES });
        }
        if id.chars().any(char::is_control) {
            return Err(NameError::Character);
        }
        Ok(Self(id.into()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AccountId {
    type Error = NameError;

    fn try_from(id: String) -> Result<Self, NameError> {
        Self::new(&id)
    }
}

impl TryFrom<&str> for AccountId {
    type Error = NameError;

    fn try_from(id: &str) -> Result<Self, NameError> {
        Self::new(id)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0.as_ref().into()
    }
}

/// Why a realm name or an account id was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing was given.
    #[error("the name is empty")]
    Empty,
    /// Longer than the limit.
    #[error("the name has {bytes} bytes; at most {most} are allowed")]
    #[non_exhaustive]
    TooLong {
        /// What was given.
        bytes: usize,
        /// What is allowed.
        most: usize,
    },
    /// A realm takes `a-z`, `0-9` and `-`; an account id anything but control characters.
    #[error("the name holds a character that is not allowed")]
    Character,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded() {
        assert_eq!(RealmName::new(""), Err(NameError::Empty));
        assert_eq!(RealmName::new("a/b"), Err(NameError::Character));
        assert!(RealmName::new(&"a".repeat(65)).is_err());
        assert!(AccountId::new(&"a".repeat(256)).is_ok());
        assert!(AccountId::new(&"a".repeat(257)).is_err());
        assert_eq!(AccountId::new("a\nb"), Err(NameError::Character));
    }
}
