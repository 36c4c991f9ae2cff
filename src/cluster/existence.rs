//! Which objects still exist. Each is requested by its name, because there may be very many others of its kind.

use kube::Api;
use kube::api::DynamicObject;
use kube::discovery::Scope;

use super::client::Client;
use super::discovery::{ApiGroups, ServedKind, find_in_group};
use super::request::{ApiError, with_retry};
use crate::release::ObjectRef;

/// Whether an object still exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectPresence {
    /// It does, or another one of its name.
    Exists,
    /// It does, and it is being deleted.
    Terminating,
    /// It does not.
    Gone,
    /// That cannot be determined, for this reason.
    Unknown(ApiError),
}

impl Client {
    /// Whether each object still exists, in the order of the objects.
    pub fn presence(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence> {
        let groups = match self.api_groups(objects.iter().map(|object| object.group().to_owned()).collect()) {
            Ok(groups) => groups,
            Err(error) => return vec![ObjectPresence::Unknown(error); objects.len()],
        };
        let objects = objects.iter().map(|object| (object.clone(), kind_of(object, &groups))).collect::<Vec<_>>();
        let found = self.query_each(&objects, &async |client, (object, kind)| match kind? {
            Some(kind) => presence(client, &kind, &object).await,
            None => Ok(ObjectPresence::Gone),
        });
        found.into_iter().map(|found| found.unwrap_or_else(ObjectPresence::Unknown)).collect()
    }
}

/// None if the cluster does not serve its kind.
fn kind_of(object: &ObjectRef, groups: &ApiGroups) -> Result<Option<ServedKind>, ApiError> {
    if !is_name(&object.name) || !is_name(&object.namespace) {
        return Err(ApiError::Unsupported(format!("{:?} is not a valid object name", object.name)));
    }
    match groups.get(object.group()) {
        Some(versions) => {
            Ok(find_in_group(versions.as_ref().map_err(Clone::clone)?, &object.api_version, &object.kind))
        }
        None => Err(ApiError::Failed("its kind was not queried".to_owned())),
    }
}

/// Whether a name, as part of a URL, leads to an object and nowhere else.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@".contains(&byte);
    !name.is_empty() && name != "." && name != ".." && name.bytes().all(is_plain)
}

async fn presence(client: &kube::Client, kind: &ServedKind, object: &ObjectRef) -> Result<ObjectPresence, ApiError> {
    let api: Api<DynamicObject> = match kind.scope {
        Scope::Namespaced => Api::namespaced_with(client.clone(), &object.namespace, &kind.resource),
        Scope::Cluster => Api::all_with(client.clone(), &kind.resource),
    };
    let found = with_retry(async || api.get_metadata_opt(&object.name).await).await?;
    Ok(match found {
        Some(found) if found.metadata.deletion_timestamp.is_some() => ObjectPresence::Terminating,
        Some(_) => ObjectPresence::Exists,
        None => ObjectPresence::Gone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_lead_elsewhere_is_not_asked_for() {
        for name in ["", ".", "..", "a/b", "a?b", "a%2fb", "a b", "a\u{e9}", "a\n"] {
            assert!(!is_name(name), "{name:?}");
        }
        for name in ["web", "system:node", "v1.example.com", "A_b"] {
            assert!(is_name(name), "{name:?}");
        }
    }
}
