//! What selects: entries of `keep`, patterns over namespaces, releases and charts, and labels of namespaces.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::decode::{Decoded, Decoder, Field, SectionFields};
use super::diagnostic::{Diagnostic, Span};
use super::glob::is_bare;
use super::pattern::{NamePattern, PatternText};
use super::pattern_proof::{PatternKind, SYSTEM_NAMESPACES};
use super::schema;
use super::time::{Until, Zone};
use crate::location::Location;
use crate::release::{Chart, Known, Namespace, ReleaseName, is_dns_label};
use crate::sanitize::quoted;

/// Patterns over namespaces, releases and charts: the fields are AND, the items of a field are OR. A field that is left
/// out is not a condition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selector {
    pub(super) namespaces: Option<Vec<NamePattern>>,
    pub(super) releases: Option<Vec<NamePattern>>,
    /// Over charts' names, without versions.
    pub(super) charts: Option<Vec<NamePattern>>,
}

/// Whether a selector matches a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelectorMatch {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It might: it has a condition on the chart, and the chart is not known.
    ChartUnknown,
}

impl Selector {
    /// Reads the fields of a selector that may match any namespace.
    pub(super) fn read(fields: &SectionFields<'_>) -> Decoded<Self> {
        Self::read_with(fields, |item| NamePattern::of_field(item, PatternKind::Namespace))
    }

    /// Reads the fields of a selector with this reader of a pattern over namespaces.
    pub(super) fn read_with(
        fields: &SectionFields<'_>,
        namespace: impl Fn(&Field<'_>) -> Decoded<NamePattern>,
    ) -> Decoded<Self> {
        let patterns = |key, names| fields.optional(key, |field| field.each(|item| NamePattern::of_field(item, names)));
        let namespaces = fields.optional("namespaces", |field| field.each(namespace));
        let releases = patterns("releases", PatternKind::Release);
        let charts = patterns("charts", PatternKind::Chart);
        Ok(Self { namespaces: namespaces?, releases: releases?, charts: charts? })
    }

    /// Compares a release with every field that is given.
    pub(crate) fn matches(&self, namespace: &Namespace, release: &ReleaseName, chart: Known<&Chart>) -> SelectorMatch {
        if !any(self.namespaces.as_deref(), namespace.as_str()) || !any(self.releases.as_deref(), release.as_str()) {
            return SelectorMatch::No;
        }
        match (&self.charts, chart) {
            (None, _) => SelectorMatch::Yes,
            (Some(_), Known::Unknown) => SelectorMatch::ChartUnknown,
            (Some(charts), Known::Is(chart)) if any(Some(charts), &chart.name) => SelectorMatch::Yes,
            (Some(_), Known::Is(_)) => SelectorMatch::No,
        }
    }

    /// Refuses the selector of an entry if it has no condition at all. `purpose` is what the entry selects for.
    pub(super) fn not_empty(self, field: &Field<'_>, purpose: &str) -> Decoded<Self> {
        if self.is_empty() {
            let label = "give it `namespaces`, `releases` or `charts`";
            return field.refuse(format!("this entry does not select what to {purpose}"), label);
        }
        Ok(self)
    }

    /// Whether it has no condition at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.namespaces.is_none() && self.releases.is_none() && self.charts.is_none()
    }

    /// Whether one of its patterns is this release's exact name: a glob may match it by accident.
    pub(crate) fn names_exactly(&self, release: &ReleaseName) -> bool {
        self.releases.iter().flatten().any(|pattern| pattern.as_str() == release.as_str())
    }

    /// In a line: `namespaces dev-* and charts cert-manager, ingress-nginx`.
    pub(crate) fn written(&self) -> String {
        let shown = |key: &str, patterns: &[NamePattern]| {
            format!("{key} {}", patterns.iter().map(NamePattern::as_str).collect::<Vec<_>>().join(", "))
        };
        let fields = [("namespaces", &self.namespaces), ("releases", &self.releases), ("charts", &self.charts)];
        let given = fields.iter().filter_map(|(key, patterns)| Some(shown(key, patterns.as_deref()?)));
        given.collect::<Vec<_>>().join(" and ")
    }
}

fn any(patterns: Option<&[NamePattern]>, name: &str) -> bool {
    patterns.is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(name)))
}

/// The first of some patterns over namespaces that matches one. Only its exact name matches a namespace of the system,
/// never a glob.
pub(super) fn first_match<'p>(patterns: &'p [NamePattern], namespace: &Namespace) -> Option<&'p NamePattern> {
    let name = namespace.as_str();
    let is_system = SYSTEM_NAMESPACES.contains(&name);
    patterns.iter().find(|pattern| pattern.as_str() == name || (!is_system && pattern.matches(name)))
}

