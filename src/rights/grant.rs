//! The objects that grant rights to a service account.

use std::fmt;
use std::str::FromStr;

use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding, RoleRef, Subject};
use kube::api::ObjectMeta;
use serde::Serialize;

use super::needs::{Needs, Purpose};
use super::right::{Right, Scope};
use crate::policy::Policy;
use crate::release::Namespace;

const GROUP: &str = "rbac.authorization.k8s.io";

/// A service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The namespace it lies in.
    pub namespace: Namespace,
    /// Its name.
    pub name: String,
}

/// Who gets which rights for a policy, and where its lock is.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What the account is for.
    pub purpose: Purpose,
    /// Who gets them.
    pub account: &'a Account,
    /// The namespace of the lock, and of the journals of pods.
    pub lock_namespace: &'a Namespace,
}

/// An object that grants rights, and what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// In a sentence without its full stop.
    pub about: String,
    /// The object.
    pub object: GrantObject,
}

/// One of Kubernetes' objects for rights.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "they are called what Kubernetes calls them")]
pub enum GrantObject {
    ClusterRole(ClusterRole),
    ClusterRoleBinding(ClusterRoleBinding),
    Role(Role),
    RoleBinding(RoleBinding),
}

/// Everything that a policy needs, bound in these namespaces of its fence.
pub fn grants(binding: Binding<'_>, namespaces: &[Namespace]) -> Vec<Grant> {
    let needs = Needs::of(binding.policy, binding.purpose);
    let mut grants = everywhere(binding, &needs);
    grants.push(in_fence(binding, &needs));
    grants.extend(namespaces.iter().map(|namespace| self::binding(binding, namespace)));
    grants.extend(for_lock(binding, &needs));
    grants
}

/// What binds the rights in one namespace of the fence: for those who make namespaces.
pub fn binding(binding: Binding<'_>, namespace: &Namespace) -> Grant {
    let name = binding.name();
    let object = RoleBinding {
        metadata: metadata(&name, Some(namespace)),
        role_ref: reference("ClusterRole", &name),
        subjects: Some(vec![binding.account.subject()]),
    };
    Grant { about: format!("In {namespace}, a namespace of the fence"), object: GrantObject::RoleBinding(object) }
}

fn everywhere(binding: Binding<'_>, needs: &Needs) -> Vec<Grant> {
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
        Grant { about, object: GrantObject::ClusterRole(role) },
        Grant { about: "Bound in the whole cluster".to_owned(), object: GrantObject::ClusterRoleBinding(bound) },
    ]
}

/// Bound by nobody in the whole cluster: it can delete everything.
fn in_fence(binding: Binding<'_>, needs: &Needs) -> Grant {
    let rights = needs.in_scope(Scope::Fence).collect::<Vec<_>>();
    let role = ClusterRole {
        metadata: metadata(&binding.name(), None),
        rules: Some(rights.iter().map(|right| right.rule()).collect()),
        ..ClusterRole::default()
    };
    let about = format!("In each namespace of the fence, and never in the whole cluster: {}", reasons(&rights));
    Grant { about, object: GrantObject::ClusterRole(role) }
}

fn for_lock(binding: Binding<'_>, needs: &Needs) -> Vec<Grant> {
    let name = format!("{}.lock", binding.name());
    let rights = needs.in_scope(Scope::Lock).collect::<Vec<_>>();
    let role = Role {
        metadata: metadata(&name, Some(binding.lock_namespace)),
        rules: Some(rights.iter().map(|right| right.rule()).collect()),
    };
    let bound = RoleBinding {
        metadata: metadata(&name, Some(binding.lock_namespace)),
        role_ref: reference("Role", &name),
        subjects: Some(vec![binding.account.subject()]),
    };
    let about = format!("In {}: {}", binding.lock_namespace, reasons(&rights));
    vec![
        Grant { about, object: GrantObject::Role(role) },
        Grant { about: format!("Bound in {}", binding.lock_namespace), object: GrantObject::RoleBinding(bound) },
    ]
}

fn reasons(rights: &[&Right]) -> String {
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

impl Account {
    fn subject(&self) -> Subject {
        Subject {
            kind: "ServiceAccount".to_owned(),
            name: self.name.clone(),
            namespace: Some(self.namespace.to_string()),
            api_group: None,
        }
    }
}

impl FromStr for Account {
    type Err = String;

    /// Reads `NAMESPACE/NAME`. Names of service accounts follow the rules for names of namespaces, and may have dots.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as NAMESPACE/NAME".to_owned();
        let (namespace, name) = text.split_once('/').ok_or_else(wrong)?;
        let is_legal = |part: &str| part.parse::<Namespace>().is_ok();
        if name.is_empty() || !name.split('.').all(is_legal) {
            return Err(wrong());
        }
        Ok(Self { namespace: namespace.parse().map_err(|_| wrong())?, name: name.to_owned() })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_objects_of_whatever_policies_have_the_same_name() {
        let account = "ops/purger".parse::<Account>().expect("an account");
        let lock_namespace = "ops".parse().expect("a namespace");
        let mut seen = std::collections::BTreeSet::new();
        for name in ["a", "a-look", "a-lock", "a-restore", "a-restore-look"] {
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

    #[test]
    fn an_account_is_named_with_its_namespace() {
        assert_eq!(
            "ops/helm-purge".parse::<Account>().map(|account| account.to_string()).as_deref(),
            Ok("ops/helm-purge")
        );
        for wrong in ["", "helm-purge", "ops/", "/a", "ops/a/b", "Ops/a", "ops/a b", "ops/..", "ops/-a"] {
            assert!(wrong.parse::<Account>().is_err(), "{wrong}");
        }
    }
}
