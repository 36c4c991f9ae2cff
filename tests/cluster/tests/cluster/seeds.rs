//! Seeded releases are Helm's own to both versions of Helm.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind, SeededRelease, Status, Storage};

use crate::shared::{Answer, cluster, run};

fn helm(version: HelmVersion, namespace: &str, arguments: &[&str]) -> Answer {
    let mut helm = cluster().helm_command(version).expect("helm is found or built");
    run(helm.args(arguments).args(["--namespace", namespace]))
}

/// All that helm lists in `namespace`, by name, whatever the status.
fn listed(version: HelmVersion, namespace: &str) -> BTreeMap<String, Value> {
    let all = "--deployed --failed --pending --uninstalling --uninstalled --superseded";
    let arguments: Vec<&str> = ["list", "--max", "0", "-o", "json"].into_iter().chain(all.split(' ')).collect();
    let answer = helm(version, namespace, &arguments);
    assert!(answer.succeeded, "{answer:?}");
    let releases: Vec<Value> = serde_json::from_str(&answer.output).expect("helm lists as JSON");
    releases.into_iter().map(|it| (it["name"].as_str().unwrap_or_default().to_owned(), it)).collect()
}

fn names(kind: Kind<'_>, namespace: &str) -> Vec<String> {
    let mut names = cluster().api().list(kind, Some(namespace)).expect("the admin may list everything");
    names.retain(|name| name != "kube-root-ca.crt");
    names
}

#[test]
fn helm_3_and_4_list_them_as_seeded() {
    let release = SeededRelease::new("seeds-listed", "shop")
        .revisions(8..=12)
        .status(Status::Failed)
        .previous_status(Status::Deployed)
        .chart("web-shop", "4.5.6-rc.1")
        .deployed_ago(Duration::from_hours(48));
    cluster().seed(&[release]).expect("the names are free");
    for version in HelmVersion::BOTH {
        let shop = &listed(version, "seeds-listed")["shop"];
        assert_eq!(shop["revision"], "12");
        assert_eq!(shop["status"], "failed");
        assert_eq!(shop["chart"], "web-shop-4.5.6-rc.1");
        let history = helm(version, "seeds-listed", &["history", "shop", "-o", "json"]);
        let history: Vec<Value> = serde_json::from_str(&history.output).expect("helm shows the history as JSON");
        let statuses: Vec<&str> = history.iter().filter_map(|it| it["status"].as_str()).collect();
        assert_eq!(statuses, ["superseded", "superseded", "superseded", "deployed", "failed"]);
    }
}

#[test]
fn helm_3_and_4_uninstall_them_with_their_objects() {
    for version in HelmVersion::BOTH {
        let namespace = format!("seeds-gone-{version}");
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "extra"}});
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": namespace},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
        });
        let release = SeededRelease::new(&namespace, "shop").revisions(1..=3).config_maps(2);
        let other = SeededRelease::new(&namespace, "other").config_maps(1);
        cluster().seed(&[release.object(account).object(role), other]).expect("the names are free");
        assert_eq!(names(Kind::CONFIG_MAP, &namespace), ["other-1", "shop-1", "shop-2"]);

        let answer = helm(version, &namespace, &["uninstall", "shop"]);
        assert!(answer.succeeded, "{answer:?}");
        assert_eq!(names(Kind::CONFIG_MAP, &namespace), ["other-1"]);
        assert_eq!(names(Kind::SECRET, &namespace), ["sh.helm.release.v1.other.v1"]);
        assert!(!names(Kind::SERVICE_ACCOUNT, &namespace).contains(&"extra".to_owned()));
        let roles = Kind::new("rbac.authorization.k8s.io/v1", "ClusterRole");
        assert!(cluster().api().get(roles, None, &namespace).expect("roles can be read").is_none());
    }
}

#[test]
fn helms_library_uninstalls_those_of_the_namespaces_that_it_gets() {
    let seeded = |namespace: &str, name: &str| SeededRelease::new(namespace, name).revisions(1..=2).config_maps(1);
    let inside = ["one", "two"].map(|name| seeded("seeds-library-in", name));
    cluster().seed(&inside).expect("the names are free");
    cluster().seed(&[seeded("seeds-library-out", "three")]).expect("the name is free");
    let mut program = cluster().command(cluster().helm_library().expect("it is built"));
    let answer = run(program.args(["--workers", "2", "seeds-library-i*"]));
    assert!(answer.succeeded, "{answer:?}");
    assert!(answer.output.contains("seeds-library-in/one uninstalled\n"), "{answer:?}");
    assert!(answer.output.contains("2 of 2 uninstalled in "), "{answer:?}");
    assert!(
        names(Kind::SECRET, "seeds-library-in").is_empty() && names(Kind::CONFIG_MAP, "seeds-library-in").is_empty()
    );
    assert_eq!(names(Kind::SECRET, "seeds-library-out").len(), 2);
}

