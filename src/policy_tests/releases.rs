//! `releases`: a name, or a name and what is not usual about it.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::names::{NamedRelease, UNKNOWN, release_of, texts};
use crate::policy::decode::{Decoded, Field, SectionFields};
use crate::policy::duration::DurationRange;
use crate::release::{Chart, Content, CrdUsage, GroupKind, Known, Object, Release, Revision, Status};
use crate::sanitize::quoted;

/// What is young enough to be of today and old enough to be nobody's installation of this moment.
const USUAL_AGE: Duration = Duration::from_hours(24);
/// The version of a chart that nothing is said about.
const USUAL_VERSION: &str = "1.0.0";
/// The label by which a chart's author keeps a release.
const KEEP_LABEL: &str = "helm-purge-keep";

/// A release, its times still counted from the case's moment.
#[derive(Debug, Clone)]
pub(super) struct GivenRelease {
    pub(super) named: NamedRelease,
    chart: Known<Chart>,
    age: Known<Duration>,
    first_age: Known<Duration>,
    status: Status,
    revision: Revision,
    keep_label: Option<String>,
    objects: Vec<Object>,
    defines: BTreeSet<GroupKind>,
    uses: BTreeSet<GroupKind>,
    managed_by: Option<String>,
    unreadable: Option<String>,
}

impl GivenRelease {
    /// One about which nothing more is said: deployed a day ago, once, by the chart of its name.
    fn usual(named: NamedRelease) -> Self {
        let chart = Chart { name: named.id.name.as_str().into(), version: USUAL_VERSION.into() };
        Self {
            named,
            chart: Known::Is(chart),
            age: Known::Is(USUAL_AGE),
            first_age: Known::Is(USUAL_AGE),
            status: Status::Deployed,
            revision: Revision(1),
            keep_label: None,
            objects: Vec::new(),
            defines: BTreeSet::new(),
            uses: BTreeSet::new(),
            managed_by: None,
            unreadable: None,
        }
    }

    /// The release as it is listed, its chart not known yet, and what it holds.
    pub(super) fn at(self, since: impl Fn(Duration) -> Timestamp) -> (Release, Result<Content, String>) {
        let time = |age: Known<Duration>| match age {
            Known::Is(age) => Known::Is(since(age)),
            Known::Unknown => Known::Unknown,
        };
        let release = Release {
            id: self.named.id,
            revision: self.revision,
            status: self.status,
            chart: Known::Unknown,
            updated: time(self.age),
            record: Known::Unknown,
            keep_label: Known::Is(self.keep_label),
        };
        if let Some(why) = self.unreadable {
            return (release, Err(why));
        }
        let mut content = Content {
            first_deployed: time(self.first_age),
            managed_by: self.managed_by,
            ties: CrdUsage { defines: Known::Is(self.defines), uses: Known::Is(self.uses), objects: Known::Unknown },
            ..Content::of_chart(self.chart)
        };
        for object in self.objects {
            content.add(object, release.id.namespace.as_str());
        }
        (release, Ok(content))
    }
}

pub(super) fn read(field: &Field<'_>) -> Decoded<GivenRelease> {
    match field.long_form()? {
        None => Ok(GivenRelease::usual(release_of(field)?)),
        Some(fields) => read_long(field, &fields),
    }
}

