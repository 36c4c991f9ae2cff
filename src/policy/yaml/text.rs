//! Bytes to text: size, byte-order marks, UTF-8, and characters that do not show.

use crate::policy::diagnostic::{Diagnostic, Diagnostics, ErrorReported, PolicyErrors, SourceText, Span};
use crate::sanitize;

/// The largest file, in bytes.
pub(crate) const LARGEST_FILE: usize = 1024 * 1024;

/// A file with more hidden characters than this is not text, so it is not read any further.
pub(super) const MOST_HIDDEN: usize = 20;

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a file, or why it has none.
pub(crate) fn source_text(file: &str, bytes: &[u8]) -> Result<SourceText, PolicyErrors> {
    if bytes.len() > LARGEST_FILE {
        let error = Diagnostic::of_file("the file is larger than 1 MiB");
        let hint = "a policy is a short list of patterns: is this the right file?";
        return Err(PolicyErrors::of_file(file, error.hint(hint)));
    }
    if is_wide(bytes) {
        let error = Diagnostic::of_file("the file is UTF-16, a policy is UTF-8").hint("save it as UTF-8");
        return Err(PolicyErrors::of_file(file, error));
    }
    let bytes = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(SourceText::new(file, text.to_owned())),
        Err(error) => Err(not_utf8(file, bytes, error.valid_up_to())),
    }
}

/// With a mark, or with the NUL of a first ASCII character.
fn is_wide(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] | [1..=0x7f, 0, ..] | [0, 0, 0xfe, 0xff, ..]
    )
}

fn not_utf8(file: &str, bytes: &[u8], valid: usize) -> PolicyErrors {
    let byte = bytes.get(valid).copied().unwrap_or_default();
    // Everything up to the bad byte is the same in this text, so its location is too.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let span = Span::new(valid, valid + char::REPLACEMENT_CHARACTER.len_utf8());
    let error = Diagnostic::at(span, "the file is not UTF-8")
        .label(format!("the byte {byte:#04x} begins no character"))
        .hint("save it as UTF-8");
    PolicyErrors::new(SourceText::new(file, text), vec![error])
}

/// Reports every run of hidden characters anywhere in the file, because a comment can turn the text after it around.
///
/// The builder of scalars looks for those that double-quoted escapes make.
pub(super) fn report_hidden_characters(source: &SourceText, diagnostics: &mut Diagnostics) -> Option<ErrorReported> {
    let text = source.text();
    let is_error = |at: usize, character: char| match character {
        '\r' => !text[at + 1..].starts_with('\n'),
        _ => is_hidden(character),
    };
    let hidden = text.char_indices().filter(|(at, character)| is_error(*at, *character));
    let mut end_of_last = None;
    let starts_of_runs = hidden.filter(|(at, character)| {
        let continues = end_of_last == Some(*at);
        end_of_last = Some(at + character.len_utf8());
        !continues
    });
    let spans = starts_of_runs.map(|(at, character)| (Span::new(at, at + character.len_utf8()), character));
    spans.take(MOST_HIDDEN).map(|(span, character)| diagnostics.report(hidden_character(span, character))).last()
}

/// Line feeds and tabs are left to the reader of the text: a reason may hold them.
pub(super) fn is_hidden(character: char) -> bool {
    sanitize::is_hidden(character) && !matches!(character, '\n' | '\t')
}

/// The error that one hidden character is.
pub(super) fn hidden_character(span: Span, character: char) -> Diagnostic {
    let code = sanitize::code_point(character);
    let what = match character {
        '\0' => "a NUL character".to_owned(),
        '\r' => "a carriage return without a line feed".to_owned(),
        _ if character.is_control() => format!("a control character ({code})"),
        _ if sanitize::is_direction(character) => format!("a character that turns the text around ({code})"),
        _ => format!("an invisible character ({code})"),
    };
    Diagnostic::at(span, what).label(if character == '\r' { "end lines with a line feed" } else { "remove it" })
}
