//! What selects releases: entries of `keep`, patterns over namespaces, names and charts, and labels of releases.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::decode::{Decoded, Field, SectionFields};
use super::glob::is_bare;
use super::label_selector::LabelSelector;
use super::pattern::{NamePattern, PatternText};
use super::pattern_proof::{PatternKind, SYSTEM_NAMESPACES};
use super::schema;
use super::time::{Until, Zone};
use crate::location::Location;
use crate::release::{Chart, Known, Namespace, Release, ReleaseId, ReleaseName};
use crate::sanitize::quoted;

/// Patterns over namespaces, releases and charts, and labels: the fields are AND, the items of a field are OR. A field
/// that is left out is not a condition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selector {
    pub(super) namespaces: Option<Vec<NamePattern>>,
    pub(super) releases: Option<Vec<NamePattern>>,
    /// Over charts' names, without versions.
    pub(super) charts: Option<Vec<NamePattern>>,
    /// Over labels of the release.
    pub(super) labels: Option<LabelSelector>,
}

/// What a selector compares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SelectorInput<'a> {
    pub(crate) id: &'a ReleaseId,
    pub(crate) chart: Known<&'a Chart>,
    pub(crate) labels: Known<&'a BTreeMap<String, String>>,
}

impl<'a> SelectorInput<'a> {
    pub(crate) fn of(release: &'a Release) -> Self {
        Self { id: &release.id, chart: release.chart.as_ref(), labels: release.labels.as_ref() }
    }
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
    /// It might: it has a condition on the labels of the release, and those are not known.
    LabelsUnknown,
}

impl Selector {
    /// Reads the fields of a selector that may match any namespace, without labels.
    pub(super) fn read(fields: &SectionFields<'_>) -> Decoded<Self> {
        Self::read_with(fields, |item| NamePattern::of_field(item, PatternKind::Namespace))
    }

    /// Reads the condition on labels, which not every section has.
    pub(super) fn read_labels(fields: &SectionFields<'_>) -> Decoded<Option<LabelSelector>> {
        fields.optional("selector", LabelSelector::of_releases)
    }

    /// Reads the fields of a selector with this reader of a pattern over namespaces, without labels.
    pub(super) fn read_with(
        fields: &SectionFields<'_>,
        namespace: impl Fn(&Field<'_>) -> Decoded<NamePattern>,
    ) -> Decoded<Self> {
        let patterns = |key, names| fields.optional(key, |field| field.each(|item| NamePattern::of_field(item, names)));
        let namespaces = fields.optional("namespaces", |field| field.each(namespace));
        let releases = patterns("releases", PatternKind::Release);
        let charts = patterns("charts", PatternKind::Chart);
        Ok(Self { namespaces: namespaces?, releases: releases?, charts: charts?, labels: None })
    }

    /// Compares a release with every field that is given. A certain mismatch comes before an unknown value, and an unknown
    /// chart before unknown labels, because the record of the release has the chart.
    pub(crate) fn matches(&self, release: SelectorInput<'_>) -> SelectorMatch {
        let SelectorInput { id, chart, labels } = release;
        let charts = self.charts.as_deref().map(|charts| (charts, chart));
        let labels = self.labels.as_ref().map(|selector| (selector, labels));
        let is_named = any(self.namespaces.as_deref(), id.namespace.as_str())
            && any(self.releases.as_deref(), id.name.as_str())
            && !matches!(charts, Some((charts, Known::Is(chart))) if !any(Some(charts), &chart.name))
            && !matches!(labels, Some((selector, Known::Is(labels))) if !selector.matches(labels));
        match (charts, labels) {
            _ if !is_named => SelectorMatch::No,
            (Some((_, Known::Unknown)), _) => SelectorMatch::ChartUnknown,
            (_, Some((_, Known::Unknown))) => SelectorMatch::LabelsUnknown,
            _ => SelectorMatch::Yes,
        }
    }

    /// Refuses the selector of an entry if it has no condition at all. `purpose` is what the entry selects for, `keys` are
    /// those that it could have.
    pub(super) fn not_empty(self, field: &Field<'_>, purpose: &str, keys: &str) -> Decoded<Self> {
        if self.is_empty() {
            return field.refuse(format!("this entry does not select what to {purpose}"), format!("give it {keys}"));
        }
        Ok(self)
    }

    /// Whether it has no condition at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.namespaces.is_none() && self.releases.is_none() && self.charts.is_none() && self.labels.is_none()
    }

    /// Whether one of its patterns is this release's exact name: a glob may match it by accident.
    pub(crate) fn names_exactly(&self, release: &ReleaseName) -> bool {
        self.releases.iter().flatten().any(|pattern| pattern.as_str() == release.as_str())
    }

    /// In a line: `namespaces dev-* and charts cert-manager, ingress-nginx and selector tier=shared`.
    pub(crate) fn written(&self) -> String {
        let shown = |key: &str, patterns: &[NamePattern]| {
            format!("{key} {}", patterns.iter().map(NamePattern::as_str).collect::<Vec<_>>().join(", "))
        };
        let fields = [("namespaces", &self.namespaces), ("releases", &self.releases), ("charts", &self.charts)];
        let given = fields.iter().filter_map(|(key, patterns)| Some(shown(key, patterns.as_deref()?)));
        let labels = self.labels.iter().map(|selector| format!("selector {selector}"));
        given.chain(labels).collect::<Vec<_>>().join(" and ")
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
    pub(crate) fn matches(&self, release: SelectorInput<'_>) -> SelectorMatch {
        self.selector.matches(release)
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
            selector: Selector {
                namespaces: Some(vec![namespaces?]),
                releases: Some(vec![releases?]),
                ..Selector::default()
            },
            until: None,
            condition: KeepCondition::Optional,
            reason: None,
            written: written.to_owned(),
            place: field.place(),
        })
    }

    fn read_long(field: &Field<'_>, fields: &SectionFields<'_>, zone: Option<&Zone>) -> Decoded<Self> {
        let (selector, labels) = (Selector::read(fields), Selector::read_labels(fields));
        let until = fields.given("until", |field| Until::read(field, zone));
        let required = |field: &Field<'_>| field.boolean(KeepCondition::Required, KeepCondition::Optional);
        let condition = fields.value_or("required", KeepCondition::Optional, required);
        let reason = fields.given("reason", read_reason);
        fields.complete()?;
        let selector = Selector { labels: labels?, ..selector? };
        let selector = selector.not_empty(field, "keep", "`namespaces`, `releases`, `charts` or `selector`")?;
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
