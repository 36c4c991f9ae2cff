//! Runs that keep histories, restores that take them back, and forgets.

use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use super::Stage;
use crate::support::OrPanic;

const RUN: &str = "run -f policy.yaml --yes -A --workers 1 --batch 1 --lock-namespace locks";
const RESTORE: &str = "restore -f policy.yaml --yes -A --workers 1 --lock-namespace locks";

/// Three nights and mornings: for people, for programs, for readers of logs.
pub(super) fn runs_and_restores(stage: &mut Stage) {
    let mut screens = stage.screens("cluster-restore");
    stage.policy("dev-undo", "keep: ['*/vault']\ndefaults: {keepHistory: true}\n");
    stage.seed(&["dev-undo/again", "dev-undo/by-hand", "dev-undo/shop", "dev-undo/vault", "dev-undo/web"]);
    screens.take(&stage.program, "nothing-yet");
    for (minute, format, revision) in [(11, "", "1"), (15, "-json", "3"), (19, "-logged", "5")] {
        stage.at(minute);
        screens.take(&stage.program, &format!("run{format}"));
        // Two of them are installed again by hand, one of which was first brought back.
        stage.bring_back("dev-undo/by-hand", revision);
        stage.install("dev-undo/by-hand");
        stage.install("dev-undo/again");
        stage.at(minute + 1);
        if minute == 11 {
            screens.take(
                &stage.program,
                "plan plan-json plan-yaml plan-name plan-quiet plan-verbose plan-logged \
                 plan-coloured plan-some plan-one-run plan-another-run plan-of-purge-meanwhile \
                 explain-gone not-confirmed no-terminal offered-runs offered-releases",
            );
        }
        stage.at(minute + 2);
        screens.take(&stage.program, &format!("restore{format}"));
        stage.at(minute + 3);
        screens.take(&stage.program, &format!("nothing-left{format}"));
    }
    // Helm fails; quiet, and in colour.
    for (minute, name) in [(23, "failed"), (26, "failed-quiet"), (29, "failed-coloured")] {
        stage.at(minute);
        stage.program.run(RUN).exits(0);
        stage.apply(&json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "full", "namespace": "dev-undo"},
            "spec": {"hard": {"configmaps": "0"}},
        }));
        let quota = Kind::new("v1", "ResourceQuota");
        let is_there = |found: &Value| found["status"]["used"]["configmaps"].is_string();
        let api = stage.cluster.api();
        let counted = throwaway_cluster::wait_until("the quota", || {
            Ok(api.get(quota, Some("dev-undo"), "full")?.filter(is_there).map(drop))
        });
        counted.or_panic();
        stage.at(minute + 1);
        screens.take(&stage.program, name);
        let api = stage.cluster.api();
        api.delete(quota, Some("dev-undo"), "full").or_panic();
        let gone = throwaway_cluster::wait_until("the end of the quota", || {
            Ok(api.get(quota, Some("dev-undo"), "full")?.is_none().then_some(()))
        });
        gone.or_panic();
        stage.at(minute + 2);
        drop(stage.program.run(RESTORE));
    }
    screens.take(&stage.program, "log log-json log-one-restore log-one-restore-json");
    screens.end();
}

/// Histories that purges have left long ago.
pub(super) fn forgets(stage: &mut Stage) {
    let mut screens = stage.screens("cluster-forget");
    stage.policy("dev-forget", "keep: []\n");
    for (minute, format) in [(32, ""), (33, "-json"), (34, "-logged")] {
        for (name, kept_at) in
            [("a", "20191101-030405-0a1b2c"), ("b", "20191201-030405-0a1b2c"), ("young", "20191230-030405-0a1b2c")]
        {
            // The young one stays.
            if name == "young" && minute > 32 {
                continue;
            }
            stage.seed(&[&format!("dev-forget/{name}")]);
            let mut helm = stage.cluster.helm_command(HelmVersion::Three).or_panic();
            helm.args(["uninstall", name, "-n", "dev-forget", "--keep-history", "--description"]);
            let output = helm.arg(format!("helm-purge {kept_at} evening")).output().expect("helm starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        stage.at(minute);
        if minute == 32 {
            screens.take(
                &stage.program,
                "plan plan-json plan-yaml plan-name plan-verbose plan-coloured plan-logged \
                 no-terminal",
            );
        }
        screens.take(&stage.program, &format!("forget{format} nothing-left{format}"));
    }
    screens.take(&stage.program, "log log-json");
    screens.end();
}
