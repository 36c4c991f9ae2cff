//! Documents for programs: one JSON or YAML document on stdout. The fields of each are a contract: others may join them,
//! none may change.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::journal::{ClusterRef, PolicyRef};
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
#[derive(Debug, Clone, Default)]
pub(crate) struct JsonObject(Vec<(&'static str, JsonNode)>);

#[derive(Debug, Clone)]
enum JsonNode {
    /// No object, nor a list of objects: these would lose their order.
    Plain(Value),
    Object(JsonObject),
    Objects(Vec<JsonObject>),
}

impl JsonObject {
    /// What every document begins with.
    pub(super) fn document(kind: &'static str) -> Self {
        Self::default().with("apiVersion", API_VERSION).with("kind", kind)
    }

    pub(super) fn with(self, key: &'static str, value: impl Into<Value>) -> Self {
        self.with_node(key, JsonNode::Plain(value.into()))
    }

    /// Without the key if there is no value.
    pub(super) fn with_some(self, key: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(super) fn with_texts<T: ToString>(self, key: &'static str, texts: impl IntoIterator<Item = T>) -> Self {
        self.with(key, texts.into_iter().map(|text| text.to_string()).collect::<Vec<_>>())
    }

    /// Without the key if there are no texts.
    pub(super) fn with_any<T: ToString>(self, key: &'static str, texts: impl IntoIterator<Item = T>) -> Self {
        let mut texts = texts.into_iter().peekable();
        if texts.peek().is_some() { self.with_texts(key, texts) } else { self }
    }

    /// Without the key if there is no object.
    pub(super) fn with_object(self, key: &'static str, object: Option<JsonObject>) -> Self {
        match object {
            Some(object) => self.with_node(key, JsonNode::Object(object)),
            None => self,
        }
    }

    pub(super) fn with_objects(self, key: &'static str, objects: impl IntoIterator<Item = JsonObject>) -> Self {
        self.with_node(key, JsonNode::Objects(objects.into_iter().collect()))
    }

    /// With the keys of another one behind its own.
    pub(super) fn and(mut self, other: Option<JsonObject>) -> Self {
        self.0.extend(other.into_iter().flat_map(|other| other.0));
        self
    }

    fn with_node(mut self, key: &'static str, node: JsonNode) -> Self {
        self.0.push((key, node));
        self
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, node)| (key, node)))
    }
}

impl Serialize for JsonNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            JsonNode::Plain(value) => value.serialize(serializer),
            JsonNode::Object(object) => object.serialize(serializer),
            JsonNode::Objects(objects) => objects.serialize(serializer),
        }
    }
}

/// Which run, and where its journal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JournalRef {
    pub(crate) id: String,
    /// The journal's file, its ConfigMap, or both; none if no journal is kept.
    pub(crate) places: Vec<String>,
}

impl JournalRef {
    pub(super) fn object(&self) -> JsonObject {
        JsonObject::default().with("id", self.id.as_str()).with_texts("journal", &self.places)
    }
}

/// `{what, why}`: what could not be read or removed.
pub(super) fn with_reason(what: &impl ToString, why: &str) -> JsonObject {
    JsonObject::default().with("what", what.to_string()).with("why", why)
}

pub(super) fn policy_object(policy: &PolicyRef) -> JsonObject {
    let PolicyRef { name, file, sha256 } = policy;
    JsonObject::default().with("name", name.as_str()).with("file", file.as_str()).with("sha256", sha256.as_str())
}

pub(super) fn cluster_object(cluster: &ClusterRef) -> JsonObject {
    let ClusterRef { context, server, uid } = cluster;
    JsonObject::default()
        .with("context", context.as_str())
        .with("server", server.as_str())
        .with_some("uid", uid.clone())
}

/// A document as text.
///
/// # Errors
/// If the notation cannot express it, which would be a fault of this program.
pub(crate) fn serialize(document: &impl Serialize, format: Format) -> Result<String, String> {
    match format {
        Format::Json => json(document),
        Format::Yaml => {
            let text = serde_yaml::to_string(document).map_err(|error| error.to_string())?;
            // Only texts between quotes can have escapes: YAML's other notation, which is JSON, has all of them there.
            if text.chars().any(is_foreign) { json(document) } else { Ok(text) }
        }
    }
}

/// JSON in which nothing moves a cursor, turns text around or hides: it may be printed on a terminal, and a reader of
/// JSON sees what was there.
fn json(document: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(document).map(|text| escaped(&text)).map_err(|error| error.to_string())
}

/// A JSON text with all such characters escaped: outside of its texts there are none.
pub(super) fn escaped(text: &str) -> String {
    if !text.contains(is_foreign) {
        return text.to_owned();
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
