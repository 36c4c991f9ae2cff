//! Patterns over what a cluster is called: contexts and servers. `*` matches `/` and `:` as well.

use std::fmt;

use globset::GlobMatcher;

use super::automaton::{Automaton, Common, LeavesOut, common};
use super::glob::{self, Wildcards};
use super::names::Names;
use super::{Written, looks};
use crate::location::Location;
use crate::policy::decode::Reader;
use crate::policy::fault::{Diagnostic, ErrorReported};

/// A glob over contexts or over server URLs.
#[derive(Clone)]
pub struct ClusterPattern {
    text: String,
    place: Location,
    matcher: GlobMatcher,
    reach: Reach,
}

/// How much a pattern says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Some,
    /// It matches whatever there is, so it says nothing.
    All,
}

/// Which of the two a pattern is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClusterText {
    Context,
    Server,
}

impl ClusterText {
    fn names(self) -> Names {
        match self {
            ClusterText::Context => Names::Contexts,
            ClusterText::Server => Names::Servers,
        }
    }
}

impl ClusterPattern {
    /// Reads a pattern, or reports why it is none.
    pub(crate) fn read(
        written: &Written<'_>,
        over: ClusterText,
        reader: &mut Reader<'_>,
    ) -> Result<Self, ErrorReported> {
        let text = written.text();
        reader.spend(text.len().min(glob::LONGEST), written.span())?;
        let names = over.names();
        if let Some(fault) = fault(written, names) {
            return reader.refuse(fault);
        }
        let glob = match glob::compile(text, Wildcards::AcrossSlashes) {
            Ok(glob) => glob,
            Err(no_glob) => {
                let label = looks::foreign_language(text, names).unwrap_or(no_glob.label);
                return reader.refuse(Diagnostic::at(written.span(), no_glob.message).label(label));
            }
        };
        let reach = match Automaton::of(&[&glob]).map(|automaton| automaton.leaves_out(names)) {
            Some(LeavesOut::Something) => Reach::Some,
            Some(LeavesOut::Nothing | LeavesOut::Unclear) | None => Reach::All,
        };
        Ok(Self { text: text.to_owned(), place: reader.place(written.span()), matcher: glob.compile_matcher(), reach })
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it is written.
    pub fn place(&self) -> &Location {
        &self.place
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }

    /// Whether a context, or a server, can match both. Where that takes too long to tell, one can.
    pub(crate) fn meets(&self, other: &Self, over: ClusterText) -> bool {
        common(&[self.matcher.glob()], &[other.matcher.glob()], over.names()) != Common::Nothing
    }

    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }
}

impl fmt::Debug for ClusterPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.text, self.place)
    }
}

/// What can be no context and no server, though a glob may be anything.
fn fault(written: &Written<'_>, names: Names) -> Option<Diagnostic> {
    let text = written.text();
    let at = |message: String| Diagnostic::at(written.span(), message);
    if text.is_empty() {
        return Some(at("an empty pattern".to_owned()).label("it would match nothing: write a name or a glob"));
    }
    let looks = looks::surrounded(text, names)
        .or_else(|| looks::negated(text, names))
        .or_else(|| looks::foreign_language(text, names))
        .or_else(|| {
            (text.starts_with('^') || text.ends_with('$'))
                .then(|| "looks like a regular expression; patterns are globs: `dev-*`".to_owned())
        });
    if let Some(label) = looks {
        return Some(at(format!("this pattern can match no {}", names.noun())).label(label));
    }
    let class = text.contains('[') && !text.is_ascii();
    class
        .then(|| at("a class next to letters that are not ASCII".to_owned()).label("use `*` in the place of the class"))
}
