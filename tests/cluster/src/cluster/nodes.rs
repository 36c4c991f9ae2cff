//! The nodes that pretend, and the volumes that claims bind to.
//!
//! Must not run in a cluster without kwok, where nothing would ever make the nodes ready.

use serde_json::{Value, json};

use crate::Error;
use crate::api::{Api, Kind};

/// What kwok does with nodes and pods: see the file.
pub(super) const STAGES: &str = include_str!("stages.yaml");

/// More than any test's claims; a bound one is not used again.
const VOLUMES: u32 = 30;

/// Creates `count` nodes and the volumes.
pub(super) fn create(api: &Api, count: u8) -> Result<(), Error> {
    let mut objects: Vec<Value> = (1..=count).map(node).collect();
    objects.extend((1..=VOLUMES).map(|number| volume(&format!("volume-{number}"))));
    api.create_all(objects)
}

/// An answer once pods can be scheduled on all nodes, also where there is none.
pub(super) fn ready(api: &Api) -> Result<Option<()>, Error> {
    Ok(api.objects(Kind::NODE, None)?.iter().all(takes_pods).then_some(()))
}

fn node(number: u8) -> Value {
    let name = format!("node-{number}");
    // Without ephemeral-storage, charts that ask for some stay Pending.
    let resources = json!({"cpu": "64", "memory": "256Gi", "pods": "1000", "ephemeral-storage": "1Ti"});
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
            },
        },
        "status": {"allocatable": resources, "capacity": resources},
    })
}

/// Nothing is ever written there: no container runs.
pub(super) fn volume(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "8Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": format!("/nowhere/{name}")},
        },
    })
}

/// Ready, and rid of the taint that every new node gets.
fn takes_pods(node: &Value) -> bool {
    let ready = node["status"]["conditions"]
        .as_array()
        .is_some_and(|all| all.iter().any(|it| it["type"] == "Ready" && it["status"] == "True"));
    ready && node["spec"]["taints"].as_array().is_none_or(Vec::is_empty)
}
