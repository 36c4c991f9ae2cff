//! What a policy chooses and what it keeps: the fence, the rules, `keep`, and the order in which releases go.

mod fence;
mod keep;
mod label;
mod labels;
mod order;
mod reason;
mod rule;
mod rules;
mod selector;

pub use fence::{PolicyScope, ScopeMatch};
pub use keep::{KeepEntry, Requirement};
pub use labels::{LabelSelector, Requirement as LabelRequirement};
pub use order::{Order, Phase};
pub use rule::{AgeFrom, Candidate, Pending, Rule, RuleMatch, RuleOrigin, State, States, is_older};
pub use selector::{Selector, SelectorMatch};

pub(super) use fence::read as read_fence;
pub(super) use keep::read as read_keep;
pub(crate) use keep::read_short;
pub(super) use order::read as read_order;
pub(super) use rules::{Around, read as read_rules};
