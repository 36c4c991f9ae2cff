//! `true` and `false`, and no other word for them.

use super::shape::Shape;
use super::{Reader, Slot};
use crate::policy::document::{Style, Value};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

/// Words that some YAML reads as one of the two, and people write for them.
const YES: &[&str] = &["true", "yes", "on", "y", "1"];
const NO: &[&str] = &["false", "no", "off", "n", "0"];

impl Slot<'_> {
    /// What `true` and `false` stand for.
    pub(crate) fn either<T>(&self, yes: T, no: T, reader: &mut Reader<'_>) -> Result<T, ErrorReported> {
        let Value::Scalar(scalar) = &self.node.value else { return self.wrong(Shape::Boolean, reader) };
        let word = scalar.text.to_lowercase();
        let fault = |found: &str| {
            Diagnostic::at(scalar.span, format!("{} must be `true` or `false`, found {found}", self.name()))
        };
        reader.refuse(match (scalar.text.as_str(), scalar.style) {
            ("true", Style::Plain) => return Ok(yes),
            ("false", Style::Plain) => return Ok(no),
            ("true" | "false", Style::Quoted) => {
                fault("text").label(format!("write it without quotes: {}", quoted(&scalar.text)))
            }
            _ if YES.contains(&word.as_str()) => fault(&quoted(&scalar.text)).label("write `true`"),
            _ if NO.contains(&word.as_str()) => fault(&quoted(&scalar.text)).label("write `false`"),
            _ => fault(&quoted(&scalar.text)),
        })
    }
}
