//! From rights to questions, and from the answers to what is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::Needs;
use super::right::{Permission, Scope};
use crate::cluster::{AccessReview, ApiError};

/// Kinds that most charts hold: of whoever may not delete everything it is asked what of these.
const USUAL: [(&str, &str); 10] = [
    ("", "configmaps"),
    ("", "secrets"),
    ("", "services"),
    ("", "serviceaccounts"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("batch", "jobs"),
    ("networking.k8s.io", "ingresses"),
    ("policy", "poddisruptionbudgets"),
    ("rbac.authorization.k8s.io", "rolebindings"),
];

/// Whether each deed is allowed, or why that could not be told.
pub type Answers = BTreeMap<AccessReview, Result<bool, ApiError>>;

/// What is missing in one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MissingPermissions {
    /// What a run needs and may not do, as in `delete everything`.
    pub missing: Vec<String>,
    /// What it may not do with every kind, but with the usual ones.
    pub partly: Vec<String>,
    /// Why something could not be told.
    pub unknown: Option<String>,
}

/// All that has to be asked about one place.
pub fn questions(needs: &Needs, scope: Scope, namespace: Option<&str>) -> BTreeSet<AccessReview> {
    let mut all = BTreeSet::new();
    for right in needs.in_scope(scope) {
        for verb in &right.verbs {
            all.insert(deed(namespace, right.group, right.resource, right.name, verb));
            let usual = USUAL.iter().filter(|_| right.resource == "*");
            all.extend(usual.map(|(group, resource)| deed(namespace, group, resource, None, verb)));
        }
    }
    all
}

/// What the answers leave open.
pub fn lack(needs: &Needs, scope: Scope, namespace: Option<&str>, answers: &Answers) -> MissingPermissions {
    let mut lack = MissingPermissions::default();
    for right in needs.in_scope(scope) {
        let answer =
            |group: &str, resource: &str, verb: &str| answers.get(&deed(namespace, group, resource, right.name, verb));
        let mut refused = Vec::new();
        for verb in &right.verbs {
            match answer(right.group, right.resource, verb) {
                Some(Ok(true)) => {}
                Some(Ok(false)) => refused.push(*verb),
                Some(Err(error)) => lack.unknown = Some(error.to_string()),
                None => lack.unknown = Some("it was not asked".to_owned()),
            }
        }
        if refused.is_empty() {
            continue;
        }
        let words = Permission { verbs: refused.clone(), ..right.clone() }.to_string();
        let may =
            |verb: &&str| USUAL.iter().all(|(group, resource)| matches!(answer(group, resource, verb), Some(Ok(true))));
        let partly = right.resource == "*" && refused.iter().all(may);
        if partly { lack.partly.push(words) } else { lack.missing.push(words) }
    }
    lack
}

fn deed(namespace: Option<&str>, group: &str, resource: &str, name: Option<&str>, verb: &str) -> AccessReview {
    AccessReview {
        namespace: namespace.map(str::to_owned),
        group: group.to_owned(),
        resource: resource.to_owned(),
        name: name.map(str::to_owned),
        verb: verb.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::rights::Purpose;

    fn needs() -> Needs {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: [a]\ndefaults: {hooks: skip}\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        Needs::of(&policy, Purpose::Run)
    }

    fn lack_where(allowed: impl Fn(&AccessReview) -> bool) -> MissingPermissions {
        let needs = needs();
        let answers = questions(&needs, Scope::PolicyScope, Some("a")).into_iter().map(|deed| {
            let allowed = allowed(&deed);
            (deed, Ok(allowed))
        });
        lack(&needs, Scope::PolicyScope, Some("a"), &answers.collect())
    }

    #[test]
    fn what_is_refused_is_missing_unless_only_rare_kinds_are() {
        assert_eq!(lack_where(|_| true), MissingPermissions::default());
        let records = lack_where(|deed| deed.verb != "update");
        assert_eq!(records.missing, ["update secrets"]);
        let rare = lack_where(|deed| deed.resource != "*");
        assert_eq!((rare.missing.len(), rare.partly.as_slice()), (0, &["get, delete everything".to_owned()][..]));
        let none = lack_where(|deed| deed.resource == "secrets" || deed.resource == "configmaps");
        assert_eq!(none.missing, ["get, delete everything"]);
    }

    #[test]
    fn what_was_not_answered_is_neither_there_nor_missing() {
        let needs = needs();
        let answers = questions(&needs, Scope::PolicyScope, Some("a")).into_iter();
        let answers = answers.map(|deed| (deed, Err(ApiError::NoAnswer("late".to_owned())))).collect();
        let lack = lack(&needs, Scope::PolicyScope, Some("a"), &answers);
        assert_eq!((lack.missing.len(), lack.unknown.as_deref()), (0, Some("late")));
    }
}
