//! Nodes to values: the keys of a section, lists, texts, numbers, durations, by the types in the table of keys.
//!
//! Collects errors and goes on. Must not know what a value means: that is for the files of the keys.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::diagnostic::{Diagnostic, Diagnostics, ErrorReported, SourceText, Span};
use super::schema::{API_VERSION, KeySpec, ListSize, Section, TOP, ValueType};
use super::suggest::{Suggestion, closest_word, suggest};
use super::yaml::{Mapping, MappingEntry, Node, NodeValue, Quoting, Scalar};
use crate::location::{Location, Spanned};
use crate::sanitize::quoted;

/// A value, or proof that its error was reported.
pub(crate) type Decoded<T> = Result<T, ErrorReported>;

/// Where errors are collected while a file is read.
#[derive(Debug)]
pub(crate) struct Decoder<'s> {
    pub(crate) source: &'s SourceText,
    /// Where a key that is unknown in its section may belong.
    sections: &'static [&'static Section],
    diagnostics: RefCell<Diagnostics>,
    /// How much checking of patterns is still allowed. The rest of a file that exceeds it is not checked.
    budget: Cell<Decoded<usize>>,
}

/// About half a second. A thousand patterns of forty characters with two alternatives take half of it.
const WHOLE_BUDGET: usize = 250_000;

impl<'s> Decoder<'s> {
    pub(crate) fn new(source: &'s SourceText, sections: &'static [&'static Section], diagnostics: Diagnostics) -> Self {
        let budget = Cell::new(Ok(WHOLE_BUDGET));
        Self { source, sections, diagnostics: RefCell::new(diagnostics), budget }
    }

    /// Records an error; reading goes on.
    pub(crate) fn report(&self, error: Diagnostic) -> ErrorReported {
        self.diagnostics.borrow_mut().report(error)
    }

    /// Records an error that costs a value.
    pub(crate) fn refuse<T>(&self, error: Diagnostic) -> Decoded<T> {
        Err(self.report(error))
    }

    /// Where a stretch begins.
    pub(crate) fn place(&self, span: Span) -> Location {
        self.source.place(span.start)
    }

    /// Takes effort from the budget; once there is not enough, that is an error, and nothing more is checked.
    pub(crate) fn charge(&self, effort: usize, span: Span) -> Decoded<()> {
        if let Some(left) = self.budget.get()?.checked_sub(effort) {
            self.budget.set(Ok(left));
            return Ok(());
        }
        let error = Diagnostic::at(span, "the patterns of this file take too long to check");
        let label = "from here on they were not checked: write fewer alternatives, or fewer patterns";
        self.budget.set(self.refuse(error.label(label)));
        self.budget.get().map(|_| ())
    }

    /// The value, or all errors that were reported.
    pub(crate) fn finish<T>(self, value: Decoded<T>) -> Result<T, Vec<Diagnostic>> {
        let errors = self.diagnostics.into_inner().into_vec();
        match value {
            Ok(value) if errors.is_empty() => Ok(value),
            _ => Err(errors),
        }
    }
}

/// The value of a key, an item of a list, or the whole document.
#[derive(Debug, Clone)]
pub(crate) struct Field<'d> {
    pub(crate) decoder: &'d Decoder<'d>,
    node: &'d Node,
    /// What a message calls it, at the start or in the middle of a sentence.
    pub(crate) name: String,
    /// The key, which is underlined if the value is missing.
    key_span: Option<Span>,
    example: Example,
    value_type: &'static ValueType,
}

