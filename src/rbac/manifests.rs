//! The objects that grant permissions to a service account.

use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef};
use kube::api::ObjectMeta;
use serde::Serialize;

use super::permissions::{AccountPurpose, Permission, PermissionScope, RequiredPermissions, ServiceAccount};
use crate::policy::Policy;
use crate::release::Namespace;

/// Which account gets the permissions that a policy needs, and where its lock is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    pub policy: &'a Policy,
    pub purpose: AccountPurpose,
    pub account: &'a ServiceAccount,
    pub lock_namespace: &'a Namespace,
}

/// An object that grants permissions, and what it is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RbacManifest {
    /// In a sentence without its full stop.
    pub about: String,
    pub object: RbacObject,
}

/// One of Kubernetes' objects for RBAC.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum RbacObject {
    ClusterRole(ClusterRole),
    ClusterRoleBinding(ClusterRoleBinding),
    Role(Role),
    RoleBinding(RoleBinding),
}

/// Everything that a policy needs, bound in these namespaces of its scope.
pub(crate) fn manifests(grant: Grant<'_>, namespaces: &[Namespace]) -> Vec<RbacManifest> {
    let required = RequiredPermissions::of(grant.policy, grant.purpose);
    let (name, in_cluster) = (grant.name(), format!("{}.look", grant.name()));
    let binding = ClusterRoleBinding {
        metadata: metadata(&in_cluster, None),
        role_ref: reference("ClusterRole", &in_cluster),
        subjects: Some(vec![grant.account.subject()]),
    };
    let (bound, binding) = ("Bound in the whole cluster".to_owned(), RbacObject::ClusterRoleBinding(binding));
    // Nothing binds the second role in the whole cluster, because it can delete everything.
    let in_scope = "In each namespace in scope, and never in the whole cluster";
    let mut all = vec![
        cluster_role("In the whole cluster", &in_cluster, &required, PermissionScope::Cluster),
        RbacManifest { about: bound, object: binding },
        cluster_role(in_scope, &name, &required, PermissionScope::PolicyScope),
    ];
    all.extend(namespaces.iter().map(|namespace| namespace_binding(grant, namespace)));
    let (lock, journal) = (grant.lock_namespace, &grant.account.namespace);
    let mut for_lock = required.in_scope(PermissionScope::Lock).collect::<Vec<_>>();
    let for_journal = required.in_scope(PermissionScope::Journal).collect::<Vec<_>>();
    // If the lock and the journals of pods are in one namespace, they have one role.
    if lock == journal {
        for_lock.extend(for_journal);
        all.extend(in_namespace(grant, "lock", lock, &for_lock));
    } else {
        all.extend(in_namespace(grant, "lock", lock, &for_lock));
        all.extend(in_namespace(grant, "journal", journal, &for_journal));
    }
    all
}

/// The binding for one namespace in scope: for people who make namespaces.
pub(crate) fn namespace_binding(grant: Grant<'_>, namespace: &Namespace) -> RbacManifest {
    let about = format!("In {namespace}, a namespace in scope");
    grant.role_binding(about, "ClusterRole", &grant.name(), namespace)
}

fn in_namespace(
    grant: Grant<'_>,
    what_for: &str,
    namespace: &Namespace,
    permissions: &[&Permission],
) -> [RbacManifest; 2] {
    let name = format!("{}.{what_for}", grant.name());
    let about = format!("In {namespace}: {}", reasons(permissions));
    let role = Role { metadata: metadata(&name, Some(namespace)), rules: Some(rules(permissions)) };
    [
        RbacManifest { about, object: RbacObject::Role(role) },
        grant.role_binding(format!("Bound in {namespace}"), "Role", &name, namespace),
    ]
}

fn cluster_role(place: &str, name: &str, required: &RequiredPermissions, scope: PermissionScope) -> RbacManifest {
    let permissions = required.in_scope(scope).collect::<Vec<_>>();
    let (metadata, rules) = (metadata(name, None), Some(rules(&permissions)));
    let role = ClusterRole { metadata, rules, ..ClusterRole::default() };
    RbacManifest { about: format!("{place}: {}", reasons(&permissions)), object: RbacObject::ClusterRole(role) }
}

fn rules(permissions: &[&Permission]) -> Vec<PolicyRule> {
    permissions.iter().map(|permission| permission.rule()).collect()
}

fn reasons(permissions: &[&Permission]) -> String {
    permissions.iter().map(|permission| permission.why).collect::<Vec<_>>().join("; ")
}

fn metadata(name: &str, namespace: Option<&Namespace>) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: namespace.map(ToString::to_string),
        labels: Some([("app.kubernetes.io/name".to_owned(), "helm-purge".to_owned())].into()),
        ..ObjectMeta::default()
    }
}

fn reference(kind: &str, name: &str) -> RoleRef {
    let group = "rbac.authorization.k8s.io".to_owned();
    RoleRef { api_group: Some(group), kind: kind.to_owned(), name: name.to_owned() }
}

impl Grant<'_> {
    /// What its objects are called. What follows the policy's name begins with a dot, which no policy's name has.
    /// Otherwise the objects of one policy could take the place of another one's, and bind in the whole cluster what
    /// deletes everything.
    fn name(&self) -> String {
        match self.purpose {
            AccountPurpose::Run => format!("helm-purge-{}", self.policy.name),
            AccountPurpose::Restore => format!("helm-purge-{}.restore", self.policy.name),
        }
    }

    fn role_binding(&self, about: String, kind: &str, name: &str, namespace: &Namespace) -> RbacManifest {
        let binding = RoleBinding {
            metadata: metadata(name, Some(namespace)),
            role_ref: reference(kind, name),
            subjects: Some(vec![self.account.subject()]),
        };
        RbacManifest { about, object: RbacObject::RoleBinding(binding) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_objects_of_whatever_policies_have_the_same_name() {
        let account = "ops/purger".parse::<ServiceAccount>().expect("an account");
        let lock_namespace = "locks".parse().expect("a namespace");
        let mut seen = std::collections::BTreeSet::new();
        for name in ["a", "a-look", "a-lock", "a-journal", "a-restore", "a-restore-look"] {
            let text = format!(
                "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: {name}}}\nclusters: [dev]\nnamespaces: [b]\n"
            );
            let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
            for purpose in [AccountPurpose::Run, AccountPurpose::Restore] {
                let grant = Grant { policy: &policy, purpose, account: &account, lock_namespace: &lock_namespace };
                for manifest in manifests(grant, &["b".parse().expect("a namespace")]) {
                    let object = serde_json::to_value(&manifest.object).expect("it is JSON");
                    let metadata = &object["metadata"];
                    let name = format!("{} {} {}", object["kind"], metadata["namespace"], metadata["name"]);
                    assert!(seen.insert(name.clone()), "{name}");
                }
            }
        }
    }
}
