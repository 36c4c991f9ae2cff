//! `--log-format json` of a restore, of a forget, and of a history that stays.
use serde_json::json;
use throwaway_cluster::HelmVersion;

use super::fake_logs::{events, find, lines};
use crate::support::histories::{KEEPING, RESTORE, RUN, old_history};
use crate::support::{Real, Role, cluster, user};

#[test]
fn a_restore_and_a_forget_are_lines_as_a_run_is() {
    let real = Real::new("logged", HelmVersion::Four);
    real.policy(KEEPING);
    real.seed(&["a/web"]);
    let log = |command: &str| real.program.run(&format!("{command} --log-format=json"));
    let [web, old] = ["web", "old"].map(|name| format!("{}/{name}", real.namespace("a")));
    let [started, finished] = ["release-started", "release-finished"].map(|event| format!("{event} {web}"));

    let purge = log(RUN).exits(0);
    let lines_of_purge = lines(&purge);
    assert_eq!(events(&lines_of_purge), ["plan", "run-started", &started, &finished, "summary"], "{purge}");
    let restore = log(RESTORE).exits(0);
    let lines_of_restore = lines(&restore);
    assert_eq!(events(&lines_of_restore), ["plan", "run-started", &started, &finished, "summary"], "{restore}");
    let plan = find(&lines_of_restore, "plan");
    assert_eq!((&plan["restore"], &plan["runs"]), (&json!(1), &json!([purge.json()["run"]["id"]])));

    old_history(&real, "old");
    let forget = "forget --older-than=14d -f policy.yaml -A";
    assert_eq!(events(&lines(&log(&format!("{forget} --dry-run")).exits(0))), ["plan"]);
    let forget = format!("{forget} --yes -o json");
    let forgotten = log(&forget).exits(0);
    let lines_of_forget = lines(&forgotten);
    assert_eq!(events(&lines_of_forget), ["plan", "run-started", &format!("release-finished {old}")], "{forgotten}");
    let plan = find(&lines_of_forget, "plan");
    let about = ["forget", "younger", "context", "uid"].map(|key| plan[key].clone());
    assert_eq!(about, [json!(1), json!(0), json!("throwaway"), json!(cluster().uid())]);
    assert_eq!(find(&lines_of_forget, "release-finished")["outcome"], "forgotten");

    let all = [
        (&lines_of_purge, &purge, "purge"),
        (&lines_of_restore, &restore, "restore"),
        (&lines_of_forget, &forgotten, "forget"),
    ];
    for (lines, output, operation) in all {
        let (begun, run) = (find(lines, "run-started"), &output.json()["run"]);
        let about = ["operation", "releases", "run", "journal"].map(|key| begun[key].clone());
        assert_eq!(about, [json!(operation), json!(1), run["id"].clone(), run["journal"].clone()], "{output}");
    }
    assert_eq!(events(&lines(&log(&forget).exits(0))), ["plan"], "nothing begins where there is nothing to forget");
}

#[test]
fn a_history_that_is_still_there_is_a_line_as_well() {
    let real = Real::new("logunforgotten", HelmVersion::Four);
    real.policy(KEEPING);
    old_history(&real, "old");
    let namespace = real.namespace("a");
    let policy = real.program.read("policy.yaml");
    let policy = policy.replace(&format!(", uid: {}", cluster().uid()), "");
    real.program.file("policy.yaml", &policy.replace(&real.namespace("*"), &namespace));
    let kubeconfig = user(cluster(), "logunforgotten", &[(&namespace, Role::SeeSecrets)]);
    let forget = "forget --older-than=14d -f policy.yaml -A --yes --log-format=json --kubeconfig";
    let output = real.program.run(&format!("{forget} {}", kubeconfig.display())).exits(1);
    let lines = lines(&output);
    let finished = find(&lines, "release-finished");
    assert_eq!((&finished["level"], &finished["outcome"]), (&json!("error"), &json!("failed")), "{output}");
    assert!(finished["message"].as_str().is_some_and(|words| words.contains("forbidden")), "{finished}");
}
