//! The cluster: which one, how to connect to it, and the requests to its API.
//!
//! Kubeconfig, context and Helm's own connection variables are resolved once into a [`Connection`]. The client here and
//! every helm process use that and nothing else. Only four kinds of objects are ever written: opt-outs and journals
//! (ConfigMaps), locks (Leases), and records of uninstalled releases, which are removed.

mod access;
mod client;
mod connection;
mod discovery;
mod existence;
mod journals;
mod kubeconfig;
#[cfg(test)]
mod kubeconfig_test;
mod leases;
mod managers;
mod namespaces;
mod opt_outs;
mod payloads;
mod records;
mod request;

pub use access::AccessReview;
pub use client::{Client, QuickClient};
pub use connection::{Connection, ContextName};
pub use discovery::{GroupResource, ManifestKind, ServedKinds};
pub use existence::ObjectPresence;
pub use journals::{CreatedJournalConfigMap, JournalConfigMap};
pub use kubeconfig::{ConnectionError, context_names};
pub use leases::{LeaseRequest, LeaseWriteResult, ObservedLease};
pub use managers::{
    Application, ApplicationDestination, HelmRelease, HelmReleaseSnapshot, HelmReleaseSpec, HelmReleaseStatus,
};
pub use namespaces::{Identity, NamespaceFacts, NamespaceNow, NamespaceRequest};
pub use opt_outs::{OptOutConfigMap, OptOutTarget, StoredOptOut};
pub use payloads::{Payload, Payloads};
pub use records::{RecordFilter, ReleaseRecord, StorageDriver, SupersededNames};
pub use request::{ApiError, PerNamespace};