/// A line that would be valid in the place of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Example {
    Of(&'static KeySpec),
    /// An item of the list that stands under a key.
    ItemOf(&'static KeySpec),
    /// The first line of a policy.
    Policy,
    None,
}

impl<'d> Field<'d> {
    /// A whole document, or the value of a flag. `name` is what messages call it.
    pub(crate) fn root(
        name: &str,
        example: Example,
        value_type: &'static ValueType,
        node: &'d Node,
        decoder: &'d Decoder<'d>,
    ) -> Self {
        Self { decoder, node, name: name.to_owned(), key_span: None, example, value_type }
    }

    fn of_key(key: &'static KeySpec, entry: &'d MappingEntry, decoder: &'d Decoder<'d>) -> Self {
        let (name, key_span) = (format!("`{}`", key.name), Some(entry.key_span));
        Self { decoder, node: &entry.value, name, key_span, example: Example::Of(key), value_type: &key.value_type }
    }

    /// An item of the list that stands here.
    fn item(&self, node: &'d Node) -> Self {
        let example = match self.example {
            Example::Of(key) => Example::ItemOf(key),
            _ => Example::None,
        };
        let (name, value_type) = (format!("an entry of {}", self.name), self.value_type.item());
        Self { decoder: self.decoder, node, name, key_span: None, example, value_type }
    }

    /// Whether it is a mapping, for a value that may be something else as well.
    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.node.value, NodeValue::Mapping(_))
    }

    /// What to underline for the value as a whole: a text without its quotes.
    pub(crate) fn span(&self) -> Span {
        match &self.node.value {
            NodeValue::Scalar(scalar) => scalar.content(),
            _ => self.node.span,
        }
    }

    /// What to underline if the value may be anything, or nothing.
    pub(crate) fn key_span(&self) -> Span {
        self.key_span.unwrap_or(self.node.span)
    }

    /// Where the value begins.
    pub(crate) fn place(&self) -> Location {
        self.decoder.place(self.span())
    }

    /// The text under a key of a mapping, before anything is checked.
    pub(crate) fn peek(&self, key: &str) -> Option<&'d Scalar> {
        match &self.entry(key)?.value.value {
            NodeValue::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Where a key of a mapping stands, or the mapping itself if the key is left out.
    pub(crate) fn place_of(&self, key: &str) -> Location {
        self.decoder.place(self.entry(key).map_or(self.node.span, |entry| entry.key_span))
    }

    fn entry(&self, key: &str) -> Option<&'d MappingEntry> {
        let NodeValue::Mapping(mapping) = &self.node.value else { return None };
        mapping.entries.iter().find(|entry| entry.key == key)
    }

    /// Reports an error of the value as a whole.
    pub(crate) fn refuse<T>(&self, message: impl Into<String>, label: impl Into<String>) -> Decoded<T> {
        self.decoder.refuse(Diagnostic::at(self.span(), message).label(label))
    }

    /// What `read` makes of the value, with its location.
    pub(crate) fn spanned<T>(&self, read: impl FnOnce(&Self) -> Decoded<T>) -> Decoded<Spanned<T>> {
        Ok(Spanned { value: read(self)?, place: self.place() })
    }

    /// A text, quoted or not.
    pub(crate) fn text(&self) -> Decoded<&'d Scalar> {
        match &self.node.value {
            NodeValue::Scalar(scalar) => Ok(scalar),
            _ => self.wrong(),
        }
    }

    /// In characters: how long a text may be, by the table of keys.
    pub(crate) fn longest_text(&self) -> usize {
        if let ValueType::ShortText(longest) = self.value_type { *longest } else { usize::MAX }
    }

    /// A whole number within its bounds, in plain digits only: `0x10`, `1_000` and `010` are read in more than one way.
    pub(crate) fn number(&self) -> Decoded<u32> {
        let NodeValue::Scalar(scalar) = &self.node.value else { return self.wrong() };
        let ValueType::Number { least, most } = *self.value_type else { unreachable!("{} is not a number", self.name) };
        let (text, found) = (scalar.text.as_str(), quoted(&scalar.text));
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (problem, label) = if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            (format!("a number, found {found}"), self.example_or("write plain digits"))
        } else if digits.len() > 1 && digits.starts_with('0') {
            (
                format!("a number, found {found}"),
                "some programs read a leading zero as octal: write it without".to_owned(),
            )
        } else if scalar.quoting == Quoting::Quoted {
            ("a number, found a string".to_owned(), format!("write it without quotes: {found}"))
        } else {
            match text.parse() {
                Ok(number) if (least..=most).contains(&number) => return Ok(number),
                _ if text.parse::<i64>().is_ok_and(|number| number < i64::from(least)) => {
                    (format!("at least {least}, found {found}"), String::new())
                }
                _ => (format!("at most {most}, found {found}"), String::new()),
            }
        };
        self.decoder.refuse(Diagnostic::at(scalar.span, format!("{} must be {problem}", self.name)).label(label))
    }

    /// What `true` and `false` stand for, and no other word for them.
    pub(crate) fn boolean<T>(&self, yes: T, no: T) -> Decoded<T> {
        let NodeValue::Scalar(scalar) = &self.node.value else { return self.wrong() };
        let written = quoted(&scalar.text);
        let (found, label) = match (scalar.text.as_str(), scalar.quoting) {
            ("true", Quoting::Plain) => return Ok(yes),
            ("false", Quoting::Plain) => return Ok(no),
            ("true" | "false", Quoting::Quoted) => ("a string", format!("write it without quotes: {written}")),
            // Some YAML reads these words as one of the two, and people write them.
            (text, _) => match text.to_lowercase().as_str() {
                "true" | "yes" | "on" | "y" | "1" => (written.as_str(), "write `true`".to_owned()),
                "false" | "no" | "off" | "n" | "0" => (written.as_str(), "write `false`".to_owned()),
                _ => (written.as_str(), String::new()),
            },
        };
        let message = format!("{} must be `true` or `false`, found {found}", self.name);
        self.decoder.refuse(Diagnostic::at(scalar.span, message).label(label))
    }

    /// A duration in the range of its key.
    pub(crate) fn duration(&self) -> Decoded<Duration> {
        let NodeValue::Scalar(scalar) = &self.node.value else { return self.wrong() };
        let ValueType::Duration(range) = self.value_type else { unreachable!("{} is not a valid duration", self.name) };
        range.parse(&scalar.text, &self.name).or_else(|(message, label)| self.refuse(message, label))
    }

    /// One of the words of its key: `values` are what they mean, in the same order.
    pub(crate) fn choice<T: Copy>(&self, values: &[T]) -> Decoded<T> {
        self.choice_or(values, |_| None)
    }

    /// The same, with a label for words that need one of their own.
    pub(crate) fn choice_or<T: Copy>(&self, values: &[T], label: impl Fn(&str) -> Option<String>) -> Decoded<T> {
        let ValueType::OneOf(words) = self.value_type else { unreachable!("{} is not a choice", self.name) };
        assert_eq!(words.len(), values.len(), "every word of {} has a value", self.name);
        let choices = words.iter().copied().zip(values.iter().copied());
        self.one_of(&choices.collect::<Vec<_>>(), label)
    }

    /// The meaning of one of these words, with a label for words that need one of their own.
    pub(crate) fn one_of<T: Copy>(&self, choices: &[(&str, T)], label: impl Fn(&str) -> Option<String>) -> Decoded<T> {
        let text = self.text()?.text.as_str();
        if let Some((_, meaning)) = choices.iter().find(|(word, _)| *word == text) {
            return Ok(*meaning);
        }
        let words = listed(&choices.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>());
        let closest = || closest_word(text, choices.iter().map(|(word, _)| *word));
        let label = label(text).or_else(|| Some(format!("did you mean `{}`?", closest()?)));
        let label = label.unwrap_or_else(|| format!("write {words}"));
        self.refuse(format!("{} must be {words}, found {}", self.name, quoted(text)), label)
    }

    /// The items of a list. An empty selector is an error, never "everything".
    pub(crate) fn items(&self) -> Decoded<Vec<Field<'d>>> {
        let may_be_empty = matches!(self.value_type, ValueType::List(_, ListSize::Any));
        match &self.node.value {
            NodeValue::List(items) if items.is_empty() && !may_be_empty => self.refuse(
                format!("{} is an empty list", self.name),
                "it selects nothing: add an entry, or remove the key",
            ),
            NodeValue::List(items) => Ok(items.iter().map(|item| self.item(item)).collect()),
            NodeValue::Null if may_be_empty => {
                self.without_value("write `[]` for an empty list, or remove the line".to_owned())
            }
            _ => self.wrong(),
        }
    }

    /// The items of a list, each read by `read`; all are read, so that all errors are found.
    pub(crate) fn each<T>(&self, read: impl Fn(&Field<'d>) -> Decoded<T>) -> Decoded<Vec<T>> {
        let values = self.items()?.iter().map(read).collect::<Vec<_>>();
        values.into_iter().collect()
    }

    /// The items of a list that holds nothing twice.
    pub(crate) fn distinct<T: PartialEq>(&self, read: impl Fn(&Field<'d>) -> Decoded<T>) -> Decoded<Vec<T>> {
        let mut seen: Vec<(T, Span)> = Vec::new();
        let mut checked = Ok(());
        for item in self.items()? {
            match read(&item) {
                Err(reported) => checked = Err(reported),
                Ok(value) => match seen.iter().find(|(other, _)| *other == value) {
                    None => seen.push((value, item.span())),
                    Some((_, first)) => {
                        let error = Diagnostic::at(item.span(), format!("{} lists this twice", self.name));
                        let error = error.label("again here: remove it").also(*first, "the first");
                        checked = self.decoder.refuse(error);
                    }
                },
            }
        }
        checked.map(|()| seen.into_iter().map(|(value, _)| value).collect())
    }

    /// The keys of its section.
    pub(crate) fn section(&self) -> Decoded<SectionFields<'d>> {
        match &self.node.value {
            NodeValue::Mapping(mapping) => Ok(SectionFields::read(self, mapping)),
            _ => self.wrong(),
        }
    }

    /// The keys of its long form; `None` for the short form, a text.
    pub(crate) fn long_form(&self) -> Decoded<Option<SectionFields<'d>>> {
        match &self.node.value {
            NodeValue::Scalar(_) => Ok(None),
            NodeValue::Mapping(mapping) => Ok(Some(SectionFields::read(self, mapping))),
            _ => self.wrong(),
        }
    }

    /// The entries of a mapping whose keys people choose themselves, each read by `read`.
    pub(crate) fn entries<T>(&self, read: impl Fn(&'d str, &Field<'d>) -> Decoded<T>) -> Decoded<Vec<T>> {
        let NodeValue::Mapping(mapping) = &self.node.value else { return self.wrong() };
        let field = |entry: &'d MappingEntry| {
            let (name, value_type) = (quoted(&entry.key), self.value_type.item());
            let (key_span, example) = (Some(entry.key_span), Example::None);
            Field { decoder: self.decoder, node: &entry.value, name, key_span, example, value_type }
        };
        let values = mapping.entries.iter().map(|entry| read(&entry.key, &field(entry))).collect::<Vec<_>>();
        mapping.invalid_key.map_or_else(|| values.into_iter().collect(), Err)
    }

    /// Reports that the value is of another kind than its type.
    fn wrong<T>(&self) -> Decoded<T> {
        let (expected, found) = (
            self.value_type.noun(),
            match &self.node.value {
                NodeValue::Invalid(reported) => return Err(*reported),
                NodeValue::Null => return self.without_value(self.example_or("give it a value, or remove it")),
                NodeValue::Scalar(_) => "a string",
                NodeValue::List(_) => "a list",
                NodeValue::Mapping(_) => "a mapping",
            },
        );
        let label = match (&self.node.value, expected) {
            (NodeValue::Scalar(scalar), "a list") if !scalar.text.contains('\n') => {
                format!("write it as a list: {}", quoted(&format!("[\"{}\"]", scalar.text)))
            }
            (NodeValue::Scalar(_) | NodeValue::Mapping(_), "a list") => "start each entry with `- `".to_owned(),
            (NodeValue::Mapping(_), "a string") => "quote a string that contains `{`, `}` or `: `".to_owned(),
            (NodeValue::List(_), "a string" | "a string or a mapping") => {
                "write it without brackets; quote it if they belong to the string".to_owned()
            }
            _ => self.example_or(""),
        };
        let message = format!("{} must be {expected}, found {found}", self.name);
        self.decoder.refuse(Diagnostic::at(self.node.span, message).label(label))
    }

    fn without_value<T>(&self, label: String) -> Decoded<T> {
        self.decoder.refuse(Diagnostic::at(self.key_span(), format!("{} has no value", self.name)).label(label))
    }

    /// An example of what to write if there is one, else the words given.
    fn example_or(&self, otherwise: &str) -> String {
        match self.example {
            Example::Of(key) => format!("write for example `{}: {}`", key.name, key.example),
            Example::ItemOf(key) => format!("write for example `- {}`", key.example_of_item()),
            Example::Policy => format!("a policy starts with `apiVersion: {API_VERSION}`"),
            Example::None => otherwise.to_owned(),
        }
    }
}

