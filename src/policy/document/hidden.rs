//! Characters that do not show: anywhere in the file, for a comment can turn the text after it around.
//!
//! What double-quoted escapes make is not looked for here, but where scalars are built.

use crate::policy::fault::{Diagnostic, Diagnostics, ErrorReported};
use crate::policy::source::{Source, Span};
use crate::sanitize;

/// A file with more of them is no text, and is not looked at any further.
const MOST: usize = 20;

/// Reports every run of hidden characters in the file as it is stored.
pub(super) fn report(source: &Source, findings: &mut Diagnostics) -> Option<ErrorReported> {
    let text = source.text();
    let hidden = text.char_indices().filter(|(at, character)| is_forbidden(text, *at, *character));
    let mut end_of_last = None;
    let starts_of_runs = hidden.filter(|(at, character)| {
        let goes_on = end_of_last == Some(*at);
        end_of_last = Some(at + character.len_utf8());
        !goes_on
    });
    let faults =
        starts_of_runs.take(MOST).map(|(at, character)| fault(Span::new(at, at + character.len_utf8()), character));
    faults.map(|fault| findings.report(fault)).last()
}

fn is_forbidden(text: &str, at: usize, character: char) -> bool {
    match character {
        '\t' | '\n' => false,
        '\r' => !text[at + 1..].starts_with('\n'),
        _ => sanitize::is_hidden(character),
    }
}

/// The fault that one hidden character is.
pub(super) fn fault(span: Span, character: char) -> Diagnostic {
    let code = sanitize::code_point(character);
    let what = match character {
        '\0' => "a NUL character".to_owned(),
        '\r' => "a carriage return without a line feed".to_owned(),
        _ if character.is_control() => format!("a control character ({code})"),
        _ if sanitize::is_direction(character) => format!("a character that turns the text around ({code})"),
        _ => format!("an invisible character ({code})"),
    };
    let label = if character == '\r' { "end lines with a line feed" } else { "remove it" };
    Diagnostic::at(span, what).label(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let mut findings = Diagnostics::default();
        report(&Source::new("policy.yaml", text.to_owned()), &mut findings);
        findings.into_faults().into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn tabs_line_feeds_emoji_and_windows_line_ends_are_text() {
        assert_eq!(messages("a: b\r\n\tc: 👩\u{200d}🚀\n"), Vec::<String>::new());
    }

    #[test]
    fn a_run_of_hidden_characters_is_one_fault() {
        assert_eq!(messages("\0\0\0a\u{202e}"), ["a NUL character", "a character that turns the text around (U+202E)"]);
        assert_eq!(messages("a\rb"), ["a carriage return without a line feed"]);
        assert_eq!(messages("\u{1b}[2J"), ["a control character (U+001B)"]);
        assert_eq!(messages("a\u{200b}b"), ["an invisible character (U+200B)"]);
    }

    #[test]
    fn a_file_full_of_them_is_not_listed_in_full() {
        assert_eq!(messages(&"a\0".repeat(1000)).len(), MOST);
    }
}
