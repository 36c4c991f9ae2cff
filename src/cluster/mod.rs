//! The cluster: which one, how it is reached, and the looks at it that go through its API.
//!
//! Kubeconfig, context and Helm's own connection variables are resolved once into a [`Connection`]; the
//! client here and every helm child use that and nothing else. Nothing here changes anything in the cluster.

mod client;
mod connection;
mod kubeconfig;
mod wish;

pub use client::{Client, Identity, LookError};
pub use connection::{Connection, ContextName, ServerUrl};
pub use kubeconfig::ConnectionError;
pub use wish::{ConnectionWish, InCluster, KubeconfigFiles};
