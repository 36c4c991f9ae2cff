//! `namespaceSelector`: labels that a namespace must have, in Kubernetes' own form.

use std::collections::BTreeMap;

use crate::place::Place;

/// Conditions on labels, all of which have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSelector {
    /// From `matchLabels` and `matchExpressions`; never empty.
    pub requirements: Vec<Requirement>,
    /// Where it is written.
    pub place: Place,
}

/// A condition on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// It is there with one of these values.
    In(String, Vec<String>),
    /// It is not there, or has none of these values.
    NotIn(String, Vec<String>),
    /// It is there.
    Exists(String),
    /// It is not there.
    DoesNotExist(String),
}

impl LabelSelector {
    /// Whether all conditions hold.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(labels))
    }
}

impl Requirement {
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        match self {
            Requirement::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Requirement::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Exists(key) => labels.contains_key(key),
            Requirement::DoesNotExist(key) => !labels.contains_key(key),
        }
    }
}
