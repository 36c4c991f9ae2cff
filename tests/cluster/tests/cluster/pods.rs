//! Nodes that pretend: pods run, Jobs end as asked, deletions go through.

use serde_json::{Value, json};
use throwaway_cluster::{Error, Kind, wait_until};

use crate::shared::cluster;

const NAMESPACE: &str = "pods";

/// `annotations` decide how the pod ends.
fn pod_template(annotations: &Value) -> Value {
    json!({
        "metadata": {"annotations": annotations},
        "spec": {
            "restartPolicy": "Never",
            "initContainers": [{"name": "before", "image": "busybox"}],
            "containers": [{"name": "main", "image": "busybox"}],
        },
    })
}

fn create_job(name: &str, annotations: &Value) {
    cluster()
        .api()
        .apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}))
        .expect("the admin may create namespaces");
    let job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"backoffLimit": 0, "template": pod_template(annotations)},
    });
    cluster().api().create(&job).expect("the Job is a valid one");
}

fn wait_for_condition(job: &str, condition: &str) {
    wait_until(&format!("the Job {job} to be {condition}"), || {
        let job = cluster().api().get(Kind::JOB, Some(NAMESPACE), job)?.unwrap_or_default();
        let conditions = job["status"]["conditions"].as_array().cloned().unwrap_or_default();
        Ok(conditions.iter().any(|it| it["type"] == condition && it["status"] == "True").then_some(()))
    })
    .expect("the Job ends as asked");
}

fn phases(prefix: &str) -> Result<Vec<String>, Error> {
    let pods = cluster().api().objects(Kind::POD, Some(NAMESPACE))?;
    let belongs = |pod: &&Value| pod["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(prefix));
    Ok(pods.iter().filter(belongs).map(|pod| pod["status"]["phase"].as_str().unwrap_or("").to_owned()).collect())
}

#[test]
fn a_job_completes() {
    create_job("completes", &json!({}));
    wait_for_condition("completes", "Complete");
    assert_eq!(phases("completes").expect("pods can be listed"), ["Succeeded"]);
}

#[test]
fn a_job_fails_where_its_pod_asks_for_it() {
    create_job("fails", &json!({"throwaway-cluster/outcome": "failed"}));
    wait_for_condition("fails", "Failed");
}

#[test]
fn a_job_hangs_where_its_pod_asks_for_it_and_goes_when_it_is_deleted() {
    create_job("hangs", &json!({"throwaway-cluster/outcome": "hanging"}));
    let runs = |all: Vec<String>| (all == ["Running"]).then_some(());
    wait_until("the pod to run", || Ok(runs(phases("hangs")?))).expect("the pod runs");
    let job = cluster().api().get(Kind::JOB, Some(NAMESPACE), "hangs").expect("Jobs can be read").unwrap_or_default();
    assert_eq!(job["status"]["active"], 1);

    cluster().api().delete(Kind::JOB, Some(NAMESPACE), "hangs").expect("the Job is there");
    wait_until("the pod to go", || Ok(phases("hangs")?.is_empty().then_some(()))).expect("the pod goes");
}

#[test]
fn a_namespace_goes_with_everything_in_it() {
    let api = cluster().api();
    api.create_namespace("short-lived").expect("the name is free");
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "short-lived"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "x"}},
            "template": {
                "metadata": {"labels": {"app": "x"}},
                "spec": {"containers": [{"name": "main", "image": "busybox"}]},
            },
        },
    });
    api.create(&deployment).expect("the Deployment is a valid one");
    wait_until("the Deployment to be ready", || {
        let found = api.get(Kind::DEPLOYMENT, Some("short-lived"), "web")?.unwrap_or_default();
        Ok((found["status"]["readyReplicas"] == 2).then_some(()))
    })
    .expect("its pods run");

    api.delete(Kind::NAMESPACE, None, "short-lived").expect("the namespace is there");
    wait_until("the namespace to go", || Ok(api.get(Kind::NAMESPACE, None, "short-lived")?.is_none().then_some(())))
        .expect("the namespace goes");
    assert!(api.list(Kind::POD, Some("short-lived")).expect("pods can be listed").is_empty());
}
