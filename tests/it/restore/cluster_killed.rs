//! An evening and a morning with real Helm 3 and Helm 4: a purge and a restore of many releases, both killed in the middle
//! with all that they had started. In the end everything is there that was there before, object by object.

use std::time::Duration;

use serde_json::{Value, json};
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease};

use crate::support::histories::{records, status, upgrade_install, works};
use crate::support::{OrPanic, Real, Snapshot, claims, cluster, seed_releases};

const RUN: &str = "run -f policy.yaml --yes -A -o json --workers=6";
const RESTORE: &str = "restore -f policy.yaml --yes -A -o json --workers=6";
const POLICY: &str = "keep: []\ndefaults: {keepHistory: true}\n";

/// Nothing of this takes longer, whatever else the machine has to do.
const LONGEST: Duration = Duration::from_mins(10);

/// One in so many releases is of a chart that was really installed, which takes its time.
const ONE_CHART_IN: usize = 6;

/// What every seeded release has.
fn usual(name: &str) -> Vec<Value> {
    let (metadata, labels) = (json!({"name": name}), json!({"app": name}));
    let pod = json!({
        "metadata": {"labels": labels},
        "spec": {"serviceAccountName": name, "containers": [{"name": "main", "image": "nginx:1.29.3"}]},
    });
    vec![
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"setting": name}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"password": "czNjcjN0"}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": metadata,
            "spec": {"type": "NodePort", "selector": labels, "ports": [{"name": "http", "port": 80}]},
        }),
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod},
        }),
    ]
}

/// What one seeded release in seven has besides.
fn unusual(name: &str, number: usize) -> Vec<Value> {
    let (metadata, labels) = (json!({"name": name}), json!({"app": name}));
    let pod = |restart: &str| {
        json!({
            "metadata": {"labels": labels},
            "spec": {"restartPolicy": restart, "containers": [{"name": "main", "image": "busybox:1.37"}]},
        })
    };
    let selector = json!({"matchLabels": labels});
    let rbac = "rbac.authorization.k8s.io";
    match number % 7 {
        0 => vec![json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata,
            "spec": {
                "serviceName": name, "replicas": 1, "selector": selector, "template": pod("Always"),
                "volumeClaimTemplates": [{
                    "metadata": {"name": "data"},
                    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
                }],
            },
        })],
        1 => vec![
            json!({
                "apiVersion": format!("{rbac}/v1"), "kind": "Role", "metadata": metadata,
                "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
            }),
            json!({
                "apiVersion": format!("{rbac}/v1"), "kind": "RoleBinding", "metadata": metadata,
                "roleRef": {"apiGroup": rbac, "kind": "Role", "name": name},
                "subjects": [{"apiGroup": rbac, "kind": "User", "name": name}],
            }),
        ],
        2 => vec![json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata,
            "spec": {"defaultBackend": {"service": {"name": name, "port": {"number": 80}}}},
        })],
        3 => vec![
            json!({
                "apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata,
                "spec": {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": {"template": pod("Never")}}},
            }),
            json!({
                "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata,
                "spec": {"template": {"spec": pod("Never")["spec"]}},
            }),
        ],
        4 => vec![json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata,
            "spec": {"maxUnavailable": 1, "selector": selector},
        })],
        5 => vec![
            json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata,
                "spec": {"podSelector": selector, "policyTypes": ["Ingress"]},
            }),
            json!({
                "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata,
                "spec": {
                    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}, "maxReplicas": 1,
                },
            }),
        ],
        _ => vec![json!({
            "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": format!("{name}-agent")},
            "spec": {
                "selector": {"matchLabels": {"agent": name}},
                "template": {
                    "metadata": {"labels": {"agent": name}},
                    "spec": {
                        "nodeSelector": {"no": "node"},
                        "containers": [{"name": "main", "image": "busybox:1.37"}],
                    },
                },
            },
        })],
    }
}

