//! A service account: who gets rights.

use std::fmt;
use std::str::FromStr;

use k8s_openapi::api::rbac::v1::Subject;

use crate::release::Namespace;

/// A service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The namespace it lies in.
    pub namespace: Namespace,
    /// Its name.
    pub name: String,
}

impl Account {
    /// The service account that the API server knows by this name of a user, if it is one.
    pub fn of_user(name: &str) -> Option<Self> {
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
    fn an_account_is_named_with_its_namespace() {
        assert_eq!(
            "ops/helm-purge".parse::<Account>().map(|account| account.to_string()).as_deref(),
            Ok("ops/helm-purge")
        );
        for wrong in ["", "helm-purge", "ops/", "/a", "ops/a/b", "Ops/a", "ops/a b", "ops/..", "ops/-a"] {
            assert!(wrong.parse::<Account>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_api_server_calls_it_a_user() {
        let account = |user: &str| Account::of_user(user).map(|account| account.to_string());
        assert_eq!(account("system:serviceaccount:ops:helm-purge").as_deref(), Some("ops/helm-purge"));
        for other in ["alice", "ops/helm-purge", "system:serviceaccount:ops", "system:node:a", ""] {
            assert_eq!(account(other), None, "{other}");
        }
    }
}
