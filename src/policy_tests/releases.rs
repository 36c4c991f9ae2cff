//! `releases`: a name, or a name and what is unusual about the release.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::names::{NamedRelease, UNKNOWN, release_of, texts};
use crate::policy::decode::{Decoded, Field, SectionFields};
use crate::policy::duration::DurationRange;
use crate::release::{Chart, Content, CrdUsage, GroupKind, Known, Object, Release, Revision, Status};
use crate::sanitize::quoted;

/// Young enough to be from today, and old enough not to be an install in progress.
const USUAL_AGE: Duration = Duration::from_hours(24);
/// The version of a chart that the case does not describe.
const USUAL_VERSION: &str = "1.0.0";

/// A release as a list shows it, and what it holds.
#[derive(Debug, Clone)]
pub(super) struct GivenRelease {
    pub(super) named: NamedRelease,
    /// Its chart is not known yet.
    pub(super) release: Release,
    pub(super) content: Result<Content, String>,
}

/// Reads a release. Its ages are counted back from `now`.
pub(super) fn read(field: &Field<'_>, now: Timestamp) -> Decoded<GivenRelease> {
    match field.long_form()? {
        None => {
            let named = release_of(field)?;
            let (release, content) = usual(&named, now);
            Ok(GivenRelease { named, release, content: Ok(content) })
        }
        Some(fields) => read_long(field, &fields, now),
    }
}

/// A release that the case only names: deployed once, a day ago, with a chart of the same name.
fn usual(named: &NamedRelease, now: Timestamp) -> (Release, Content) {
    let chart = Chart { name: named.id.name.as_str().into(), version: USUAL_VERSION.into() };
    let deployed = Known::Is(before(now, USUAL_AGE));
    let release = Release {
        id: named.id.clone(),
        revision: Revision(1),
        status: Status::Deployed,
        chart: Known::Unknown,
        updated: deployed,
        record: Known::Unknown,
        labels: Known::Is(BTreeMap::new()),
    };
    (release, Content { first_deployed: deployed, ..Content::of_chart(Known::Is(chart)) })
}

fn before(now: Timestamp, age: Duration) -> Timestamp {
    let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
    now.saturating_sub(age).unwrap_or(Timestamp::MIN)
}

fn read_long(field: &Field<'_>, fields: &SectionFields<'_>, now: Timestamp) -> Decoded<GivenRelease> {
    let text = |field: &Field<'_>| Ok(field.text()?.text.clone());
    let named = fields.required("release", release_of);
    let chart = fields.optional("chart", chart);
    let age = fields.optional("age", read_age);
    let first_age = fields.optional("firstAge", read_age);
    let status = fields.optional("status", status);
    let revision = fields.optional("revision", Field::number);
    let labels = fields.optional("labels", labels);
    let objects = fields.optional("holds", |field| field.each(object));
    let defines = fields.optional("defines", kinds);
    let uses = fields.optional("uses", kinds);
    let managed_by = fields.optional("managedBy", text);
    let unreadable = fields.optional("unreadable", text);
    fields.complete()?;
    let named = named?;
    let (usual, content) = usual(&named, now);
    let age = age?.unwrap_or(Known::Is(USUAL_AGE));
    let first_age = first_age?.unwrap_or(age);
    if matches!((first_age, age), (Known::Is(first), Known::Is(last)) if first < last) {
        let label = "`firstAge` is at least as long as `age`, which is `1d` without the key";
        return field.refuse("its first revision is younger than its newest", label);
    }
    let time = |age: Known<Duration>| age.as_known().map(|age| before(now, *age)).into();
    let release = Release {
        revision: revision?.map_or(usual.revision, Revision),
        status: status?.unwrap_or(usual.status),
        updated: time(age),
        labels: labels?.unwrap_or(usual.labels),
        ..usual
    };
    let kinds = |kinds: Option<BTreeSet<GroupKind>>| Known::Is(kinds.unwrap_or_default());
    let mut content = Content {
        first_deployed: time(first_age),
        managed_by: managed_by?,
        crd_usage: CrdUsage { defines: kinds(defines?), uses: kinds(uses?), objects: Known::Unknown },
        ..Content::of_chart(chart?.unwrap_or(content.chart))
    };
    for object in objects?.into_iter().flatten() {
        content.add(object, release.id.namespace.as_str());
    }
    Ok(GivenRelease { named, release, content: unreadable?.map_or(Ok(content), Err) })
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

/// Reads labels, or `unknown`.
fn labels(field: &Field<'_>) -> Decoded<Known<BTreeMap<String, String>>> {
    if !field.is_mapping() && field.text()?.text == UNKNOWN {
        return Ok(Known::Unknown);
    }
    texts(field).map(Known::Is)
}

/// Reads an object: `PersistentVolumeClaim data`, or with a namespace `ConfigMap dev-bob/settings`.
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
    let age = DurationRange::AGES.parse(text, &field.name);
    age.map(Known::Is).or_else(|(message, label)| field.refuse(message, label))
}
