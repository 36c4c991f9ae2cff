//! Bytes that are not text, characters that do not show, and where a scalar stands.

use super::*;
use crate::policy::error_excerpt::ExcerptStyle;

#[test]
fn a_part_of_quoted_text_is_placed_between_the_quotes() {
    let scalar = Scalar::new("a/b".to_owned(), Quoting::Quoted, Span::new(10, 15), "\"a/b\"");
    assert_eq!(scalar.content(), Span::new(11, 14));
    assert_eq!(scalar.part(2..3), Span::new(13, 14));
}

#[test]
fn a_part_of_escaped_text_is_all_of_it() {
    let scalar = Scalar::new("a/b".to_owned(), Quoting::Quoted, Span::new(10, 18), "\"a\\x2fb\"");
    assert_eq!(scalar.part(2..3), Span::new(11, 17));
}

#[test]
fn empty_text_is_placed_at_its_quotes() {
    assert_eq!(Scalar::new(String::new(), Quoting::Quoted, Span::new(3, 5), "''").content(), Span::new(3, 5));
}

fn refusal(bytes: &[u8]) -> String {
    source_text("policy.yaml", bytes).expect_err("it must be refused").render(ExcerptStyle::Plain)
}

#[test]
fn the_mark_of_utf_8_is_dropped() {
    assert_eq!(
        source_text("policy.yaml", b"\xef\xbb\xbfa: b").map(|source| source.text.clone()),
        Ok("a: b".to_owned())
    );
}

#[test]
fn utf_16_and_utf_32_are_refused_by_name_with_and_without_a_mark() {
    for bytes in [&b"\xff\xfea\0"[..], b"\xfe\xff\0a", b"a\0:\0", b"\0a\0:", b"\0\0\xfe\xff", b"\xff\xfe\0\0"] {
        assert!(refusal(bytes).starts_with("error: the file is UTF-16"), "{bytes:?}");
    }
}

#[test]
fn the_first_byte_that_is_not_utf_8_is_shown() {
    let screen = refusal(b"a: b\n# caf\xe9\nc: d\n");
    assert!(screen.contains("policy.yaml:2:6\n"), "{screen}");
    assert!(screen.contains("the byte 0xe9 does not start a character"), "{screen}");
}

#[test]
fn a_file_of_two_mebibytes_is_refused() {
    assert!(refusal(&vec![b'#'; 2 * LARGEST_FILE]).contains("larger than 1 MiB"));
    assert!(source_text("policy.yaml", &vec![b'#'; LARGEST_FILE]).is_ok());
}

fn messages(text: &str) -> Vec<String> {
    let mut diagnostics = Diagnostics::default();
    report_hidden_characters(&SourceText::new("policy.yaml", text.to_owned()), &mut diagnostics);
    diagnostics.into_vec().into_iter().map(|fault| fault.message).collect()
}

#[test]
fn tabs_line_feeds_emoji_and_windows_line_ends_are_text() {
    assert_eq!(messages("a: b\r\n\tc: 👩\u{200d}🚀\n"), Vec::<String>::new());
}

#[test]
fn a_run_of_hidden_characters_is_one_error() {
    assert_eq!(
        messages("\0\0\0a\u{202e}"),
        ["a NUL character", "a character that reverses the direction of text (U+202E)"]
    );
    assert_eq!(messages("a\rb"), ["a carriage return without a line feed"]);
    assert_eq!(messages("\u{1b}[2J"), ["a control character (U+001B)"]);
    assert_eq!(messages("a\u{200b}b"), ["an invisible character (U+200B)"]);
}

#[test]
fn a_file_full_of_them_is_not_listed_in_full() {
    assert_eq!(messages(&"a\0".repeat(1000)).len(), MOST_HIDDEN);
}