/// One entry of `keep`.
#[derive(Debug, Clone)]
pub struct KeepEntry {
    selector: Selector,
    /// `None` forever.
    pub(crate) until: Option<Until>,
    pub(crate) condition: KeepCondition,
    /// Why, in a person's words.
    pub(crate) reason: Option<String>,
    written: String,
    pub(crate) place: Location,
}

/// Whether an entry has to keep something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepCondition {
    /// If it keeps nothing, something is wrong, and nothing is purged.
    Required,
    /// It may keep nothing.
    Optional,
}

impl KeepEntry {
    /// Compares a release with every field that is given.
    pub(crate) fn matches(&self, namespace: &Namespace, release: &ReleaseName, chart: Known<&Chart>) -> SelectorMatch {
        self.selector.matches(namespace, release, chart)
    }

    /// Whether it has no wildcard, so that it can name one release only.
    pub(crate) fn is_exact(&self) -> bool {
        !self.written.contains(['*', '?', '[', '{'])
    }

    /// Whether it still keeps anything.
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.until.as_ref().is_none_or(|until| !until.is_over(now))
    }

    /// The entry as a plan shows it: the short form as it is written, the long one in a line.
    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }

    /// Reads an entry, its dates in the policy's zone; `None` if that could not be read.
    pub(super) fn read(field: &Field<'_>, zone: Option<&Zone>) -> Decoded<Self> {
        match field.long_form()? {
            Some(fields) => Self::read_long(field, &fields, zone),
            None => Self::read_short(field),
        }
    }

    /// Reads `namespace/release`.
    pub(super) fn read_short(field: &Field<'_>) -> Decoded<Self> {
        let text = PatternText::of(field)?;
        let (written, slash) = (text.as_str(), only_slash(&text)?);
        let namespaces = NamePattern::read(&text.part(0..slash), PatternKind::Namespace);
        let releases = NamePattern::read(&text.part(slash + 1..written.len()), PatternKind::Release);
        Ok(Self {
            selector: Selector { namespaces: Some(vec![namespaces?]), releases: Some(vec![releases?]), charts: None },
            until: None,
            condition: KeepCondition::Optional,
            reason: None,
            written: written.to_owned(),
            place: field.place(),
        })
    }

    fn read_long(field: &Field<'_>, fields: &SectionFields<'_>, zone: Option<&Zone>) -> Decoded<Self> {
        let selector = Selector::read(fields);
        let until = fields.given("until", |field| Until::read(field, zone));
        let required = |field: &Field<'_>| field.boolean(KeepCondition::Required, KeepCondition::Optional);
        let condition = fields.value_or("required", KeepCondition::Optional, required);
        let reason = fields.given("reason", read_reason);
        fields.complete()?;
        let selector = selector?.not_empty(field, "keep")?;
        Ok(Self { written: selector.written(), selector, until, condition, reason, place: field.place() })
    }
}

/// Where `namespace/release` is cut in two.
fn only_slash(text: &PatternText<'_>) -> Decoded<usize> {
    const NOT_SHORT: &str = "this is not `namespace/release`";
    let written = text.as_str();
    let slashes = written.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    let is_key = |(key, _): (&str, &str)| schema::KEEP.key(key).is_some();
    let (message, label) = match slashes.as_slice() {
        _ if written.is_empty() => ("an empty pattern", "write `namespace/release`".to_owned()),
        [] if written.starts_with('!') => (NOT_SHORT, "`!` does not negate; an entry lists what is kept".to_owned()),
        [] if written.split_once(':').is_some_and(is_key) => {
            (NOT_SHORT, "a space is missing after the colon".to_owned())
        }
        [] => {
            let (namespace, release) = (quoted(&format!("{written}/*")), quoted(&format!("*/{written}")));
            (NOT_SHORT, format!("write {namespace} for a namespace, {release} for a release in any"))
        }
        [0] => {
            let any = quoted(&format!("*{written}"));
            ("the namespace is missing before `/`", format!("for any namespace write {any}"))
        }
        [at] if at + 1 == written.len() => {
            let any = quoted(&format!("{written}*"));
            ("the release is missing after `/`", format!("for any release write {any}"))
        }
        [at] if is_bare(written, *at) => return Ok(*at),
        [_] => ("`/` is not allowed in brackets", "write several entries, each `namespace/release`".to_owned()),
        _ => ("more than one `/`", "an entry is one `namespace/release`".to_owned()),
    };
    text.refuse(message, label)
}

