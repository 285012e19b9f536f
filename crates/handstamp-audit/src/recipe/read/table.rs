//! A table of the recipe that remembers which of its keys were asked for: the rest is unknown.

use std::{cell::RefCell, ops::Range, time::Duration};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    duration,
    problem::{Notes, nearest},
};
use crate::recipe::Template;

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A table of the recipe.
pub(super) struct Table<'t> {
    /// Where it is, such as `steps.login`; empty for the whole.
    pub(super) name: String,
    pub(super) span: Range<usize>,
    pub(super) notes: &'t Notes,
    keys: &'t DeTable<'t>,
    known: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    pub(super) fn whole(table: &'t DeTable<'t>, span: Range<usize>, notes: &'t Notes) -> Self {
        Self { name: String::new(), span, notes, keys: table, known: RefCell::default() }
    }

    /// A value that has to be a table.
    pub(super) fn of(name: String, value: &'t Value<'t>, notes: &'t Notes) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(table) => {
                Some(Self { name, span: value.span(), notes, keys: table, known: RefCell::default() })
            }
            other => {
                notes.problem(value.span(), format!("{name} is {}, expected a table", kind(other)), None);
                None
            }
        }
    }

    /// The value of a key, which is known from here on.
    pub(super) fn value(&self, key: &'static str) -> Option<&'t Value<'t>> {
        self.known.borrow_mut().push(key);
        self.keys.iter().find(|(there, _)| there.get_ref() == key).map(|(_, value)| value)
    }

    /// Every key with its place and value, for tables whose keys are names.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'t str, Range<usize>, &'t Value<'t>)> + use<'t> {
        self.keys.iter().map(|(key, value)| (&**key.get_ref(), key.span(), value))
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Notes that a key is missing.
    pub(super) fn missing(&self, key: &str, help: &str) {
        self.notes.problem(
            self.span.clone(),
            format!("{} is missing", self.path(key)),
            Some(help.to_owned()),
        );
    }

    pub(super) fn wrong(&self, key: &str, value: &Value<'_>, expected: &str) {
        let message = format!("{} is {}", self.path(key), kind(value.get_ref()));
        self.notes.problem(value.span(), message, Some(expected.to_owned()));
    }

    pub(super) fn string(&self, key: &'static str) -> Option<(&'t str, Range<usize>)> {
        let value = self.value(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(key, value, "expected text in quotes");
        }
        text.map(|text| (text, value.span()))
    }

    pub(super) fn required(&self, key: &'static str, help: &str) -> Option<(&'t str, Range<usize>)> {
        if self.keys.iter().all(|(there, _)| there.get_ref() != key) {
            self.known.borrow_mut().push(key);
            self.missing(key, help);
            return None;
        }
        self.string(key)
    }

    pub(super) fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong(key, value, "expected true or false");
        }
        boolean
    }

    /// A whole number of at least 1.
    pub(super) fn number(&self, key: &'static str) -> Option<u64> {
        let value = self.value(key)?;
        let number = whole(value.get_ref()).filter(|number| *number > 0);
        if number.is_none() {
            self.wrong(key, value, "expected a whole number of at least 1");
        }
        number
    }

    pub(super) fn duration(&self, key: &'static str) -> Option<Duration> {
        let value = self.value(key)?;
        let read = value.get_ref().as_str().and_then(duration::read);
        if read.is_none() {
            let shown =
                value.get_ref().as_str().map_or_else(|| kind(value.get_ref()), |text| format!("{text:?}"));
            let message = format!("{} is {shown}, which is no duration", self.path(key));
            self.notes.problem(value.span(), message, Some(duration::EXPECTED.to_owned()));
        }
        read
    }

    /// A list of texts, or one text.
    pub(super) fn strings(&self, key: &'static str) -> Vec<(&'t str, Range<usize>)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::String(text) => vec![(&**text, value.span())],
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| {
                    let text = item.get_ref().as_str();
                    if text.is_none() {
                        self.wrong(key, item, "expected a list of texts");
                    }
                    text.map(|text| (text, item.span()))
                })
                .collect(),
            _ => {
                self.wrong(key, value, "expected a list of texts");
                Vec::new()
            }
        }
    }

    pub(super) fn template(&self, key: &'static str) -> Option<Template> {
        let (text, span) = self.string(key)?;
        template(text, span, self.notes)
    }

    pub(super) fn table(&self, key: &'static str) -> Option<Table<'t>> {
        let value = self.value(key)?;
        Table::of(self.path(key), value, self.notes)
    }

    /// A list of tables, or one table.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| {
                    Table::of(format!("{}[{index}]", self.path(key)), item, self.notes)
                })
                .collect(),
            DeValue::Table(_) => Table::of(self.path(key), value, self.notes).into_iter().collect(),
            _ => {
                self.wrong(key, value, "expected a list of tables");
                Vec::new()
            }
        }
    }

    /// Notes every key that nobody asked for.
    pub(super) fn refuse_unknown(&self) {
        let known = self.known.borrow();
        for (key, span, _) in self.entries() {
            if known.contains(&key) {
                continue;
            }
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            self.notes.problem(span, format!("unknown key `{}`", self.path(key)), Some(help));
        }
    }

    pub(super) fn line(&self) -> usize {
        self.notes.line(self.span.start)
    }
}

/// A template of this text; what is wrong with it is noted.
pub(super) fn template(text: &str, span: Range<usize>, notes: &Notes) -> Option<Template> {
    match Template::parse(text) {
        Ok(template) => Some(template),
        Err(piece) => {
            let help = "names stand in two braces: {{csrf}}; letters, digits, _ and - are allowed in them"
                .to_owned();
            notes.problem(span, format!("`{piece}` is no name in braces"), Some(help));
            None
        }
    }
}

/// A whole number that is not negative.
pub(super) fn whole(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// What a value is, with its article.
pub(super) fn kind(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => "a text".to_owned(),
        DeValue::Integer(_) | DeValue::Float(_) => "a number".to_owned(),
        DeValue::Boolean(_) => "true or false".to_owned(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
