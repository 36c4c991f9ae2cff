//! The policy file: read strictly, matched purely.
//!
//! A policy decides what is deleted, so a file is either understood completely or refused, with
//! **all** its faults in one go. The way of a file:
//!
//! ```text
//! bytes ─ document ─► tree of nodes with places ─ decode + keys ─► typed values ─ pattern ─► Policy
//!                └──────────── faults ─────────────┴──────────────────┘
//! ```
//!
//! - `document` knows YAML and no policy; `decode` knows shapes (lists, numbers, keys) and no meaning;
//!   `pattern` knows globs and legal names; `keys` holds one file for each key.
//! - A new key is a line in `decode::schema`, a file or function in `keys`, and a field of [`Policy`].
//! - `decode`, `document` and `fault` also read what stands beside policies: the cases of `helm purge test`.
//! - Nothing here touches a cluster, the environment, the terminal or the clock; matching is pure.

pub(crate) mod decode;
mod digest;
pub(crate) mod document;
mod excerpt;
pub(crate) mod fault;
mod flag;
mod json_schema;
mod keys;
mod pattern;
mod policies;
mod read;
mod several;
mod shared;
mod source;

#[cfg(test)]
mod arbitrary_test;
#[cfg(test)]
mod cases_test;
#[cfg(test)]
mod random;
#[cfg(test)]
mod robustness_test;
#[cfg(test)]
mod several_test;

pub use digest::{Digest, DigestError, sha256};
pub use excerpt::ExcerptStyle;
pub use fault::{Diagnostic, PolicyErrors};
pub use flag::{age_from_flag, timeout_from_flag};
pub use json_schema::json_schema;
pub use keys::{
    AgeFrom, Candidate, ClusterEntry, ClusterField, ClusterMatch, DataLoss, Day, Identification, KeepEntry,
    LabelRequirement, LabelSelector, Limits, Opening, Order, Pending, Percent, Phase, Policy, PolicyScope,
    PurgeOptions, Reach, Requirement, Retries, Rule, RuleMatch, RuleOrigin, ScopeMatch, Selector, SelectorMatch, State,
    States, TimeOfDay, Uid, Until, Window, Workers, Zone, is_older,
};
pub(crate) use pattern::SYSTEM_NAMESPACES;
pub use pattern::{ClusterPattern, LenientGlob, NamePattern};
pub use policies::PolicySet;
pub(crate) use read::{bytes_of_file, read_document};
pub use several::LoadedPolicies;
pub(crate) use several::is_policy;
pub use shared::{OverlappingNamespace, shared_namespaces};
pub use source::{Source, Span};
