//! Conditions on labels, of namespaces and of releases: in Kubernetes' own form, and in kubectl's syntax.

use std::collections::BTreeMap;
use std::fmt;

use super::decode::{Decoded, Decoder, Field};
use super::diagnostic::{Diagnostic, Span};
use crate::release::{HELM_LABELS, Known, is_dns_label};
use crate::sanitize::quoted;

/// Labels that a namespace or a release must have: all conditions have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSelector {
    /// From `matchLabels` and `matchExpressions`, or from the command line; never empty.
    pub(super) requirements: Vec<LabelRequirement>,
}

/// A condition on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LabelRequirement {
    pub(super) key: String,
    pub(super) operator: LabelOperator,
    /// For `In` and `NotIn`.
    pub(super) values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelOperator {
    In,
    /// The label is not there, or has none of the values.
    NotIn,
    Exists,
    DoesNotExist,
}

/// What has the labels of a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelledObject {
    Namespace,
    Release,
}

impl LabelSelector {
    pub(crate) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|LabelRequirement { key, operator, values }| match operator {
            LabelOperator::In => labels.get(key).is_some_and(|value| values.contains(value)),
            LabelOperator::NotIn => labels.get(key).is_none_or(|value| !values.contains(value)),
            LabelOperator::Exists => labels.contains_key(key),
            LabelOperator::DoesNotExist => !labels.contains_key(key),
        })
    }

    /// Whether it certainly matches: unknown labels do not.
    pub(crate) fn selects(&self, labels: Known<&BTreeMap<String, String>>) -> bool {
        labels.as_known().is_some_and(|labels| self.matches(labels))
    }

    /// Reads a selector over labels of namespaces.
    pub(super) fn of_namespaces(field: &Field<'_>) -> Decoded<Self> {
        Self::read(field, LabelledObject::Namespace)
    }

    /// Reads a selector over labels that `helm install --labels` sets.
    pub(super) fn of_releases(field: &Field<'_>) -> Decoded<Self> {
        Self::read(field, LabelledObject::Release)
    }

    /// In Kubernetes an empty selector matches everything; here it is an error.
    fn read(field: &Field<'_>, object: LabelledObject) -> Decoded<Self> {
        let fields = field.section()?;
        let labels = fields.optional("matchLabels", |field| read_labels(field, object));
        let expressions = fields.optional("matchExpressions", |field| field.each(|item| read_expression(item, object)));
        fields.complete()?;
        let requirements = labels?.into_iter().chain(expressions?).flatten().collect::<Vec<_>>();
        if requirements.is_empty() {
            let label = "give it for example `matchLabels: {env: dev}`, or remove it";
            return field.refuse("this selector has no label to match", label);
        }
        Ok(Self { requirements })
    }
}

fn read_labels(field: &Field<'_>, object: LabelledObject) -> Decoded<Vec<LabelRequirement>> {
    let labels = field.entries(|key, field| {
        let key = read_label_key(key, field.key_span(), field.decoder, object);
        let value = read_label_value(&field.text()?.text, field.span(), field.decoder);
        Ok(LabelRequirement { key: key?, operator: LabelOperator::In, values: vec![value?] })
    })?;
    if labels.is_empty() {
        let label = "give it a label, as in `{env: dev}`, or remove it";
        return field.refuse(format!("{} is empty", field.name), label);
    }
    Ok(labels)
}

fn read_expression(field: &Field<'_>, object: LabelledObject) -> Decoded<LabelRequirement> {
    use LabelOperator::{DoesNotExist, Exists, In, NotIn};
    let fields = field.section()?;
    let key = fields.required("key", |field| {
        let text = &field.text()?.text;
        read_label_key(text, field.span(), field.decoder, object)
    });
    let value = |field: &Field<'_>| read_label_value(&field.text()?.text, field.span(), field.decoder);
    let operator = fields.required("operator", |field| field.choice(&[In, NotIn, Exists, DoesNotExist]));
    // `In` and `NotIn` need values, the others may have none.
    let values = match operator {
        Ok(In | NotIn) => fields.required("values", |field| field.each(value)).map(Some),
        Ok(Exists | DoesNotExist) => fields.optional("values", |field| {
            let error = Diagnostic::at(field.key_span(), "`values` has no meaning with this operator");
            field.decoder.refuse(error.label("remove it, or write `operator: In`"))
        }),
        Err(_) => fields.optional("values", |field| field.each(value)),
    };
    fields.complete()?;
    Ok(LabelRequirement { key: key?, operator: operator?, values: values?.unwrap_or_default() })
}

