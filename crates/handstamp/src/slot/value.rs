//! What an application says about a slot.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A value that a session can hold.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use handstamp::{OnSignIn, SlotValue};
///
/// #[derive(Default, Serialize, Deserialize)]
/// struct Basket { books: Vec<String> }
///
/// impl SlotValue for Basket {
///     const NAME: &'static str = "basket";
///     // A visitor's basket goes along when the visitor signs in.
///     const ON_SIGN_IN: OnSignIn = OnSignIn::Keep;
/// }
/// ```
pub trait SlotValue: Default + Serialize + DeserializeOwned + Send + 'static {
    /// The slot's name: 1 to 64 characters from `a-z`, `0-9`, `-`, `_`; checked at compile time.
    const NAME: &'static str;

    /// The version of the JSON that this type writes. Count up when it changes in a way that the
    /// older form does not fit, and teach [`SlotValue::upgrade`] the older one.
    const VERSION: u32 = 1;

    /// What becomes of the value when somebody signs in. Data carries over only where this says so
    /// (WSTG-SESS-08, session puzzling), and never into another account's session.
    const ON_SIGN_IN: OnSignIn = OnSignIn::Drop;

    /// What becomes of a value that cannot be read.
    const UNREADABLE: Unreadable = Unreadable::Keep;

    /// Reads a value of another version.
    fn upgrade(_version: u32, _value: serde_json::Value) -> Result<Self, NoUpgrade> {
        Err(NoUpgrade)
    }
}

/// There is no way from that version to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no upgrade from that version")]
#[non_exhaustive]
pub struct NoUpgrade;

impl From<serde_json::Error> for NoUpgrade {
    fn from(_: serde_json::Error) -> Self {
        Self
    }
}

/// What becomes of a slot at sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OnSignIn {
    /// It stays behind and ends with the old session.
    Drop,
    /// It goes along into the new session, unless that is another account's.
    Keep,
}

/// What becomes of a slot that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// Reading is an error and the value stays. The default.
    Keep,
    /// Reading gives the default value; the next edit overwrites what was there.
    Reset,
}

pub(crate) const fn is_slot_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes.len() > 64 {
        return false;
    }
    let mut i = 0;
    while i < bytes.len() {
        if !matches!(bytes[i], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        i += 1;
    }
    true
}

/// Makes a slot with an unfit name fail to compile where it is first used.
pub(crate) struct CheckName<T>(std::marker::PhantomData<T>);

impl<T: SlotValue> CheckName<T> {
    pub(crate) const OK: () = assert!(is_slot_name(T::NAME), "a slot's name is 1 to 64 of a-z, 0-9, - and _");
}
