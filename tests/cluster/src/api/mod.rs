//! The cluster's objects, as JSON, from synchronous code.
//!
//! Must not interpret objects: it carries them to the API server and back. The only place with a runtime in it.

mod address;
mod connection;
mod kind;
mod kinds;
mod many;

use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use address::{Address, Within, dynamic, to_json};
pub use connection::Api;
pub use kind::Kind;

use crate::Error;

/// The name under which this package owns fields.
const FIELD_MANAGER: &str = "throwaway-cluster";

impl Api {
    /// Creates a namespace.
    ///
    /// # Errors
    /// The API server refuses; it also does where the namespace exists.
    pub fn create_namespace(&self, name: &str) -> Result<(), Error> {
        self.create(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})).map(drop)
    }

    /// Creates any object, and returns it as stored. Where it names no namespace it goes into `default`.
    ///
    /// # Errors
    /// It is no object, its kind is unknown to the cluster, or the API server refuses.
    pub fn create(&self, object: &Value) -> Result<Value, Error> {
        let address = Address::of(object)?;
        let object = dynamic(object)?;
        self.block_on(async {
            let api = self.resolve(address.kind, address.within()).await?;
            let created = api.create(&PostParams::default(), &object).await;
            to_json(&created.map_err(Error::api(format!("create {address}")))?)
        })
    }

    /// Creates any object, or changes it to what is given (server-side apply, by force).
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub fn apply(&self, object: &Value) -> Result<Value, Error> {
        let address = Address::of(object)?;
        let parameters = PatchParams::apply(FIELD_MANAGER).force();
        self.block_on(async {
            let api = self.resolve(address.kind, address.within()).await?;
            let applied = api.patch(address.name, &parameters, &Patch::Apply(object)).await;
            to_json(&applied.map_err(Error::api(format!("apply {address}")))?)
        })
    }

    /// Changes the fields of `change` (a merge patch: null removes) in an object that exists.
    ///
    /// # Errors
    /// There is no such object or kind, or the API server refuses.
    pub fn patch(&self, kind: Kind<'_>, namespace: Option<&str>, name: &str, change: &Value) -> Result<Value, Error> {
        let address = Address { kind, namespace, name };
        self.block_on(async {
            let api = self.resolve(address.kind, address.within()).await?;
            let patched = api.patch(name, &PatchParams::default(), &Patch::Merge(change)).await;
            to_json(&patched.map_err(Error::api(format!("patch {address}")))?)
        })
    }

    /// An object, or `None` where there is none of that name.
    ///
    /// # Errors
    /// The kind is unknown to the cluster, or the API server refuses.
    pub fn get(&self, kind: Kind<'_>, namespace: Option<&str>, name: &str) -> Result<Option<Value>, Error> {
        let address = Address { kind, namespace, name };
        self.block_on(async {
            let api = self.resolve(address.kind, address.within()).await?;
            let found = api.get_opt(name).await.map_err(Error::api(format!("get {address}")))?;
            found.as_ref().map(to_json).transpose()
        })
    }

    /// Asks for an object to be deleted; with finalizers or dependents it goes later.
    ///
    /// # Errors
    /// There is no such object or kind, or the API server refuses.
    pub fn delete(&self, kind: Kind<'_>, namespace: Option<&str>, name: &str) -> Result<(), Error> {
        let address = Address { kind, namespace, name };
        self.block_on(async {
            let api = self.resolve(address.kind, address.within()).await?;
            let deleted = api.delete(name, &DeleteParams::background()).await;
            deleted.map(drop).map_err(Error::api(format!("delete {address}")))
        })
    }

    /// All objects of a kind, in one namespace or (`None`) in all.
    ///
    /// # Errors
    /// The kind is unknown to the cluster, or the API server refuses.
    pub fn objects(&self, kind: Kind<'_>, namespace: Option<&str>) -> Result<Vec<Value>, Error> {
        let within = namespace.map_or(Within::Everywhere, Within::Namespace);
        self.block_on(async {
            let api = self.resolve(kind, within).await?;
            let found = api.list(&ListParams::default()).await.map_err(Error::api(format!("list {kind}")))?;
            found.items.iter().map(to_json).collect()
        })
    }

    /// The names of all objects of a kind; as `namespace/name` where `namespace` is `None` and the kind lives in one.
    ///
    /// # Errors
    /// As for [`objects`](Self::objects).
    pub fn list(&self, kind: Kind<'_>, namespace: Option<&str>) -> Result<Vec<String>, Error> {
        let objects = self.objects(kind, namespace)?;
        let name = |object: &Value| {
            let metadata = &object["metadata"];
            let name = metadata["name"].as_str().unwrap_or_default();
            match (namespace, metadata["namespace"].as_str()) {
                (None, Some(home)) => format!("{home}/{name}"),
                _ => name.to_owned(),
            }
        };
        Ok(objects.iter().map(name).collect())
    }
}
