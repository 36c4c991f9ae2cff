//! An error on a screen: what, then its causes, then hints.

use std::error::Error;

use super::paint::Styles;
use crate::sanitize;

/// An error with its causes and its hint, for people. Foreign text in it is made visible.
pub(super) fn render_error(error: &dyn Error, hint: Option<&str>, paint: Styles) -> String {
    let mut lines = vec![format!("{} {}", paint.bad("error:"), indented(&error.to_string(), 7))];
    let mut cause = error.source();
    let mut said = error.to_string();
    while let Some(error) = cause {
        let text = error.to_string();
        // Many errors repeat their cause.
        if !said.contains(&text) {
            lines.push(format!("  caused by: {}", indented(&text, 13)));
            said.push_str(&text);
        }
        cause = error.source();
    }
    lines.extend(hint.map(|hint| hint_line(hint, paint)));
    lines.join("\n")
}

/// A refusal: the fact, what it means, the way on.
pub(super) fn render_refusal(fact: &str, consequence: &str, hint: Option<&str>, paint: Styles) -> String {
    let mut lines = vec![format!("{} {}", paint.bad("refused:"), indented(fact, 9))];
    if !consequence.is_empty() {
        lines.push(format!("         {consequence}"));
    }
    lines.extend(hint.map(|hint| hint_line(hint, paint)));
    lines.join("\n")
}

fn hint_line(hint: &str, paint: Styles) -> String {
    format!("{} {}", paint.hint("hint:"), indented(hint, 6))
}

/// Later lines of a text stand under its first.
pub(super) fn indented(text: &str, columns: usize) -> String {
    let text = sanitize::sentence(text.trim_end());
    text.replace('\n', &format!("\n{}", " ".repeat(columns)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Colour;

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("it did not work")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_follow_the_error_and_hints_come_last() {
        let error = Outer(std::io::Error::other("no\u{1b}[31m\nluck"));
        let text = render_error(&error, Some("try again"), Styles::new(Colour::Off));
        assert_eq!(text, "error: it did not work\n  caused by: no␛[31m\n             luck\nhint: try again");
    }
}
