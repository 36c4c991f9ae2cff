//! Makes untrusted text safe to show: nothing in it moves a cursor, turns text around or hides.
//!
//! Only for text that no program reads again.

/// Longer quotes are cut.
const LONGEST_QUOTE: usize = 60;

/// A character that a terminal or an editor does not show as itself: a control character, one that turns the direction of
/// text around, or one without width.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control() || is_direction(character) || is_invisible(character)
}

/// Characters that make text look different from what is stored (<https://trojansource.codes>).
pub(crate) fn is_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Without joiners, because emoji and some scripts need them.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// One visible character in the place of a hidden one, so that columns stay what they are.
fn stand_in(character: char) -> char {
    match u32::from(character) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// A line of a file, with a visible character in the place of each hidden one. Tabs stay.
pub(crate) fn line(text: &str) -> String {
    visible(text, &['\t'])
}

/// The same for a text with line breaks, which stay.
pub(crate) fn sentence(text: &str) -> String {
    visible(text, &['\t', '\n'])
}

fn visible(text: &str, kept: &[char]) -> String {
    let is_shown = |character: &char| kept.contains(character) || !is_hidden(*character);
    text.chars().map(|character| if is_shown(&character) { character } else { stand_in(character) }).collect()
}

/// At most so many characters of a text, with `…` for the rest.
pub(crate) fn truncated(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text between backticks, in one line and not too long, with its hidden characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("`");
    for character in truncated(text, LONGEST_QUOTE).chars() {
        if is_hidden(character) { quoted.extend(character.escape_default()) } else { quoted.push(character) }
    }
    quoted.push('`');
    quoted
}

/// A character by its number, as Unicode writes it.
pub(crate) fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_turned_text_are_made_visible_without_moving_a_column() {
        let shown = line("a\u{1b}[31m\u{9b}1m\u{202e}b\u{200b}\tc\u{7f}");
        assert_eq!(shown, "a␛[31m�1m�b�\tc␡");
    }

    #[test]
    fn quoted_text_is_one_short_line() {
        assert_eq!(quoted("a\nb\u{1b}"), "`a\\nb\\u{1b}`");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), LONGEST_QUOTE + 3);
    }

    #[test]
    fn emoji_and_joined_scripts_are_shown_as_they_are() {
        assert_eq!(quoted("👩\u{200d}🚀 ok"), "`👩\u{200d}🚀 ok`");
    }
}
