//! Text to glob, in the one dialect of policies.
//!
//! No escapes (`\d` would quietly mean `d`), and an empty alternative counts (`vault{,-0}` is `vault` too).
//! globset matches byte by byte: `?` and classes are for ASCII, as all names are.

use globset::{Error, ErrorKind, Glob, GlobBuilder};

use super::braces::Braces;

/// The longest pattern, in bytes. The time all checks of one take grows with its square.
pub(super) const LONGEST: usize = 200;

/// How deep braces may be nested.
const DEEPEST: usize = 4;

/// What `*` and `?` match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// Anything but `/`: parts of a name.
    WithinNames,
    /// Anything: contexts are ARNs and servers are URLs.
    AcrossSlashes,
}

/// Why a text is no glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoGlob {
    pub(super) message: String,
    pub(super) label: String,
}

pub(super) fn compile(text: &str, wildcards: Wildcards) -> Result<Glob, NoGlob> {
    if text.len() > LONGEST {
        return Err(no_glob(
            format!("a pattern of {} bytes", text.len()),
            format!("the longest has {LONGEST}: make it several entries"),
        ));
    }
    if text.contains('\\') {
        return Err(no_glob(
            "a backslash has no meaning in a pattern",
            "a sign that is meant itself goes in brackets: [*]",
        ));
    }
    let mut builder = GlobBuilder::new(text);
    builder.literal_separator(wildcards == Wildcards::WithinNames).backslash_escape(false).empty_alternates(true);
    let glob = builder.build().map_err(|error| explain(&error))?;
    if Braces::of(text).depth > DEEPEST {
        return Err(no_glob("braces nested too deep", "make it several entries"));
    }
    Ok(glob)
}

fn explain(error: &Error) -> NoGlob {
    match error.kind() {
        ErrorKind::UnclosedClass => no_glob("`[` is never closed in this pattern", "close it with `]`"),
        ErrorKind::UnclosedAlternates => no_glob("`{` is never closed in this pattern", "close it with `}`"),
        ErrorKind::UnopenedAlternates => no_glob("`}` closes nothing in this pattern", "open it with `{`"),
        ErrorKind::InvalidRange(from, to) => {
            no_glob(format!("`{from}-{to}` is an empty range"), format!("write `{to}-{from}`"))
        }
        other => no_glob(format!("no glob: {other}"), ""),
    }
}

fn no_glob(message: impl Into<String>, label: impl Into<String>) -> NoGlob {
    NoGlob { message: message.into(), label: label.into() }
}
