//! YAML without a policy in mind: text in, a tree of nodes with spans out.
//!
//! Scalars stay the text they were written as: `no` is "no", `0123` is "0123". Everything that would make a
//! file mean something else than it seems to (aliases, anchors, tags, merge keys, duplicate keys,
//! lines that YAML joins, hidden characters) is an error. This module must not know any key of a policy.

mod builder;
mod syntax_error;

#[cfg(test)]
mod yaml_test;

use std::ops::Range;

use super::diagnostic::{Diagnostic, Diagnostics, ErrorReported, PolicyErrors, SourceText, Span};
use crate::sanitize;

/// The largest file, in bytes.
pub(crate) const LARGEST_FILE: usize = 1024 * 1024;

/// A file with more hidden characters than this is not text, so it is not read any further.
const MOST_HIDDEN: usize = 20;

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// One value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// What to underline: the value itself; of a block, its first line.
    pub(crate) span: Span,
    pub(crate) value: NodeValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeValue {
    /// Nothing was written, or `null`, or `~`.
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Mapping(Mapping),
    /// An error was reported in the place of a value.
    Invalid(ErrorReported),
}

/// Keys and values, in the order of the file, each key once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) entries: Vec<MappingEntry>,
    /// An error in one of its keys, if there was one: a key that seems to be missing may be that key.
    pub(crate) invalid_key: Option<ErrorReported>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MappingEntry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

/// A text of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scalar {
    /// With quotes and escapes resolved.
    pub(crate) text: String,
    pub(crate) quoting: Quoting,
    /// With its quotes.
    pub(crate) span: Span,
    /// Without its quotes; as long as `text` only if no escape or line break was resolved.
    content: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    Plain,
    /// In quotes, or as a block.
    Quoted,
}

impl Scalar {
    pub(crate) fn new(text: String, quoting: Quoting, span: Span, written: &str) -> Self {
        let quotes = written.len() >= 2 && (written.starts_with('"') || written.starts_with('\''));
        let content = if quotes { Span::new(span.start + 1, span.end - 1) } else { span };
        Self { text, quoting, span, content }
    }

    /// Where the text stands, without quotes; the quotes themselves if there is nothing in them.
    pub(crate) fn content(&self) -> Span {
        if self.content.start == self.content.end { self.span } else { self.content }
    }

    /// Where a part of the text stands; all of it if escapes make that hard to say.
    pub(crate) fn part(&self, range: Range<usize>) -> Span {
        if self.content.end - self.content.start != self.text.len() || range.is_empty() {
            return self.content();
        }
        Span::new(self.content.start + range.start, self.content.start + range.end)
    }
}

/// The only document of the file.
pub(crate) fn parse(source: &SourceText, diagnostics: &mut Diagnostics) -> Result<Node, ErrorReported> {
    let hidden = report_hidden_characters(source, diagnostics);
    let mut found = Diagnostics::default();
    match (builder::build(source, hidden, &mut found), hidden) {
        (Ok(root), _) => {
            diagnostics.extend(found);
            Ok(root)
        }
        // A hidden character is a better answer than what the scanner makes of it.
        (Err(_), Some(reported)) => Err(reported),
        (Err(error), None) => Err(diagnostics.report(error)),
    }
}

/// The text of a file, or why it has none.
pub(crate) fn source_text(file: &str, bytes: &[u8]) -> Result<SourceText, PolicyErrors> {
    if bytes.len() > LARGEST_FILE {
        let error = Diagnostic::of_file("the file is larger than 1 MiB");
        let hint = "a policy is a short list of patterns: is this the right file?";
        return Err(PolicyErrors::of_file(file, error.hint(hint)));
    }
    if is_wide(bytes) {
        let error = Diagnostic::of_file("the file is UTF-16, but a policy must be UTF-8").hint("save it as UTF-8");
        return Err(PolicyErrors::of_file(file, error));
    }
    let bytes = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(SourceText::new(file, text.to_owned())),
        Err(error) => Err(not_utf8(file, bytes, error.valid_up_to())),
    }
}

/// By a byte order mark, or by the NUL of a first ASCII character.
fn is_wide(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] | [1..=0x7f, 0, ..] | [0, 0, 0xfe, 0xff, ..]
    )
}

fn not_utf8(file: &str, bytes: &[u8], valid: usize) -> PolicyErrors {
    let byte = bytes.get(valid).copied().unwrap_or_default();
    // Everything up to the bad byte is the same in this text, so its location is too.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let span = Span::new(valid, valid + char::REPLACEMENT_CHARACTER.len_utf8());
    let error = Diagnostic::at(span, "the file is not UTF-8")
        .label(format!("the byte {byte:#04x} does not start a character"))
        .hint("save it as UTF-8");
    PolicyErrors::new(SourceText::new(file, text), vec![error])
}

/// Reports every run of hidden characters anywhere in the file, because a comment can turn the text after it around.
///
/// The builder of scalars checks those that double-quoted escapes make.
fn report_hidden_characters(source: &SourceText, diagnostics: &mut Diagnostics) -> Option<ErrorReported> {
    let text = &source.text;
    let is_error = |at: usize, character: char| match character {
        '\r' => !text[at + 1..].starts_with('\n'),
        _ => is_hidden(character),
    };
    let hidden = text.char_indices().filter(|(at, character)| is_error(*at, *character));
    let mut end_of_last = None;
    let starts_of_runs = hidden.filter(|(at, character)| {
        let continues = end_of_last == Some(*at);
        end_of_last = Some(at + character.len_utf8());
        !continues
    });
    let spans = starts_of_runs.map(|(at, character)| (Span::new(at, at + character.len_utf8()), character));
    spans.take(MOST_HIDDEN).map(|(span, character)| diagnostics.report(hidden_character(span, character))).last()
}

/// Line feeds and tabs are left to the reader of the text: a reason may hold them.
fn is_hidden(character: char) -> bool {
    sanitize::is_hidden(character) && !matches!(character, '\n' | '\t')
}

/// The error that one hidden character is.
fn hidden_character(span: Span, character: char) -> Diagnostic {
    let code = sanitize::code_point(character);
    let what = match character {
        '\0' => "a NUL character".to_owned(),
        '\r' => "a carriage return without a line feed".to_owned(),
        _ if character.is_control() => format!("a control character ({code})"),
        _ if sanitize::is_direction(character) => format!("a character that reverses the direction of text ({code})"),
        _ => format!("an invisible character ({code})"),
    };
    Diagnostic::at(span, what).label(if character == '\r' { "end lines with a line feed" } else { "remove it" })
}
