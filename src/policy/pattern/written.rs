//! A pattern as it is written: all of a scalar, or a part of it.

use std::ops::Range;

use crate::policy::document::Scalar;
use crate::policy::source::Span;

/// The text of a pattern, and where each part of it stands.
#[derive(Debug, Clone)]
pub(crate) struct Written<'n> {
    scalar: &'n Scalar,
    range: Range<usize>,
}

impl<'n> Written<'n> {
    /// All of a scalar.
    pub(crate) fn all(scalar: &'n Scalar) -> Self {
        Self { scalar, range: 0..scalar.text.len() }
    }

    /// A part of this one.
    pub(crate) fn sub(&self, range: Range<usize>) -> Self {
        Self { scalar: self.scalar, range: self.range.start + range.start..self.range.start + range.end }
    }

    pub(crate) fn text(&self) -> &'n str {
        self.scalar.text.get(self.range.clone()).unwrap_or_default()
    }

    pub(crate) fn span(&self) -> Span {
        self.scalar.part(self.range.clone())
    }
}
