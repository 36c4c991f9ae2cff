//! Documents for programs: one JSON or YAML document on stdout. The fields of each are a contract: fields may be added, and
//! none may change.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};

use crate::sanitize;

/// The notation of a document; JSON is indented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
}

/// The version of all documents of this program.
pub(super) const API_VERSION: &str = "helm-purge/v1";

/// An object of a document. Its keys stand in the order in which they were added.
#[derive(Default)]
pub(crate) struct JsonObject(Vec<(&'static str, Box<dyn erased_serde::Serialize>)>);

impl JsonObject {
    /// What every document begins with.
    pub(super) fn document(kind: &'static str) -> Self {
        Self::default().with("apiVersion", API_VERSION).with("kind", kind)
    }

    pub(super) fn with(mut self, key: &'static str, value: impl Serialize + 'static) -> Self {
        self.0.push((key, Box::new(value)));
        self
    }

    /// Without the key if there is no value.
    pub(super) fn with_some(self, key: &'static str, value: Option<impl Serialize + 'static>) -> Self {
        if let Some(value) = value { self.with(key, value) } else { self }
    }

    pub(super) fn with_all<T: Serialize + 'static>(self, key: &'static str, all: impl IntoIterator<Item = T>) -> Self {
        self.with(key, all.into_iter().collect::<Vec<_>>())
    }

    pub(super) fn with_texts<T: ToString>(self, key: &'static str, texts: impl IntoIterator<Item = T>) -> Self {
        self.with_all(key, texts.into_iter().map(|text| text.to_string()))
    }

    /// Without the key if there are no texts.
    pub(super) fn with_any<T: ToString>(self, key: &'static str, texts: impl IntoIterator<Item = T>) -> Self {
        let mut texts = texts.into_iter().peekable();
        if texts.peek().is_some() { self.with_texts(key, texts) } else { self }
    }

    /// With the keys of another object behind its own.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Which run, and where its journal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct JournalRef {
    pub(crate) id: String,
    /// The journal's file, its ConfigMap, or both; empty without a journal.
    #[serde(rename = "journal")]
    pub(crate) places: Vec<String>,
}

/// `{what, why}`: what could not be read or removed.
pub(super) fn with_reason(what: &str, why: &str) -> JsonObject {
    JsonObject::default().with("what", what.to_owned()).with("reason", why.to_owned())
}

/// A document as text.
///
/// # Errors
/// If the notation cannot express it, which would be a bug of this program.
pub(crate) fn serialize(document: &impl Serialize, format: Format) -> Result<String, String> {
    if format == Format::Yaml {
        let text = serde_yaml::to_string(document).map_err(|error| error.to_string())?;
        // In YAML only texts in quotes can have escapes, and in JSON, which is YAML too, all texts are in quotes.
        if !text.contains(is_foreign) {
            return Ok(text);
        }
    }
    serde_json::to_string_pretty(document).map(escaped).map_err(|error| error.to_string())
}

/// JSON in which nothing moves a cursor, turns text around or hides. It is safe on a terminal, and a program that reads it
/// gets the original text. Such characters stand only inside strings.
pub(super) fn escaped(text: String) -> String {
    // A long text without any is not copied.
    if !text.contains(is_foreign) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_foreign(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(escaped, "\\u{unit:04x}").expect("a String takes all text");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn is_foreign(character: char) -> bool {
    character != '\n' && sanitize::is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_text_holds_its_characters_are_escaped_and_read_back_as_they_were() {
        let text = "a\u{1b}[2J\u{7f}\u{9b}1m\u{202e}b\u{200b}\u{e0041}\n\t\"é👩\u{200d}🚀";
        for format in [Format::Json, Format::Yaml] {
            let document = serialize(&std::collections::BTreeMap::from([(text, text)]), format).expect("it is text");
            assert!(!document.contains(is_foreign), "{document:?}");
            assert!(document.contains('é') && document.contains('🚀'), "{document}");
            let read: std::collections::BTreeMap<String, String> = serde_json::from_str(&document).expect("it is JSON");
            assert_eq!(read[text], text);
        }
    }

    #[test]
    fn yaml_stays_yaml_where_nothing_in_it_is_foreign() {
        let document = serialize(&std::collections::BTreeMap::from([("a", "é")]), Format::Yaml);
        assert_eq!(document.as_deref().map(str::trim_end), Ok("a: é"));
    }
}
