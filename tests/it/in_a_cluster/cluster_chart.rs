//! deploy/chart: what both versions of Helm and the API server say to it, and its pods.

use std::process::Command;

use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use super::objects::{Apply, apply, deploy, essence, find, succeeds};
use super::pod::Pod;
use super::root::{Root, cannot_be_made};
use crate::support::{OrPanic, Real, cluster, user_of, wait_until_allowed};

const CRON_JOB: Kind<'_> = Kind::new("batch/v1", "CronJob");

fn helm(helm: HelmVersion, arguments: &[&str]) -> Command {
    let mut command = cluster().helm_command(helm).or_panic();
    command.args(arguments);
    command
}

/// What the chart makes, as the API server would store it.
pub(super) fn rendered(version: HelmVersion, release: &str, namespace: &str, flags: &[&str]) -> Vec<Value> {
    let (chart, policy) = (deploy("chart/helm-purge"), deploy("cronjob/base/policy.yaml"));
    let mut command = helm(version, &["template", release, "--namespace", namespace, "--kube-version", "1.36.3"]);
    command.arg(chart).arg("--set-file").arg(format!("policy={}", policy.display())).args(flags);
    let root = Root::new(version);
    apply(&root.file("rendered.yaml", &succeeds(&mut command)), Apply::OnlyAsked)
}

