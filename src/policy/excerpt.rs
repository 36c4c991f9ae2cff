//! Faults as people read them: the message, the place, the line with the fault underlined.
//!
//! Decides nothing about a policy, and writes nowhere: the text is handed back.
//! No hidden character of a file passes through here unchanged (annotate-snippets lets some of them
//! through in sources, and all of them in labels).

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::fault::{Diagnostic, PolicyErrors};
use super::source::{Source, Span};
use crate::sanitize;

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExcerptStyle {
    /// Text alone.
    Plain,
    /// With the escape sequences of a terminal.
    Coloured,
}

/// More faults of one file are counted, not shown.
const MOST_SHOWN: usize = 50;

/// Lines of a file are cut around what is underlined to fit into this.
const WIDTH: usize = 120;

/// Longer stretches are underlined in part.
const LONGEST_UNDERLINE: usize = 60;

/// Lines between two underlined ones are shown up to this many, else left out.
const CLOSE: usize = 4;

pub(super) fn render(faults: &PolicyErrors, paint: ExcerptStyle) -> String {
    let renderer = renderer(paint);
    let shown = faults.as_slice().iter().take(MOST_SHOWN).map(|fault| renderer.render(&[group(faults, fault)]));
    let mut parts = shown.collect::<Vec<_>>();
    let count = faults.as_slice().len();
    if count > MOST_SHOWN {
        parts.push(format!("… and {} more", count - MOST_SHOWN));
    }
    let plural = if count == 1 { "fault" } else { "faults" };
    parts.push(format!("{count} {plural} in {}; nothing was started\n", sanitize::line(faults.file())));
    parts.join("\n\n")
}

fn renderer(paint: ExcerptStyle) -> Renderer {
    match paint {
        ExcerptStyle::Plain => Renderer::plain().term_width(WIDTH),
        ExcerptStyle::Coloured => Renderer::styled().term_width(WIDTH),
    }
}

fn group<'a>(faults: &PolicyErrors, fault: &Diagnostic) -> Group<'a> {
    let title = Level::ERROR.primary_title(sanitize::line(&fault.message));
    let file = sanitize::line(faults.file());
    let place: Element<'a> = match fault.span {
        Some(span) => snippet(faults.source(), span, fault).path(file).into(),
        None => Origin::path(file).into(),
    };
    let group = title.element(place);
    match &fault.hint {
        Some(hint) => group.element(Level::HELP.message(sanitize::sentence(hint))),
        None => group,
    }
}

fn snippet<'a>(source: &Source, span: Span, fault: &Diagnostic) -> Snippet<'a, Annotation<'a>> {
    let spans = std::iter::once(span).chain(fault.also.iter().map(|(span, _)| *span)).collect::<Vec<_>>();
    let window = Window::around(source, &spans);
    let primary = annotation(AnnotationKind::Primary, window.place(source, span), &fault.label);
    let others =
        fault.also.iter().map(|(span, label)| annotation(AnnotationKind::Context, window.place(source, *span), label));
    let annotations = std::iter::once(primary).chain(others).collect::<Vec<_>>();
    Snippet::source(window.text).line_start(window.first).annotations(annotations)
}

fn annotation<'a>(kind: AnnotationKind, span: Span, label: &str) -> Annotation<'a> {
    let label = (!label.is_empty()).then(|| sanitize::line(label));
    kind.span(span.start..span.end).label(label)
}

/// The lines of a file that one excerpt is made of, fit to be shown.
struct Window {
    /// The number of its first line.
    first: usize,
    text: String,
    /// Where each of its lines starts in `text`.
    starts: Vec<usize>,
}

impl Window {
    fn around(source: &Source, spans: &[Span]) -> Self {
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

    /// The same stretch in the window's own text; of several lines, the part in the first.
    fn place(&self, source: &Source, span: Span) -> Span {
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
mod tests {
    use super::*;

    fn faults(file: &str, text: &str, faults: Vec<Diagnostic>) -> PolicyErrors {
        PolicyErrors::new(Source::new(file, text.to_owned()), faults)
    }

    /// One fault with a hostile character in everything that is shown.
    fn hostile() -> PolicyErrors {
        let text = "a\u{1b}[31m\u{9b}1m\u{202e}: b\u{200b}\r\nc: d\n";
        let end = text.find('\n').expect("it has two lines");
        let fault = Diagnostic::at(Span::new(0, 3), "m\u{1b}[2J").label("l\u{9b}2J").hint("h\u{202e}\u{1b}c");
        faults(
            "f\u{1b}[2J.yaml",
            text,
            vec![fault.also(Span::new(end + 1, end + 2), "o\u{7}"), Diagnostic::of_file("w\0")],
        )
    }

    /// Without the colours that the renderer itself puts in.
    fn without_colours(screen: &str) -> String {
        let mut parts = screen.split("\u{1b}[");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
    }

    #[test]
    fn no_hidden_character_of_a_file_reaches_the_screen() {
        let plain = hostile().render(ExcerptStyle::Plain);
        assert!(plain.chars().all(|character| character == '\n' || !sanitize::is_hidden(character)), "{plain:?}");
        assert!(plain.contains("a␛[31m�1m�: b�"), "{plain}");
    }

    #[test]
    fn coloured_screens_say_the_same_as_plain_ones() {
        let (plain, coloured) = (hostile().render(ExcerptStyle::Plain), hostile().render(ExcerptStyle::Coloured));
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(without_colours(&coloured), plain);
    }

    #[test]
    fn a_fault_in_a_very_long_line_is_shown_with_what_is_around_it() {
        let text = format!("{}X{}", "é, ".repeat(20_000), "ü, ".repeat(20_000));
        let at = text.find('X').expect("it is in there");
        let screen = faults("policy.yaml", &text, vec![Diagnostic::at(Span::new(at, at + 1), "here").label("this")])
            .render(ExcerptStyle::Plain);
        assert!(screen.contains("policy.yaml:1:60001\n"), "{screen}");
        assert!(screen.contains("é, Xü, "), "{screen}");
        assert!(screen.lines().all(|line| line.chars().count() <= WIDTH + 10), "{screen}");
    }

    #[test]
    fn a_fault_at_the_end_of_a_file_without_a_last_line_break_has_a_place() {
        let screen =
            faults("policy.yaml", "a: b", vec![Diagnostic::at(Span::empty(4), "the end")]).render(ExcerptStyle::Plain);
        assert!(screen.contains("policy.yaml:1:5\n"), "{screen}");
    }

    #[test]
    fn far_lines_between_two_places_are_left_out() {
        let text = format!("first\n{}last\n", "between\n".repeat(1_000));
        let fault =
            Diagnostic::at(Span::new(text.len() - 5, text.len() - 1), "two places").also(Span::new(0, 5), "the other");
        let screen = faults("policy.yaml", &text, vec![fault]).render(ExcerptStyle::Plain);
        assert!(screen.lines().count() < 20, "{screen}");
        assert!(screen.contains("   1 | first") && screen.contains("1002 | last"), "{screen}");
    }
}
