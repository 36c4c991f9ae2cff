//! A Helm release as this program knows it: plain data, no Helm, no cluster, no policy.

mod chart;
mod content;
mod difference;
mod kinds;
mod loss;
mod names;
mod status;
mod ties;
mod users;

pub use chart::Chart;
pub use content::{Content, Object};
pub use kinds::{ObjectKinds, VersionedKind};
pub use loss::Loss;
pub use names::{InvalidName, Namespace, ReleaseName};
pub use status::{Status, UnknownStatus};
pub use ties::{CrdUsage, GroupKind, ObjectRef};
pub use users::Dependents;

use std::fmt;
use std::sync::Arc;

/// What may or may not be known about a release.
///
/// Not `Option`: an `Option` is easily read as "there is none", and what is not known must keep a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known<T> {
    /// It is known, and this is it.
    Is(T),
    /// It could not be told.
    Unknown,
}

impl<T> Known<T> {
    /// The value where it is known.
    pub fn as_known(&self) -> Option<&T> {
        match self {
            Known::Is(value) => Some(value),
            Known::Unknown => None,
        }
    }

    /// The same, borrowed.
    pub fn as_ref(&self) -> Known<&T> {
        match self {
            Known::Is(value) => Known::Is(value),
            Known::Unknown => Known::Unknown,
        }
    }
}

/// The number of a release's revision, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u32);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Namespace and name: what tells one release of a cluster from every other.
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
    /// The chart of that revision; unknown where its name cannot be told from its version.
    pub chart: Known<Chart>,
    /// When that revision was deployed.
    pub updated: Known<jiff::Timestamp>,
    /// The object that holds that revision; unknown where helm made the list.
    pub record: Known<ObjectVersion>,
    /// The value of its label `helm-purge-keep`, where it has one (`helm install --labels`); unknown where helm made the
    /// list. Foreign text.
    pub keep_label: Known<Option<String>>,
}

/// What tells one writing of a record from every other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectVersion {
    /// The UID of the object that holds it: another one under the same name is another installation.
    pub uid: Arc<str>,
    /// The object's resource version: another one means that it was written again.
    pub version: Arc<str>,
}