fn read_long(field: &Field<'_>, fields: &SectionFields<'_>) -> Decoded<GivenRelease> {
    let text = |field: &Field<'_>| Ok(field.text()?.text.clone());
    let named = fields.required("release", release_of);
    let chart = fields.optional("chart", chart);
    let age = fields.optional("age", read_age);
    let first_age = fields.optional("firstAge", read_age);
    let status = fields.optional("status", status);
    let revision = fields.optional("revision", Field::number);
    let labels = fields.optional("labels", texts);
    let objects = fields.optional("holds", objects);
    let defines = fields.optional("defines", kinds);
    let uses = fields.optional("uses", kinds);
    let managed_by = fields.optional("managedBy", text);
    let unreadable = fields.optional("unreadable", text);
    fields.complete()?;
    let usual = GivenRelease::usual(named?);
    let age = age?.unwrap_or(usual.age);
    let first_age = first_age?.unwrap_or(age);
    if matches!((first_age, age), (Known::Is(first), Known::Is(last)) if first < last) {
        let label = "`firstAge` is at least as long as `age`, which is `1d` without the key";
        return field.refuse("its first revision is younger than its newest", label);
    }
    Ok(GivenRelease {
        chart: chart?.unwrap_or(usual.chart),
        age,
        first_age,
        status: status?.unwrap_or(usual.status),
        revision: revision?.map_or(usual.revision, Revision),
        keep_label: labels?.and_then(|mut labels| labels.remove(KEEP_LABEL)),
        objects: objects?.unwrap_or_default(),
        defines: defines?.unwrap_or_default(),
        uses: uses?.unwrap_or_default(),
        managed_by: managed_by?,
        unreadable: unreadable?,
        named: usual.named,
    })
}

/// Reads name and version as `helm list` shows them, or `unknown`.
fn chart(field: &Field<'_>) -> Decoded<Known<Chart>> {
    let written = &field.text()?.text;
    if written == UNKNOWN {
        return Ok(Known::Unknown);
    }
    match Chart::from_name_and_version(written) {
        Known::Is(chart) => Ok(Known::Is(chart)),
        Known::Unknown => {
            let message = format!("name and version of the chart {} cannot be told apart", quoted(written));
            field.refuse(message, "write it as in `web-1.2.3`, or write `unknown`")
        }
    }
}

fn status(field: &Field<'_>) -> Decoded<Status> {
    field.one_of(&Status::ALL.map(|status| (status.as_str(), status)), |_| None)
}

/// Reads objects: `PersistentVolumeClaim data`, or with a namespace `ConfigMap dev-bob/settings`.
fn objects(field: &Field<'_>) -> Decoded<Vec<Object>> {
    field.each(object)
}

fn object(field: &Field<'_>) -> Decoded<Object> {
    let written = &field.text()?.text;
    let is_part = |part: &str| !part.is_empty() && !part.contains([' ', '/']);
    let parts = written.split_once(' ').map(|(kind, rest)| match rest.split_once('/') {
        Some((namespace, name)) => (kind, Some(namespace), name),
        None => (kind, None, rest),
    });
    match parts {
        Some((kind, namespace, name)) if is_part(kind) && is_part(name) && namespace.is_none_or(is_part) => {
            Ok(Object { kind: kind.to_owned(), namespace: namespace.map(str::to_owned), name: name.to_owned() })
        }
        _ => field.refuse(format!("{} is no object", quoted(written)), "write `KIND NAME` or `KIND NAMESPACE/NAME`"),
    }
}

/// Reads kinds: `Widget.example.com`.
fn kinds(field: &Field<'_>) -> Decoded<BTreeSet<GroupKind>> {
    let kinds = field.each(|field| {
        let written = &field.text()?.text;
        match written.split_once('.') {
            Some((kind, group)) if !kind.is_empty() && !group.is_empty() => Ok(GroupKind::new(group, kind)),
            _ => {
                let label = "write `KIND.GROUP`, as in `Certificate.cert-manager.io`";
                field.refuse(format!("{} is no kind that somebody defined", quoted(written)), label)
            }
        }
    })?;
    Ok(kinds.into_iter().collect())
}

/// Reads an age such as `90s`, `36h` or `3d`, or `unknown`.
fn read_age(field: &Field<'_>) -> Decoded<Known<Duration>> {
    let text = &field.text()?.text;
    if text == UNKNOWN {
        return Ok(Known::Unknown);
    }
    let age = DurationRange::AGES.parse(text, field.name());
    age.map(Known::Is).or_else(|(message, label)| field.refuse(message, label))
}
