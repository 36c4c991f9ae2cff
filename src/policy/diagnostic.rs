//! What is wrong with a policy file, and where in its text: collected here, printed by `render`.
//!
//! An error states what was found and how to correct it. Messages are lower-case, without a full stop,
//! with backticks around what the user wrote or must write.

use std::sync::Arc;

use crate::location::Location;

/// A stretch of the file's text, in bytes; `end` is the first byte after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A file's text with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceText {
    /// The file as it was named on the command line, or `-` for standard input.
    pub(crate) file: Arc<str>,
    pub(crate) text: String,
    /// The first byte of every line.
    lines: Vec<usize>,
}

impl SourceText {
    pub(crate) fn new(file: &str, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: Arc::from(file), text, lines }
    }

    /// The text of a stretch; empty if the file has no such stretch.
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

    /// The stretch of `length` bytes that begins at a location, at most to the end of its line.
    pub(crate) fn span(&self, place: &Location, length: usize) -> Span {
        let line = self.line(place.line);
        let before = self.slice(line).chars().take(place.column.saturating_sub(1));
        let start = line.start + before.map(char::len_utf8).sum::<usize>();
        Span::new(start, (start + length).min(line.end).max(start))
    }

    /// Line and column of a byte.
    pub(crate) fn place(&self, byte: usize) -> Location {
        let line = self.line_number(byte);
        let before = self.text.get(self.line(line).start..byte).unwrap_or_default();
        Location { file: Arc::clone(&self.file), line, column: before.chars().count() + 1 }
    }
}

/// One error of a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// What is wrong, in one line.
    pub(crate) message: String,
    /// Where; `None` if something is wrong with the file as a whole.
    pub(crate) span: Option<Span>,
    /// What stands next to the underlined text: most often how to fix it. May be empty.
    pub(crate) label: String,
    /// More help, if a label is too short for it.
    pub(crate) hint: Option<String>,
    /// Other stretches that belong to it, each with its label.
    pub(crate) also: Vec<(Span, String)>,
}

impl Diagnostic {
    pub(crate) fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::of_file(message) }
    }

    /// Something is wrong with the file as a whole.
    pub(crate) fn of_file(message: impl Into<String>) -> Self {
        Self { message: message.into(), span: None, label: String::new(), hint: None, also: Vec::new() }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also.push((span, label.into()));
        self
    }
}

/// Proof that an error was recorded: a caller that gets it need not report the error again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorReported(());

/// The errors found so far. The only way to an [`ErrorReported`].
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Records an error; reading goes on.
    pub(crate) fn report(&mut self, error: Diagnostic) -> ErrorReported {
        self.0.push(error);
        ErrorReported(())
    }

    pub(crate) fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }
}

/// All errors of one file, in the order of the file. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors {
    pub(crate) source: SourceText,
    pub(crate) errors: Vec<Diagnostic>,
}

impl PolicyErrors {
    pub(crate) fn new(source: SourceText, mut errors: Vec<Diagnostic>) -> Self {
        errors.sort_by_key(|error| error.span);
        Self { source, errors }
    }

    /// The error of a file that was refused before its text was read.
    pub(crate) fn of_file(file: &str, error: Diagnostic) -> Self {
        Self::new(SourceText::new(file, String::new()), vec![error])
    }
}

impl std::error::Error for PolicyErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, byte: usize) -> (usize, usize) {
        let place = SourceText::new("policy.yaml", text.to_owned()).place(byte);
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
        let source = SourceText::new("policy.yaml", "a: b\nä: é x\n".to_owned());
        let at = source.text.find('x').expect("it is there");
        assert_eq!(source.span(&source.place(at), 1), Span::new(at, at + 1));
        assert_eq!(source.slice(source.span(&source.place(at), 99)), "x");
    }

    #[test]
    fn a_line_is_given_without_its_line_break() {
        let source = SourceText::new("policy.yaml", "a\r\nbc\n".to_owned());
        assert_eq!(source.slice(source.line(1)), "a");
        assert_eq!(source.slice(source.line(2)), "bc");
        assert_eq!(source.slice(source.line(3)), "");
        assert_eq!(source.slice(source.line(9)), "");
    }
}