#[test]
fn a_seeded_hook_runs_when_helm_uninstalls() {
    let hook = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "farewell", "annotations": {"helm.sh/hook": "pre-delete"}},
    });
    cluster().seed(&[SeededRelease::new("seeds-hook", "shop").hook(hook)]).expect("the names are free");
    assert!(names(Kind::CONFIG_MAP, "seeds-hook").is_empty());
    assert!(helm(HelmVersion::Four, "seeds-hook", &["uninstall", "shop"]).succeeded);
    assert_eq!(names(Kind::CONFIG_MAP, "seeds-hook"), ["farewell"]);
}

#[test]
fn every_status_is_known_to_helm_3_and_4() {
    let name = |status: Status| format!("is-{status}");
    let all = Status::ALL.map(|status| SeededRelease::new("seeds-statuses", &name(status)).status(status));
    cluster().seed(&all).expect("the names are free");
    for version in HelmVersion::BOTH {
        let listed = listed(version, "seeds-statuses");
        for status in Status::ALL.into_iter().filter(|status| *status != Status::Unknown) {
            assert_eq!(listed[&name(status)]["status"], status.as_str(), "{version}");
        }
        assert!(!listed.contains_key("is-unknown"), "no helm ever lists it");
    }
}

#[test]
fn a_record_that_cannot_be_decoded_is_invisible_to_helm_3_and_4() {
    let releases = [SeededRelease::new("seeds-broken", "whole"), SeededRelease::new("seeds-broken", "b").undecodable()];
    cluster().seed(&releases).expect("the names are free");
    for version in HelmVersion::BOTH {
        assert_eq!(listed(version, "seeds-broken").into_keys().collect::<Vec<_>>(), ["whole"]);
        let answer = helm(version, "seeds-broken", &["uninstall", "b"]);
        assert!(answer.errors.contains("no release provided"), "{answer:?}");
    }
}

#[test]
fn a_record_can_lie_about_its_name_its_namespace_and_its_labels() {
    let releases = [
        SeededRelease::new("seeds-forged", "honest").payload_name("--no-hooks"),
        SeededRelease::new("seeds-forged", "stranger").payload_namespace("elsewhere"),
        SeededRelease::new("seeds-forged", "labelled").label("name", "Not_A_Release").label("team", "blue"),
        SeededRelease::new("seeds-forged", "chartless").without_chart(),
    ];
    cluster().seed(&releases).expect("the names are free");
    for version in HelmVersion::BOTH {
        let listed = listed(version, "seeds-forged");
        assert!(listed.contains_key("--no-hooks"), "{listed:?}");
        assert_eq!(listed["stranger"]["namespace"], "elsewhere");
        assert!(listed["chartless"]["chart"].as_str().is_some_and(|it| it.contains("MISSING")), "{listed:?}");
    }
    let record = "sh.helm.release.v1.labelled.v1";
    let secret = cluster().api().get(Kind::SECRET, Some("seeds-forged"), record).expect("Secrets can be read");
    let labels = &secret.expect("it was seeded")["metadata"]["labels"];
    assert_eq!((&labels["name"], &labels["team"]), (&json!("Not_A_Release"), &json!("blue")));
}

#[test]
fn records_can_lie_in_config_maps() {
    let release = SeededRelease::new("seeds-driver", "shop").storage(Storage::ConfigMaps).config_maps(1);
    cluster().seed(&[release]).expect("the names are free");
    for version in HelmVersion::BOTH {
        let mut helm = cluster().helm_command(version).expect("helm is found or built");
        helm.env("HELM_DRIVER", "configmap").args(["list", "--namespace", "seeds-driver", "--short"]);
        assert_eq!(run(&mut helm).output.trim(), "shop");
    }
}

#[test]
fn three_hundred_releases_are_there_at_once() {
    let releases: Vec<SeededRelease> = (0..300)
        .map(|number| SeededRelease::new(&format!("seeds-many-{}", number % 20), &format!("r{number}")).config_maps(2))
        .collect();
    cluster().seed(&releases).expect("the names are free");
    let mut helm = cluster().helm_command(HelmVersion::Three).expect("helm is found or built");
    let answer = run(helm.args(["list", "--all-namespaces", "--max", "0", "--short", "--filter", "^r[0-9]+$"]));
    assert_eq!(answer.output.lines().count(), 300);
}
