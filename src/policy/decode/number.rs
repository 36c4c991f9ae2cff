//! Whole numbers, in plain digits only: `0x10`, `1_000` and `010` are read in more than one way.

use std::ops::RangeInclusive;

use super::shape::Shape;
use super::{Reader, Slot};
use crate::policy::document::{Scalar, Style, Value};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

impl Slot<'_> {
    /// A whole number within bounds.
    pub(crate) fn number(&self, range: RangeInclusive<u32>, reader: &mut Reader<'_>) -> Result<u32, ErrorReported> {
        let Value::Scalar(scalar) = &self.node.value else {
            return self.wrong(Shape::Number, reader);
        };
        let no_number = |label: String| {
            Diagnostic::at(scalar.span, format!("{} must be a number, found {}", self.name, quoted(&scalar.text)))
                .label(label)
        };
        reader.refuse(match digits(scalar) {
            Digits::Number(number) if range.contains(&number) => return Ok(number),
            Digits::Number(_) | Digits::OutOfReach => self.out_of_range(scalar, &range),
            Digits::Quoted => Diagnostic::at(scalar.span, format!("{} must be a number, found text", self.name))
                .label(format!("write it without quotes: {}", quoted(&scalar.text))),
            Digits::LeadingZero => no_number("a leading zero makes it octal to some: write it without".to_owned()),
            Digits::Other => no_number(self.write_or("write plain digits")),
        })
    }

    fn out_of_range(&self, scalar: &Scalar, range: &RangeInclusive<u32>) -> Diagnostic {
        let is_small = scalar.text.parse::<i64>().is_ok_and(|number| number < i64::from(*range.start()));
        let bound = if is_small { format!("at least {}", range.start()) } else { format!("at most {}", range.end()) };
        Diagnostic::at(scalar.span, format!("{} must be {bound}, found {}", self.name, quoted(&scalar.text)))
    }
}

enum Digits {
    Number(u32),
    /// Negative, or larger than any number here may be.
    OutOfReach,
    Quoted,
    LeadingZero,
    Other,
}

fn digits(scalar: &Scalar) -> Digits {
    let text = scalar.text.strip_prefix('-').unwrap_or(&scalar.text);
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match scalar.style {
        _ if !is_number => Digits::Other,
        _ if text.len() > 1 && text.starts_with('0') => Digits::LeadingZero,
        Style::Quoted => Digits::Quoted,
        Style::Plain => scalar.text.parse().map_or(Digits::OutOfReach, Digits::Number),
    }
}
