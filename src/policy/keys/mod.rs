//! The keys of a policy, one file each: what its values mean, and the pure questions they answer.

mod choice;
mod clusters;
mod envelope;
mod handling;
mod limits;
mod policy;
mod retries;
mod time;
mod uid;
mod workers;

#[cfg(test)]
mod forms_test;
#[cfg(test)]
mod matching_test;

pub(crate) use choice::read_short;
pub use choice::{
    AgeFrom, Candidate, KeepEntry, LabelRequirement, LabelSelector, Order, Pending, Phase, PolicyScope, Requirement,
    Rule, RuleMatch, RuleOrigin, ScopeMatch, Selector, SelectorMatch, State, States, is_older,
};
pub use clusters::{ClusterEntry, ClusterField, ClusterMatch, Identification};
pub(crate) use handling::read_timeout;
pub use handling::{DataLoss, PurgeOptions, Reach};
pub use limits::{Limits, Percent};
pub use policy::Policy;
pub(crate) use policy::read;
pub use retries::Retries;
pub use time::{Day, Opening, TimeOfDay, Until, Window, Zone};
pub use uid::Uid;
pub use workers::Workers;
