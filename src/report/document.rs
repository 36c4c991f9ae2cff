//! Documents for programs: one JSON or YAML document on stdout.

use std::fmt::Write as _;

use serde::Serialize;

use crate::sanitize;

/// The notation of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, indented.
    Json,
    /// YAML.
    Yaml,
}

/// A document as text.
///
/// # Errors
/// Where the notation cannot express it, which would be a fault of this program.
pub fn serialize(document: &impl Serialize, format: Format) -> Result<String, String> {
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
