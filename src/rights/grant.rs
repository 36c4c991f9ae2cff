//! The objects that grant rights to a service account.

use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding, RoleRef};
use kube::api::ObjectMeta;
use serde::Serialize;

use super::account::Account;
use super::needs::{Needs, Purpose};
use super::right::{Permission, Scope};
use crate::policy::Policy;
use crate::release::Namespace;

const GROUP: &str = "rbac.authorization.k8s.io";

/// Who gets which rights for a policy, and where its lock is.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What the account is for.
    pub purpose: Purpose,
    /// Who gets them.
    pub account: &'a Account,
    /// The namespace of the lock.
    pub lock_namespace: &'a Namespace,
}

/// An object that grants rights, and what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct RbacManifest {
    /// In a sentence without its full stop.
    pub about: String,
    /// The object.
    pub object: RbacObject,
}

/// One of Kubernetes' objects for rights.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "they are called what Kubernetes calls them")]
pub enum RbacObject {
    ClusterRole(ClusterRole),
    ClusterRoleBinding(ClusterRoleBinding),
    Role(Role),
    RoleBinding(RoleBinding),
}

/// Everything that a policy needs, bound in these namespaces of its fence.
pub fn grants(binding: Binding<'_>, namespaces: &[Namespace]) -> Vec<RbacManifest> {
    let needs = Needs::of(binding.policy, binding.purpose);
    let mut grants = everywhere(binding, &needs);
    grants.push(in_fence(binding, &needs));
    grants.extend(namespaces.iter().map(|namespace| self::binding(binding, namespace)));
    grants.extend(for_runs(binding, &needs));
    grants
}

/// What binds the rights in one namespace of the fence: for those who make namespaces.
pub fn binding(binding: Binding<'_>, namespace: &Namespace) -> RbacManifest {
    let name = binding.name();
    let object = RoleBinding {
        metadata: metadata(&name, Some(namespace)),
        role_ref: reference("ClusterRole", &name),
        subjects: Some(vec![binding.account.subject()]),
    };
    RbacManifest { about: format!("In {namespace}, a namespace of the fence"), object: RbacObject::RoleBinding(object) }
}

fn everywhere(binding: Binding<'_>, needs: &Needs) -> Vec<RbacManifest> {
    let name = format!("{}.look", binding.name());
    let rights = needs.in_scope(Scope::Cluster).collect::<Vec<_>>();
    let role = ClusterRole {
        metadata: metadata(&name, None),
        rules: Some(rights.iter().map(|right| right.rule()).collect()),
        ..ClusterRole::default()
    };
    let bound = ClusterRoleBinding {
        metadata: metadata(&name, None),
        role_ref: reference("ClusterRole", &name),
        subjects: Some(vec![binding.account.subject()]),
    };
    let about = format!("In the whole cluster: {}", reasons(&rights));
    vec![
        RbacManifest { about, object: RbacObject::ClusterRole(role) },
        RbacManifest { about: "Bound in the whole cluster".to_owned(), object: RbacObject::ClusterRoleBinding(bound) },
    ]
}

/// Bound by nobody in the whole cluster: it can delete everything.
fn in_fence(binding: Binding<'_>, needs: &Needs) -> RbacManifest {
    let rights = needs.in_scope(Scope::PolicyScope).collect::<Vec<_>>();
    let role = ClusterRole {
        metadata: metadata(&binding.name(), None),
        rules: Some(rights.iter().map(|right| right.rule()).collect()),
        ..ClusterRole::default()
    };
    let about = format!("In each namespace of the fence, and never in the whole cluster: {}", reasons(&rights));
    RbacManifest { about, object: RbacObject::ClusterRole(role) }
}

/// The lock, and the journals of pods: one role where both are in one namespace.
fn for_runs(binding: Binding<'_>, needs: &Needs) -> Vec<RbacManifest> {
    let (lock, journal) = (binding.lock_namespace, &binding.account.namespace);
    if lock == journal {
        return inside(binding, "lock", lock, needs.in_scope(Scope::Lock).chain(needs.in_scope(Scope::Journal)));
    }
    let mut grants = inside(binding, "lock", lock, needs.in_scope(Scope::Lock));
    grants.extend(inside(binding, "journal", journal, needs.in_scope(Scope::Journal)));
    grants
}

fn inside<'a>(
    binding: Binding<'_>,
    what_for: &str,
    namespace: &Namespace,
    rights: impl Iterator<Item = &'a Permission>,
) -> Vec<RbacManifest> {
    let name = format!("{}.{what_for}", binding.name());
    let rights = rights.collect::<Vec<_>>();
    let role = Role {
        metadata: metadata(&name, Some(namespace)),
        rules: Some(rights.iter().map(|right| right.rule()).collect()),
    };
    let bound = RoleBinding {
        metadata: metadata(&name, Some(namespace)),
        role_ref: reference("Role", &name),
        subjects: Some(vec![binding.account.subject()]),
    };
    let about = format!("In {namespace}: {}", reasons(&rights));
    vec![
        RbacManifest { about, object: RbacObject::Role(role) },
        RbacManifest { about: format!("Bound in {namespace}"), object: RbacObject::RoleBinding(bound) },
    ]
}

fn reasons(rights: &[&Permission]) -> String {
    rights.iter().map(|right| right.why).collect::<Vec<_>>().join("; ")
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
    RoleRef { api_group: Some(GROUP.to_owned()), kind: kind.to_owned(), name: name.to_owned() }
}

impl Binding<'_> {
    /// What its objects are called. What follows the policy's name begins with a dot, which no policy's name has: else the
    /// objects of one policy could take the place of another one's, and bind in the whole cluster what deletes everything.
    fn name(&self) -> String {
        match self.purpose {
            Purpose::Run => format!("helm-purge-{}", self.policy.name),
            Purpose::Restore => format!("helm-purge-{}.restore", self.policy.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_objects_of_whatever_policies_have_the_same_name() {
        let account = "ops/purger".parse::<Account>().expect("an account");
        let lock_namespace = "locks".parse().expect("a namespace");
        let mut seen = std::collections::BTreeSet::new();
        for name in ["a", "a-look", "a-lock", "a-journal", "a-restore", "a-restore-look"] {
            let text = format!(
                "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: {name}}}\nclusters: [dev]\nnamespaces: [b]\n"
            );
            let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
            for purpose in [Purpose::Run, Purpose::Restore] {
                let binding = Binding { policy: &policy, purpose, account: &account, lock_namespace: &lock_namespace };
                for grant in grants(binding, &["b".parse().expect("a namespace")]) {
                    let object = serde_json::to_value(&grant.object).expect("it is JSON");
                    let metadata = &object["metadata"];
                    let name = format!("{} {} {}", object["kind"], metadata["namespace"], metadata["name"]);
                    assert!(seen.insert(name.clone()), "{name}");
                }
            }
        }
    }
}
