//! A fast reader for the objects in manifests: it reads only the fields that this program uses, from the events of the
//! parser, in half the time.
//!
//! Most of the time of planning goes into manifests, and most of a manifest is never used. A document that is not of the
//! plainest kind, or could mean two things, has no outline: then the reader that knows all of YAML reads it. So an outline
//! never returns anything else than that reader would, and that reader reports all errors.

use std::borrow::Cow;

use granit_parser::{Event, Options, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Value};

/// The other reader's bounds are far above these.
const LONGEST: usize = 200_000;
const DEEPEST: usize = 40;
/// More comments in a row are an error to the other reader.
const MOST_COMMENTS: usize = 32;
/// A longer number may be infinite.
const LONGEST_NUMBER: usize = 100;
/// Booleans and null, in any version of YAML.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

/// Where in an object a value stands, which decides which of its fields are used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Object,
    Items,
    Metadata,
    Annotations,
    Spec,
    Names,
    Retention,
    /// All of them.
    Whole,
    /// None.
    Nothing,
}

impl Part {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Whole, _)
            | (Self::Object, "kind" | "apiVersion")
            | (Self::Metadata, "name" | "namespace")
            | (
                Self::Annotations,
                "helm.sh/resource-policy" | "helm.toolkit.fluxcd.io/namespace" | "helm.toolkit.fluxcd.io/name",
            )
            | (Self::Spec, "group" | "volumeClaimTemplates")
            | (Self::Names, "kind")
            | (Self::Retention, "whenDeleted") => Self::Whole,
            (Self::Object, "metadata") => Self::Metadata,
            (Self::Object, "items") => Self::Items,
            (Self::Object, "spec") => Self::Spec,
            (Self::Metadata, "labels" | "annotations") => Self::Annotations,
            (Self::Spec, "names") => Self::Names,
            (Self::Spec, "persistentVolumeClaimRetentionPolicy") => Self::Retention,
            _ => Self::Nothing,
        }
    }

    fn of_items(self) -> Self {
        match self {
            Self::Items => Self::Object,
            Self::Whole => Self::Whole,
            _ => Self::Nothing,
        }
    }
}

/// The outline of a document with one object, if it is plain enough. A mapping with a field that is used has all its keys,
/// because Go may take one for another; the values of unused keys are null.
pub(super) fn outline(text: &str) -> Option<Value> {
    let comments = text.bytes().filter(|byte| *byte == b'#').count();
    if text.len() > LONGEST || comments > MOST_COMMENTS {
        return None;
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut events = Events(Parser::with_options(StrInput::new(text), options));
    let begins =
        matches!(events.next()?, Event::StreamStart) && matches!(events.next()?, Event::DocumentStart(false, None));
    let first = events.next().filter(|_| begins)?;
    let value = events.node(first, Part::Object, DEEPEST)?;
    let ends = matches!(events.next()?, Event::DocumentEnd) && matches!(events.next()?, Event::StreamEnd);
    ends.then_some(value)
}

struct Events<'a>(Parser<'a, StrInput<'a>>);

impl<'a> Events<'a> {
    fn next(&mut self) -> Option<Event<'a>> {
        self.0.next()?.ok().map(|(event, _)| event)
    }

    /// A value without anchors and tags.
    fn node(&mut self, first: Event<'a>, part: Part, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        match first {
            Event::Scalar(text, style, 0, None) => scalar(text, style, part),
            Event::SequenceStart(_, 0, None) => self.list(part, depth),
            Event::MappingStart(_, 0, None) => self.mapping(part, depth),
            _ => None,
        }
    }

    fn list(&mut self, part: Part, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Some(Value::Array(items)),
                event => {
                    let item = self.node(event, part.of_items(), depth)?;
                    if part != Part::Nothing {
                        items.push(item);
                    }
                }
            }
        }
    }

    /// Of a key that is there twice the last value counts.
    fn mapping(&mut self, part: Part, depth: usize) -> Option<Value> {
        let mut fields = Map::new();
        loop {
            match self.next()? {
                Event::MappingEnd => return Some(Value::Object(fields)),
                Event::Scalar(key, _, 0, None) if is_text(&key) => {
                    let event = self.next()?;
                    let value = self.node(event, part.below(&key), depth)?;
                    if part != Part::Nothing {
                        fields.insert(key.into_owned(), value);
                    }
                }
                _ => return None,
            }
        }
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, part: Part) -> Option<Value> {
    let is_plain = style == ScalarStyle::Plain;
    match part {
        Part::Nothing => (!is_plain || is_finite(&text)).then_some(Value::Null),
        _ if is_plain && text.is_empty() => Some(Value::Null),
        _ => (!is_plain || is_text(&text)).then(|| Value::String(text.into_owned())),
    }
}

/// Whether every reader takes it for text.
fn is_text(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    begins && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) && !names_no_number(text)
}

/// Whether it is neither an infinite number nor NaN: these are errors wherever they stand.
fn is_finite(text: &str) -> bool {
    let in_numbers = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'+' | b'-' | b'.' | b'_');
    if text.bytes().all(in_numbers) {
        return text.len() <= LONGEST_NUMBER && !text.contains(['e', 'E']);
    }
    !names_no_number(text.trim_start_matches(['+', '-', '.']))
}

fn names_no_number(text: &str) -> bool {
    text.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("inf") || begin.eq_ignore_ascii_case("nan"))
}

#[cfg(test)]
#[path = "fast_yaml_test.rs"]
mod tests;
