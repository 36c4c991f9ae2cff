//! What is wrong with a policy file: collected, never printed from here.
//!
//! A fault says what was found and how to mend it. Messages are lower-case, without a full stop,
//! with backticks around what the user wrote or must write.

use std::fmt;
use std::sync::Arc;

use super::source::{Source, Span};
use super::{Paint, excerpt};
use crate::place::Place;

/// One fault of a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
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

impl Fault {
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
pub(crate) struct Reported(());

/// The faults found so far. The only way to a [`Reported`].
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Fault>);

impl Findings {
    /// Takes down a fault; reading goes on.
    pub(crate) fn report(&mut self, fault: Fault) -> Reported {
        self.0.push(fault);
        Reported(())
    }

    /// Takes over all faults of another.
    pub(crate) fn extend(&mut self, other: Findings) {
        self.0.extend(other.0);
    }

    pub(crate) fn into_faults(self) -> Vec<Fault> {
        self.0
    }
}

/// All faults of one file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    source: Source,
    faults: Vec<Fault>,
}

impl Faults {
    pub(crate) fn new(source: Source, mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.span);
        Self { source, faults }
    }

    /// A file that was refused before its text was looked at.
    pub(crate) fn of_file(file: &str, fault: Fault) -> Self {
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
    pub fn as_slice(&self) -> &[Fault] {
        &self.faults
    }

    /// Line and column of one of the faults; nothing for a fault of the file as a whole.
    pub fn place(&self, fault: &Fault) -> Option<Place> {
        fault.span.map(|span| self.source.place(span.start))
    }

    /// All faults as people read them, with excerpts, and a last line that counts them.
    pub fn render(&self, paint: Paint) -> String {
        excerpt::render(self, paint)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Paint::Plain))
    }
}

impl std::error::Error for Faults {}
