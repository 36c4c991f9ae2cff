//! Leases: who holds something, written only over what was seen.
//!
//! One that is there is changed by the four fields that say so, and in nothing else, so that labels and annotations of
//! others stay. Whoever may get, create and patch Leases in a namespace may do all of it.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::Api;
use kube::api::{ObjectMeta, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::client::{Client, in_time};
use super::look_error::ApiError;
use crate::release::{Namespace, ObjectVersion};

const FIELD_MANAGER: &str = "helm-purge";

/// A Lease as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedLease {
    /// Who holds it; nobody, where it was given back. Foreign text.
    pub holder: Option<String>,
    /// For how long after a renewal it is held; unknown where somebody else wrote it and did not say.
    pub duration: Option<Duration>,
    /// Since when its holder holds it, by the holder's clock.
    pub acquired: Option<Timestamp>,
    /// When it was last renewed, by the holder's clock.
    pub renewed: Option<Timestamp>,
    /// How often it went from one holder to another.
    pub transitions: i32,
    /// Which writing of it this is.
    pub writing: ObjectVersion,
}

/// What a Lease is to say from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// Who holds it; nobody, for it to be given back.
    pub holder: Option<String>,
    /// For how long after this writing.
    pub duration: Duration,
    /// The time of this writing.
    pub now: Timestamp,
}

/// What came of writing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseWriteResult {
    /// It says so now.
    Done(ObservedLease),
    /// It is not any more what was seen, and nothing was written.
    Outdated,
}

impl Client {
    /// A Lease, where there is one of that name.
    ///
    /// # Errors
    /// Where it cannot be looked at.
    pub fn lease(&self, namespace: &Namespace, name: &str) -> Result<Option<ObservedLease>, ApiError> {
        let (namespace, name) = (namespace.to_string(), name.to_owned());
        let found = self.look(|client| async move {
            let api = Api::<Lease>::namespaced(client, &namespace);
            in_time(api.get_opt(&name)).await
        })?;
        Ok(found.map(ObservedLease::from))
    }

    /// Writes a Lease over what was seen, or makes it where nothing was.
    ///
    /// # Errors
    /// Where that is not allowed, or the namespace is not there; it may have been written where no answer came.
    pub fn write_lease(
        &self,
        namespace: &Namespace,
        name: &str,
        wish: &LeaseRequest,
        over: Option<&ObservedLease>,
    ) -> Result<LeaseWriteResult, ApiError> {
        let (namespace, name, wish, over) = (namespace.to_string(), name.to_owned(), wish.clone(), over.cloned());
        self.look(|client| async move {
            let api = Api::<Lease>::namespaced(client, &namespace);
            let written = in_time(async {
                let written = match over {
                    None => api.create(&create_parameters(), &new_lease(&name, &wish)).await,
                    Some(seen) => {
                        let change = Patch::Merge(change(&wish, &seen));
                        api.patch(&name, &patch_parameters(), &change).await.map_err(gone_is_outdated)
                    }
                };
                match written {
                    Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
                    other => other.map(Some),
                }
            });
            Ok(written.await?.map_or(LeaseWriteResult::Outdated, |lease| LeaseWriteResult::Done(lease.into())))
        })
    }
}

fn create_parameters() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

fn patch_parameters() -> PatchParams {
    PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() }
}

/// What was removed since it was seen is not any more what was seen.
fn gone_is_outdated(error: kube::Error) -> kube::Error {
    match error {
        kube::Error::Api(mut status) if status.code == 404 => {
            status.code = 409;
            kube::Error::Api(status)
        }
        other => other,
    }
}

fn new_lease(name: &str, wish: &LeaseRequest) -> Lease {
    let spec = LeaseSpec {
        holder_identity: wish.holder.clone(),
        lease_duration_seconds: Some(seconds(wish.duration)),
        acquire_time: Some(MicroTime(wish.now)),
        renew_time: Some(MicroTime(wish.now)),
        lease_transitions: Some(0),
        ..LeaseSpec::default()
    };
    Lease { metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() }, spec: Some(spec) }
}

/// A change that names the writing it is for is refused by the API server for any other.
fn change(wish: &LeaseRequest, seen: &ObservedLease) -> Value {
    let now = MicroTime(wish.now);
    let mut spec = json!({
        "holderIdentity": wish.holder, "leaseDurationSeconds": seconds(wish.duration), "renewTime": now,
    });
    if wish.holder.is_some() && wish.holder != seen.holder {
        spec["acquireTime"] = json!(now);
        spec["leaseTransitions"] = json!(seen.transitions.saturating_add(1));
    }
    let (uid, version) = (&*seen.writing.uid, &*seen.writing.version);
    json!({"metadata": {"uid": uid, "resourceVersion": version}, "spec": spec})
}

/// The API server takes none shorter than a second.
fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX).max(1)
}

impl From<Lease> for ObservedLease {
    fn from(lease: Lease) -> Self {
        let spec = lease.spec.unwrap_or_default();
        let seconds = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        Self {
            holder: spec.holder_identity.filter(|holder| !holder.is_empty()),
            duration: seconds.map(Duration::from_secs),
            acquired: spec.acquire_time.map(|time| time.0),
            renewed: spec.renew_time.map(|time| time.0),
            transitions: spec.lease_transitions.unwrap_or_default(),
            writing: ObjectVersion {
                uid: lease.metadata.uid.unwrap_or_default().into(),
                version: lease.metadata.resource_version.unwrap_or_default().into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(holder: Option<&str>) -> ObservedLease {
        ObservedLease {
            holder: holder.map(str::to_owned),
            duration: None,
            acquired: None,
            renewed: None,
            transitions: 3,
            writing: ObjectVersion { uid: "u".into(), version: "7".into() },
        }
    }

    fn changed(holder: Option<&str>, seen: &ObservedLease) -> Value {
        let now = "2026-11-25T19:00:00.5Z".parse().expect("a time");
        let wish = LeaseRequest { holder: holder.map(str::to_owned), duration: Duration::from_mins(1), now };
        change(&wish, seen)
    }

    #[test]
    fn a_change_is_for_one_writing_and_says_since_when_only_for_a_new_holder() {
        let now = "2026-11-25T19:00:00.500000Z";
        let (mine, others) = (changed(Some("me"), &seen(Some("me"))), changed(Some("me"), &seen(Some("other"))));
        assert_eq!(mine["metadata"], json!({"uid": "u", "resourceVersion": "7"}));
        assert_eq!(mine["spec"], json!({"holderIdentity": "me", "leaseDurationSeconds": 60, "renewTime": now}));
        assert_eq!(others["spec"]["acquireTime"], json!(now));
        assert_eq!(others["spec"]["leaseTransitions"], json!(4));
        let given_back = changed(None, &seen(Some("me")));
        assert!(given_back["spec"]["holderIdentity"].is_null() && given_back["spec"].get("acquireTime").is_none());
    }
}
