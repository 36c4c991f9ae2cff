//! The policies of one run: each with its own fence, their plans joined.

use super::keys::{Policy, PolicyScope};
use crate::options::History;

/// At least one policy, in the order in which they were named.
#[derive(Debug, Clone)]
pub struct PolicySet(Vec<Policy>);

impl PolicySet {
    /// Of at least one; `None` without any.
    pub fn new(policies: Vec<Policy>) -> Option<Self> {
        (!policies.is_empty()).then_some(Self(policies))
    }

    /// All of them.
    pub fn as_slice(&self) -> &[Policy] {
        &self.0
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.iter()
    }

    /// The one that was named first.
    pub fn first(&self) -> &Policy {
        &self.0[0]
    }

    /// What all fences hold together, whatever labels they ask for: where one has to look.
    pub fn outer_fence(&self) -> PolicyScope {
        PolicyScope::around(self.0.iter().map(|policy| &policy.namespaces))
    }

    /// The same, with the history of everything that goes kept.
    #[must_use]
    pub fn keeping_history(mut self) -> Self {
        for policy in &mut self.0 {
            policy.defaults.uninstall.history = History::Keep(0);
            policy.rules.iter_mut().for_each(|rule| rule.options.uninstall.history = History::Keep(0));
        }
        self
    }

    /// The most helm processes that one of them allows at the same time.
    pub fn workers(&self) -> usize {
        self.0.iter().map(|policy| policy.workers.get()).max().unwrap_or(1)
    }
}
