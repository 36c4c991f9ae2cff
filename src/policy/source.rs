//! The text of a policy file, and where in it something stands.
//!
//! Knows lines and columns, and nothing of YAML.

use std::sync::Arc;

use crate::location::Location;

/// A stretch of the file's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The first byte after it.
    pub end: usize,
}

impl Span {
    /// The stretch from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// No text at all, at one place.
    pub fn empty(at: usize) -> Self {
        Self { start: at, end: at }
    }
}

/// A file's text with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    file: Arc<str>,
    text: String,
    /// The first byte of every line.
    lines: Vec<usize>,
}

impl Source {
    /// The file as it was named, and what is in it.
    pub(crate) fn new(file: &str, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: Arc::from(file), text, lines }
    }

    /// The file as it was named on the command line, or `-` for standard input.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// All of its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of one stretch; empty where there is none.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The number of the line a byte stands in, from 1.
    pub(crate) fn line_number(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte)
    }

    /// The stretch of a line, without its line break.
    pub(crate) fn line(&self, number: usize) -> Span {
        let start = self.lines.get(number - 1).copied().unwrap_or(self.text.len());
        let end = self.lines.get(number).copied().unwrap_or(self.text.len());
        let text = self.text[start..end].trim_end_matches(['\r', '\n']);
        Span::new(start, start + text.len())
    }

    /// The stretch of so many bytes that begins at a place.
    pub(crate) fn span(&self, place: &Location, length: usize) -> Span {
        let line = self.line(place.line);
        let before = self.slice(line).chars().take(place.column.saturating_sub(1));
        let start = line.start + before.map(char::len_utf8).sum::<usize>();
        Span::new(start, (start + length).min(line.end).max(start))
    }

    /// Line and column of a byte.
    pub fn place(&self, byte: usize) -> Location {
        let line = self.line_number(byte);
        let before = self.text.get(self.line(line).start..byte).unwrap_or_default();
        Location { file: Arc::clone(&self.file), line, column: before.chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, byte: usize) -> (usize, usize) {
        let place = Source::new("policy.yaml", text.to_owned()).place(byte);
        (place.line, place.column)
    }

    #[test]
    fn columns_count_characters_and_lines_end_with_and_without_a_carriage_return() {
        assert_eq!(place("a: b\r\nc: d", 6), (2, 1));
        assert_eq!(place("ä: é x", 7), (1, 6));
        assert_eq!(place("", 0), (1, 1));
        assert_eq!(place("a\n", 2), (2, 1));
    }

    #[test]
    fn a_place_leads_back_to_its_stretch() {
        let source = Source::new("policy.yaml", "a: b\nä: é x\n".to_owned());
        let at = source.text().find('x').expect("it is there");
        assert_eq!(source.span(&source.place(at), 1), Span::new(at, at + 1));
        assert_eq!(source.slice(source.span(&source.place(at), 99)), "x");
    }

    #[test]
    fn a_line_is_given_without_its_line_break() {
        let source = Source::new("policy.yaml", "a\r\nbc\n".to_owned());
        assert_eq!(source.slice(source.line(1)), "a");
        assert_eq!(source.slice(source.line(2)), "bc");
        assert_eq!(source.slice(source.line(3)), "");
        assert_eq!(source.slice(source.line(9)), "");
    }
}
