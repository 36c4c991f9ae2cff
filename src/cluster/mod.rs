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
pub use glance::{QuickClient, context_names};
pub use leases::{LeaseRequest, LeaseWriteResult, ObservedLease};
pub use look_error::ApiError;
pub use looks::{
    AccessReview, Application, HelmRelease, Identity, InNamespace, MadeReleases, NamedNamespace, NamespaceFacts,
    NamespaceNow, NamespaceQuestions, NamespaceRequest, OfferedKinds, OptOutConfigMap, OptOutConfigMapsInNamespace,
    Payload, Payloads, Presence, Record, ReplacedNames, ReplacedRevisions, Resource, SpelledKind, StorageDriver,
    Wanted,
};
pub use marks::{OptOutTarget, StoredOptOut};
pub use run_records::{CreatedJournalConfigMap, JournalConfigMap};