/// So many releases in a few namespaces; their names, as namespace and name.
fn populate(real: &Real, count: usize) -> Vec<(String, String)> {
    let home = |number: usize| real.namespace(&format!("n{}", number % (count / 8 + 1)));
    let names = (0..count).map(|number| (home(number), format!("r{number:03}"))).collect::<Vec<_>>();
    let is_chart = |number: usize| number % ONE_CHART_IN == ONE_CHART_IN - 1;
    let seeded = names.iter().enumerate().filter(|(number, _)| !is_chart(*number));
    let seeded = seeded.map(|(number, (namespace, name))| {
        let release = SeededRelease::new(namespace, name).revisions(8..=u32::try_from(8 + number % 5).expect("small"));
        usual(name).into_iter().chain(unusual(name, number)).fold(release, SeededRelease::object)
    });
    seed_releases(&seeded.collect::<Vec<_>>());
    let charts = names.iter().enumerate().filter(|(number, _)| is_chart(*number)).map(|(_, name)| name);
    for ((namespace, name), chart) in charts.zip([Chart::Nginx, Chart::Redis, Chart::Mysql].iter().cycle()) {
        real.install(*chart, namespace, name, &[]);
    }
    names
}

/// The claims, once every StatefulSet has its own.
fn all_claims(prefix: &str) -> std::collections::BTreeMap<String, String> {
    let sets = cluster().api().list(Kind::STATEFUL_SET, None).expect("they can be listed");
    let sets = sets.iter().filter(|name| name.starts_with(prefix)).count();
    let all = || Ok(Some(claims(prefix)).filter(|claims| claims.len() == sets));
    throwaway_cluster::wait_until("a claim for each StatefulSet", all).or_panic()
}

/// Begins, is killed once it has said this so often, and runs a second time.
fn killed_and_run_again(real: &Real, command: &str, says: &str, times: usize) -> Value {
    let running = real.program.start(command);
    running.wait_for_times(says, times);
    real.program.kill(running);
    let runs = real.program.run("log --local -o json").exits(0).json();
    let killed = &runs["runs"][0];
    assert_eq!((&killed["state"], killed["inProgress"] == json!([])), (&json!("killed"), false), "{killed:#}");
    real.program.start(command).finish_within(LONGEST).exits(0).json()
}

fn a_purge_and_a_restore_that_are_killed(test: &str, helm: HelmVersion, count: usize) {
    let real = Real::new(test, helm);
    real.policy(POLICY);
    cluster().add_volumes(&real.namespace("volume"), u32::try_from(count / 4).expect("small")).expect("they are new");
    let names = populate(&real, count);
    let prefix = real.namespace("");
    let claims = all_claims(&prefix);
    let before = Snapshot::of(&prefix);
    assert!(before.len() > 5 * count && before.kinds() > 14, "{} of {} kinds", before.len(), before.kinds());

    let purged = killed_and_run_again(&real, RUN, "\npurged ", count / 3);
    let restorable = purged["totals"]["restorable"].as_u64().expect("a number");
    assert!(restorable > 0 && restorable < count as u64, "the first one has done a part: {}", purged["totals"]);
    let charts_left = count / ONE_CHART_IN;
    let left = Snapshot::of(&prefix).len();
    assert!(
        left < count + charts_left,
        "of {} objects {left} are left, what is in every namespace among them",
        before.len()
    );
    for (namespace, name) in &names {
        assert_eq!(records(namespace, name).len(), 1, "of {namespace}/{name} one record is left");
    }

    let restored = killed_and_run_again(&real, RESTORE, "\nrestored ", count / 3);
    let (totals, total) = (&restored["report"]["totals"], count as u64);
    let again = totals["restored"].as_u64().expect("a number");
    assert!(again > 0 && again < total && totals["failed"] == 0, "the first one has done a part: {totals}");
    Snapshot::of(&prefix).assert_same_as(&before);
    assert_eq!(all_claims(&prefix), claims, "the same claims with the same data");
    for (namespace, name) in &names {
        assert_eq!(status(&real, namespace, name)["info"]["status"], "deployed", "{namespace}/{name}");
    }
    let (namespace, name) = &names[ONE_CHART_IN - 1];
    works(&upgrade_install(&real, namespace, name, Chart::Nginx));
    real.program.run("restore -f policy.yaml --yes -A").exits(0).stderr_has("nothing to restore");
}

#[test]
fn after_a_purge_and_a_restore_that_were_both_killed_and_run_again_every_object_is_as_it_was() {
    for helm in HelmVersion::BOTH {
        a_purge_and_a_restore_that_are_killed("dawn", helm, 14);
    }
}

#[test]
#[ignore = "minutes: the command for it is in CONTRIBUTING.md"]
fn a_hundred_releases_are_as_they_were_after_a_purge_and_a_restore_that_were_both_killed() {
    for helm in HelmVersion::BOTH {
        a_purge_and_a_restore_that_are_killed("great-dawn", helm, 100);
    }
}
