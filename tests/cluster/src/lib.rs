//! A real Kubernetes control plane with real Helm, started for a test or the demo and thrown away after it.
//!
//! [`Cluster::start`] finds or builds the programs, starts them in a folder of their own, and returns when they can be
//! used. What follows is up to the caller: objects through [`Cluster::api`], charts through [`Cluster::install`],
//! hundreds of releases through [`Cluster::seed`], other ways in through [`Cluster::kubeconfig_for_user`] and its
//! neighbours, a slow line by [`Cluster::relay`], a failing API server by [`Cluster::proxy`].
//!
//! This package must not know helm-purge: it is what helm-purge is tested against.

mod access;
mod api;
mod background;
pub mod charts;
mod cluster;
mod custom;
mod environment;
mod error;
mod metrics;
pub mod parts;
pub mod progress;
mod proxy;
mod relay;
pub mod seed;
mod tools;
mod wait;

pub use access::{ExecPlugin, HelmFlags, Pod, ServerCertificate};
pub use api::{Api, Kind};
pub use charts::Chart;
pub use cluster::{Cluster, Components};
pub use custom::CustomKind;
pub use error::Error;
pub use metrics::Metrics;
pub use parts::Part;
pub use progress::Progress;
pub use proxy::{Answer, Fault, Proxy, Which};
pub use relay::{Line, Relay, Traffic};
pub use seed::{Damage, SeededRelease, Status, Storage};
pub use tools::HelmVersion;
pub use wait::{CEILING, wait_until};
