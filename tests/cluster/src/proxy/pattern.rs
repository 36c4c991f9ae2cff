//! Patterns over the first line of a request.
//!
//! Must not know more of HTTP than that.

/// Whether `*` in `pattern` can stand for something so that it is `text`.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((beginning, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(beginning) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return text.ends_with(piece);
        }
        let Some((_, behind)) = text.split_once(piece) else { return false };
        text = behind;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_any_text_and_everything_else_is_itself() {
        for (pattern, text, expected) in [
            ("GET /version", "GET /version", true),
            ("GET /version", "GET /version?timeout=32s", false),
            ("* /version*", "GET /version?timeout=32s", true),
            ("DELETE /api/v1/namespaces/*/configmaps/*", "DELETE /api/v1/namespaces/a/configmaps/b", true),
            ("DELETE /api/v1/namespaces/*/configmaps/*", "DELETE /api/v1/namespaces/a/secrets/b", false),
            ("*a*a", "a", false),
            ("*a*a", "aa", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
