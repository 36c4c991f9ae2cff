//! `--log-format json` of a restore, of a prune, and of a history that stays.
use serde_json::json;
use throwaway_cluster::HelmVersion;

use super::fake_logs::{events, find, lines};
use crate::support::histories::{KEEPING, RESTORE, RUN, old_history};
use crate::support::{Real, Role, cluster, user};

#[test]
fn a_restore_and_a_prune_are_lines_as_a_run_is() {
    let real = Real::new("logged", HelmVersion::Four);
    real.policy(KEEPING);
    real.seed(&["a/web"]);
    let log = |command: &str| real.program.run(&format!("{command} --log-format=json"));
    let [web, old] = ["web", "old"].map(|name| format!("{}/{name}", real.namespace("a")));
    let [started, finished] = ["started", "finished"].map(|event| format!("{event} {web}"));

    let purge = log(RUN).exits(0);
    let lines_of_purge = lines(&purge);
    assert_eq!(events(&lines_of_purge), ["plan", "begun", &started, &finished, "summary"], "{purge}");
    let restore = log(RESTORE).exits(0);
    let lines_of_restore = lines(&restore);
    assert_eq!(events(&lines_of_restore), ["plan", "begun", &started, &finished, "summary"], "{restore}");
    let plan = find(&lines_of_restore, "plan");
    assert_eq!((&plan["restore"], &plan["runs"]), (&json!(1), &json!([purge.json()["run"]["id"]])));

    old_history(&real, "old");
    let prune = "prune --older-than=14d -f policy.yaml -A";
    assert_eq!(events(&lines(&log(&format!("{prune} --dry-run")).exits(0))), ["plan"]);
    let prune = format!("{prune} --yes -o json");
    let pruned = log(&prune).exits(0);
    let lines_of_prune = lines(&pruned);
    assert_eq!(events(&lines_of_prune), ["plan", "begun", &format!("finished {old}")], "{pruned}");
    let plan = find(&lines_of_prune, "plan");
    let about = ["prune", "younger", "context", "uid"].map(|key| plan[key].clone());
    assert_eq!(about, [json!(1), json!(0), json!("throwaway"), json!(cluster().uid())]);
    assert_eq!(find(&lines_of_prune, "finished")["outcome"], "pruned");

    let all = [
        (&lines_of_purge, &purge, "purge"),
        (&lines_of_restore, &restore, "restore"),
        (&lines_of_prune, &pruned, "prune"),
    ];
    for (lines, output, operation) in all {
        let (begun, run) = (find(lines, "begun"), &output.json()["run"]);
        let about = ["operation", "releases", "run", "journal"].map(|key| begun[key].clone());
        assert_eq!(about, [json!(operation), json!(1), run["id"].clone(), run["journal"].clone()], "{output}");
    }
    assert_eq!(events(&lines(&log(&prune).exits(0))), ["plan"], "nothing begins where there is nothing to prune");
}

#[test]
fn a_history_that_is_still_there_is_a_line_as_well() {
    let real = Real::new("logunpruned", HelmVersion::Four);
    real.policy(KEEPING);
    old_history(&real, "old");
    let namespace = real.namespace("a");
    let policy = real.program.read("policy.yaml");
    let policy = policy.replace(&format!(", uid: {}", cluster().uid()), "");
    real.program.file("policy.yaml", &policy.replace(&real.namespace("*"), &namespace));
    let kubeconfig = user(cluster(), "logunpruned", &[(&namespace, Role::SeeSecrets)]);
    let prune = "prune --older-than=14d -f policy.yaml -A --yes --log-format=json --kubeconfig";
    let output = real.program.run(&format!("{prune} {}", kubeconfig.display())).exits(1);
    let lines = lines(&output);
    let finished = find(&lines, "finished");
    assert_eq!((&finished["level"], &finished["outcome"]), (&json!("error"), &json!("failed")), "{output}");
    assert!(finished["message"].as_str().is_some_and(|words| words.contains("forbidden")), "{finished}");
}