/// Reads a reason. Hidden characters were refused with the document; line breaks and tabs were not.
fn read_reason(field: &Field<'_>) -> Decoded<String> {
    // A folded block (`>`) ends with a line break of its own.
    let reason = field.text()?.text.trim();
    let (count, longest) = (reason.chars().count(), field.longest_text());
    if count == 0 {
        return field.refuse("an empty reason", "say why, or remove `reason`");
    }
    if count > longest {
        return field.refuse(format!("the reason has {count} characters"), format!("at most {longest} are allowed"));
    }
    if reason.contains(['\n', '\t']) {
        let label = "a reason is one line; `reason: >` joins several lines into one";
        return field.refuse("a reason with a line break or a tab in it", label);
    }
    Ok(reason.to_owned())
}

/// Labels that a namespace must have, in Kubernetes' own form: all conditions have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabelSelector {
    /// From `matchLabels` and `matchExpressions`; never empty.
    pub(super) requirements: Vec<LabelRequirement>,
    pub(super) place: Location,
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

impl LabelSelector {
    pub(crate) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|LabelRequirement { key, operator, values }| match operator {
            LabelOperator::In => labels.get(key).is_some_and(|value| values.contains(value)),
            LabelOperator::NotIn => labels.get(key).is_none_or(|value| !values.contains(value)),
            LabelOperator::Exists => labels.contains_key(key),
            LabelOperator::DoesNotExist => !labels.contains_key(key),
        })
    }

    /// Reads a selector. In Kubernetes an empty one matches every namespace; here it is an error.
    pub(super) fn read(field: &Field<'_>) -> Decoded<Self> {
        let fields = field.section()?;
        let labels = fields.optional("matchLabels", read_labels);
        let expressions = fields.optional("matchExpressions", |field| field.each(read_expression));
        fields.complete()?;
        let requirements = labels?.into_iter().chain(expressions?).flatten().collect::<Vec<_>>();
        if requirements.is_empty() {
            let label = "give it for example `matchLabels: {env: dev}`, or remove it";
            return field.refuse("this selector has no label to match", label);
        }
        Ok(Self { requirements, place: field.decoder.place(field.key_span()) })
    }
}

fn read_labels(field: &Field<'_>) -> Decoded<Vec<LabelRequirement>> {
    let labels = field.entries(|key, field| {
        let key = read_label_key(key, field.key_span(), field.decoder);
        let value = read_label_value(field);
        Ok(LabelRequirement { key: key?, operator: LabelOperator::In, values: vec![value?] })
    })?;
    if labels.is_empty() {
        let label = "give it a label, as in `{env: dev}`, or remove it";
        return field.refuse(format!("{} is empty", field.name), label);
    }
    Ok(labels)
}

fn read_expression(field: &Field<'_>) -> Decoded<LabelRequirement> {
    use LabelOperator::{DoesNotExist, Exists, In, NotIn};
    let fields = field.section()?;
    let key = fields.required("key", |field| {
        let text = &field.text()?.text;
        read_label_key(text, field.span(), field.decoder)
    });
    let operator = fields.required("operator", |field| field.choice(&[In, NotIn, Exists, DoesNotExist]));
    // `In` and `NotIn` need values, the others may have none.
    let values = match operator {
        Ok(In | NotIn) => fields.required("values", |field| field.each(read_label_value)).map(Some),
        Ok(Exists | DoesNotExist) => fields.optional("values", |field| {
            let error = Diagnostic::at(field.key_span(), "`values` has no meaning with this operator");
            field.decoder.refuse(error.label("remove it, or write `operator: In`"))
        }),
        Err(_) => fields.optional("values", |field| field.each(read_label_value)),
    };
    fields.complete()?;
    Ok(LabelRequirement { key: key?, operator: operator?, values: values?.unwrap_or_default() })
}

/// In characters, of the name of a label and of its value.
pub(super) const LONGEST_LABEL: usize = 63;

/// In characters, of what stands before the `/` of a key.
const LONGEST_PREFIX: usize = 253;

/// Reads a key by Kubernetes' rules: `env`, `app.kubernetes.io/part-of`. No namespace can have one that breaks them:
/// a selector with it would match nothing, or everything.
fn read_label_key(text: &str, span: Span, decoder: &Decoder<'_>) -> Decoded<String> {
    if is_label_key(text) {
        return Ok(text.to_owned());
    }
    let error = Diagnostic::at(span, format!("{} is not a valid label key", quoted(text)));
    decoder.refuse(error.label("write it as in `env` or `example.com/env`"))
}

/// Reads a value, which may be empty.
fn read_label_value(field: &Field<'_>) -> Decoded<String> {
    let text = field.text()?.text.as_str();
    if text.is_empty() || is_label_name(text) {
        return Ok(text.to_owned());
    }
    let label = if text.contains(['*', '?', '[', '{']) {
        "labels are compared exactly: globs are not supported in a selector".to_owned()
    } else {
        format!("a value consists of letters, digits, `-`, `_` and `.`, at most {LONGEST_LABEL} of them")
    };
    field.refuse(format!("{} is not a valid label value", quoted(text)), label)
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
