//! The keys of one mapping: unknown ones are reported, known ones handed out.

use super::schema::{Level, TOP};
use super::suggest::{Suggestion, suggest};
use super::{Reader, Slot};
use crate::policy::document::{Entry, Keys, Mapping, Value};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::source::Span;
use crate::sanitize::quoted;

/// What a mapping holds for the keys of its level.
#[derive(Debug)]
pub(crate) struct Fields<'n> {
    level: &'static Level,
    /// Where a missing key is reported.
    start: Span,
    keys: Keys,
    /// A key that is none of this level, and like none.
    unknown: Option<ErrorReported>,
    slots: Vec<(&'static str, Slot<'n>)>,
}

impl<'n> Fields<'n> {
    pub(super) fn read(mapping: &'n Mapping, start: Span, level: &'static Level, reader: &mut Reader<'_>) -> Self {
        let mut fields = Self { level, start, keys: mapping.keys, unknown: None, slots: Vec::new() };
        for entry in &mapping.entries {
            match level.key(&entry.key) {
                Some(key) => fields.slots.push((key.name, Slot::of_key(key, entry))),
                None => fields.unknown(entry, mapping, reader),
            }
        }
        fields
    }

    /// What stands under a key that may be left out, read by `read`.
    pub(crate) fn optional<'s, T>(
        &mut self,
        name: &'static str,
        reader: &mut Reader<'s>,
        read: impl FnOnce(&Slot<'n>, &mut Reader<'s>) -> Result<T, ErrorReported>,
    ) -> Result<Option<T>, ErrorReported> {
        self.take(name).map(|slot| read(&slot, reader)).transpose()
    }

    /// What stands under a key that must be there, read by `read`.
    pub(crate) fn required<'s, T>(
        &mut self,
        name: &'static str,
        reader: &mut Reader<'s>,
        read: impl FnOnce(&Slot<'n>, &mut Reader<'s>) -> Result<T, ErrorReported>,
    ) -> Result<T, ErrorReported> {
        match (self.take(name), self.keys) {
            (Some(slot), _) => read(&slot, reader),
            (None, Keys::SomeReported(reported)) => Err(reported),
            (None, Keys::All) => reader.refuse(self.missing(name)),
        }
    }

    /// Whether what is not there was left out, and not only misspelled or put into words of its own.
    pub(crate) fn complete(&self) -> Result<(), ErrorReported> {
        match (self.keys, self.unknown) {
            (Keys::All, None) => Ok(()),
            (Keys::SomeReported(reported), _) | (_, Some(reported)) => Err(reported),
        }
    }

    /// Where a key stands that is there and has not been read yet.
    pub(crate) fn span_of(&self, name: &str) -> Option<Span> {
        self.slots.iter().find(|(slot, _)| *slot == name).map(|(_, slot)| slot.key_span())
    }

    fn take(&mut self, name: &'static str) -> Option<Slot<'n>> {
        debug_assert!(self.level.key(name).is_some(), "`{name}` is not in the schema of its level");
        let index = self.slots.iter().position(|(slot, _)| *slot == name)?;
        Some(self.slots.swap_remove(index).1)
    }

    fn missing(&self, name: &str) -> Diagnostic {
        let example = self.level.key(name).map_or("…", |key| key.example);
        let place = if self.level.place == TOP.place { String::new() } else { format!(" {}", self.level.place) };
        Diagnostic::at(self.start, format!("`{name}` is missing{place}")).label(format!("add `{name}: {example}`"))
    }

    /// Reports a key. What it was meant to be is read all the same, to find the faults in it too.
    fn unknown(&mut self, entry: &'n Entry, mapping: &Mapping, reader: &mut Reader<'_>) {
        let fault = Diagnostic::at(entry.key_span, format!("unknown key {}", quoted(&entry.key)));
        if let (Some((key, value)), Value::Null) = (entry.key.split_once(':'), &entry.value.value) {
            let mended = quoted(&format!("{key}: {value}"));
            let fault = fault.label(format!("a space is missing after the colon: {mended}"));
            self.keys = Keys::SomeReported(reader.report(fault));
            return;
        }
        if entry.key.bytes().all(|byte| byte.is_ascii_digit()) {
            reader.report(fault.label("a comma starts a new key: write numbers without it"));
            return;
        }
        let suggestion = suggest(&entry.key, self.level, reader.levels());
        let fault = match suggestion {
            Suggestion::Meant(key) => {
                if mapping.entries.iter().all(|other| other.key != key.name) && self.take(key.name).is_none() {
                    self.slots.push((key.name, Slot::of_key(key, entry)));
                }
                fault.label(format!("did you mean `{}`?", key.name))
            }
            Suggestion::Belongs(level, key) if key.name == entry.key => fault.label(format!("belongs {}", level.place)),
            Suggestion::Belongs(level, key) => fault.label(format!("belongs {}, spelled `{}`", level.place, key.name)),
            Suggestion::None => fault.label(format!("known {}: {}", self.level.place, names(self.level))),
        };
        let reported = reader.report(fault);
        if matches!(suggestion, Suggestion::None) {
            self.unknown = Some(reported);
        }
    }
}

fn names(level: &Level) -> String {
    // What starts with `$` is there for editors.
    let names = level.keys.iter().map(|key| key.name).filter(|name| !name.starts_with('$'));
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
