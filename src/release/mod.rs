//! A Helm release as this program knows it: plain data. Nothing here knows Helm's commands, a cluster or a policy.

mod content;
mod crd_usage;
mod names;

pub(crate) use content::{Content, Loss, Object, ObjectKinds, VersionedKind};
pub(crate) use crd_usage::{CrdUsage, Dependents};
pub use crd_usage::{GroupKind, ObjectRef};
pub(crate) use names::is_dns_label;
pub(crate) use names::{Chart, InvalidName, Namespace, ReleaseName};

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::sync::Arc;

/// What may or may not be known about a release.
///
/// Not `Option`: a reader could take `None` for "it does not exist", but an unknown value must keep a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Known<T> {
    /// The value is known.
    Is(T),
    /// The cluster or helm did not show it.
    #[default]
    Unknown,
}

impl<T> Known<T> {
    /// The value, if it is known.
    pub fn as_known(&self) -> Option<&T> {
        match self {
            Known::Is(value) => Some(value),
            Known::Unknown => None,
        }
    }

    /// The same, borrowed.
    pub fn as_ref(&self) -> Known<&T> {
        self.as_known().into()
    }
}

impl<T> From<Option<T>> for Known<T> {
    /// `None` is unknown.
    fn from(value: Option<T>) -> Self {
        value.map_or(Known::Unknown, Known::Is)
    }
}

/// The labels that Helm itself writes on every record, beside those of `helm install --labels`.
pub(crate) const HELM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// The number of a release's revision, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u32);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Namespace and name, which identify a release in its cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseId {
    /// The namespace the release is recorded in.
    pub namespace: Namespace,
    /// Its name, unique within that namespace.
    pub name: ReleaseName,
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// One release, as its newest revision describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Which release.
    pub id: ReleaseId,
    /// Its newest revision.
    pub revision: Revision,
    /// The status of that revision.
    pub status: Status,
    /// The chart of that revision; unknown if a list does not separate its name from its version.
    pub chart: Known<Chart>,
    /// When that revision was deployed.
    pub updated: Known<jiff::Timestamp>,
    /// The object that holds that revision; unknown if helm made the list.
    pub record: Known<ObjectVersion>,
    /// The labels of that revision that `helm install --labels` set; unknown if helm made the list. Foreign text.
    pub labels: Known<BTreeMap<String, String>>,
}

/// One state of an object that holds a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectVersion {
    /// The object's UID: another one under the same name is another installation.
    pub uid: Arc<str>,
    /// The object's resource version: another one means that it was written again.
    pub version: Arc<str>,
}

/// Every state that Helm 3 and Helm 4 store for a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Installed or upgraded, as far as Helm knows.
    Deployed,
    /// The last install or upgrade went wrong.
    Failed,
    /// Replaced by a later revision; as a newest revision it is left over from an interrupted command.
    Superseded,
    /// An uninstall is running, or one was interrupted.
    Uninstalling,
    /// Uninstalled, and its history is still there for a rollback.
    Uninstalled,
    /// An install is running, or one was interrupted.
    PendingInstall,
    /// An upgrade is running, or one was interrupted.
    PendingUpgrade,
    /// A rollback is running, or one was interrupted.
    PendingRollback,
    /// Helm itself does not know.
    Unknown,
}

impl Status {
    /// Every state.
    pub const ALL: [Status; 9] = [
        Status::Deployed,
        Status::Failed,
        Status::Superseded,
        Status::Uninstalling,
        Status::Uninstalled,
        Status::PendingInstall,
        Status::PendingUpgrade,
        Status::PendingRollback,
        Status::Unknown,
    ];

    /// Whether a command of Helm's is at work on it, or was interrupted.
    pub fn is_pending(self) -> bool {
        matches!(self, Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback)
    }

    /// `None` for a text that is not one of Helm's states.
    pub fn parse(text: &str) -> Option<Self> {
        Status::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Helm's own word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Deployed => "deployed",
            Status::Failed => "failed",
            Status::Superseded => "superseded",
            Status::Uninstalling => "uninstalling",
            Status::Uninstalled => "uninstalled",
            Status::PendingInstall => "pending-install",
            Status::PendingUpgrade => "pending-upgrade",
            Status::PendingRollback => "pending-rollback",
            Status::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Release {
    /// What differs between this release and its present state in the cluster, if anything does.
    ///
    /// A release that was uninstalled and installed again has the same name and often the same revision. The time of
    /// its deployment distinguishes them, or the object that holds its record.
    pub fn difference(&self, now: &Release) -> Option<String> {
        let state = |release: &Release| format!("revision {}, {}", release.revision, release.status);
        if (self.revision, self.status) != (now.revision, now.status) {
            return Some(format!("now {}; was {}", state(now), state(self)));
        }
        if self.updated != now.updated {
            return Some(format!("deployed again at {}; was {}", shown(&now.updated), shown(&self.updated)));
        }
        if is_another(&self.labels, &now.labels) {
            return Some(format!(
                "its labels are now {}; were {}",
                labels_text(&now.labels),
                labels_text(&self.labels)
            ));
        }
        if is_another(&self.record, &now.record) {
            return Some("its release record was written again with the same status".to_owned());
        }
        is_another(&self.chart, &now.chart)
            .then(|| format!("now chart {}; was {}", shown(&now.chart), shown(&self.chart)))
    }

    /// Whether nothing differs but that an uninstall of this very installation has started since: helm writes that into
    /// the record before it deletes anything.
    pub fn is_started_as(&self, now: &Release) -> bool {
        let uid = |release: &Release| Known::from(release.record.as_known().map(|record| record.uid.clone()));
        now.status == Status::Uninstalling
            && self.revision == now.revision
            && self.updated == now.updated
            && !is_another(&uid(self), &uid(now))
            && !is_another(&self.chart, &now.chart)
    }
}

/// A value that one of two lists does not have is not a difference.
fn is_another<T: PartialEq>(before: &Known<T>, now: &Known<T>) -> bool {
    matches!((before, now), (Known::Is(before), Known::Is(now)) if before != now)
}

/// `env=dev,tier=shared`.
fn labels_text(labels: &Known<BTreeMap<String, String>>) -> String {
    let text = |labels: &BTreeMap<String, String>| {
        labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    labels.as_known().map(text).filter(|text| !text.is_empty()).unwrap_or_else(|| "none".to_owned())
}

fn shown<T: Display>(value: &Known<T>) -> String {
    value.as_known().map_or_else(|| "unknown".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_back_from_its_own_word() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("Deployed"), None);
    }
}
