//! Patterns: globs over names, contexts and servers, refused if they cannot do what their author meant.
//!
//! A pattern of `keep` that matches nothing keeps nothing, and one of `namespaces` that matches
//! everything deletes everything. Both are answered exactly, with automata, before anything runs.
//! Must not know which key a pattern stands under, beyond the kind of its names.

use std::fmt;
use std::ops::Range;

use globset::{Glob, GlobMatcher};

use super::decode::{Decoded, Decoder, Field};
use super::diagnostic::{Diagnostic, Span};
use super::glob::{self, Braces, Wildcards};
use super::hints;
use super::pattern_proof::{self, PatternKind, SearchResult, is_possible};
use super::yaml::Scalar;
use crate::location::Location;
use crate::sanitize::quoted;

/// The text of a pattern, and where each part of it stands: all of a scalar, or a part of it.
#[derive(Debug, Clone)]
pub(crate) struct PatternText<'d> {
    decoder: &'d Decoder<'d>,
    scalar: &'d Scalar,
    range: Range<usize>,
}

impl<'d> PatternText<'d> {
    pub(crate) fn of(field: &Field<'d>) -> Decoded<Self> {
        field.text().map(|scalar| Self { decoder: field.decoder, scalar, range: 0..scalar.text.len() })
    }

    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        Self { range: self.range.start + range.start..self.range.start + range.end, ..self.clone() }
    }

    /// Without white space around it.
    pub(super) fn trimmed(&self) -> Self {
        let text = self.as_str();
        let start = text.len() - text.trim_start().len();
        self.part(start..start + text.trim().len())
    }

    pub(super) fn decoder(&self) -> &'d Decoder<'d> {
        self.decoder
    }

    pub(crate) fn as_str(&self) -> &'d str {
        self.scalar.text.get(self.range.clone()).unwrap_or_default()
    }

    pub(crate) fn span(&self) -> Span {
        self.scalar.part(self.range.clone())
    }

    pub(crate) fn refuse<T>(&self, message: impl Into<String>, label: impl Into<String>) -> Decoded<T> {
        self.decoder.refuse(Diagnostic::at(self.span(), message).label(label))
    }
}

/// A glob over names of one kind, which can match at least one legal name.
#[derive(Clone)]
pub struct NamePattern {
    text: String,
    pub(crate) place: Location,
    matcher: GlobMatcher,
}

impl NamePattern {
    /// Reads a pattern, or reports why it would not do what it seems to say.
    pub(crate) fn read(text: &PatternText<'_>, names: PatternKind) -> Decoded<Self> {
        let written = text.as_str();
        let glob = if matches!(names, PatternKind::Context | PatternKind::Server) {
            text.decoder.charge(written.len().min(glob::LONGEST), text.span())?;
            check_over_clusters(text, names)?
        } else {
            text.decoder.charge(effort(written), text.span())?;
            // The name of a system namespace, written out, means just that.
            let is_literal = !written.contains(['*', '?', '[', '{']);
            let is_name = is_literal && names == PatternKind::ScopedNamespace;
            check_over_names(text, if is_name { PatternKind::Namespace } else { names })?
        };
        let place = text.decoder.place(text.span());
        Ok(Self { text: written.to_owned(), place, matcher: glob.compile_matcher() })
    }

    /// Reads a pattern that is the whole value of a field.
    pub(crate) fn of_field(field: &Field<'_>, names: PatternKind) -> Decoded<Self> {
        Self::read(&PatternText::of(field)?, names)
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole name matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }

    /// Whether it matches every legal name, or that takes too long to tell.
    pub(crate) fn matches_everything(&self, names: PatternKind) -> bool {
        pattern_proof::match_everything(&[self.glob()], names)
    }

    /// Whether a name can match both, or that takes too long to tell.
    pub(super) fn intersects(&self, other: &Self, names: PatternKind) -> bool {
        pattern_proof::intersection(&[self.glob()], &[other.glob()], names) != SearchResult::Nothing
    }

    /// What it is compiled to, for other questions about it.
    pub(super) fn glob(&self) -> &Glob {
        self.matcher.glob()
    }
}

pub(super) fn globs<'p>(patterns: impl IntoIterator<Item = &'p NamePattern>) -> Vec<&'p Glob> {
    patterns.into_iter().map(NamePattern::glob).collect()
}

impl fmt::Debug for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.text, self.place)
    }
}

/// A pattern over releases that was not checked when it was written: from an annotation of any user.
#[derive(Debug, Clone)]
pub(crate) struct LenientGlob(Option<GlobMatcher>);

impl LenientGlob {
    /// A text that is not a glob, or could match no release, counts as a glob that matches every release.
    pub(crate) fn new(text: &str) -> Self {
        let glob = glob::compile(text, Wildcards::WithinNames).ok().filter(|_| is_possible(text, PatternKind::Release));
        Self(glob.map(|glob| glob.compile_matcher()))
    }