/// `a`, `b` or `c`.
fn listed(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}

/// The keys of one mapping: unknown ones are reported, known ones are read by name.
#[derive(Debug)]
pub(crate) struct SectionFields<'d> {
    pub(crate) decoder: &'d Decoder<'d>,
    section: &'static Section,
    /// Where a missing key is reported.
    start: Span,
    /// An error in one of the keys, if there was one: a key that seems to be missing may be that key.
    invalid_key: Option<ErrorReported>,
    /// The error of a key that is like none of the section, if there was one.
    unknown: Option<ErrorReported>,
    fields: Vec<(&'static str, Field<'d>)>,
}

impl<'d> SectionFields<'d> {
    fn read(field: &Field<'d>, mapping: &'d Mapping) -> Self {
        let Some(section) = field.value_type.section() else { unreachable!("{} is not a section", field.name) };
        let (decoder, start, invalid_key) = (field.decoder, field.node.span, mapping.invalid_key);
        let mut fields = Self { decoder, section, start, invalid_key, unknown: None, fields: Vec::new() };
        for entry in &mapping.entries {
            match section.key(&entry.key) {
                Some(key) => fields.fields.push((key.name, Field::of_key(key, entry, decoder))),
                None => fields.report_unknown(entry, mapping),
            }
        }
        fields
    }

