//! Keys as Go sees them: it takes `Manifest` for `manifest`, and a few letters beyond ASCII for others.

use serde_json::Value;

/// Whether Go would take one key for another.
pub(super) fn is_taken_for(key: &str, name: &str) -> bool {
    let folded = |character: char| match character {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    key.chars().map(folded).eq(name.chars().map(folded))
}

/// The text of a key of a mapping, where there is one that is not empty. Anything but text is an error.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Result<Option<&'a str>, String> {
    match get(value, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(other) => Err(format!("`{name}` is {other}, which is no text")),
    }
}

/// The value of a key of a mapping, where there is one. A key that Go would take for it as well is an error.
pub(super) fn get<'a>(value: &'a Value, name: &str) -> Result<Option<&'a Value>, String> {
    let Value::Object(fields) = value else {
        return if value.is_null() { Ok(None) } else { Err(format!("where `{name}` belongs there is no mapping")) };
    };
    match fields.keys().find(|key| *key != name && is_taken_for(key, name)) {
        Some(key) => Err(format!("{key:?} could be taken for `{name}`")),
        None => Ok(fields.get(name)),
    }
}