/// What a helm process says that refuses to render the chart.
pub(super) fn refused(version: HelmVersion, flags: &[&str]) -> String {
    let policy = format!("--set-file=policy={}", deploy("cronjob/base/policy.yaml").display());
    let mut command = helm(version, &["template", "x", "--kube-version=1.36.3", &policy]);
    let output = command.arg(deploy("chart/helm-purge")).args(flags).output().expect("helm can be started");
    assert_eq!(output.status.code(), Some(1), "{flags:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A CronJob without the one variable that only a chart can give.
fn without_itself(cronjob: &Value) -> Value {
    let mut cronjob = essence(cronjob);
    let container = &mut cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
    let variables = container["env"].as_array_mut().expect("a list");
    let before = variables.len();
    variables.retain(|variable| variable["name"] != "HELM_PURGE_SELF");
    assert_eq!(variables.len(), before - 1, "the chart's own release is named");
    cronjob
}

#[test]
fn helm_3_and_4_have_nothing_to_say_against_the_chart() {
    let (chart, policy) = (deploy("chart/helm-purge"), deploy("cronjob/base/policy.yaml"));
    let policy = format!("--set-file=policy={}", policy.display());
    for version in HelmVersion::BOTH {
        let linted = succeeds(helm(version, &["lint", "--strict", &policy]).arg(&chart));
        assert!(linted.contains("0 chart(s) failed"), "{linted}");
        for (wrong, why) in [
            ("--set=mode=lively", "mode"),
            ("--set=workers=3", "workers"),
            ("--set=rbac.namespaces={Dev}", "namespaces"),
            ("--set=rbac.hooks=no", "hooks"),
            ("--set-file=policy=/dev/null", "a policy is needed: --set-file policy=helm-purge.yaml"),
        ] {
            let said = refused(version, &[wrong]);
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }
}

#[test]
fn the_charts_cronjobs_are_those_of_the_manifests() {
    let manifests = [("live", vec![]), ("preview", vec![]), ("restore", vec!["--set", "restore.enabled=true"])];
    for (overlay, mut flags) in manifests {
        flags.extend(["--set", if overlay == "preview" { "mode=preview" } else { "mode=live" }]);
        let objects = apply(&deploy(&format!("cronjob/overlays/{overlay}")), Apply::OnlyAsked);
        for version in HelmVersion::BOTH {
            let chart = rendered(version, "helm-purge", "helm-purge", &flags);
            let cronjobs = objects.iter().filter(|object| object["kind"] == "CronJob").collect::<Vec<_>>();
            assert_eq!(cronjobs.len(), if overlay == "restore" { 2 } else { 1 });
            for cronjob in cronjobs {
                let name = cronjob["metadata"]["name"].as_str().expect("a text");
                assert_eq!(without_itself(find(&chart, "CronJob", name)), essence(cronjob), "{overlay}");
            }
            let roles = ["helm-purge", "helm-purge-look", "helm-purge-restore"];
            for role in if overlay == "restore" { &roles[..] } else { &roles[..2] } {
                let plain =
                    role.replacen("helm-purge-", "helm-purge.", 1).replacen("helm-purge", "helm-purge-end-of-day", 1);
                let plain = find(&objects, "ClusterRole", &plain);
                let chart = find(&chart, "ClusterRole", &role.replacen("helm-purge", "helm-purge-helm-purge", 1));
                assert_eq!(chart["rules"], plain["rules"], "{role}");
            }
            let plain =
                find(&objects, "Role", "helm-purge-end-of-day.lock")["rules"].as_array().expect("a list").clone();
            let own = ["helm-purge-helm-purge-lock", "helm-purge-journals"].map(|role| find(&chart, "Role", role));
            assert_eq!(own.map(|role| role["rules"][0].clone()).to_vec(), plain);
        }
    }
}

#[test]
fn every_job_of_the_chart_takes_the_lock_where_the_chart_says() {
    let flags = ["--set", "restore.enabled=true,lockWait=7m,lockNamespace=default"];
    for version in HelmVersion::BOTH {
        let chart = rendered(version, "helm-purge", "helm-purge", &flags);
        for name in ["helm-purge", "helm-purge-restore"] {
            let pod = Pod::of(find(&chart, "CronJob", name));
            let said = ["--lock-wait", "--lock-namespace"].map(|flag| pod.flag(flag));
            assert_eq!(said.map(Option::unwrap_or_default), ["7m", "default"], "{name}");
        }
        let lock = find(&chart, "Role", "helm-purge-helm-purge-lock");
        assert_eq!(lock["metadata"]["namespace"], "default");
    }
}

/// Installs the chart into a namespace of the policy's own scope.
fn install(real: &Real, flags: &[&str]) -> Pod {
    let namespace = real.namespace("tools");
    let policy = format!(
        "# Everything of this test, the chart's own namespace too.\napiVersion: helm-purge/v1\nkind: PurgePolicy\n\
         metadata: {{name: {name}}}\nclusters: [{{uid: {uid}}}]\nnamespaces: ['{scope}']\n",
        name = real.namespace("chart"),
        uid = cluster().uid(),
        scope = real.namespace("*"),
    );
    let file = real.program.file("chart-policy.yaml", &policy);
    let mut command = helm(real.helm, &["install", "janitor", "--namespace", &namespace, "--create-namespace"]);
    command.arg(deploy("chart/helm-purge")).arg("--set-file").arg(format!("policy={}", file.display()));
    let said = succeeds(command.args(["--set", "mode=live"]).args(flags));
    assert!(
        said.contains("helm-purge purges releases on the schedule \"30 19 * * 1-5\" (Europe/Amsterdam)."),
        "{said}"
    );
    let name = "janitor-helm-purge";
    let cronjob = cluster().api().get(CRON_JOB, Some(&namespace), name).expect("it can be read");
    for bound in [&namespace, &real.namespace("a")] {
        wait_until_allowed(cluster(), &user_of(&namespace, name), bound, &["delete", "secrets"]);
    }
    Pod::of(&cronjob.expect("the chart has it"))
}

#[test]
fn a_purge_of_the_charts_own_namespace_keeps_the_chart() {
    if cannot_be_made("a_purge_of_the_charts_own_namespace_keeps_the_chart") {
        return;
    }
    Real::with_both("podchart", |real| {
        real.seed(&["a/web", "tools/other"]);
        let bound = format!("rbac.namespaces={{{},{}}}", real.namespace("a"), real.namespace("tools"));
        // By a binding for the whole cluster, and by one in each namespace.
        let wide = "rbac.clusterWide=true";
        let pod = install(real, &["--set", if real.helm == HelmVersion::Three { wide } else { bound.as_str() }]);
        let plan = real.program.run("plan -f chart-policy.yaml -o json").exits(0).json();
        // Somebody else's run knows of it only by the ConfigMap, and its own pods need none.
        let keep = "janitor-helm-purge-keep";
        cluster().api().delete(Kind::CONFIG_MAP, Some(&real.namespace("tools")), keep).expect("the chart has it");
        let ended = pod.run(real.helm, &str::to_owned);
        assert_eq!(ended.output.status.code(), Some(0), "{}", ended.output);
        assert_eq!(ended.message["totals"]["purged"], json!(2), "{:#}", ended.message);
        assert_eq!(real.listed(), ["tools/janitor"]);
        let releases = plan["releases"].as_array().expect("a list");
        let own = releases.iter().find(|release| release["name"] == "janitor").expect("it is in scope");
        assert_eq!(own["decision"], "keep", "{own:#}");
        assert!(own.to_string().contains("this is helm-purge itself"), "{own:#}");
        let variables = pod.container()["env"].as_array().expect("a list");
        let own = json!({"name": "HELM_PURGE_SELF", "value": real.namespace("tools/janitor")});
        assert!(variables.contains(&own), "{variables:?}");
    });
}
