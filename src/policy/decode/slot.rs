//! One value together with what messages call it.

use super::Reader;
use super::schema::Key;
use crate::location::Location;
use crate::policy::document::{Entry, Node, Scalar, Value};
use crate::policy::source::Span;
use crate::sanitize::quoted;

/// The value of a key, or an item of a list.
#[derive(Debug, Clone)]
pub(crate) struct Slot<'n> {
    /// How a message calls it, at the start or in the middle of a sentence.
    pub(super) name: String,
    /// What would be right in its place.
    pub(super) example: Example,
    /// The key, to be underlined where there is no value.
    pub(super) key_span: Option<Span>,
    pub(super) node: &'n Node,
}

/// A line that would be right.
#[derive(Debug, Clone, Copy)]
pub(super) enum Example {
    Of(&'static Key),
    /// An item of the list that stands under a key.
    ItemOf(&'static Key),
    /// The whole file.
    Document,
    None,
}

impl<'n> Slot<'n> {
    pub(super) fn of_key(key: &'static Key, entry: &'n Entry) -> Self {
        let name = format!("`{}`", key.name);
        Self { name, example: Example::Of(key), key_span: Some(entry.key_span), node: &entry.value }
    }

    /// The value of a key that people choose themselves.
    pub(super) fn of_free_key(entry: &'n Entry) -> Self {
        Self { name: quoted(&entry.key), example: Example::None, key_span: Some(entry.key_span), node: &entry.value }
    }

    /// An item of the list that stands here.
    pub(super) fn item(&self, node: &'n Node) -> Self {
        let example = match self.example {
            Example::Of(key) => Example::ItemOf(key),
            _ => Example::None,
        };
        Self { name: format!("an entry of {}", self.name), example, key_span: None, node }
    }

    /// The value of a flag.
    pub(crate) fn of_flag(flag: &str, node: &'n Node) -> Self {
        Self { name: format!("`{flag}`"), example: Example::None, key_span: None, node }
    }

    /// The document itself.
    pub(crate) fn of_document(node: &'n Node) -> Self {
        Self { name: "a policy".to_owned(), example: Example::Document, key_span: None, node }
    }

    /// A document that is no policy, and one of its keys for those who wrote something else.
    pub(crate) fn of_document_called(name: &str, key: &'static Key, node: &'n Node) -> Self {
        Self { name: name.to_owned(), example: Example::Of(key), key_span: None, node }
    }

    /// Whether it is a mapping, where it may be something else as well.
    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.node.value, Value::Mapping(_))
    }

    /// What to underline when the value as a whole is meant: a text without its quotes.
    pub(crate) fn span(&self) -> Span {
        match &self.node.value {
            Value::Scalar(scalar) => scalar.content(),
            _ => self.node.span,
        }
    }

    /// How messages call it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The text under a key of a mapping, before anything is checked.
    pub(crate) fn peek(&self, key: &str) -> Option<&'n Scalar> {
        let Value::Mapping(mapping) = &self.node.value else { return None };
        match &mapping.entries.iter().find(|entry| entry.key == key)?.value.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Where a key of a mapping stands, or the mapping itself where it is left out.
    pub(crate) fn place_of(&self, key: &str, reader: &Reader<'_>) -> Location {
        let Value::Mapping(mapping) = &self.node.value else { return reader.place(self.node.span) };
        let entry = mapping.entries.iter().find(|entry| entry.key == key);
        reader.place(entry.map_or(self.node.span, |entry| entry.key_span))
    }

    /// What to underline where the value may be anything, or nothing.
    pub(crate) fn key_span(&self) -> Span {
        self.key_span.unwrap_or(self.node.span)
    }
}
