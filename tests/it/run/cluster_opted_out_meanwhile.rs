//! Somebody opts out while a run goes on: what was not started is kept.

use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use super::meanwhile::{RUN, SEE, as_user, hold_helm_at_the_first, run_meanwhile};
use crate::support::{OrPanic, Real, allow_everywhere, cluster, wait_until_refused};

/// Some releases, the first of which makes helm wait at a gate; and a scope that asks for labels of namespaces.
fn prepare(test: &str, helm: HelmVersion) -> Real {
    let mut real = Real::new(test, helm);
    real.policy("keep: []\nnamespaceSelector: {matchLabels: {env: dev}}\n");
    real.seed(&["a/a-first", "a/db", "a/web", "b/web", "c/web", "d/web", "e/web"]);
    for name in ["a", "b", "c", "d", "e"] {
        describe(&real, name, &json!({"labels": {"env": "dev"}}));
    }
    hold_helm_at_the_first(&mut real);
    real
}

fn describe(real: &Real, namespace: &str, metadata: &Value) {
    let changed =
        cluster().api().patch(Kind::NAMESPACE, None, &real.namespace(namespace), &json!({"metadata": metadata}));
    changed.or_panic();
}

fn mark(real: &Real, namespace: &str, annotations: &Value) {
    let metadata = json!({
        "namespace": real.namespace(namespace), "name": "mine", "labels": {"helm-purge": "keep"}, "annotations": annotations,
    });
    let mark = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata});
    cluster().api().apply(&mark).or_panic();
}

/// Every way to opt out, and one that is over; a namespace that leaves the scope, and one that is deleted.
fn opt_out(real: &Real) {
    let annotations =
        json!({"helm-purge/releases": "db*", "helm-purge/until": "2999-12-01", "helm-purge/reason": "demo"});
    mark(real, "a", &annotations);
    describe(real, "b", &json!({"annotations": {"helm-purge/keep": "busy"}}));
    mark(real, "c", &json!({"helm-purge/until": "2020-01-01"}));
    describe(real, "d", &json!({"labels": {"env": "prod"}}));
    let (api, namespace) = (cluster().api(), real.namespace("e"));
    api.delete(Kind::NAMESPACE, None, &namespace).or_panic();
    throwaway_cluster::wait_until("the end of a namespace", || {
        Ok(api.get(Kind::NAMESPACE, None, &namespace)?.is_none().then_some(()))
    })
    .or_panic();
}

/// Of each release its name, its outcome, and why.
fn outcomes(real: &Real, report: &Value) -> Vec<String> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let line = |entry: &Value| {
        let namespace = text(entry, "namespace").replace(&real.namespace(""), "");
        format!("{namespace}/{} {}: {}", text(entry, "name"), text(entry, "outcome"), text(entry, "message"))
    };
    report["releases"].as_array().expect("a report has releases").iter().map(line).collect()
}

#[track_caller]
fn keeps_who_opted_out(real: &Real, report: &Value) {
    assert_eq!(
        outcomes(real, report),
        [
            "a/a-first purged: ",
            "a/db changed: opted out until 2999-12-01 (ConfigMap mine): demo",
            "a/web purged: ",
            "b/web changed: opted out without an end date (annotation helm-purge/keep): busy",
            "c/web purged: ",
            "d/web changed: no rule selects it",
            "e/web already-gone: ",
        ]
    );
    assert_eq!(real.listed(), ["a/db", "b/web", "d/web"]);
}

#[test]
fn who_opts_out_while_the_run_goes_on_is_left_alone() {
    for helm in HelmVersion::BOTH {
        let real = prepare("optsout", helm);
        let report = run_meanwhile(&real, RUN, || opt_out(&real)).exits(0).json();
        keeps_who_opted_out(&real, &report);
    }
}

#[test]
fn with_no_more_than_get_and_list_opt_outs_are_asked_for_with_each_batch() {
    let mut real = prepare("optsasked", HelmVersion::Four);
    as_user(&mut real, &[("secrets", SEE), ("configmaps", SEE), ("namespaces", SEE)]);
    let report = run_meanwhile(&real, RUN, || opt_out(&real)).exits(0).json();
    keeps_who_opted_out(&real, &report);
}

#[test]
fn what_could_be_seen_once_and_is_refused_now_keeps() {
    for refused in ["secrets", "configmaps", "namespaces"] {
        let mut real = prepare(&format!("optsrefused-{refused}"), HelmVersion::Four);
        let rights = [("secrets", SEE), ("configmaps", SEE), ("namespaces", SEE)];
        let user = as_user(&mut real, &rights);
        let report = run_meanwhile(&real, RUN, || {
            let left = rights.into_iter().filter(|(resource, _)| *resource != refused).collect::<Vec<_>>();
            allow_everywhere(cluster(), &user, &left);
            wait_until_refused(cluster(), &user, refused);
        });
        let outcomes = outcomes(&real, &report.exits(1).json());
        assert_eq!(outcomes[0], "a/a-first purged: ");
        for outcome in &outcomes[1..] {
            let told =
                outcome.contains("cannot check whether it has changed since the plan") && outcome.contains(refused);
            assert!(outcome.contains(" failed: ") && told, "{outcome}");
        }
        assert_eq!(real.listed(), ["a/db", "a/web", "b/web", "c/web", "d/web", "e/web"]);
    }
}

#[test]
fn without_opt_outs_those_that_can_be_seen_keep_and_the_others_are_not_asked_for() {
    let mut real = prepare("optswithout", HelmVersion::Four);
    as_user(&mut real, &[("secrets", SEE), ("namespaces", SEE)]);
    let arguments = format!("{RUN} --without-opt-outs");
    let report = run_meanwhile(&real, &arguments, || opt_out(&real)).exits(0).json();
    let outcomes = outcomes(&real, &report);
    assert_eq!(outcomes[1], "a/db purged: ", "nobody may see its ConfigMap");
    assert_eq!(outcomes[3], "b/web changed: opted out without an end date (annotation helm-purge/keep): busy");
    assert_eq!(real.listed(), ["b/web", "d/web"]);
}
