//! Keys and values of labels, by Kubernetes' rules.
//!
//! One that breaks them can be on no namespace: a selector that asks for it would select nothing, or everything.

use crate::policy::decode::{Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::source::Span;
use crate::sanitize::quoted;

/// In characters, of a name and of a value.
const LONGEST: usize = 63;

/// In characters, of what stands before the `/` of a key.
const LONGEST_PREFIX: usize = 253;

/// Reads a key: `env`, `app.kubernetes.io/part-of`.
pub(super) fn read_key(text: &str, span: Span, reader: &mut Reader<'_>) -> Result<String, ErrorReported> {
    if is_key(text) {
        return Ok(text.to_owned());
    }
    let fault = Diagnostic::at(span, format!("{} can be the key of no label", quoted(text)));
    reader.refuse(fault.label("write it as in `env` or `example.com/env`"))
}

/// Reads a value, which may be empty.
pub(super) fn read_value(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<String, ErrorReported> {
    let scalar = slot.text(reader)?;
    let text = scalar.text.as_str();
    if text.is_empty() || is_name(text) {
        return Ok(text.to_owned());
    }
    let label = if text.contains(['*', '?', '[', '{']) {
        "labels are compared as they are: a selector knows no globs".to_owned()
    } else {
        format!("a value is made of letters, digits, `-`, `_` and `.`, at most {LONGEST} of them")
    };
    reader
        .refuse(Diagnostic::at(scalar.content(), format!("{} can be the value of no label", quoted(text))).label(label))
}

fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_prefix(prefix) && is_name(name),
        None => is_name(text),
    }
}

fn is_name(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= LONGEST && ends(text.bytes().next()) && ends(text.bytes().last()) && text.bytes().all(inside)
}

/// A domain.
fn is_prefix(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| is_name(part) && part.bytes().all(inside);
    text.len() <= LONGEST_PREFIX && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_names_with_or_without_a_domain() {
        let long = format!("{}/x", ["a".repeat(63), "b".repeat(63)].join("."));
        for key in ["env", "a", "A_b.c-1", "example.com/env", "app.kubernetes.io/part-of", &long] {
            assert!(is_key(key), "{key}");
        }
        let too_long = ["x".repeat(64), format!("{}/x", vec!["a".repeat(50); 6].join("."))];
        for key in ["", "/", "a/", "/a", "a/b/c", "-a", "a-", "env dev", "Example.com/env", "a..b/c", "é"]
            .into_iter()
            .chain(too_long.iter().map(String::as_str))
        {
            assert!(!is_key(key), "{key}");
        }
    }
}
