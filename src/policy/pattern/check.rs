//! Whether a pattern over names does what its author can have meant.

use globset::Glob;

use super::automaton::CanMatch;
use super::braces::Braces;
use super::glob::{self, Wildcards};
use super::name::{can_match, is_possible};
use super::names::Names;
use super::{Written, looks};
use crate::policy::decode::Reader;
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

/// The glob, or all that is wrong with it.
pub(super) fn check(written: &Written<'_>, names: Names, reader: &mut Reader<'_>) -> Result<Glob, ErrorReported> {
    let text = written.text();
    let fault = |message: String| Diagnostic::at(written.span(), message);
    if text.is_empty() {
        return reader
            .refuse(fault("an empty pattern".to_owned()).label("it would match nothing: write a name or a glob"));
    }
    let glob = match glob::compile(text, Wildcards::WithinNames) {
        Ok(glob) => glob,
        Err(no_glob) => {
            let looks = looks::foreign_language(text, names).or_else(|| looks::regular_expression(text, names));
            return reader.refuse(fault(no_glob.message).label(looks.unwrap_or(no_glob.label)));
        }
    };
    if let Some(fault) = misread(written, names) {
        return reader.refuse(fault);
    }
    match can_match(&glob, names) {
        CanMatch::Yes => every_alternative(written, names, reader).map(|()| glob),
        CanMatch::OnlyTooLong(length) => {
            let fault = fault(format!("this pattern matches only names of {length} characters and more"));
            reader.refuse(fault.label(names.rule()))
        }
        CanMatch::No => {
            let fault = fault(format!("this pattern can match no {}", names.noun()));
            reader.refuse(fault.label(looks::hint(text, names)))
        }
    }
}

/// Globs that are right, and that nobody means.
fn misread(written: &Written<'_>, names: Names) -> Option<Diagnostic> {
    let text = written.text();
    if let Some(range) = Braces::of(text).repetition() {
        let message = format!("{} is no repetition in a glob", quoted(&text[range.clone()]));
        let fault = Diagnostic::at(written.sub(range).span(), message);
        return Some(fault.label("it stands for the text inside; repeat the `?` or the class before it instead"));
    }
    if names == Names::Charts
        && let Some(version) = version(text)
    {
        let fault = Diagnostic::at(written.span(), "this pattern names a chart with its version");
        return Some(fault.label(format!("charts go by their name alone: {}", quoted(&text[..version]))));
    }
    // A release may have a dot in its name, and almost none has.
    let dot = text.find(".*").filter(|_| matches!(names, Names::Releases | Names::Charts))?;
    let (any, dotted) = (quoted(&text.replace(".*", "*")), quoted(&text.replace(".*", "[.]*")));
    let fault = Diagnostic::at(written.sub(dot..dot + 2).span(), "`.*` can be read in two ways");
    Some(fault.label(format!("for any text write {any}; for a dot and any text, {dotted}")))
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
fn every_alternative(written: &Written<'_>, names: Names, reader: &mut Reader<'_>) -> Result<(), ErrorReported> {
    let mut checked = Ok(());
    for alternative in Braces::of(written.text()).alternatives() {
        if !is_possible(&alternative.alone, names) {
            let text = &written.text()[alternative.range.clone()];
            let message = format!("with {} this pattern can match no {}", quoted(text), names.noun());
            // The cause is most often in the alternative itself.
            let about = if text.is_empty() || is_possible(text, names) { alternative.alone.as_str() } else { text };
            let fault = Diagnostic::at(written.sub(alternative.range).span(), message);
            checked = reader.refuse(fault.label(looks::hint(about, names)));
        }
    }
    checked
}