/// In characters, of the name of a label and of its value.
pub(super) const LONGEST_LABEL: usize = 63;

/// In characters, of what stands before the `/` of a key.
const LONGEST_PREFIX: usize = 253;

/// Reads a key by Kubernetes' rules: `env`, `app.kubernetes.io/part-of`. Nothing can have one that breaks them: a selector
/// with it would match nothing, or everything.
pub(super) fn read_label_key(text: &str, span: Span, decoder: &Decoder<'_>, object: LabelledObject) -> Decoded<String> {
    if !is_label_key(text) {
        let error = Diagnostic::at(span, format!("{} is not a valid label key", quoted(text)));
        return decoder.refuse(error.label("write it as in `env` or `example.com/env`"));
    }
    if object == LabelledObject::Namespace || !HELM_LABELS.contains(&text) {
        return Ok(text.to_owned());
    }
    let instead = match text {
        "name" => "use `releases`, or the argument RELEASE on the command line",
        "status" => "use `statuses` of a rule",
        "createdAt" | "modifiedAt" => "use `olderThan` of a rule",
        _ => "remove it",
    };
    let error = Diagnostic::at(span, format!("a selector cannot ask for `{text}`, a label that Helm itself writes"));
    let hint = "a selector is over the labels that `helm install --labels` sets";
    decoder.refuse(error.label(instead).hint(hint))
}

/// Reads a value, which may be empty.
pub(super) fn read_label_value(text: &str, span: Span, decoder: &Decoder<'_>) -> Decoded<String> {
    if text.is_empty() || is_label_name(text) {
        return Ok(text.to_owned());
    }
    let label = if text.contains(['*', '?', '[', '{']) {
        "labels are compared exactly: globs are not supported in a selector".to_owned()
    } else {
        format!("a value consists of letters, digits, `-`, `_` and `.`, at most {LONGEST_LABEL} of them")
    };
    decoder.refuse(Diagnostic::at(span, format!("{} is not a valid label value", quoted(text))).label(label))
}

fn is_label_key(text: &str) -> bool {
    // A domain.
    let is_part = |part: &str| part.len() <= LONGEST_LABEL && is_dns_label(part);
    let is_prefix = |prefix: &str| prefix.len() <= LONGEST_PREFIX && prefix.split('.').all(is_part);
    match text.split_once('/') {
        Some((prefix, name)) => is_prefix(prefix) && is_label_name(name),
        None => is_label_name(text),
    }
}

fn is_label_name(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= LONGEST_LABEL && ends(text.bytes().next()) && ends(text.bytes().last()) && text.bytes().all(inside)
}

/// In kubectl's syntax.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions = self.requirements.iter().map(ToString::to_string).collect::<Vec<_>>();
        f.write_str(&conditions.join(","))
    }
}

impl fmt::Display for LabelRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, operator, values } = self;
        match (operator, values.as_slice()) {
            (LabelOperator::In, [value]) => write!(f, "{key}={value}"),
            (LabelOperator::NotIn, [value]) => write!(f, "{key}!={value}"),
            (LabelOperator::In, values) => write!(f, "{key} in ({})", values.join(",")),
            (LabelOperator::NotIn, values) => write!(f, "{key} notin ({})", values.join(",")),
            (LabelOperator::Exists, _) => f.write_str(key),
            (LabelOperator::DoesNotExist, _) => write!(f, "!{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_names_with_or_without_a_domain() {
        let long = format!("{}/x", ["a".repeat(63), "b".repeat(63)].join("."));
        for key in ["env", "a", "A_b.c-1", "example.com/env", "app.kubernetes.io/part-of", &long] {
            assert!(is_label_key(key), "{key}");
        }
        let too_long = ["x".repeat(64), format!("{}/x", vec!["a".repeat(50); 6].join("."))];
        for key in ["", "/", "a/", "/a", "a/b/c", "-a", "a-", "env dev", "Example.com/env", "a..b/c", "é"]
            .into_iter()
            .chain(too_long.iter().map(String::as_str))
        {
            assert!(!is_label_key(key), "{key}");
        }
    }
}
