//! JSON as the YAML of a manifest: block style, as templates write it.
//!
//! Must not leave a string unquoted: `no` and `1e3` would be something else for the one parser or the other.

use std::fmt;

use serde_json::Value;

/// `value` as a document, with a newline at its end.
pub(super) fn block(value: &Value) -> String {
    Block { value, depth: 0 }.to_string()
}

/// What stands on lines of its own, indented.
struct Block<'a> {
    value: &'a Value,
    depth: usize,
}

impl fmt::Display for Block<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = "  ".repeat(self.depth);
        match self.value {
            Value::Object(fields) if !fields.is_empty() => fields
                .iter()
                .try_for_each(|(key, value)| write!(formatter, "{indent}{}:{}", Key(key), self.after(value))),
            Value::Array(items) if !items.is_empty() => {
                items.iter().try_for_each(|item| write!(formatter, "{indent}-{}", self.after(item)))
            }
            scalar => writeln!(formatter, "{indent}{scalar}"),
        }
    }
}

impl Block<'_> {
    /// What follows a key or a dash: on the same line where it fits there.
    fn after(&self, value: &Value) -> String {
        let is_nested = match value {
            Value::Object(fields) => !fields.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        if is_nested { format!("\n{}", Block { value, depth: self.depth + 1 }) } else { format!(" {value}\n") }
    }
}

/// Plain where every parser agrees that it is a string.
struct Key<'a>(&'a str);

impl fmt::Display for Key<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_word = self.0.len() > 5 && self.0.bytes().all(|byte| byte.is_ascii_alphabetic());
        if is_word || matches!(self.0, "kind" | "name" | "data" | "spec") {
            formatter.write_str(self.0)
        } else {
            write!(formatter, "{}", Value::from(self.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_and_lists_are_blocks_and_strings_are_quoted() {
        let text = block(&json!({"kind": "X", "metadata": {"y": "no"}, "number": [1, {"b": null}], "template": {}}));
        let expected = "\
kind: \"X\"
metadata:
  \"y\": \"no\"
number:
  - 1
  -
    \"b\": null
template: {}
";
        assert_eq!(text, expected);
    }
}
