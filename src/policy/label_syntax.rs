//! kubectl's syntax of selectors: `tier=shared,env!=prod,team in (a,b),!frozen`.

use super::decode::{Decoded, Field};
use super::label_selector::{
    LabelOperator, LabelRequirement, LabelSelector, LabelledObject, read_label_key, read_label_value,
};
use super::pattern::PatternText;

const FORMS: &str = "write `KEY=VALUE`, `KEY!=VALUE`, `KEY in (A,B)`, `KEY notin (A,B)`, `KEY` or `!KEY`";

/// Reads a selector over labels of releases.
pub(super) fn read_selector(field: &Field<'_>) -> Decoded<LabelSelector> {
    let whole = PatternText::of(field)?;
    if whole.as_str().trim().is_empty() {
        return field.refuse("this selector has no label to match", "write for example `tier=shared`");
    }
    // All are read, so that all errors are found.
    let conditions = conditions(&whole)?.iter().map(|text| read_condition(text)).collect::<Vec<_>>();
    Ok(LabelSelector { requirements: conditions.into_iter().collect::<Decoded<_>>()? })
}

/// The conditions: a comma between them stands outside of parentheses.
fn conditions<'d>(whole: &PatternText<'d>) -> Decoded<Vec<PatternText<'d>>> {
    let text = whole.as_str();
    let (mut start, mut open, mut parts) = (0, None, Vec::new());
    for (at, character) in text.char_indices() {
        match (character, open) {
            ('(', None) => open = Some(at),
            ('(', Some(_)) => return whole.part(at..at + 1).refuse("`(` stands inside of parentheses", FORMS),
            (')', Some(_)) => open = None,
            (')', None) => return whole.part(at..at + 1).refuse("`)` has no `(` before it", FORMS),
            (',', None) => {
                parts.push(whole.part(start..at).trimmed());
                start = at + 1;
            }
            _ => {}
        }
    }
    if let Some(at) = open {
        return whole.part(at..text.len()).refuse("`)` is missing after `(`", FORMS);
    }
    parts.push(whole.part(start..text.len()).trimmed());
    Ok(parts)
}

fn read_condition(condition: &PatternText<'_>) -> Decoded<LabelRequirement> {
    let text = condition.as_str();
    if text.is_empty() {
        return condition.refuse("a condition is missing before or after a comma", FORMS);
    }
    let part = |start: usize, end: usize| condition.part(start..end).trimmed();
    let requirement = |key: PatternText<'_>, operator, values| {
        let key = read_label_key(key.as_str(), key.span(), key.decoder(), LabelledObject::Release);
        Ok(LabelRequirement { key: key?, operator, values })
    };
    if text.starts_with('!') && !text.starts_with("!=") {
        return requirement(part(1, text.len()), LabelOperator::DoesNotExist, Vec::new());
    }
    let is_end_of_key = |character: char| character.is_whitespace() || "=!<>(".contains(character);
    let end = text.find(is_end_of_key).unwrap_or(text.len());
    let (key, rest) = (part(0, end), part(end, text.len()));
    let from = |length: usize| part(text.len() - rest.as_str().len() + length, text.len());
    let one = |length| Ok(vec![read_value(&from(length))?]);
    let (operator, values) = match rest.as_str() {
        "" => (LabelOperator::Exists, Ok(Vec::new())),
        rest if rest.starts_with("==") => (LabelOperator::In, one(2)),
        rest if rest.starts_with('=') => (LabelOperator::In, one(1)),
        rest if rest.starts_with("!=") => (LabelOperator::NotIn, one(2)),
        rest if rest.starts_with(['<', '>']) => {
            return condition.refuse("`<` and `>` are not valid here", "labels are compared as text, not as numbers");
        }
        rest if has_word("notin", rest) => (LabelOperator::NotIn, read_values(&from(5))),
        rest if has_word("in", rest) => (LabelOperator::In, read_values(&from(2))),
        _ => return condition.refuse("this is not a valid condition on a label", FORMS),
    };
    let (requirement, values) = (requirement(key, operator, Vec::new()), values?);
    Ok(LabelRequirement { values, ..requirement? })
}

