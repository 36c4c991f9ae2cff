//! Which releases an entry means: its fields are AND, the items of a field are OR.

use crate::policy::decode::{EmptyList, Fields, Reader, Slot};
use crate::policy::fault::ErrorReported;
use crate::policy::pattern::{NamePattern, Names, SYSTEM_NAMESPACES, Written};
use crate::release::{Chart, Known, Namespace, ReleaseName};

/// Patterns over namespaces, releases and charts; a field that is not given is no condition.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// Over namespaces.
    pub namespaces: Option<Vec<NamePattern>>,
    /// Over releases' names.
    pub releases: Option<Vec<NamePattern>>,
    /// Over charts' names, without versions.
    pub charts: Option<Vec<NamePattern>>,
}

/// Whether a selector means a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectorMatch {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It might: it asks for the chart, and that is not known.
    ChartUnknown,
}

impl Selector {
    /// Compares a release with every field that is given.
    pub fn matches(&self, namespace: &Namespace, release: &ReleaseName, chart: Known<&Chart>) -> SelectorMatch {
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

    /// Whether it has no condition at all.
    pub fn is_empty(&self) -> bool {
        self.namespaces.is_none() && self.releases.is_none() && self.charts.is_none()
    }

    /// Whether one of its patterns is this release's very name: a glob that happens to reach it did not mean it.
    pub fn names_exactly(&self, release: &ReleaseName) -> bool {
        self.releases.iter().flatten().any(|pattern| pattern.as_str() == release.as_str())
    }

    /// In a line: `namespaces dev-* and charts cert-manager, ingress-nginx`.
    pub fn written(&self) -> String {
        let fields = [("namespaces", &self.namespaces), ("releases", &self.releases), ("charts", &self.charts)];
        let given = fields.iter().filter_map(|(key, patterns)| patterns.as_deref().map(|given| shown(key, given)));
        given.collect::<Vec<_>>().join(" and ")
    }
}

/// Reads the fields of a selector that may mean any namespace.
pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Selector, ErrorReported> {
    let namespaces = fields.optional("namespaces", reader, patterns(Names::Namespaces));
    let releases = fields.optional("releases", reader, patterns(Names::Releases));
    let charts = fields.optional("charts", reader, patterns(Names::Charts));
    Ok(Selector { namespaces: namespaces?, releases: releases?, charts: charts? })
}

/// Reads patterns over names of one kind.
pub(super) fn patterns(names: Names) -> impl Fn(&Slot<'_>, &mut Reader<'_>) -> Result<Vec<NamePattern>, ErrorReported> {
    move |slot, reader| {
        slot.each(EmptyList::Refused, reader, |item, reader| {
            NamePattern::read(&Written::all(item.text(reader)?), names, reader)
        })
    }
}

/// The first of some patterns over namespaces that takes one in. A namespace of the system is taken in only by its
/// exact name, never by a glob.
pub(super) fn taking_in<'p>(patterns: &'p [NamePattern], namespace: &Namespace) -> Option<&'p NamePattern> {
    let name = namespace.as_str();
    let is_system = SYSTEM_NAMESPACES.contains(&name);
    patterns.iter().find(|pattern| pattern.as_str() == name || (!is_system && pattern.matches(name)))
}

fn any(patterns: Option<&[NamePattern]>, name: &str) -> bool {
    patterns.is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(name)))
}

fn shown(key: &str, patterns: &[NamePattern]) -> String {
    format!("{key} {}", patterns.iter().map(NamePattern::as_str).collect::<Vec<_>>().join(", "))
}
