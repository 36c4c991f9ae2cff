//! `--reason`: words that others will read on their terminals. Pure.

use crate::command::CommandError;
use crate::sanitize;

/// So many characters are a reason; more are a story.
const LONGEST: usize = 500;

/// The reason as it is to be written.
pub(super) fn read(text: &str) -> Result<String, CommandError> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        return Err(CommandError::usage("--reason is empty", "leave it out, or say why"));
    }
    if length > LONGEST {
        return Err(CommandError::usage(format!("--reason has {length} characters"), format!("say it in {LONGEST}")));
    }
    if let Some(hidden) = text.chars().find(|character| sanitize::is_hidden(*character)) {
        let hidden = sanitize::code_point(hidden);
        return Err(CommandError::usage(
            format!("--reason has a character that nobody sees: {hidden}"),
            "write one line",
        ));
    }
    Ok(text.to_owned())
}

/// A name that somebody else gave, where it can be written beside a reason.
pub(super) fn plain_name(name: String) -> Option<String> {
    let plain = !name.chars().any(sanitize::is_hidden) && name.chars().count() <= LONGEST;
    plain.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_of_bounded_length() {
        assert_eq!(read(" customer démo ").ok().as_deref(), Some("customer démo"));
        assert!(read(&"ä".repeat(LONGEST)).is_ok() && read(&"ä".repeat(LONGEST + 1)).is_err());
        for text in ["", "  ", "two\nlines", "a\u{1b}[31m", "a\u{202e}b"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
