//! The cluster: which one, how to connect to it, and the requests to its API.
//!
//! Kubeconfig, context and Helm's own connection variables are resolved once into a [`Connection`]. The client here and
//! every helm process use that and nothing else. Only four kinds of objects are ever written: opt-outs and journals
//! (ConfigMaps), locks (Leases), and records of uninstalled releases, which are removed.

mod access;
mod client;
mod connection;
mod controllers;
mod discovery;
mod existence;
mod journals;
mod kubeconfig;
#[cfg(test)]
mod kubeconfig_test;
mod leases;
mod namespaces;
mod opt_outs;
mod payloads;
mod records;
mod request;
mod server_time;

pub(crate) use access::AccessReview;
pub use client::Client;
pub(crate) use client::QuickClient;
pub use connection::Connection;
pub(crate) use controllers::{Application, HelmRelease};
#[cfg(test)]
pub(crate) use controllers::{HelmReleaseSnapshot, HelmReleaseSpec, HelmReleaseStatus};
pub(crate) use discovery::ServedKinds;
pub use existence::ObjectPresence;
pub(crate) use journals::JournalConfigMap;
pub(crate) use kubeconfig::{ConnectionError, context_names};
pub(crate) use leases::{LeaseRequest, LeaseWriteResult, ObservedLease};
pub(crate) use namespaces::{Identity, NamespaceFacts, NamespaceNow, NamespaceRequest};
pub(crate) use opt_outs::{OptOutConfigMap, OptOutTarget, StoredOptOut};
pub(crate) use payloads::Payload;
pub use records::StorageDriver;
pub(crate) use records::{RecordFilter, ReleaseRecord, SupersededNames};
pub(crate) use request::{ApiError, PerNamespace};
