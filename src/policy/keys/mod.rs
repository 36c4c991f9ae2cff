//! The keys of a policy, one file each: what its values mean, and the pure questions they answer.

mod clusters;
mod defaults;
mod envelope;
mod fence;
mod keep;
mod limits;
mod policy;
mod reason;
mod uid;
mod workers;

#[cfg(test)]
mod forms_test;
#[cfg(test)]
mod matching_test;

pub use clusters::{ClusterEntry, ClusterField, ClusterMatch, Identification};
pub(crate) use defaults::read_timeout;
pub use defaults::{DataLoss, Defaults, Reach};
pub use fence::Fence;
pub(crate) use keep::read_short;
pub use keep::{KeepEntry, KeepMatch};
pub use limits::{Limits, Percent};
pub use policy::Policy;
pub(crate) use policy::read;
pub use uid::Uid;
pub use workers::Workers;
