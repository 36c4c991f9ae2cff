//! Shapes of values: text, list, mapping. One fault for each value that has another.

use std::fmt;

use super::schema::Level;
use super::slot::{Example, Slot};
use super::{Fields, Reader};
use crate::policy::document::{Keys, Scalar, Value};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::source::Span;
use crate::sanitize::quoted;

/// Whether a list may have no items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmptyList {
    Allowed,
    /// An empty selector is an error, never "everything".
    Refused,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    List,
    Mapping,
    Number,
    Duration,
    Boolean,
    /// The short form or the long one.
    TextOrMapping,
}

impl<'n> Slot<'n> {
    /// A text, quoted or not.
    pub(crate) fn text(&self, reader: &mut Reader<'_>) -> Result<&'n Scalar, ErrorReported> {
        match &self.node.value {
            Value::Scalar(scalar) => Ok(scalar),
            _ => self.wrong(Shape::Text, reader),
        }
    }

    /// A text or, for the long form, the keys of a mapping.
    pub(crate) fn text_or_fields(
        &self,
        level: &'static Level,
        reader: &mut Reader<'_>,
    ) -> Result<TextOrFields<'n>, ErrorReported> {
        match &self.node.value {
            Value::Scalar(scalar) => Ok(TextOrFields::Text(scalar)),
            Value::Mapping(mapping) => Ok(TextOrFields::Fields(Fields::read(mapping, self.node.span, level, reader))),
            _ => self.wrong(Shape::TextOrMapping, reader),
        }
    }

    /// The items of a list.
    pub(crate) fn list(&self, empty: EmptyList, reader: &mut Reader<'_>) -> Result<Vec<Slot<'n>>, ErrorReported> {
        match &self.node.value {
            Value::List(items) if items.is_empty() && empty == EmptyList::Refused => reader.refuse(
                Diagnostic::at(self.node.span, format!("{} is an empty list", self.name))
                    .label("it selects nothing: add an entry, or remove the key"),
            ),
            Value::List(items) => Ok(items.iter().map(|item| self.item(item)).collect()),
            Value::Null if empty == EmptyList::Allowed => {
                reader.refuse(self.without_value("write `[]` for an empty list, or remove the line"))
            }
            _ => self.wrong(Shape::List, reader),
        }
    }

    /// The items of a list, each read by `read`; all are read, so that all faults are found.
    pub(crate) fn each<'s, T>(
        &self,
        empty: EmptyList,
        reader: &mut Reader<'s>,
        read: impl Fn(&Slot<'n>, &mut Reader<'s>) -> Result<T, ErrorReported>,
    ) -> Result<Vec<T>, ErrorReported> {
        let items = self.list(empty, reader)?;
        let values = items.iter().map(|item| read(item, reader)).collect::<Vec<_>>();
        values.into_iter().collect()
    }

    /// The items of a list that is not empty and holds nothing twice.
    pub(crate) fn distinct<'s, T: PartialEq>(
        &self,
        reader: &mut Reader<'s>,
        read: impl Fn(&Slot<'n>, &mut Reader<'s>) -> Result<T, ErrorReported>,
    ) -> Result<Vec<T>, ErrorReported> {
        let items = self.list(EmptyList::Refused, reader)?;
        let mut seen: Vec<(T, Span)> = Vec::new();
        let mut checked = Ok(());
        for item in &items {
            match read(item, reader) {
                Err(reported) => checked = Err(reported),
                Ok(value) => match seen.iter().find(|(other, _)| *other == value) {
                    None => seen.push((value, item.span())),
                    Some((_, first)) => {
                        let fault = Diagnostic::at(item.span(), format!("{} names this twice", self.name));
                        checked = reader.refuse(fault.label("again here: remove it").also(*first, "the first"));
                    }
                },
            }
        }
        checked.map(|()| seen.into_iter().map(|(value, _)| value).collect())
    }

    /// The keys of a mapping.
    pub(crate) fn fields(&self, level: &'static Level, reader: &mut Reader<'_>) -> Result<Fields<'n>, ErrorReported> {
        match &self.node.value {
            Value::Mapping(mapping) => Ok(Fields::read(mapping, self.node.span, level, reader)),
            _ => self.wrong(Shape::Mapping, reader),
        }
    }

    /// The entries of a mapping whose keys people choose themselves, each read by `read`.
    pub(crate) fn entries<'s, T>(
        &self,
        reader: &mut Reader<'s>,
        read: impl Fn(&'n str, &Slot<'n>, &mut Reader<'s>) -> Result<T, ErrorReported>,
    ) -> Result<Vec<T>, ErrorReported> {
        let Value::Mapping(mapping) = &self.node.value else { return self.wrong(Shape::Mapping, reader) };
        let values = mapping.entries.iter().map(|entry| read(&entry.key, &Slot::of_free_key(entry), reader));
        let values = values.collect::<Vec<_>>();
        match mapping.keys {
            Keys::All => values.into_iter().collect(),
            Keys::SomeReported(reported) => Err(reported),
        }
    }

    /// Reports that the value has another shape than it must have.
    pub(super) fn wrong<T>(&self, expected: Shape, reader: &mut Reader<'_>) -> Result<T, ErrorReported> {
        let found = match &self.node.value {
            Value::ErrorReported(reported) => return Err(*reported),
            Value::Null => {
                let label = self.write_or("give it a value, or remove it");
                return reader.refuse(self.without_value(&label));
            }
            Value::Scalar(_) => "text",
            Value::List(_) => "a list",
            Value::Mapping(_) => "a mapping",
        };
        let fault = Diagnostic::at(self.node.span, format!("{} must be {expected}, found {found}", self.name));
        reader.refuse(fault.label(self.mended(expected)))
    }

    fn mended(&self, expected: Shape) -> String {
        match (&self.node.value, expected) {
            (Value::Scalar(scalar), Shape::List) if scalar.text.contains('\n') => {
                "start each entry with `- `".to_owned()
            }
            (Value::Scalar(scalar), Shape::List) => {
                format!("write it as a list: {}", quoted(&format!("[\"{}\"]", scalar.text)))
            }
            (Value::Mapping(_), Shape::List) => "start each entry with `- `".to_owned(),
            (Value::Mapping(_), Shape::Text) => "text with `{`, `}` or `: ` in it goes in quotes".to_owned(),
            (Value::List(_), Shape::Text | Shape::TextOrMapping) => {
                "write it without brackets; quote it if they belong to the text".to_owned()
            }
            _ => self.write_or(""),
        }
    }

    fn without_value(&self, label: &str) -> Diagnostic {
        Diagnostic::at(self.key_span(), format!("{} has no value", self.name)).label(label)
    }

    /// An example of what to write where there is one, else the words given.
    pub(super) fn write_or(&self, otherwise: &str) -> String {
        match self.example {
            Example::Of(key) => format!("write for example `{}: {}`", key.name, key.example),
            Example::ItemOf(key) => format!("write for example `- {}`", key.example_of_item()),
            Example::Document => "a policy starts with `apiVersion: helm-purge/v1`".to_owned(),
            Example::None => otherwise.to_owned(),
        }
    }
}

/// The short form of a value, or the long one.
#[derive(Debug)]
pub(crate) enum TextOrFields<'n> {
    Text(&'n Scalar),
    Fields(Fields<'n>),
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shape::Text => "text",
            Shape::List => "a list",
            Shape::Mapping => "a mapping",
            Shape::Number => "a number",
            Shape::Duration => "a duration",
            Shape::Boolean => "`true` or `false`",
            Shape::TextOrMapping => "text or a mapping",
        })
    }
}
