//! YAML without a policy in mind: text in, a tree of nodes with spans out.
//!
//! Scalars stay the text they were written as: `no` is "no", `0123` is "0123". Everything that would make a
//! file mean something else than it seems to (aliases, anchors, tags, merge keys, duplicate keys,
//! lines that YAML joins, hidden characters) is an error. This module must not know any key of a policy.

mod builder;
mod syntax_error;
mod text;

#[cfg(test)]
mod yaml_test;

use std::ops::Range;

use super::diagnostic::{Diagnostics, ErrorReported, SourceText, Span};

pub(crate) use text::{LARGEST_FILE, source_text};

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
    let hidden = text::report_hidden_characters(source, diagnostics);
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
