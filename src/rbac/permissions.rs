//! Which permissions a policy needs: for the requests that this program makes, and for those of its helm processes.
//!
//! Each permission that helm needs was tried with Helm 3 and 4. Without `update` for Secrets, an uninstall with
//! `--keep-history` exits with 0 and has stored nothing. Helm 4 creates hooks by `patch`. To wait, helm lists and watches.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use k8s_openapi::api::rbac::v1::{PolicyRule, Subject};

use crate::policy::Policy;
use crate::release::Namespace;
use crate::uninstall_options::{Hooks, UninstallOptions, Wait};

/// A service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceAccount {
    /// Where it is.
    pub namespace: Namespace,
    /// May have dots, unlike the name of a namespace.
    pub name: String,
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AccountPurpose {
    /// To purge, and to forget
    Run,
    /// To restore, which has to make again whatever charts hold: much wider
    Restore,
}

/// Where a permission is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PermissionScope {
    /// In the whole cluster.
    Cluster,
    /// In each namespace in the scope of the policy.
    PolicyScope,
    /// In the namespace of the lock.
    Lock,
    /// In the account's own namespace, where its pods leave their journals.
    Journal,
}

/// Some verbs for a resource, in RBAC's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Permission {
    /// Empty for the core of Kubernetes; `*` for all.
    pub group: &'static str,
    /// `*` for all.
    pub resource: &'static str,
    /// The one object that it is for, if it is for one.
    pub name: Option<&'static str>,
    /// What is allowed.
    pub verbs: Vec<&'static str>,
    /// What it is needed for, in a few words.
    pub why: &'static str,
}

/// The permissions that a policy needs, each with the place where it needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequiredPermissions(Vec<(PermissionScope, Permission)>);

impl RequiredPermissions {
    /// Those of a policy.
    pub(crate) fn of(policy: &Policy, purpose: AccountPurpose) -> Self {
        let namespaces = Permission::new("", "namespaces", &["list"], "which namespaces the globs mean");
        let uid = Permission::new("", "namespaces", &["get"], "which cluster this is, by the uid of kube-system");
        let uid = Permission { name: Some("kube-system"), ..uid };
        let releases = match purpose {
            AccountPurpose::Run => to_purge(policy),
            AccountPurpose::Restore => to_restore(),
        };
        let lock = ["get", "create", "patch"];
        let lock = Permission::new("coordination.k8s.io", "leases", &lock, "the lock");
        let journal = ["get", "list", "create", "patch", "delete"];
        let journal = Permission::new("", "configmaps", &journal, "the journals of runs in pods");
        let mut all = vec![(PermissionScope::Cluster, namespaces), (PermissionScope::Cluster, uid)];
        all.extend(releases.into_iter().map(|permission| (PermissionScope::PolicyScope, permission)));
        all.extend([(PermissionScope::Lock, lock), (PermissionScope::Journal, journal)]);
        Self(all)
    }

    /// Those for one place.
    pub(crate) fn in_scope(&self, scope: PermissionScope) -> impl Iterator<Item = &Permission> {
        self.0.iter().filter(move |(of, _)| *of == scope).map(|(_, permission)| permission)
    }
}

fn to_purge(policy: &Policy) -> Vec<Permission> {
    let has = |is: &dyn Fn(&UninstallOptions) -> bool| uninstall_options(policy).any(is);
    // A helm process that waits for objects lists and watches them; the end of a phase only gets them.
    let waits = has(&|options| options.wait == Wait::Objects);
    let objects: &[&str] = if waits { &["get", "list", "watch", "delete"] } else { &["get", "delete"] };
    let mut all = vec![
        Permission::new("", "secrets", &["get", "list", "update", "delete"], "Helm's records"),
        Permission::new("", "configmaps", &["list"], "opt-outs"),
        Permission::new("*", "*", objects, "the objects of charts"),
    ];
    if has(&|options| options.hooks == Hooks::Run) {
        let verbs = ["get", "list", "watch", "create", "patch"];
        all.push(Permission::new("batch", "jobs", &verbs, "hooks before and after an uninstall"));
    }
    all
}

/// A restore makes objects of every kind that charts have.
fn to_restore() -> Vec<Permission> {
    let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
    vec![Permission::new("*", "*", &verbs, "Helm's records, and whatever charts hold")]
}

