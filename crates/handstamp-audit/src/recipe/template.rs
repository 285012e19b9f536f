//! Text with `{{names}}` in it.

use std::{collections::BTreeMap, fmt};

use thiserror::Error;

/// Names that stand for something before any answer: who it is, and what a check makes up.
pub const GIVEN_NAMES: [&str; 8] =
    ["user", "password", "marker", "totp", "nonce", "new_password", "new_mail", "base"];

/// Text with `{{names}}` that are filled in when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name(String),
}

/// What names stand for. Values may be secret, so they are not shown.
#[derive(Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, Vec<String>>,
}

/// A name that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{{{{{name}}}}} has no value; it has {known}")]
#[non_exhaustive]
pub struct RenderError {
    /// The name.
    pub name: String,
    /// The names that have one.
    pub known: String,
}

impl Template {
    /// Reads a template; the error is the piece of text whose braces do not close or hold no name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find("{{") {
            let (before, after) = rest.split_at(open);
            let after = &after[2..];
            let Some(close) = after.find("}}") else { return Err(rest[open..].to_owned()) };
            let name = after[..close].trim();
            let is_name = !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
            if !is_name {
                return Err(rest[open..open + close + 4].to_owned());
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Name(name.to_owned()));
            rest = &after[close + 2..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// A template without names.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())] }
    }

    /// The names in it, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with every name filled in.
    pub fn render(&self, variables: &Variables) -> Result<String, RenderError> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Name(name) => text.push_str(variables.get(name).ok_or_else(|| RenderError {
                    name: name.clone(),
                    known: variables.names().collect::<Vec<_>>().join(", "),
                })?),
            }
        }
        Ok(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Name(name) => write!(f, "{{{{{name}}}}}"),
        })
    }
}

impl Variables {
    /// What `name` stands for; the first value where there are several.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.first().map(String::as_str)
    }

    /// Every value of `name`.
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// Lets `name` stand for `value`.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), vec![value.into()]);
    }

    /// Lets `name` stand for several values.
    pub fn set_all(&mut self, name: impl Into<String>, values: Vec<String>) {
        self.values.insert(name.into(), values);
    }

    /// The names that stand for something.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter(|(_, values)| !values.is_empty()).map(|(name, _)| name.as_str())
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_missing_ones_are_named() {
        let template = Template::parse("user={{user}}&token={{ csrf }}!").unwrap();
        assert_eq!(template.names().collect::<Vec<_>>(), ["user", "csrf"]);
        let mut variables = Variables::default();
        variables.set("user", "alice");
        let missing = template.render(&variables).unwrap_err();
        assert_eq!(missing.to_string(), "{{csrf}} has no value; it has user");
        variables.set("csrf", "x");
        assert_eq!(template.render(&variables).unwrap(), "user=alice&token=x!");
        assert_eq!(template.to_string(), "user={{user}}&token={{csrf}}!");
    }

    #[test]
    fn braces_that_do_not_close_or_hold_no_name_are_told() {
        assert_eq!(Template::parse("a {{b").unwrap_err(), "{{b");
        assert_eq!(Template::parse("{{ }}").unwrap_err(), "{{ }}");
        assert_eq!(Template::parse("{{a b}} c").unwrap_err(), "{{a b}}");
        assert!(Template::parse("{ not } one }}").is_ok());
    }
}
