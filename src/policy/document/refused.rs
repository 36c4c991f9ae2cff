//! Parts of YAML that make a file mean something else than it seems to: what to say about each.

use serde_yaml::granit_parser::Event;

use super::build::{DEEPEST, MOST_VALUES};
use crate::policy::fault::Diagnostic;
use crate::policy::source::Span;
use crate::sanitize::quoted;

/// The fault that a tag is, whether or not it was declared.
pub(super) fn tag(span: Span, written: &str) -> Diagnostic {
    let fault = Diagnostic::at(span, format!("{} is a YAML tag", quoted(written)));
    if written.starts_with("!!") || written.len() == 1 {
        return fault.label("tags are not read: remove it");
    }
    fault
        .label("without quotes `!` starts a tag: quote it if it belongs to the text")
        .hint("`!` does not negate a pattern either; name what must stay under `keep`")
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::at(span, format!("nested deeper than {DEEPEST} levels")).label("the rest was not read")
}

pub(super) fn too_many_values(span: Span) -> Diagnostic {
    Diagnostic::at(span, format!("the file holds more than {MOST_VALUES} values"))
        .label("the rest was not read")
        .hint("a policy is a short list of patterns: is this the right file?")
}

pub(super) fn second_document(span: Span) -> Diagnostic {
    Diagnostic::at(span, "a second document starts here")
        .label("a file holds one policy")
        .hint("give each policy a file of its own")
}

pub(super) fn joined_lines(span: Span, text: &str) -> Diagnostic {
    Diagnostic::at(span, "this text runs over several lines")
        .label(format!("YAML joins them to {}", quoted(text)))
        .hint("list items start with `- `, all in the same column; a text that is meant to be this long goes in quotes")
}

pub(super) fn anchor(written: &str, span: Span) -> Diagnostic {
    Diagnostic::at(span, format!("{} is a YAML anchor", quoted(written)))
        .label("anchors are not read: write the value out wherever it is needed")
}

/// An alias that stands for an anchor, or a pattern without quotes that looks like one.
pub(super) fn alias(written: &str, span: Span, event: &Event<'_>) -> Diagnostic {
    let fault = Diagnostic::at(span, format!("{} is a YAML alias", quoted(written)));
    if matches!(event, Event::Alias(_)) {
        return fault.label("aliases are not read: write the value out");
    }
    fault.label(format!("quote the pattern: {}", quoted(&format!("\"{written}\""))))
}
