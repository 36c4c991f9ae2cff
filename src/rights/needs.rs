//! Which rights a policy needs: for the requests that this program makes, and for those of its helm children.
//!
//! What helm needs was tried with both Helms, right by right: without `update` for Secrets an uninstall that keeps the
//! history exits with 0 and has stored nothing; Helm 4 makes hooks by `patch`; waiting lists and watches.

use clap::ValueEnum;

use super::right::{Permission, Scope};
use crate::options::{Hooks, UninstallOptions, Wait};
use crate::policy::Policy;

/// What the account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    /// To purge, and to prune
    Run,
    /// To restore, which has to make again whatever charts hold: much wider
    Restore,
}

/// The rights that a policy needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs(Vec<(Scope, Permission)>);

impl Needs {
    /// Those of a policy.
    pub fn of(policy: &Policy, purpose: Purpose) -> Self {
        let mut needs = Self(Vec::new());
        needs.looks();
        match purpose {
            Purpose::Run => needs.purge(policy),
            Purpose::Restore => needs.restore(),
        }
        needs.lock_and_journal();
        needs
    }

    /// Those for one place.
    pub fn in_scope(&self, scope: Scope) -> impl Iterator<Item = &Permission> {
        self.0.iter().filter(move |(of, _)| *of == scope).map(|(_, right)| right)
    }

    fn add(&mut self, scope: Scope, right: Permission) {
        self.0.push((scope, right));
    }

    /// All that is looked at in the whole cluster.
    fn looks(&mut self) {
        self.add(Scope::Cluster, Permission::new("", "namespaces", &["list"], "which namespaces the globs mean"));
        let uid = Permission::new("", "namespaces", &["get"], "which cluster this is, by the uid of kube-system");
        self.add(Scope::Cluster, uid.only("kube-system"));
    }

    fn purge(&mut self, policy: &Policy) {
        let records = ["get", "list", "update", "delete"];
        self.add(Scope::PolicyScope, Permission::new("", "secrets", &records, "Helm's records"));
        self.add(Scope::PolicyScope, Permission::new("", "configmaps", &["list"], "opt-outs"));
        let has = |is: &dyn Fn(&UninstallOptions) -> bool| uninstall_options(policy).any(is);
        // Who waits for objects lists and watches them; who waits for a phase to end only asks whether they are there.
        let waits = has(&|options| options.wait == Wait::Objects);
        let verbs: &[&str] = if waits { &["get", "list", "watch", "delete"] } else { &["get", "delete"] };
        self.add(Scope::PolicyScope, Permission::new("*", "*", verbs, "the objects of charts"));
        if has(&|options| options.hooks == Hooks::Run) {
            let verbs = ["get", "list", "watch", "create", "patch"];
            self.add(
                Scope::PolicyScope,
                Permission::new("batch", "jobs", &verbs, "hooks before and after an uninstall"),
            );
        }
    }

    /// Whoever restores makes objects of every kind that charts have.
    fn restore(&mut self) {
        let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
        self.add(Scope::PolicyScope, Permission::new("*", "*", &verbs, "Helm's records, and whatever charts hold"));
    }

    fn lock_and_journal(&mut self) {
        let lock = ["get", "create", "patch"];
        self.add(Scope::Lock, Permission::new("coordination.k8s.io", "leases", &lock, "the lock"));
        let journal = ["get", "list", "create", "patch", "delete"];
        self.add(Scope::Journal, Permission::new("", "configmaps", &journal, "the journals of runs in pods"));
    }
}

fn uninstall_options(policy: &Policy) -> impl Iterator<Item = &UninstallOptions> {
    policy.rules.iter().map(|rule| &rule.options.uninstall)
}

impl Purpose {
    /// Whether the policy has anything to restore.
    pub fn fits(self, policy: &Policy) -> bool {
        self == Purpose::Run || uninstall_options(policy).any(UninstallOptions::keeps_history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(lines: &str, purpose: Purpose) -> Vec<String> {
        let text = format!(
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: x}}\nclusters: [dev]\nnamespaces: ['dev-*']\n{lines}"
        );
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        Needs::of(&policy, purpose).in_scope(Scope::PolicyScope).map(ToString::to_string).collect()
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
            assert_eq!(needs(lines, Purpose::Run), expected, "{lines}");
        }
    }

    #[test]
    fn in_the_whole_cluster_nothing_but_namespaces_is_looked_at() {
        let text =
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\nnamespaces: [a]\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        for purpose in [Purpose::Run, Purpose::Restore] {
            let needs = Needs::of(&policy, purpose);
            let everywhere = needs.in_scope(Scope::Cluster).map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(everywhere, ["list namespaces", "get namespaces kube-system"]);
        }
    }

    #[test]
    fn who_restores_makes_everything_again() {
        let all = "get, list, watch, create, update, patch, delete everything";
        assert_eq!(needs("defaults: {keepHistory: true}\n", Purpose::Restore), [all]);
    }
}
