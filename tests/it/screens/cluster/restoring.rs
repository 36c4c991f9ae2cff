//! Runs that keep histories, restores that take them back, and prunes.

use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use super::{Stage, journal};

use crate::support::OrPanic;

const RUN: &str = "run -f policy.yaml --yes -A --workers 1 --batch 1 --lock-namespace locks";
const RESTORE: &str = "restore -f policy.yaml --yes -A --workers 1 --lock-namespace locks";
const REPORTS: &str = "--report report.json --report report.yaml --report report.md --termination-log termination";
const REPORT_FILES: [&str; 4] = ["report.json", "report.yaml", "report.md", "termination"];

/// Three nights and mornings: for people, for programs, for readers of logs.
pub(super) fn runs_and_restores(stage: &mut Stage) {
    let mut screens = stage.screens("cluster-restore");
    stage.policy("dev-undo", "keep: ['*/vault']\ndefaults: {keepHistory: true}\n");
    stage.seed(&["dev-undo/again", "dev-undo/by-hand", "dev-undo/shop", "dev-undo/vault", "dev-undo/web"]);
    screens.take("nothing-yet", &stage.program, "restore -f policy.yaml --dry-run", &[]);
    for (minute, format, more, revision) in
        [(11, "", "", "1"), (15, "-json", " -o json", "3"), (19, "-logged", " --log-format json", "5")]
    {
        let run = stage.at(minute);
        let journal_of_run = journal(&run);
        let files = [&REPORT_FILES[..], &[journal_of_run.as_str()]].concat();
        screens.take(&format!("run{format}"), &stage.program, &format!("{RUN} {REPORTS}{more}"), &files);
        // Two of them are installed again by hand, one of which was first brought back.
        stage.bring_back("dev-undo/by-hand", revision);
        stage.install("dev-undo/by-hand");
        stage.install("dev-undo/again");
        stage.at(minute + 1);
        if minute == 11 {
            stage.take_all(
                &mut screens,
                &[
                    ("plan", "restore -f policy.yaml --dry-run"),
                    ("plan-json", "restore -f policy.yaml --dry-run -o json"),
                    ("plan-yaml", "restore -f policy.yaml --dry-run -o yaml"),
                    ("plan-name", "restore -f policy.yaml --dry-run -o name"),
                    ("plan-quiet", "restore -f policy.yaml --dry-run -q"),
                    ("plan-verbose", "restore -f policy.yaml --dry-run -v"),
                    ("plan-logged", "restore -f policy.yaml --dry-run --log-format json"),
                    ("plan-coloured", "restore -f policy.yaml --dry-run --color always"),
                    ("plan-some", "restore -f policy.yaml --dry-run 'dev-undo/w*' dev-undo/nope"),
                    ("plan-one-run", "restore -f policy.yaml --dry-run --run 20200102-031105-000011"),
                    ("plan-another-run", "restore -f policy.yaml --dry-run --run 20200102-010101-000001"),
                    ("plan-of-purge-meanwhile", "plan -f policy.yaml"),
                    ("explain-gone", "explain -f policy.yaml dev-undo/web"),
                    ("not-confirmed", "restore -f policy.yaml --confirm prod -A"),
                    ("no-terminal", "restore -f policy.yaml"),
                    ("offered-runs", "__complete -- restore --run ''"),
                    ("offered-releases", "__complete -- restore dev-undo"),
                ],
            );
        }
        let restore = stage.at(minute + 2);
        let journal_of_restore = journal(&restore);
        let files = [&REPORT_FILES[..], &[journal_of_restore.as_str()]].concat();
        screens.take(&format!("restore{format}"), &stage.program, &format!("{RESTORE} {REPORTS}{more}"), &files);
        stage.at(minute + 3);
        screens.take(&format!("nothing-left{format}"), &stage.program, &format!("{RESTORE}{more}"), &[]);
    }
    // Helm fails; quiet, and in colour.
    for (minute, name, more) in
        [(23, "failed", ""), (26, "failed-quiet", " -q"), (29, "failed-coloured", " --color always -o yaml")]
    {
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
        screens.take(name, &stage.program, &format!("{RESTORE} --fail-fast{more}"), &[]);
        let api = stage.cluster.api();
        api.delete(quota, Some("dev-undo"), "full").or_panic();
        let gone = throwaway_cluster::wait_until("the end of the quota", || {
            Ok(api.get(quota, Some("dev-undo"), "full")?.is_none().then_some(()))
        });
        gone.or_panic();
        stage.at(minute + 2);
        drop(stage.program.run(RESTORE));
    }
    stage.take_all(
        &mut screens,
        &[
            ("runs", "runs --local"),
            ("runs-json", "runs --local -o json"),
            ("runs-one-restore", "runs --local 20200102-031305-000013"),
            ("runs-one-restore-json", "runs --local 20200102-031305-000013 -o json"),
        ],
    );
    screens.end();
}

/// Histories that purges have left long ago.
pub(super) fn prunes(stage: &mut Stage) {
    let mut screens = stage.screens("cluster-prune");
    stage.policy("dev-prune", "keep: []\n");
    let prune = "prune -f policy.yaml --older-than 14d";
    let carry_out = format!("{prune} --yes -A --lock-namespace locks");
    for (minute, format, more) in [(32, "", ""), (33, "-json", " -o json"), (34, "-logged", " --log-format json")] {
        for (name, kept_at) in
            [("a", "20191101-030405-0a1b2c"), ("b", "20191201-030405-0a1b2c"), ("young", "20191230-030405-0a1b2c")]
        {
            // The young one stays.
            if name == "young" && minute > 32 {
                continue;
            }
            stage.seed(&[&format!("dev-prune/{name}")]);
            let mut helm = stage.cluster.helm_command(HelmVersion::Three).or_panic();
            helm.args(["uninstall", name, "-n", "dev-prune", "--keep-history", "--description"]);
            let output = helm.arg(format!("helm-purge {kept_at} evening")).output().expect("helm starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let run = stage.at(minute);
        if minute == 32 {
            for (name, line) in [
                ("plan", " --dry-run"),
                ("plan-json", " --dry-run -o json"),
                ("plan-yaml", " --dry-run -o yaml"),
                ("plan-name", " --dry-run -o name"),
                ("plan-verbose", " --dry-run -v"),
                ("plan-coloured", " --dry-run --color always"),
                ("plan-logged", " --dry-run --log-format json"),
                ("no-terminal", ""),
            ] {
                screens.take(name, &stage.program, &format!("{prune}{line}"), &[]);
            }
        }
        screens.take(&format!("prune{format}"), &stage.program, &format!("{carry_out}{more}"), &[&journal(&run)]);
        screens.take(&format!("nothing-left{format}"), &stage.program, &format!("{carry_out}{more}"), &[]);
    }
    stage.take_all(
        &mut screens,
        &[
            ("runs", "runs --local 20200102-033205-000032"),
            ("runs-json", "runs --local 20200102-033205-000032 -o json"),
        ],
    );
    screens.end();
}
