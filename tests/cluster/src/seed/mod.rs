//! Hundreds of releases in a second or two, written as Helm would write them, without Helm.
//!
//! Must not run helm: that is [`Cluster::install`], which takes half a second for each.

mod damage;
mod oddities;
mod payload;
mod record;
mod release;
mod status;
mod yaml;

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub use damage::Damage;
pub use release::{SeededRelease, Storage};
pub use status::Status;

use crate::{Cluster, Error};

impl Cluster {
    /// Writes the records of all `releases`, creates the objects in their manifests, and the namespaces of both.
    ///
    /// # Errors
    /// The first object that the API server refuses; a name that is taken, for example.
    pub fn seed(&self, releases: &[SeededRelease]) -> Result<(), Error> {
        let objects: Vec<Value> = releases.iter().flat_map(record::objects).collect();
        let namespaces: BTreeSet<&str> =
            objects.iter().filter_map(|object| object["metadata"]["namespace"].as_str()).collect();
        let namespaces = namespaces
            .into_iter()
            .map(|name| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
        self.api().ensure_all(namespaces.collect())?;
        self.api().create_all(objects)
    }
}
