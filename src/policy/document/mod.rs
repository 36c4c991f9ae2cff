//! YAML without a policy in mind: text in, a tree of nodes with places out.
//!
//! Scalars stay the text they were written as: `no` is "no", `0123` is "0123". What would make a
//! file mean something else than it seems to (aliases, anchors, tags, merge keys, duplicate keys,
//! lines that YAML joins, hidden characters) is a fault. Must not know any key of a policy.

mod build;
mod encoding;
mod hidden;
mod open;
mod refused;
mod scalar;
mod site;
mod syntax;

use super::fault::{Diagnostics, ErrorReported};
use super::source::{Source, Span};

pub(crate) use encoding::{LARGEST, decode};
pub(crate) use scalar::{Scalar, Style};

/// One value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// What to underline: the value itself; of a block, its first line.
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing was written, or `null`, or `~`.
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Mapping(Mapping),
    /// What was written is a fault.
    ErrorReported(ErrorReported),
}

/// Keys and values, in the order of the file, each key once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) entries: Vec<Entry>,
    pub(crate) keys: Keys,
}

/// Whether all keys of a mapping could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    All,
    /// At least one could not, and a key that seems to be missing may be that one.
    SomeReported(ErrorReported),
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

/// The only document of the file; nothing where a fault hides the rest of it.
pub(crate) fn parse(source: &Source, findings: &mut Diagnostics) -> Result<Node, ErrorReported> {
    let hidden = hidden::report(source, findings);
    let mut found = Diagnostics::default();
    match (build::document(source, hidden, &mut found), hidden) {
        (Ok(root), _) => {
            findings.extend(found);
            Ok(root)
        }
        // A character that must not be there is a better answer than what the scanner makes of it.
        (Err(_), Some(reported)) => Err(reported),
        (Err(fault), None) => Err(findings.report(fault)),
    }
}
