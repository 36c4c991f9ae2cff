//! From permissions to access reviews, from the answers to what is missing, and the checks of a doctor.

use std::collections::{BTreeMap, BTreeSet};

use super::permissions::{Permission, PermissionScope, RequiredPermissions};
use crate::cluster::{AccessReview, ApiError};
use crate::exit_code::ExitCode;

/// Kinds that most charts hold. An account that cannot delete everything may still be allowed to delete these.
const COMMON: [(&str, &str); 10] = [
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

/// Whether each request is allowed, or why that is not known.
pub(crate) type AccessAnswers = BTreeMap<AccessReview, Result<bool, ApiError>>;

/// What is missing in one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct MissingPermissions {
    /// What a run needs and cannot do, as in `delete everything`.
    pub missing: Vec<String>,
    /// What it may do with the common kinds, but not with every kind.
    pub partly: Vec<String>,
    /// Why something is not known.
    pub unknown: Option<String>,
}

/// One check of the doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DoctorCheck {
    /// The subject of the check, in one word.
    pub about: &'static str,
    /// What it means.
    pub state: FindingState,
    /// What was found, in a sentence without its full stop.
    pub found: String,
    /// How to fix it, if there is something to fix.
    pub hint: Option<String>,
}

/// What a check means for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FindingState {
    /// It is as it has to be.
    Good,
    /// A run goes on without it.
    Warning,
    /// A run would end with this exit code, or fail where this is needed.
    Missing(ExitCode),
}

/// All access reviews about one place.
pub(crate) fn access_reviews(
    required: &RequiredPermissions,
    scope: PermissionScope,
    namespace: Option<&str>,
) -> BTreeSet<AccessReview> {
    let mut all = BTreeSet::new();
    for permission in required.in_scope(scope) {
        for verb in &permission.verbs {
            all.insert(review(namespace, permission.group, permission.resource, permission.name, verb));
            let common = COMMON.iter().filter(|_| permission.resource == "*");
            all.extend(common.map(|(group, resource)| review(namespace, group, resource, None, verb)));
        }
    }
    all
}

/// What is missing in one place, by the answers to its access reviews.
pub(crate) fn missing_permissions(
    required: &RequiredPermissions,
    scope: PermissionScope,
    namespace: Option<&str>,
    answers: &AccessAnswers,
) -> MissingPermissions {
    let mut found = MissingPermissions::default();
    for permission in required.in_scope(scope) {
        let answer = |group: &str, resource: &str, verb: &str| {
            answers.get(&review(namespace, group, resource, permission.name, verb))
        };
        let mut refused = Vec::new();
        for verb in &permission.verbs {
            match answer(permission.group, permission.resource, verb) {
                Some(Ok(true)) => {}
                Some(Ok(false)) => refused.push(*verb),
                Some(Err(error)) => found.unknown = Some(error.to_string()),
                None => found.unknown = Some("it was not asked".to_owned()),
            }
        }
        if refused.is_empty() {
            continue;
        }
        let text = Permission { verbs: refused.clone(), ..permission.clone() }.to_string();
        let is_common = |verb: &&str| {
            COMMON.iter().all(|(group, resource)| matches!(answer(group, resource, verb), Some(Ok(true))))
        };
        let partly = permission.resource == "*" && refused.iter().all(is_common);
        if partly { found.partly.push(text) } else { found.missing.push(text) }
    }
    found
}

fn review(namespace: Option<&str>, group: &str, resource: &str, name: Option<&str>, verb: &str) -> AccessReview {
    AccessReview {
        namespace: namespace.map(str::to_owned),
        group: group.to_owned(),
        resource: resource.to_owned(),
        name: name.map(str::to_owned),
        verb: verb.to_owned(),
    }
}

impl DoctorCheck {
    /// All is well.
    pub(crate) fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, state: FindingState::Good, found: found.into(), hint: None }
    }

    /// A run goes on without it.
    pub(crate) fn warning(about: &'static str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { about, state: FindingState::Warning, found: found.into(), hint: Some(hint.into()) }
    }

    /// A run needs it.
    pub(crate) fn missing(
        about: &'static str,
        code: ExitCode,
        found: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { about, state: FindingState::Missing(code), found: found.into(), hint: Some(hint.into()) }
    }
}

/// The exit code of all of them: that of the first that is missing.
pub(crate) fn exit_code(checks: &[DoctorCheck]) -> ExitCode {
    let missing = checks.iter().find_map(|check| match check.state {
        FindingState::Missing(code) => Some(code),
        FindingState::Good | FindingState::Warning => None,
    });
    missing.unwrap_or(ExitCode::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::rbac::AccountPurpose;

    fn needs() -> RequiredPermissions {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: [a]\ndefaults: {hooks: skip}\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        RequiredPermissions::of(&policy, AccountPurpose::Run)
    }

    fn missing_where(allowed: impl Fn(&AccessReview) -> bool) -> MissingPermissions {
        let needs = needs();
        let answers = access_reviews(&needs, PermissionScope::PolicyScope, Some("a")).into_iter().map(|review| {
            let allowed = allowed(&review);
            (review, Ok(allowed))
        });
        missing_permissions(&needs, PermissionScope::PolicyScope, Some("a"), &answers.collect())
    }

    #[test]
    fn what_is_refused_is_missing_unless_only_rare_kinds_are() {
        assert_eq!(missing_where(|_| true), MissingPermissions::default());
        let records = missing_where(|review| review.verb != "update");
        assert_eq!(records.missing, ["update secrets"]);
        let rare = missing_where(|review| review.resource != "*");
        assert_eq!((rare.missing.len(), rare.partly.as_slice()), (0, &["get, delete everything".to_owned()][..]));
        let none = missing_where(|review| review.resource == "secrets" || review.resource == "configmaps");
        assert_eq!(none.missing, ["get, delete everything"]);
    }

    #[test]
    fn what_was_not_answered_is_neither_there_nor_missing() {
        let needs = needs();
        let answers = access_reviews(&needs, PermissionScope::PolicyScope, Some("a")).into_iter();
        let answers = answers.map(|review| (review, Err(ApiError::NoAnswer("late".to_owned())))).collect();
        let found = missing_permissions(&needs, PermissionScope::PolicyScope, Some("a"), &answers);
        assert_eq!((found.missing.len(), found.unknown.as_deref()), (0, Some("late")));
    }
}
