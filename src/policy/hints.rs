//! What the author of a pattern that cannot match probably meant.

use super::pattern_proof::{PatternKind, is_possible};
use crate::sanitize::quoted;

/// A hint for a pattern that can match no name of this kind.
pub(super) fn hint(text: &str, names: PatternKind) -> String {
    let hints =
        [surrounded, negated, foreign_language, regular_expression, exact_only, capitals, slash, not_ascii, list, ends];
    hints.iter().find_map(|hint| hint(text, names)).unwrap_or_else(|| names.rule())
}

/// Signs of a regular expression that a glob does not have.
pub(super) fn regular_expression(text: &str, names: PatternKind) -> Option<String> {
    let signs = ["^", "$", ".*", ".+", "\\", "+", "(", "|"];
    if !signs.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    let looks = "looks like a regular expression; patterns are globs";
    let glob = translated(text).filter(|glob| is_possible(glob, names));
    Some(glob.map_or(looks.to_owned(), |glob| format!("{looks}: {}", quoted(&glob))))
}

/// `${USER}` and `{{ .Values.x }}` stand for something elsewhere.
pub(super) fn foreign_language(text: &str, _: PatternKind) -> Option<String> {
    let variable = text.split('$').skip(1).any(|rest| rest.starts_with(|c: char| c == '{' || c.is_ascii_uppercase()));
    if variable {
        return Some("environment variables are not expanded in a policy".to_owned());
    }
    text.contains("{{").then(|| "templates are not rendered in a policy".to_owned())
}

/// Spaces around a text belong to it if it is quoted.
pub(super) fn surrounded(text: &str, _: PatternKind) -> Option<String> {
    (text.trim() != text).then(|| format!("there are spaces around it: write {}", quoted(text.trim())))
}

/// globset takes a leading `!` literally.
pub(super) fn negated(text: &str, names: PatternKind) -> Option<String> {
    let instead = match names {
        PatternKind::Context | PatternKind::Server => "`!` does not negate; list the clusters this policy may run on",
        _ => "`!` does not negate; list what must be kept under `keep`",
    };
    text.starts_with('!').then(|| instead.to_owned())
}

fn exact_only(text: &str, names: PatternKind) -> Option<String> {
    (names == PatternKind::ScopedNamespace && is_possible(text, PatternKind::Namespace))
        .then(|| "system namespaces are matched by their exact names only: add an entry for each".to_owned())
}

fn capitals(text: &str, names: PatternKind) -> Option<String> {
    let lower = text.to_lowercase();
    (lower != text && is_possible(&lower, names)).then(|| format!("names are lower-case: {}", quoted(&lower)))
}

fn slash(text: &str, names: PatternKind) -> Option<String> {
    let (_, last) = text.rsplit_once('/')?;
    Some(match names {
        PatternKind::Chart => format!("charts are matched by name, without the repository: {}", quoted(last)),
        PatternKind::ScopedNamespace => "a namespace has no `/`; write `namespace/release` under `keep`".to_owned(),
        _ => "names have no `/`; here namespaces and releases are separate keys".to_owned(),
    })
}

fn not_ascii(text: &str, _: PatternKind) -> Option<String> {
    let character = text.chars().find(|character| !character.is_ascii())?;
    let code = crate::sanitize::code_point(character);
    Some(format!("{} is {code}: names are plain ASCII", quoted(&character.to_string())))
}

fn list(text: &str, _: PatternKind) -> Option<String> {
    text.contains([',', ' ', ';']).then(|| "an entry is one pattern: write several entries".to_owned())
}

fn ends(text: &str, names: PatternKind) -> Option<String> {
    if text.contains('_') && is_possible(&text.replace('_', "-"), names) {
        return Some(format!("names have no `_`: {}", quoted(&text.replace('_', "-"))));
    }
    let is_dashed = text.starts_with(['-', '.']) || text.ends_with(['-', '.']);
    (is_dashed && names != PatternKind::Chart).then(|| "names start and end with a letter or digit".to_owned())
}

/// The same as a glob, if a glob can express the regular expression.
fn translated(text: &str) -> Option<String> {
    let text = text.strip_prefix('^').unwrap_or(text);
    let text = text.strip_suffix('$').unwrap_or(text);
    let mut glob = String::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let next = rest.peek().copied();
        match (character, next) {
            ('.', Some('*')) => glob.push('*'),
            ('.', Some('+')) => glob.push_str("?*"),
            ('.', _) => glob.push('?'),
            ('\\', Some('d')) => glob.push_str("[0-9]"),
            ('\\', Some(next @ ('.' | '-'))) => glob.push(next),
            ('(', _) => glob.push('{'),
            (')', _) => glob.push('}'),
            ('|', _) => glob.push(','),
            ('a'..='z' | '0'..='9' | '-', _) => glob.push(character),
            _ => return None,
        }
        if matches!((character, next), ('.', Some('*' | '+')) | ('\\', _)) {
            rest.next();
        }
        // Only a repetition of `.` has an equivalent glob.
        if rest.peek().is_some_and(|next| matches!(next, '*' | '+' | '?' | '{')) {
            return None;
        }
    }
    Some(glob)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_are_translated_where_a_glob_says_the_same() {
        for (expression, glob) in [
            ("^dev-.*$", "dev-*"),
            ("dev-.+", "dev-?*"),
            ("^(dev|pr)-.*$", "{dev,pr}-*"),
            ("pr-\\d", "pr-[0-9]"),
            ("dev.a", "dev?a"),
        ] {
            assert_eq!(translated(expression).as_deref(), Some(glob), "{expression}");
        }
        for expression in ["pr-\\d+", "pr-[0-9]+", "a*", "(dev|pr)?-x", "a{2}"] {
            assert_eq!(translated(expression), None, "{expression}");
        }
    }
}
