//! Where something stands in a file, so that whoever reads a plan or an error can go there.

use std::fmt;
use std::sync::Arc;

/// A place in a policy file: what an editor needs to jump there.
///
/// Lines and columns count from 1; a column counts characters, not bytes.
/// Cloning is cheap, for every pattern and every decision carries one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file as it was named on the command line, or `-` for standard input.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A value together with the place it was written at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value itself.
    pub value: T,
    /// Where it was written.
    pub place: Location,
}
