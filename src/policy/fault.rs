//! What is wrong with a policy file: collected, never printed from here.
//!
//! A fault says what was found and how to mend it. Messages are lower-case, without a full stop,
//! with backticks around what the user wrote or must write.

use std::fmt;
use std::sync::Arc;

use super::source::{Source, Span};
use super::{ExcerptStyle, excerpt};
use crate::location::Location;

/// One fault of a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// Where; nothing for what is wrong with the file as a whole.
    pub span: Option<Span>,
    /// What stands next to the underlined text: most often how to mend it. May be empty.
    pub label: String,
    /// More help, where a label is too short for it.
    pub hint: Option<String>,
    /// Other places that belong to it.
    pub also: Vec<(Span, String)>,
}

impl Diagnostic {
    /// Something is wrong with this stretch of the file.
    pub(crate) fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::of_file(message) }
    }

    /// Something is wrong with the file as a whole.
    pub(crate) fn of_file(message: impl Into<String>) -> Self {
        Self { message: message.into(), span: None, label: String::new(), hint: None, also: Vec::new() }
    }

    /// Says how to mend it, next to the underlined text.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says more, below the excerpt.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Shows another place too.
    pub(crate) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also.push((span, label.into()));
        self
    }
}

/// Proof that a fault was taken down: whatever cannot be had because of it needs no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorReported(());

/// The faults found so far. The only way to a [`ErrorReported`].
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Takes down a fault; reading goes on.
    pub(crate) fn report(&mut self, fault: Diagnostic) -> ErrorReported {
        self.0.push(fault);
        ErrorReported(())
    }

    /// Takes over all faults of another.
    pub(crate) fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    pub(crate) fn into_faults(self) -> Vec<Diagnostic> {
        self.0
    }
}

/// All faults of one file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors {
    source: Source,
    faults: Vec<Diagnostic>,
}

impl PolicyErrors {
    pub(crate) fn new(source: Source, mut faults: Vec<Diagnostic>) -> Self {
        faults.sort_by_key(|fault| fault.span);
        Self { source, faults }
    }

    /// A file that was refused before its text was looked at.
    pub(crate) fn of_file(file: &str, fault: Diagnostic) -> Self {
        Self::new(Source::new(file, String::new()), vec![fault])
    }

    /// The file as it was named on the command line, or `-` for standard input.
    pub fn file(&self) -> &Arc<str> {
        self.source.file()
    }

    /// The text the spans are stretches of.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The faults, in the order of the file. There is at least one.
    pub fn as_slice(&self) -> &[Diagnostic] {
        &self.faults
    }

    /// Line and column of one of the faults; nothing for a fault of the file as a whole.
    pub fn place(&self, fault: &Diagnostic) -> Option<Location> {
        fault.span.map(|span| self.source.place(span.start))
    }

    /// All faults as people read them, with excerpts, and a last line that counts them.
    pub fn render(&self, paint: ExcerptStyle) -> String {
        excerpt::render(self, paint)
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(ExcerptStyle::Plain))
    }
}

impl std::error::Error for PolicyErrors {}
