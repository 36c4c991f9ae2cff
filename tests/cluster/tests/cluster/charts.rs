//! The charts, installed and uninstalled with Helm 3 and Helm 4.

use throwaway_cluster::{Chart, HelmVersion, Kind, wait_until};

use crate::shared::{Answer, cluster, run};

fn uninstall(version: HelmVersion, namespace: &str, release: &str) -> Answer {
    let mut helm = cluster().helm_command(version).expect("helm is found or built");
    run(helm.args(["uninstall", release, "--namespace", namespace]))
}

fn names(kind: Kind<'_>, namespace: &str) -> Vec<String> {
    let mut names = cluster().api().list(kind, Some(namespace)).expect("the admin may list everything");
    names.retain(|name| name != "kube-root-ca.crt" && name != "default");
    names
}

fn install_and_uninstall(chart: Chart, version: HelmVersion, expected: &[(Kind<'_>, &[&str])]) -> String {
    let namespace = format!("{chart}-{version}");
    cluster().install(version, chart, &namespace, chart.name(), &[]).expect("the chart installs");
    for (kind, objects) in expected {
        assert_eq!(names(*kind, &namespace), *objects, "{kind} of {chart}");
    }
    let answer = uninstall(version, &namespace, chart.name());
    assert!(answer.succeeded, "{answer:?}");
    assert!(answer.output.contains(&format!("release \"{chart}\" uninstalled")), "{answer:?}");
    assert!(names(Kind::SECRET, &namespace).is_empty(), "no record and no Secret is left");
    namespace
}

#[test]
fn nginx_comes_and_goes_with_helm_3_and_4() {
    for version in HelmVersion::BOTH {
        let namespace = install_and_uninstall(
            Chart::Nginx,
            version,
            &[
                (Kind::DEPLOYMENT, &["nginx"]),
                (Kind::SERVICE, &["nginx"]),
                (Kind::CONFIG_MAP, &["nginx-pages"]),
                (Kind::SERVICE_ACCOUNT, &["nginx"]),
            ],
        );
        wait_until("the pods to go", || Ok(names(Kind::POD, &namespace).is_empty().then_some(()))).expect("they go");
    }
}

#[test]
fn redis_leaves_its_claim_and_its_tuning_with_helm_3_and_4() {
    for version in HelmVersion::BOTH {
        let namespace = install_and_uninstall(
            Chart::Redis,
            version,
            &[
                (Kind::STATEFUL_SET, &["redis"]),
                (Kind::SERVICE, &["redis", "redis-headless"]),
                (Kind::CONFIG_MAP, &["redis-tuning"]),
            ],
        );
        assert_eq!(names(Kind::CONFIG_MAP, &namespace), ["redis-tuning"], "kept by its annotation");
    }
}

#[test]
fn mysql_runs_its_job_and_goes_with_helm_3_and_4() {
    for version in HelmVersion::BOTH {
        let namespace = install_and_uninstall(
            Chart::Mysql,
            version,
            &[(Kind::STATEFUL_SET, &["mysql"]), (Kind::SERVICE, &["mysql"]), (Kind::CONFIG_MAP, &["mysql"])],
        );
        assert!(names(Kind::JOB, &namespace).is_empty(), "its delete policy removed the Job");
    }
}

#[test]
fn tiny_has_as_many_objects_as_asked_for_with_helm_3_and_4() {
    for version in HelmVersion::BOTH {
        let namespace = format!("tiny-{version}");
        let three = ["--set", "count=3"];
        cluster().install(version, Chart::Tiny, &namespace, "t", &three).expect("the chart installs");
        assert_eq!(names(Kind::CONFIG_MAP, &namespace), ["t-1", "t-2", "t-3"]);
        assert!(uninstall(version, &namespace, "t").succeeded);
        assert!(names(Kind::CONFIG_MAP, &namespace).is_empty());
    }
}

#[test]
fn failing_cannot_be_uninstalled_and_helm_names_the_hook() {
    for version in HelmVersion::BOTH {
        let namespace = format!("failing-{version}");
        cluster().install(version, Chart::Failing, &namespace, "failing", &[]).expect("the chart installs");
        let answer = uninstall(version, &namespace, "failing");
        assert!(!answer.succeeded, "{answer:?}");
        assert!(answer.errors.contains("failing-backup"), "{answer:?}");
        assert_eq!(names(Kind::CONFIG_MAP, &namespace), ["failing"], "nothing was deleted");
    }
}

#[test]
fn a_chart_that_does_not_install_is_an_error_with_helms_words() {
    let outcome = ["--set", "outcome=odd"];
    let fault = cluster().install(HelmVersion::Three, Chart::Failing, "odd", "odd", &outcome).expect_err("it is odd");
    assert!(fault.to_string().contains("outcome must be failed or hanging"), "{fault}");
}

#[test]
fn claims_bind_to_the_volumes() {
    cluster().install(HelmVersion::Three, Chart::Redis, "claims", "redis", &[]).expect("the chart installs");
    let api = cluster().api();
    wait_until("the claim to be bound", || {
        let claim = api.get(Kind::CLAIM, Some("claims"), "data-redis-0")?.unwrap_or_default();
        Ok((claim["status"]["phase"] == "Bound").then_some(()))
    })
    .expect("the claim is bound");
    wait_until("the pod to run", || {
        let pod = api.get(Kind::POD, Some("claims"), "redis-0")?.unwrap_or_default();
        Ok((pod["status"]["phase"] == "Running").then_some(()))
    })
    .expect("a pod with a bound claim runs");

    assert!(uninstall(HelmVersion::Three, "claims", "redis").succeeded);
    assert_eq!(names(Kind::CLAIM, "claims"), ["data-redis-0"], "claims of a StatefulSet stay");
}

#[test]
fn volumes_can_be_added() {
    cluster().add_volumes("more", 2).expect("the names are free");
    for name in ["more-1", "more-2"] {
        let volume = cluster().api().get(Kind::new("v1", "PersistentVolume"), None, name);
        assert!(volume.expect("volumes can be read").is_some(), "{name}");
    }
}
