//! Leases: who holds something. A Lease is changed only as it was read.
//!
//! A change affects only the four fields of the holder, so that labels and annotations of others stay. All of it needs
//! the rights to get, create and patch Leases in a namespace.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::Api;
use kube::api::{ObjectMeta, Patch};
use serde_json::{Value, json};

use super::client::Client;
use super::request::{ApiError, patch_params, post_params, with_timeout};
use crate::release::{Namespace, ObjectVersion};

/// A Lease as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedLease {
    /// Who holds it; none if it was released. Untrusted text.
    pub holder: Option<String>,
    /// For how long after a renewal it is held; none if another program wrote it without a duration.
    pub duration: Option<Duration>,
    /// When its holder acquired it, by the holder's clock.
    pub acquired: Option<Timestamp>,
    /// When it was last renewed, by the holder's clock.
    pub renewed: Option<Timestamp>,
    /// How often the holder changed.
    pub transitions: i32,
    /// The object's UID and resource version.
    pub writing: ObjectVersion,
}

/// What to write into a Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// Who holds it; none to release it.
    pub holder: Option<String>,
    /// For how long after this renewal.
    pub duration: Duration,
    /// The time of this renewal.
    pub now: Timestamp,
}

/// The result of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseWriteResult {
    /// It was written.
    Done(ObservedLease),
    /// It was written or deleted since it was read, and nothing was written now.
    Outdated,
}

impl Client {
    /// A Lease, if there is one of that name.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn lease(&self, namespace: &Namespace, name: &str) -> Result<Option<ObservedLease>, ApiError> {
        let name = name.to_owned();
        let get = async move |api: Api<Lease>| with_timeout(api.get_opt(&name)).await;
        Ok(self.query_in(namespace.as_str(), get)?.map(ObservedLease::from))
    }

    /// Changes a Lease as it was read, or creates it if there was none.
    ///
    /// # Errors
    /// If that is not allowed, or the namespace does not exist. If no answer came, it may have been written.
    pub fn write_lease(
        &self,
        namespace: &Namespace,
        name: &str,
        request: &LeaseRequest,
        over: Option<&ObservedLease>,
    ) -> Result<LeaseWriteResult, ApiError> {
        let (name, request, over) = (name.to_owned(), request.clone(), over.cloned());
        self.query_in(namespace.as_str(), async move |api: Api<Lease>| {
            with_timeout(async {
                let written = match &over {
                    None => api.create(&post_params(), &new_lease(&name, &request)).await,
                    Some(seen) => api.patch(&name, &patch_params(), &Patch::Merge(change(&request, seen))).await,
                };
                // 404: the Lease was deleted since it was read; or for a new one, the namespace does not exist.
                let is_outdated = |code| code == 409 || (code == 404 && over.is_some());
                match written {
                    Err(kube::Error::Api(status)) if is_outdated(status.code) => Ok(LeaseWriteResult::Outdated),
                    written => written.map(|lease| LeaseWriteResult::Done(lease.into())),
                }
            })
            .await
        })
    }
}

fn new_lease(name: &str, request: &LeaseRequest) -> Lease {
    let spec = LeaseSpec {
        holder_identity: request.holder.clone(),
        lease_duration_seconds: Some(seconds(request.duration)),
        acquire_time: Some(MicroTime(request.now)),
        renew_time: Some(MicroTime(request.now)),
        lease_transitions: Some(0),
        ..LeaseSpec::default()
    };
    Lease { metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() }, spec: Some(spec) }
}

/// The API server refuses the change if the Lease has another UID or resource version.
fn change(request: &LeaseRequest, seen: &ObservedLease) -> Value {
    let now = MicroTime(request.now);
    let mut spec = json!({
        "holderIdentity": request.holder, "leaseDurationSeconds": seconds(request.duration), "renewTime": now,
    });
    if request.holder.is_some() && request.holder != seen.holder {
        spec["acquireTime"] = json!(now);
        spec["leaseTransitions"] = json!(seen.transitions.saturating_add(1));
    }
    let (uid, version) = (&*seen.writing.uid, &*seen.writing.version);
    json!({"metadata": {"uid": uid, "resourceVersion": version}, "spec": spec})
}

/// The API server accepts no duration below a second.
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
            writing: ObjectVersion::from(&lease.metadata),
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
        let request = LeaseRequest { holder: holder.map(str::to_owned), duration: Duration::from_mins(1), now };
        change(&request, seen)
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
