//! Every key of a policy, by the level it stands on: how it is called, what it means, what its value looks like.
//!
//! The one description of the language: the reader takes the names from here, `helm purge schema` and the tables of
//! docs/policy.md everything. A new key is an entry here and a file in `keys`.

mod bounds;
mod choice;
mod form;
mod handling;
mod top;

pub(crate) use bounds::{LIMITS, OPT_OUT, WINDOW};
pub(crate) use choice::{EXPRESSION, KEEP, NAMESPACE_SELECTOR, ORDER, ORDERED, RULE};
pub(crate) use form::{Condition, Form, Items, Labels, Shaped};
pub(crate) use handling::DEFAULTS;
pub(crate) use top::{CLUSTER, METADATA, TOP};

/// A mapping with a fixed set of keys.
#[derive(Debug)]
pub(crate) struct Level {
    /// Where its keys stand, as in "belongs …".
    pub(crate) place: &'static str,
    pub(crate) keys: &'static [Key],
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// A value that would be right.
    pub(crate) example: &'static str,
    /// What its value looks like.
    pub(crate) form: Form,
    /// What it means, in a few sentences. Empty for what is described elsewhere.
    pub(crate) meaning: &'static str,
    pub(crate) need: Need,
}

/// Whether a key may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// It has to be there.
    Required,
    /// Without it this value holds.
    Default(&'static str),
    /// It may be left out, and then says nothing.
    Optional,
}

/// A key and an example of its value.
pub(crate) const fn key(name: &'static str, example: &'static str) -> Key {
    Key { name, example, form: Form::Unsaid, meaning: "", need: Need::Optional }
}

impl Key {
    /// What its value looks like, and what it means.
    const fn is(self, form: Form, meaning: &'static str) -> Self {
        Self { form, meaning, ..self }
    }

    /// It has to be there.
    const fn required(self) -> Self {
        Self { need: Need::Required, ..self }
    }

    /// What holds without it, as it would be written.
    const fn default(self, value: &'static str) -> Self {
        Self { need: Need::Default(value), ..self }
    }

    /// What holds without it is said elsewhere.
    const fn without_default(self) -> Self {
        Self { need: Need::Optional, ..self }
    }

    /// What would be right as an item, where the value is a list.
    pub(crate) fn example_of_item(&self) -> &'static str {
        self.example.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(self.example)
    }
}

impl Level {
    /// A key of this level.
    pub(crate) fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Where else a key that is unknown on its level may belong; of several, the first.
pub(crate) static LEVELS: [&Level; 13] = [
    &TOP,
    &METADATA,
    &CLUSTER,
    &KEEP,
    &DEFAULTS,
    &RULE,
    &NAMESPACE_SELECTOR,
    &EXPRESSION,
    &ORDER,
    &ORDERED,
    &LIMITS,
    &WINDOW,
    &OPT_OUT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_listed_and_no_key_stands_twice_on_one() {
        for level in LEVELS {
            for key in level.keys {
                assert_eq!(level.keys.iter().filter(|other| other.name == key.name).count(), 1, "{}", key.name);
                assert!(!key.example.is_empty(), "{}", key.name);
            }
        }
    }

    #[test]
    fn every_key_is_described_in_whole_sentences() {
        for key in LEVELS.iter().flat_map(|level| level.keys) {
            assert!(!matches!(key.form, Form::Unsaid), "{}", key.name);
            assert!(key.meaning.ends_with('.') && key.meaning.starts_with(char::is_uppercase), "{}", key.name);
            assert!(!key.meaning.contains(['|', '\n']), "it would break a table: {}", key.name);
        }
    }
}