fn has_word(word: &str, text: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// Reads `(a,b)`.
fn read_values(list: &PatternText<'_>) -> Decoded<Vec<String>> {
    let text = list.as_str();
    let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return list.refuse("something stands after `)`", FORMS);
    };
    if inside.trim().is_empty() {
        return list.refuse("a list of values is empty", "write for example `(a,b)`");
    }
    let mut start = 1;
    let values = inside.split(',').map(|value| {
        let at = start;
        start += value.len() + 1;
        read_value(&list.part(at..at + value.len()).trimmed())
    });
    values.collect::<Vec<_>>().into_iter().collect()
}

fn read_value(text: &PatternText<'_>) -> Decoded<String> {
    read_label_value(text.as_str(), text.span(), text.decoder())
}

#[cfg(test)]
mod tests {
    use crate::policy::LabelSelector;

    fn read(text: &str) -> Result<String, String> {
        let selector = LabelSelector::from_flag("-l", text);
        selector.map(|selector| selector.to_string()).map_err(|errors| errors.to_string())
    }

    #[test]
    fn what_kubectl_understands_is_understood_in_the_same_way() {
        for (text, expected) in [
            ("tier=shared", "tier=shared"),
            ("tier==shared", "tier=shared"),
            (" tier = shared , env != prod ", "tier=shared,env!=prod"),
            ("env in (dev, test),env notin (prod,)", "env in (dev,test),env notin (prod,)"),
            ("env in(dev)", "env=dev"),
            ("env notin ( prod )", "env!=prod"),
            ("tier", "tier"),
            ("!frozen,! old", "!frozen,!old"),
            ("tier=", "tier="),
            ("tier!=", "tier!="),
            ("tier=,env=dev", "tier=,env=dev"),
            ("in in (in),notin", "in=in,notin"),
            ("example.com/team=a_b.c-1", "example.com/team=a_b.c-1"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
            assert_eq!(read(expected).as_deref(), Ok(expected), "what is printed can be typed");
        }
    }

    #[test]
    fn what_is_not_a_valid_selector_is_an_error_at_its_place() {
        for (text, place, message) in [
            ("", "1:1", "this selector has no label to match"),
            (" ", "1:1", "this selector has no label to match"),
            ("tier=shared,", "1:1", "a condition is missing before or after a comma"),
            ("tier shared", "1:1", "this is not a valid condition on a label"),
            ("tier=a,env dev", "1:8", "this is not a valid condition on a label"),
            ("tier=a,replicas>3", "1:8", "`<` and `>` are not valid here"),
            ("=shared", "1:1", "`` is not a valid label key"),
            ("!=shared", "1:1", "`` is not a valid label key"),
            ("tier=dev-*", "1:6", "`dev-*` is not a valid label value"),
            ("tier=a=b", "1:6", "`a=b` is not a valid label value"),
            ("-tier=a", "1:1", "`-tier` is not a valid label key"),
            ("env in dev", "1:1", "this is not a valid condition on a label"),
            ("env in ()", "1:8", "a list of values is empty"),
            ("env in (a", "1:8", "`)` is missing after `(`"),
            ("env in a)", "1:9", "`)` has no `(` before it"),
            ("env in ((a))", "1:9", "`(` stands inside of parentheses"),
            ("env in (a) b", "1:8", "something stands after `)`"),
            ("env in (a, b c)", "1:12", "`b c` is not a valid label value"),
            ("tier=a,status=failed", "1:8", "a selector cannot ask for `status`, a label that Helm itself writes"),
        ] {
            let error = read(text).expect_err(text);
            let expected = format!("error: {message}\n --> -l:{place}\n");
            assert!(error.starts_with(&expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn all_errors_are_found_at_once() {
        let error = read("a b,c>1,name=x,tier=x y").expect_err("nothing of it is valid");
        assert_eq!(error.matches("error: ").count(), 4, "{error}");
    }
}
