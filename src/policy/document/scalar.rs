//! A scalar: the text it stands for, and how that lies in the file.

use std::ops::Range;

use super::Span;

/// A text of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scalar {
    /// What it stands for, with quotes and escapes resolved.
    pub(crate) text: String,
    pub(crate) style: Style,
    /// As it is written, with its quotes.
    pub(crate) span: Span,
    /// Without its quotes; as long as `text` only where no escape or line break was resolved.
    content: Span,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Plain,
    /// In quotes, or as a block.
    Quoted,
}

impl Scalar {
    pub(crate) fn new(text: String, style: Style, span: Span, written: &str) -> Self {
        let quotes = written.len() >= 2 && (written.starts_with('"') || written.starts_with('\''));
        let content = if quotes { Span::new(span.start + 1, span.end - 1) } else { span };
        Self { text, style, span, content }
    }

    /// Where the text stands, without quotes; the quotes themselves where there is nothing in them.
    pub(crate) fn content(&self) -> Span {
        if self.content.start == self.content.end { self.span } else { self.content }
    }

    /// Where a part of the text stands; all of it where escapes make that hard to say.
    pub(crate) fn part(&self, range: Range<usize>) -> Span {
        if self.content.end - self.content.start != self.text.len() || range.is_empty() {
            return self.content();
        }
        Span::new(self.content.start + range.start, self.content.start + range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_quoted_text_is_placed_between_the_quotes() {
        let scalar = Scalar::new("a/b".to_owned(), Style::Quoted, Span::new(10, 15), "\"a/b\"");
        assert_eq!(scalar.content(), Span::new(11, 14));
        assert_eq!(scalar.part(2..3), Span::new(13, 14));
    }

    #[test]
    fn a_part_of_escaped_text_is_all_of_it() {
        let scalar = Scalar::new("a/b".to_owned(), Style::Quoted, Span::new(10, 18), "\"a\\x2fb\"");
        assert_eq!(scalar.part(2..3), Span::new(11, 17));
    }

    #[test]
    fn empty_text_is_placed_at_its_quotes() {
        assert_eq!(Scalar::new(String::new(), Style::Quoted, Span::new(3, 5), "''").content(), Span::new(3, 5));
    }
}
