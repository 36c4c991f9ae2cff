//! What a screen of errors shows, and what never reaches it.

use super::*;

fn faults(file: &str, text: &str, faults: Vec<Diagnostic>) -> PolicyErrors {
    PolicyErrors::new(SourceText::new(file, text.to_owned()), faults)
}

/// One error with a hostile character in everything that is shown.
fn hostile() -> PolicyErrors {
    let text = "a\u{1b}[31m\u{9b}1m\u{202e}: b\u{200b}\r\nc: d\n";
    let end = text.find('\n').expect("it has two lines");
    let fault = Diagnostic::at(Span::new(0, 3), "m\u{1b}[2J").label("l\u{9b}2J").hint("h\u{202e}\u{1b}c");
    faults("f\u{1b}[2J.yaml", text, vec![fault.also(Span::new(end + 1, end + 2), "o\u{7}"), Diagnostic::of_file("w\0")])
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
fn an_error_in_a_very_long_line_is_shown_with_what_is_around_it() {
    let text = format!("{}X{}", "é, ".repeat(20_000), "ü, ".repeat(20_000));
    let at = text.find('X').expect("it is in there");
    let screen = faults("policy.yaml", &text, vec![Diagnostic::at(Span::new(at, at + 1), "here").label("this")])
        .render(ExcerptStyle::Plain);
    assert!(screen.contains("policy.yaml:1:60001\n"), "{screen}");
    assert!(screen.contains("é, Xü, "), "{screen}");
    assert!(screen.lines().all(|line| line.chars().count() <= WIDTH + 10), "{screen}");
}

#[test]
fn an_error_at_the_end_of_a_file_without_a_last_line_break_has_a_place() {
    let screen =
        faults("policy.yaml", "a: b", vec![Diagnostic::at(Span::new(4, 4), "the end")]).render(ExcerptStyle::Plain);
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
