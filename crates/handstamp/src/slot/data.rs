//! All slots of one session, as they lie in the store.
//!
//! Maps of raw JSON: what this version does not know is kept untouched, so that versions N and N+1
//! can run side by side.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
};

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};

use super::{OnSignIn, SlotError, SlotValue, Unreadable, value::CheckName};
use crate::{
    encoding::{self, Corrupt},
    id::WriteId,
};

/// How many writes are remembered, so that a retry after a lost answer finds its own even when
/// others have written since.
const REMEMBERED_WRITES: usize = 16;

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct SlotData {
    #[serde(default)]
    slots: BTreeMap<String, BTreeMap<String, Box<RawValue>>>,
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    writes: VecDeque<WriteId>,
}

impl SlotData {
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Corrupt> {
        if bytes.is_empty() { Ok(Self::default()) } else { encoding::decode("session data", bytes) }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        if self.slots.is_empty() && self.writes.is_empty() { Vec::new() } else { encoding::encode(self) }
    }

    /// One slot's value straight from the stored bytes, without making a copy of all of them.
    pub(crate) fn read_in<T: SlotValue>(bytes: &[u8]) -> Result<T, SlotError> {
        let () = CheckName::<T>::OK;
        if bytes.is_empty() {
            return Ok(T::default());
        }
        let Slots { slots } = encoding::decode("session data", bytes)
            .map_err(|corrupt| SlotError::Corrupt { slot: T::NAME, corrupt })?;
        let Some(slot) = slots.get(T::NAME) else { return Ok(T::default()) };
        let version = slot.version.and_then(|version| serde_json::from_str(version.get()).ok());
        value_of(version.unwrap_or(1), slot.value)
    }

    /// The slot's value; its default if there is none.
    pub(crate) fn read<T: SlotValue>(&self) -> Result<T, SlotError> {
        let () = CheckName::<T>::OK;
        let Some(slot) = self.slots.get(T::NAME) else { return Ok(T::default()) };
        let version = field::<u32>(slot, "version").unwrap_or(1);
        value_of(version, slot.get("value").map(|value| &**value))
    }

    /// `false`: it is there already, just so.
    pub(crate) fn write<T: SlotValue>(&mut self, value: &T) -> Result<bool, SlotError> {
        let () = CheckName::<T>::OK;
        let unwritable =
            |error: serde_json::Error| SlotError::Unwritable { slot: T::NAME, reason: error.to_string() };
        let slot = self.slots.entry(T::NAME.to_owned()).or_default();
        let mut changed = false;
        let mut set = |name: &str, new: Box<RawValue>| {
            if slot.get(name).is_none_or(|there| there.get() != new.get()) {
                slot.insert(name.to_owned(), new);
                changed = true;
            }
        };
        set("value", to_raw_value(value).map_err(unwritable)?);
        set("version", to_raw_value(&T::VERSION).map_err(unwritable)?);
        set("on_sign_in", to_raw_value(&T::ON_SIGN_IN).map_err(unwritable)?);
        Ok(changed)
    }

    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.slots.remove(name).is_some()
    }

    /// What goes along when somebody signs in over this session.
    pub(crate) fn carried(&self) -> Self {
        let keeps =
            |slot: &BTreeMap<String, Box<RawValue>>| field(slot, "on_sign_in") == Some(OnSignIn::Keep);
        let slots = self.slots.iter().filter(|(_, slot)| keeps(slot));
        Self {
            slots: slots.map(|(name, slot)| (name.clone(), slot.clone())).collect(),
            writes: VecDeque::new(),
        }
    }

    pub(crate) fn remember_write(&mut self, write: WriteId) {
        self.writes.push_back(write);
        while self.writes.len() > REMEMBERED_WRITES {
            self.writes.pop_front();
        }
    }

    /// Was this write, made on top of `seen`, applied? `None` when so much has been written since
    /// that nobody can tell.
    pub(crate) fn applied(&self, write: WriteId, seen: WriteId) -> Option<bool> {
        if self.writes.contains(&write) {
            return Some(true);
        }
        let whole = self.writes.len() < REMEMBERED_WRITES || self.writes.contains(&seen);
        whole.then_some(false)
    }

    /// Every slot as JSON, for the export of an account.
    pub(crate) fn export(&self) -> serde_json::Value {
        let value = |slot: &BTreeMap<String, Box<RawValue>>| field::<serde_json::Value>(slot, "value");
        self.slots.iter().map(|(name, slot)| (name.clone(), value(slot).unwrap_or_default())).collect()
    }
}

/// The slots as they are read: borrowed from the stored bytes.
#[derive(Deserialize)]
struct Slots<'a> {
    #[serde(default, borrow)]
    slots: BTreeMap<Cow<'a, str>, Stored<'a>>,
}

#[derive(Deserialize)]
struct Stored<'a> {
    #[serde(default, borrow, deserialize_with = "present")]
    version: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    value: Option<&'a RawValue>,
}

/// A field that is there, also if it is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

fn value_of<T: SlotValue>(version: u32, value: Option<&RawValue>) -> Result<T, SlotError> {
    let read = match value {
        None => Err("the value is missing".to_owned()),
        Some(value) if version == T::VERSION => {
            serde_json::from_str(value.get()).map_err(|error| kind_and_place(&error))
        }
        Some(value) => serde_json::from_str(value.get())
            .map_err(|error| kind_and_place(&error))
            .and_then(|value| T::upgrade(version, value).map_err(|error| error.to_string())),
    };
    match read {
        Ok(value) => Ok(value),
        Err(_) if T::UNREADABLE == Unreadable::Reset => Ok(T::default()),
        Err(reason) => {
            Err(SlotError::Unreadable { slot: T::NAME, stored: version, expected: T::VERSION, reason })
        }
    }
}

