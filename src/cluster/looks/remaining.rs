//! Which objects are still there: asked for by their names, for there may be very many others.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{StreamExt, iter};
use kube::Api;
use kube::api::DynamicObject;

use super::SIDE_BY_SIDE;
use super::kinds::{Groups, Home, Scope, groups, home};
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;
use crate::release::ObjectRef;

/// So many objects in one look, and so many groups: each request may take its time, and a look has an end.
const TOGETHER: usize = 5 * SIDE_BY_SIDE;

/// Whether an object is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is, or another one of that name.
    There,
    /// It is, and it is being deleted.
    Leaving,
    /// It is not.
    Gone,
    /// That cannot be told, for this reason.
    Unknown(ApiError),
}

impl Client {
    /// For each object, in order: whether it is still there.
    pub fn presence(&self, objects: &[ObjectRef]) -> Vec<Presence> {
        let groups = match self.groups_of(objects) {
            Ok(groups) => groups,
            Err(error) => return vec![Presence::Unknown(error); objects.len()],
        };
        let mut found = Vec::with_capacity(objects.len());
        for some in objects.chunks(TOGETHER) {
            let questions = some.iter().map(|object| question(object, &groups)).collect::<Vec<_>>();
            match self.look(|client| async { Ok(ask(client, questions).await) }) {
                Ok(answers) => found.extend(answers),
                // Whatever it is, the next ones would wait for it as well.
                Err(error) => {
                    found.resize(objects.len(), Presence::Unknown(error));
                    break;
                }
            }
        }
        found
    }

    fn groups_of(&self, objects: &[ObjectRef]) -> Result<Groups, ApiError> {
        let wanted = objects.iter().map(|object| object.group().to_owned()).collect::<BTreeSet<_>>();
        let wanted = wanted.into_iter().collect::<Vec<_>>();
        let mut all = BTreeMap::new();
        for some in wanted.chunks(TOGETHER) {
            let some = some.iter().cloned().collect();
            all.extend(self.look(|client| groups(client, some))?);
        }
        Ok(all)
    }
}

/// What to ask about an object; or what can be said without asking.
type Question = Result<(Home, ObjectRef), Presence>;

fn question(object: &ObjectRef, groups: &Groups) -> Question {
    if !is_name(&object.name) || !is_name(&object.namespace) {
        let why = format!("{:?} is no name that an object can have", object.name);
        return Err(Presence::Unknown(ApiError::Unsupported(why)));
    }
    match groups.get(object.group()) {
        Some(Ok(versions)) => match home(versions, &object.api_version, &object.kind) {
            Some(home) => Ok((home, object.clone())),
            None => Err(Presence::Gone),
        },
        Some(Err(error)) => Err(Presence::Unknown(error.clone())),
        None => Err(Presence::Unknown(ApiError::Failed("its kind was not looked for".to_owned()))),
    }
}

/// A name that leads to an object and nowhere else, as part of an address.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@".contains(&byte);
    !name.is_empty() && name != "." && name != ".." && name.bytes().all(is_plain)
}

async fn ask(client: kube::Client, questions: Vec<Question>) -> Vec<Presence> {
    let answers = questions.into_iter().map(|question| {
        let client = client.clone();
        async move {
            match question {
                Ok((home, object)) => presence(client, &home, &object).await,
                Err(known) => known,
            }
        }
    });
    iter(answers).buffered(SIDE_BY_SIDE).collect().await
}

async fn presence(client: kube::Client, home: &Home, object: &ObjectRef) -> Presence {
    let api: Api<DynamicObject> = match home.scope {
        Scope::Namespace => Api::namespaced_with(client, &object.namespace, &home.resource),
        Scope::Cluster => Api::all_with(client, &home.resource),
    };
    match answered(|| api.get_metadata_opt(&object.name)).await {
        Ok(Some(found)) if found.metadata.deletion_timestamp.is_some() => Presence::Leaving,
        Ok(Some(_)) => Presence::There,
        Ok(None) => Presence::Gone,
        Err(error) => Presence::Unknown(error),
    }
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
