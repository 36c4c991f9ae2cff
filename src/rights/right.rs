//! One right: some verbs for a kind.

use k8s_openapi::api::rbac::v1::PolicyRule;

/// Where a right is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In the whole cluster.
    Cluster,
    /// In each namespace of the fence.
    PolicyScope,
    /// In the namespace of the lock.
    Lock,
    /// In the account's own namespace, where its pods leave their journals.
    Journal,
}

/// Some verbs for a kind, in RBAC's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The group of the kind, empty for the core of Kubernetes; `*` for all.
    pub group: &'static str,
    /// The kind's resource; `*` for all.
    pub resource: &'static str,
    /// The one object that it is for, where it is for one.
    pub name: Option<&'static str>,
    /// What is allowed.
    pub verbs: Vec<&'static str>,
    /// What it is needed for, in a few words.
    pub why: &'static str,
}

impl Permission {
    pub(super) fn new(group: &'static str, resource: &'static str, verbs: &[&'static str], why: &'static str) -> Self {
        Self { group, resource, name: None, verbs: verbs.to_vec(), why }
    }

    /// The same, for one object only.
    pub(super) fn only(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// As a rule of a role.
    pub(super) fn rule(&self) -> PolicyRule {
        PolicyRule {
            api_groups: Some(vec![self.group.to_owned()]),
            resources: Some(vec![self.resource.to_owned()]),
            resource_names: self.name.map(|name| vec![name.to_owned()]),
            verbs: self.verbs.iter().map(ToString::to_string).collect(),
            ..PolicyRule::default()
        }
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let resource = if self.resource == "*" { "everything" } else { self.resource };
        let name = self.name.map_or_else(String::new, |name| format!(" {name}"));
        write!(f, "{} {resource}{name}", self.verbs.join(", "))
    }
}