fn uninstall_options(policy: &Policy) -> impl Iterator<Item = &UninstallOptions> {
    policy.rules.iter().map(|rule| &rule.options.uninstall)
}

impl AccountPurpose {
    /// Whether the policy has anything to restore.
    pub fn fits(self, policy: &Policy) -> bool {
        self == AccountPurpose::Run || uninstall_options(policy).any(UninstallOptions::keeps_history)
    }
}

impl Permission {
    fn new(group: &'static str, resource: &'static str, verbs: &[&'static str], why: &'static str) -> Self {
        Self { group, resource, name: None, verbs: verbs.to_vec(), why }
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

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = if self.resource == "*" { "everything" } else { self.resource };
        let name = self.name.map_or_else(String::new, |name| format!(" {name}"));
        write!(f, "{} {resource}{name}", self.verbs.join(", "))
    }
}

impl ServiceAccount {
    /// The service account that the API server knows by this name of a user, if it is one.
    pub(crate) fn of_user(name: &str) -> Option<Self> {
        name.strip_prefix("system:serviceaccount:")?.replacen(':', "/", 1).parse().ok()
    }

    pub(super) fn subject(&self) -> Subject {
        Subject {
            kind: "ServiceAccount".to_owned(),
            name: self.name.clone(),
            namespace: Some(self.namespace.to_string()),
            api_group: None,
        }
    }
}

impl FromStr for ServiceAccount {
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

impl fmt::Display for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(lines: &str, purpose: AccountPurpose) -> Vec<String> {
        let text = format!(
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: x}}\nclusters: [dev]\nnamespaces: ['dev-*']\n{lines}"
        );
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        RequiredPermissions::of(&policy, purpose)
            .in_scope(PermissionScope::PolicyScope)
            .map(ToString::to_string)
            .collect()
    }

    const RECORDS: &str = "get, list, update, delete secrets";
    const JOBS: &str = "get, list, watch, create, patch jobs";

    #[test]
    fn a_policy_needs_what_its_handling_does_and_no_more() {
        let opt_outs = "list configmaps";
        for (lines, expected) in [
            ("", vec![RECORDS, opt_outs, "get, delete everything", JOBS]),
            ("defaults: {hooks: skip}\n", vec![RECORDS, opt_outs, "get, delete everything"]),
            ("defaults: {hooks: skip, wait: true}\n", vec![RECORDS, opt_outs, "get, list, watch, delete everything"]),
            (
                "defaults: {hooks: skip}\nrules: [{name: a, olderThan: 1d}, {name: b, hooks: run}]\n",
                vec![RECORDS, opt_outs, "get, delete everything", JOBS],
            ),
        ] {
            assert_eq!(needs(lines, AccountPurpose::Run), expected, "{lines}");
        }
    }

    #[test]
    fn in_the_whole_cluster_nothing_but_namespaces_is_checked() {
        let text =
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\nnamespaces: [a]\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        for purpose in [AccountPurpose::Run, AccountPurpose::Restore] {
            let needs = RequiredPermissions::of(&policy, purpose);
            let everywhere = needs.in_scope(PermissionScope::Cluster).map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(everywhere, ["list namespaces", "get namespaces kube-system"]);
        }
    }

    #[test]
    fn who_restores_makes_everything_again() {
        let all = "get, list, watch, create, update, patch, delete everything";
        assert_eq!(needs("defaults: {keepHistory: true}\n", AccountPurpose::Restore), [all]);
    }

    #[test]
    fn an_account_is_named_with_its_namespace() {
        assert_eq!(
            "ops/helm-purge".parse::<ServiceAccount>().map(|account| account.to_string()).as_deref(),
            Ok("ops/helm-purge")
        );
        for wrong in ["", "helm-purge", "ops/", "/a", "ops/a/b", "Ops/a", "ops/a b", "ops/..", "ops/-a"] {
            assert_eq!(wrong.parse::<ServiceAccount>().err().as_deref(), Some("write it as NAMESPACE/NAME"), "{wrong}");
        }
    }

    #[test]
    fn the_api_server_calls_it_a_user() {
        let account = |user: &str| ServiceAccount::of_user(user).map(|account| account.to_string());
        assert_eq!(account("system:serviceaccount:ops:helm-purge").as_deref(), Some("ops/helm-purge"));
        for other in ["alice", "ops/helm-purge", "system:serviceaccount:ops", "system:node:a", ""] {
            assert_eq!(account(other), None, "{other}");
        }
    }
}
