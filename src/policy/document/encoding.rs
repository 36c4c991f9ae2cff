//! Bytes to text: size, byte-order marks and UTF-8.

use crate::policy::fault::{Diagnostic, PolicyErrors};
use crate::policy::source::{Source, Span};

/// The largest policy file, in bytes.
pub(crate) const LARGEST: usize = 1024 * 1024;

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a file, or why it has none.
pub(crate) fn decode(file: &str, bytes: &[u8]) -> Result<Source, PolicyErrors> {
    if bytes.len() > LARGEST {
        return Err(too_large(file));
    }
    if is_wide(bytes) {
        return Err(PolicyErrors::of_file(
            file,
            Diagnostic::of_file("the file is UTF-16, a policy is UTF-8").hint("save it as UTF-8"),
        ));
    }
    let bytes = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(file, text.to_owned())),
        Err(error) => Err(not_utf8(file, bytes, error.valid_up_to())),
    }
}

/// The refusal of a file that need not be read to its end.
pub(crate) fn too_large(file: &str) -> PolicyErrors {
    let fault = Diagnostic::of_file("the file is larger than 1 MiB")
        .hint("a policy is a short list of patterns: is this the right file?");
    PolicyErrors::of_file(file, fault)
}

/// With a mark, or with the NUL of a first ASCII character.
fn is_wide(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] | [1..=0x7f, 0, ..] | [0, 0, 0xfe, 0xff, ..]
    )
}

fn not_utf8(file: &str, bytes: &[u8], good: usize) -> PolicyErrors {
    let byte = bytes.get(good).copied().unwrap_or_default();
    // Everything up to the bad byte is the same in this text, so its place is too.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let span = Span::new(good, good + char::REPLACEMENT_CHARACTER.len_utf8());
    let fault = Diagnostic::at(span, "the file is not UTF-8")
        .label(format!("the byte {byte:#04x} begins no character"))
        .hint("save it as UTF-8");
    PolicyErrors::new(Source::new(file, text), vec![fault])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::ExcerptStyle;

    fn refusal(bytes: &[u8]) -> String {
        decode("policy.yaml", bytes).expect_err("it must be refused").render(ExcerptStyle::Plain)
    }

    #[test]
    fn the_mark_of_utf_8_is_dropped() {
        assert_eq!(
            decode("policy.yaml", b"\xef\xbb\xbfa: b").map(|source| source.text().to_owned()),
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
        assert!(screen.contains("the byte 0xe9 begins no character"), "{screen}");
    }

    #[test]
    fn a_file_of_two_mebibytes_is_refused() {
        assert!(refusal(&vec![b'#'; 2 * LARGEST]).contains("larger than 1 MiB"));
        assert!(decode("policy.yaml", &vec![b'#'; LARGEST]).is_ok());
    }
}
