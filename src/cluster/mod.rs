//! The cluster: which one, how it is reached, and the looks at it that go through its API.
//!
//! Kubeconfig, context and Helm's own connection variables are resolved once into a [`Connection`]; the
//! client here and every helm child use that and nothing else. Nothing here changes anything in the cluster, but for
//! `marks`: ConfigMaps with the label `helm-purge: keep`, `run_records`: such with `helm-purge: run`, `leases`: who holds a
//! lock, and `histories`: records of uninstalled releases.

mod client;
mod connection;
mod connection_error;
mod glance;
mod histories;
mod kubeconfig;
#[cfg(test)]
mod kubeconfig_test;
mod leases;
mod look_error;
mod looks;
mod marks;
mod overrides;
mod parts;
mod private_folder;
mod question;
mod run_records;

pub use client::Client;
pub use connection::{Connection, ContextName, ServerUrl};
pub use connection_error::ConnectionError;
pub use glance::{Glance, context_names};
pub use leases::{LeaseWish, LeaseWriting, SeenLease};
pub use look_error::LookError;
pub use looks::{
    Application, Deed, HelmRelease, Identity, InNamespace, KeepMark, KeepMarkList, KnownNamespace, MadeReleases,
    MarksInNamespace, NamedNamespace, NamespaceFacts, NamespaceList, OfferedKinds, Payload, Payloads, Presence, Record,
    RecordList, RecordStore, ReplacedNames, ReplacedRevisions, Resource, SpelledKind, Wanted, WatchNews,
};
pub use marks::{MarkPlace, SeenMark};
pub use run_records::{MadeRunRecord, RunRecord};
