//! Reports of a purge and of a restore on the real cluster.

use serde_json::{Value, json};
use throwaway_cluster::HelmVersion;

use super::fake_reports::{REPORTS, with};
use crate::support::{Output, Real};

#[test]
fn on_a_real_cluster_reports_of_a_purge_and_a_restore_say_what_came_of_each_release() {
    let real = Real::new("reports", HelmVersion::Four);
    real.policy("keep: ['*/vault']\ndefaults: {keepHistory: true}\n");
    real.seed(&["a/web", "a/vault", "b/web"]);
    let purge = real.program.run(&with("-o json --log-format json")).exits(0);
    all_json(&purge);
    let report = |name: &str| real.program.read(name);
    assert_eq!(serde_json::from_str::<Value>(&report("report.json")).expect("JSON"), purge.json());
    let page = report("report.md");
    assert!(page.contains("### Gone (2)") && page.contains("### Kept by the policy (1)"), "{page}");
    let restore = format!("restore -f policy.yaml --yes -A -o json --log-format=json {REPORTS}");
    let restore = real.program.run(&restore).exits(0);
    all_json(&restore);
    assert_eq!(serde_json::from_str::<Value>(&report("report.json")).expect("JSON"), restore.json());
    let page = report("report.md");
    assert!(page.contains("### Restored (2)"), "{page}");
    let id = restore.run_id();
    let purged = purge.run_id();
    assert_ne!(id, purged);
    assert!(page.contains(&format!("| run | {id} |\n| of run | {purged} |\n")), "{page}");
    let line: Value = serde_json::from_str(&report("termination")).expect("JSON");
    assert_eq!((&line["kind"], &line["totals"]["restored"]), (&json!("RestoreSummary"), &json!(2)));
    assert_eq!(line["run"], json!(id));
}

#[track_caller]
fn all_json(output: &Output) {
    for line in output.stderr.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "not JSON: {line}\n{output}");
    }
}
