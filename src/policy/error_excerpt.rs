//! Errors as people read them: the message, the location, the line with the error underlined.
//!
//! No hidden character of a file passes through here unchanged: annotate-snippets lets some of them
//! through in sources, and all of them in labels.

use std::fmt;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::diagnostic::{Diagnostic, PolicyErrors, SourceText, Span};
use crate::sanitize;

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExcerptStyle {
    Plain,
    /// With the escape sequences of a terminal.
    Coloured,
}

/// More errors of one file are counted, not shown.
const MOST_SHOWN: usize = 50;

/// In characters: lines of a file are cut around what is underlined to fit into this.
const WIDTH: usize = 120;

/// In characters: longer stretches are underlined in part.
const LONGEST_UNDERLINE: usize = 60;

/// Lines between two underlined ones are shown up to this many, else left out.
const CLOSE: usize = 4;

impl PolicyErrors {
    /// All errors as people read them, with excerpts, and a last line that counts them.
    pub(crate) fn render(&self, style: ExcerptStyle) -> String {
        let renderer = match style {
            ExcerptStyle::Plain => Renderer::plain().term_width(WIDTH),
            ExcerptStyle::Coloured => Renderer::styled().term_width(WIDTH),
        };
        let shown = self.errors.iter().take(MOST_SHOWN).map(|error| renderer.render(&[group(self, error)]));
        let mut parts = shown.collect::<Vec<_>>();
        let count = self.errors.len();
        if count > MOST_SHOWN {
            parts.push(format!("… and {} more", count - MOST_SHOWN));
        }
        let plural = if count == 1 { "error" } else { "errors" };
        parts.push(format!("{count} {plural} in {}\n", sanitize::line(&self.source.file)));
        parts.join("\n\n")
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(ExcerptStyle::Plain))
    }
}

fn group<'a>(errors: &PolicyErrors, error: &Diagnostic) -> Group<'a> {
    let title = Level::ERROR.primary_title(sanitize::line(&error.message));
    let file = sanitize::line(&errors.source.file);
    let excerpt: Element<'a> = match error.span {
        Some(span) => snippet(&errors.source, span, error).path(file).into(),
        None => Origin::path(file).into(),
    };
    let group = title.element(excerpt);
    match &error.hint {
        Some(hint) => group.element(Level::HELP.message(sanitize::sentence(hint))),
        None => group,
    }
}

fn snippet<'a>(source: &SourceText, span: Span, error: &Diagnostic) -> Snippet<'a, Annotation<'a>> {
    let spans = std::iter::once(span).chain(error.also.iter().map(|(span, _)| *span)).collect::<Vec<_>>();
    let excerpt = Excerpt::around(source, &spans);
    let annotation = |kind: AnnotationKind, span: Span, label: &str| {
        let span = excerpt.place(source, span);
        kind.span(span.start..span.end).label((!label.is_empty()).then(|| sanitize::line(label)))
    };
    let others = error.also.iter().map(|(span, label)| annotation(AnnotationKind::Context, *span, label));
    let primary = annotation(AnnotationKind::Primary, span, &error.label);
    let annotations = std::iter::once(primary).chain(others).collect::<Vec<_>>();
    Snippet::source(excerpt.text).line_start(excerpt.first).annotations(annotations)
}

/// The lines of a file that are shown with one error, sanitized.
struct Excerpt {
    /// The number of its first line.
    first: usize,
    text: String,
    /// Where each of its lines starts in `text`.
    starts: Vec<usize>,
}

impl Excerpt {
    fn around(source: &SourceText, spans: &[Span]) -> Self {
        let mut shown = spans.iter().map(|span| source.line_number(span.start)).collect::<Vec<_>>();
        shown.sort_unstable();
        let (first, last) = (shown.first().copied().unwrap_or(1), shown.last().copied().unwrap_or(1));
        let (mut text, mut starts) = (String::new(), Vec::new());
        for number in first..=last {
            starts.push(text.len());
            // Lines that are folded away need not be read: there may be a million of them.
            if shown.iter().any(|line| line.abs_diff(number) < CLOSE) {
                text.push_str(&sanitize::line(source.slice(source.line(number))));
            }
            text.push('\n');
        }
        Self { first, text, starts }
    }

    /// The same stretch in the excerpt's own text; of several lines, the part in the first.
    fn place(&self, source: &SourceText, span: Span) -> Span {
        let number = source.line_number(span.start);
        let line = source.line(number);
        let start = span.start.clamp(line.start, line.end);
        let end = span.end.clamp(start, line.end);
        let underlined = source.slice(Span::new(start, end));
        let end = underlined.char_indices().nth(LONGEST_UNDERLINE).map_or(end, |(length, _)| start + length);
        let offset = self.starts.get(number - self.first).copied().unwrap_or_default();
        let shown = |from: usize, to: usize| sanitize::line(source.slice(Span::new(from, to))).len();
        let start_shown = offset + shown(line.start, start);
        Span::new(start_shown, start_shown + shown(start, end))
    }
}

#[cfg(test)]
#[path = "error_excerpt_test.rs"]
mod tests;