    /// Whether it matches, or may have been meant to.
    pub(crate) fn may_match(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|glob| glob.is_match(name))
    }
}

/// What the check of a pattern takes: the pattern is searched once, and once for each alternative.
fn effort(text: &str) -> usize {
    // A longer one is refused at once.
    if text.len() > glob::LONGEST { 0 } else { text.len() * (1 + text.matches(',').count()) }
}

/// The glob, or all that is wrong with a pattern over contexts or servers. A glob over them may be anything.
fn check_over_clusters(text: &PatternText<'_>, names: PatternKind) -> Decoded<Glob> {
    let written = text.as_str();
    if written.is_empty() {
        return text.refuse("an empty pattern", "it would match nothing: write a name or a glob");
    }
    let is_regex = written.starts_with('^') || written.ends_with('$');
    let hint = hints::surrounded(written, names)
        .or_else(|| hints::negated(written, names))
        .or_else(|| hints::foreign_language(written, names))
        .or_else(|| is_regex.then(|| "looks like a regular expression; patterns are globs: `dev-*`".to_owned()));
    if let Some(hint) = hint {
        return text.refuse(format!("this pattern can match no {}", names.noun()), hint);
    }
    if written.contains('[') && !written.is_ascii() {
        return text.refuse("a character class next to non-ASCII letters", "use `*` instead of the class");
    }
    glob::compile(written, Wildcards::AcrossSlashes).or_else(|(message, label)| text.refuse(message, label))
}

/// The glob, or all that is wrong with a pattern over namespaces, releases or charts.
fn check_over_names(text: &PatternText<'_>, names: PatternKind) -> Decoded<Glob> {
    let written = text.as_str();
    if written.is_empty() {
        return text.refuse("an empty pattern", "it would match nothing: write a name or a glob");
    }
    let glob = glob::compile(written, Wildcards::WithinNames).or_else(|(message, label)| {
        let hint = hints::foreign_language(written, names).or_else(|| hints::regular_expression(written, names));
        text.refuse(message, hint.unwrap_or(label))
    })?;
    refuse_misread(text, names)?;
    match pattern_proof::first_match(&glob, names) {
        SearchResult::Name(name) if name.len() <= names.longest() => check_alternatives(text, names).map(|()| glob),
        SearchResult::Name(name) => {
            let message = format!("this pattern matches only names of at least {} characters", name.len());
            text.refuse(message, names.rule())
        }
        SearchResult::Nothing | SearchResult::Unclear => {
            text.refuse(format!("this pattern can match no {}", names.noun()), hints::hint(written, names))
        }
    }
}

/// Refuses globs that are valid and mean something else than their author thinks.
fn refuse_misread(text: &PatternText<'_>, names: PatternKind) -> Decoded<()> {
    let written = text.as_str();
    if let Some(range) = Braces::read(written).repetition() {
        let message = format!("{} does not repeat anything in a glob", quoted(&written[range.clone()]));
        let label = "braces match the text inside; repeat the `?` or the class before them instead";
        return text.part(range).refuse(message, label);
    }
    if names == PatternKind::Chart
        && let Some(version) = version(written)
    {
        let label = format!("charts are matched by name, without the version: {}", quoted(&written[..version]));
        return text.refuse("this pattern names a chart with its version", label);
    }
    // A release may have a dot in its name, and almost none has.
    let Some(dot) = written.find(".*").filter(|_| matches!(names, PatternKind::Release | PatternKind::Chart)) else {
        return Ok(());
    };
    let (any, dotted) = (quoted(&written.replace(".*", "*")), quoted(&written.replace(".*", "[.]*")));
    let label = format!("for any text write {any}; for a dot and any text, {dotted}");
    text.part(dot..dot + 2).refuse("`.*` can be read in two ways", label)
}

/// Where the version starts in `redis-23.1.1` or `redis-23.*`.
fn version(text: &str) -> Option<usize> {
    text.match_indices('-').map(|(at, _)| at).find(|at| {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('v').unwrap_or(rest);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        *at > 0 && digits > 0 && rest[digits..].starts_with('.')
    })
}

/// An alternative that can match nothing keeps nothing, while the rest of the pattern hides it.
fn check_alternatives(text: &PatternText<'_>, names: PatternKind) -> Decoded<()> {
    let mut checked = Ok(());
    for (range, alone) in Braces::read(text.as_str()).alternatives() {
        if !is_possible(&alone, names) {
            let part = text.part(range);
            let message = format!("with {} this pattern can match no {}", quoted(part.as_str()), names.noun());
            // The cause is most often in the alternative itself.
            let is_cause = !part.as_str().is_empty() && !is_possible(part.as_str(), names);
            let about = if is_cause { part.as_str() } else { alone.as_str() };
            checked = part.refuse(message, hints::hint(about, names));
        }
    }
    checked
}
