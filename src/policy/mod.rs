//! The policy file: read strictly, matched purely.
//!
//! A policy decides what is deleted, so a file is either understood completely or refused, with
//! **all** its errors at once. From a file to a policy:
//!
//! ```text
//! bytes ─ yaml ─► tree of nodes with spans ─ decode, by the table in schema ─► typed values ─ pattern ─► Policy
//!           └──────────── diagnostics ─────────────┴─────────────────────────────────┘
//! ```
//!
//! - `yaml` knows YAML and no policy; `decode` knows types of values (lists, numbers, sections) and no meaning;
//!   `pattern` knows globs and legal names. A new key is a line in `schema` and a field of [`Policy`].
//! - `yaml`, `decode` and `diagnostic` also read the files beside policies: the cases of `helm purge test`.
//! - Nothing here uses a cluster, the environment, the terminal or the clock; matching is pure.

pub(crate) mod decode;
pub(crate) mod diagnostic;
mod digest;
pub(crate) mod duration;
mod error_excerpt;
mod glob;
mod hints;
mod json_schema;
mod label_selector;
mod label_syntax;
mod load;
mod model;
mod overlap;
mod overruled;
mod pattern;
mod pattern_proof;
mod purge_options;
mod rules;
pub(crate) mod schema;
mod scope;
mod selectors;
mod suggest;
mod time;
pub(crate) mod yaml;

#[cfg(test)]
mod tests;

pub(crate) use diagnostic::PolicyErrors;
pub(crate) use diagnostic::{Diagnostic, Span};
pub(crate) use digest::Digest;
pub use digest::sha256;
pub(crate) use error_excerpt::ExcerptStyle;
pub(crate) use json_schema::json_schema;
pub use label_selector::LabelSelector;
pub(crate) use load::PolicySet;
pub(crate) use load::{LoadedPolicies, age_from_flag, is_policy, read_document, read_file, timeout_from_flag};
pub use model::Policy;
pub(crate) use model::{ClusterEntry, ClusterMatch, Limits};
pub(crate) use overlap::OverlappingNamespace;
pub(crate) use overlap::shared_namespaces;
pub(crate) use overruled::{OverruledValue, StatedValue, ValueOrigin, overruled_values};
pub(crate) use pattern::LenientGlob;
pub(crate) use pattern::NamePattern;
pub(crate) use pattern_proof::SYSTEM_NAMESPACES;
pub(crate) use purge_options::{BlastRadius, DataLoss, PurgeOptions, WrittenOptions};
pub(crate) use rules::{MatchInput, ReleaseState, is_older};
pub(crate) use rules::{Phase, Rule, RuleMatch, RuleOrigin};
pub use scope::PolicyScope;
pub(crate) use scope::ScopeMatch;
pub(crate) use selectors::{KeepCondition, KeepEntry, SelectorInput, SelectorMatch};
pub(crate) use time::Until;
pub use time::{WindowState, Zone};