    /// What `read` makes of the value of a key that may be left out.
    pub(crate) fn optional<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Field<'d>) -> Decoded<T>,
    ) -> Decoded<Option<T>> {
        self.field(name).map(read).transpose()
    }

    /// The same without the error, which is reported: a file with errors is refused, whatever stands in for the value.
    pub(crate) fn given<T>(&self, name: &'static str, read: impl FnOnce(&Field<'d>) -> Decoded<T>) -> Option<T> {
        self.optional(name, read).ok().flatten()
    }

    /// The same, with a value that holds if the key is left out.
    pub(crate) fn value_or<T>(
        &self,
        name: &'static str,
        otherwise: T,
        read: impl FnOnce(&Field<'d>) -> Decoded<T>,
    ) -> T {
        self.given(name, read).unwrap_or(otherwise)
    }

    /// What `read` makes of the value of a key that must be there.
    pub(crate) fn required<T>(&self, name: &'static str, read: impl FnOnce(&Field<'d>) -> Decoded<T>) -> Decoded<T> {
        match (self.field(name), self.invalid_key) {
            (Some(field), _) => read(field),
            (None, Some(reported)) => Err(reported),
            (None, None) => self.decoder.refuse(self.missing(name)),
        }
    }

    /// Whether keys that are not there were left out, and not only misspelled or called something else.
    pub(crate) fn complete(&self) -> Decoded<()> {
        self.invalid_key.or(self.unknown).map_or(Ok(()), Err)
    }

    fn field(&self, name: &'static str) -> Option<&Field<'d>> {
        debug_assert!(self.section.key(name).is_some(), "`{name}` is not a key of its section");
        self.fields.iter().find(|(key, _)| *key == name).map(|(_, field)| field)
    }

    fn missing(&self, name: &str) -> Diagnostic {
        let example = self.section.key(name).map_or("…", |key| key.example);
        let title = if self.section.title == TOP.title { String::new() } else { format!(" {}", self.section.title) };
        Diagnostic::at(self.start, format!("`{name}` is missing{title}")).label(format!("add `{name}: {example}`"))
    }

    /// Reports a key. Its value is read as that of the key it was meant to be, to find the errors in it too.
    fn report_unknown(&mut self, entry: &'d MappingEntry, mapping: &Mapping) {
        let error = Diagnostic::at(entry.key_span, format!("unknown key {}", quoted(&entry.key)));
        if let (Some((key, value)), NodeValue::Null) = (entry.key.split_once(':'), &entry.value.value) {
            let mended = quoted(&format!("{key}: {value}"));
            let error = error.label(format!("a space is missing after the colon: {mended}"));
            self.invalid_key = Some(self.decoder.report(error));
            return;
        }
        if entry.key.bytes().all(|byte| byte.is_ascii_digit()) {
            self.decoder.report(error.label("a comma starts a new key: write numbers without it"));
            return;
        }
        let label = match suggest(&entry.key, self.section, self.decoder.sections) {
            Suggestion::Meant(key) => {
                self.read_as(key, entry, mapping);
                format!("did you mean `{}`?", key.name)
            }
            Suggestion::Belongs(section, key) if key.name == entry.key => format!("belongs {}", section.title),
            Suggestion::Belongs(section, key) => format!("belongs {}, spelled `{}`", section.title, key.name),
            Suggestion::None => {
                let error = error.label(format!("valid keys {}: {}", self.section.title, names(self.section)));
                self.unknown = Some(self.decoder.report(error));
                return;
            }
        };
        self.decoder.report(error.label(label));
    }

    /// If two unknown keys were meant to be the same one, neither is read.
    fn read_as(&mut self, key: &'static KeySpec, entry: &'d MappingEntry, mapping: &Mapping) {
        if mapping.entries.iter().any(|other| other.key == key.name) {
            return;
        }
        match self.fields.iter().position(|(name, _)| *name == key.name) {
            Some(earlier) => drop(self.fields.swap_remove(earlier)),
            None => self.fields.push((key.name, Field::of_key(key, entry, self.decoder))),
        }
    }
}

fn names(section: &Section) -> String {
    // Keys that start with `$` are for editors.
    let names = section.keys.iter().map(|key| key.name).filter(|name| !name.starts_with('$'));
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