/// The message itself may quote what somebody keeps in their session, and errors are logged.
fn kind_and_place(error: &serde_json::Error) -> String {
    format!("{:?} error at column {}", error.classify(), error.column())
}

fn field<T: DeserializeOwned>(slot: &BTreeMap<String, Box<RawValue>>, name: &str) -> Option<T> {
    serde_json::from_str(slot.get(name)?.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slot::NoUpgrade;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Old {
        a: u32,
    }
    impl SlotValue for Old {
        const NAME: &'static str = "thing";
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct New {
        b: String,
    }
    impl SlotValue for New {
        const NAME: &'static str = "thing";
        const VERSION: u32 = 2;
        const ON_SIGN_IN: OnSignIn = OnSignIn::Keep;
        fn upgrade(version: u32, value: serde_json::Value) -> Result<Self, NoUpgrade> {
            if version != 1 {
                return Err(NoUpgrade);
            }
            let old: Old = serde_json::from_value(value)?;
            Ok(Self { b: old.a.to_string() })
        }
    }

    #[test]
    fn an_older_version_is_upgraded_and_a_newer_one_is_kept_and_reported() {
        let mut data = SlotData::default();
        data.write(&Old { a: 7 }).unwrap();
        assert_eq!(data.read::<New>().unwrap(), New { b: "7".into() });
        data.write(&New { b: "x".into() }).unwrap();
        let before = data.encode();
        assert!(matches!(data.read::<Old>(), Err(SlotError::Unreadable { stored: 2, expected: 1, .. })));
        assert_eq!(data.encode(), before);
    }

    /// An error is logged, and its message used to quote the value that did not fit.
    #[test]
    fn what_does_not_fit_is_not_quoted() {
        let mut data = SlotData::default();
        data.write(&New { b: "private".into() }).unwrap();
        let mut text = String::from_utf8(data.encode()).unwrap();
        text = text
            .replace(r#""version":2"#, r#""version":1"#)
            .replace(r#"{"b":"private"}"#, r#"{"a":"private"}"#);
        let error = SlotData::decode(text.as_bytes()).unwrap().read::<Old>().unwrap_err();
        assert!(error.to_string().contains("Data error at column"), "{error}");
        assert!(!format!("{error} {error:?}").contains("private"));
    }

    #[test]
    fn only_what_says_so_is_carried() {
        let mut data = SlotData::default();
        data.write(&Old { a: 7 }).unwrap();
        assert!(data.carried().slots.is_empty());
        data.write(&New { b: "x".into() }).unwrap();
        assert_eq!(data.carried().read::<New>().unwrap(), New { b: "x".into() });
    }

    #[test]
    fn fields_of_a_later_version_are_kept() {
        let mut text = vec![1];
        text.extend_from_slice(br#"{"slots":{"thing":{"version":1,"value":{"a":1},"later":[1,2]}}}"#);
        let data = SlotData::decode(&text).unwrap();
        assert!(String::from_utf8(data.encode()).unwrap().contains(r#""later":[1,2]"#));
    }

    #[test]
    fn a_write_is_recognised_until_nobody_can_tell() {
        let mut data = SlotData::default();
        let (seen, mine) = (WriteId::generate(), WriteId::generate());
        assert_eq!(data.applied(mine, seen), Some(false));
        data.remember_write(mine);
        for _ in 1..REMEMBERED_WRITES {
            data.remember_write(WriteId::generate());
        }
        assert_eq!(data.applied(mine, seen), Some(true));
        let never = WriteId::generate();
        assert_eq!(data.applied(never, mine), Some(false));
        data.remember_write(WriteId::generate());
        assert_eq!(data.applied(mine, seen), None);
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Chosen(Option<String>);

    impl SlotValue for Chosen {
        const NAME: &'static str = "chosen";
    }

    /// Read where it lies, a stored `null` was taken for a field that is missing: a slot that holds
    /// nothing could be written and never read again.
    #[test]
    fn a_value_that_is_null_is_read_where_it_lies() {
        let mut data = SlotData::default();
        data.write(&Chosen(None)).unwrap();
        assert_eq!(data.read::<Chosen>().unwrap(), Chosen(None));
        assert_eq!(SlotData::read_in::<Chosen>(&data.encode()).unwrap(), Chosen(None));
    }

    proptest::proptest! {
        /// Both ways to read a slot read the same.
        #[test]
        fn a_slot_reads_the_same_where_it_lies(
            value in "[ -~]{0,20}", version in 0_u32..4, others in proptest::collection::vec("[a-z]{1,6}", 0..4),
        ) {
            let raw = |json: String| serde_json::value::RawValue::from_string(json).unwrap();
            let mut data = SlotData::default();
            for name in others {
                data.slots.insert(name, BTreeMap::from([("value".to_owned(), raw("[1, null]".to_owned()))]));
            }
            let text = serde_json::to_string(&value).unwrap();
            for json in [text, value.clone(), "null".to_owned()] {
                let Ok(json) = RawValue::from_string(json) else { continue };
                let slot = [("value".to_owned(), json), ("version".to_owned(), raw(version.to_string()))];
                data.slots.insert("chosen".to_owned(), slot.into());
                let (whole, there) = (data.read::<Chosen>(), SlotData::read_in::<Chosen>(&data.encode()));
                proptest::prop_assert_eq!(format!("{whole:?}"), format!("{there:?}"));
            }
        }
    }
}
