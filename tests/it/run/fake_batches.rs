//! Several releases in one helm, against the fake: who goes with whom, and what one release means for the others.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{FakeHelm, Gate, Output};

const RUN: &str = "run -f policy.yaml --yes -A -o json";

/// One worker: everything of a namespace goes together.
const ONE_WORKER: &str = "run -f policy.yaml --yes -A -o json --workers=1";

/// The releases of each uninstall, in the order in which they began.
fn batches(fake: &FakeHelm) -> Vec<String> {
    let calls = fake.calls().into_iter().filter(|call| call[0] == "uninstall");
    let names = |call: Vec<String>| call.into_iter().skip_while(|word| word != "--").skip(1).collect::<Vec<_>>();
    calls.map(|call| names(call).join(" ")).collect()
}

/// What became of each release, with the class of its failure.
fn outcomes(output: &Output) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let report = output.json();
    let releases = report["releases"].as_array().expect("a list").iter();
    let outcome = |release: &Value| format!("{} {}", text(&release["outcome"]), text(&release["class"]));
    releases.map(|release| (text(&release["name"]), outcome(release).trim_end().to_owned())).collect()
}

#[track_caller]
fn came_to(output: &Output, expected: &[(&str, &str)]) {
    let expected = expected.iter().map(|(name, outcome)| ((*name).to_owned(), (*outcome).to_owned()));
    assert_eq!(outcomes(output), expected.collect::<BTreeMap<_, _>>(), "{output}");
}

#[test]
fn with_more_releases_than_workers_a_helm_process_gets_several_of_one_namespace() {
    let fake = FakeHelm::with((0..20).map(|number| format!("dev-{}/r{number:02}", number % 2)));
    let output = fake.program.run(&format!("{RUN} --workers=2")).exits(0);
    assert_eq!(output.json()["totals"]["purged"], 20, "{output}");
    assert!(fake.left().is_empty());
    let batches = batches(&fake);
    assert!(batches.len() < 10, "{batches:?}");
    let mut purged = batches.iter().flat_map(|batch| batch.split(' ')).collect::<Vec<_>>();
    purged.sort_unstable();
    assert_eq!(purged, (0..20).map(|number| format!("r{number:02}")).collect::<Vec<_>>());
}

#[test]
fn with_no_more_releases_than_workers_each_has_a_helm_process_of_its_own() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c", "dev-a/d"]);
    fake.program.run(&format!("{RUN} --workers=4")).exits(0);
    let mut batches = batches(&fake);
    batches.sort();
    assert_eq!(batches, ["a", "b", "c", "d"]);
}

#[test]
fn a_batch_can_be_bounded() {
    for (batch, expected) in [
        ("auto", &["a b c d e"][..]),
        ("5", &["a b c d e"]),
        ("3", &["a b c", "d e"]),
        ("1", &["a", "b", "c", "d", "e"]),
    ] {
        let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c", "dev-a/d", "dev-a/e"]);
        fake.program.run(&format!("{ONE_WORKER} --batch {batch}")).exits(0);
        assert_eq!(batches(&fake), expected, "--batch {batch}");
    }
}

#[test]
fn a_line_is_reported_as_it_comes_and_not_when_the_batch_is_over() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    let gate = Gate::new();
    fake.behaves("dev-a/c", &json!({"gate": gate.address()}));
    let running = fake.program.start(ONE_WORKER);
    let last = gate.arrival();
    running.wait_for_stderr("purged dev-a/a");
    running.wait_for_stderr("purged dev-a/b");
    last.go();
    running.finish().exits(0);
    assert_eq!(batches(&fake), ["a b c"]);
}

#[test]
fn an_error_concerns_its_release_and_those_behind_it_are_tried_again() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c", "dev-a/d", "dev-a/e"]);
    fake.behaves("dev-a/b", &json!({"exit": 1, "stderr": "Error: failed to delete release: b\n"}));
    fake.behaves(
        "dev-a/d",
        &json!({"exit": 1, "removes": true, "stderr": "Error: uninstall: Release not loaded: d: release: not found\n"}),
    );
    let output = fake.program.run(ONE_WORKER).exits(1);
    let [gone, failed] = ["purged", "failed other"];
    came_to(&output, &[("a", gone), ("b", failed), ("c", gone), ("d", "already-gone"), ("e", gone)]);
    assert_eq!(batches(&fake), ["a b c d e", "c d e", "e"]);
    assert_eq!(fake.left(), ["dev-a/b"]);
    assert!(output.json()["releases"][1]["message"].as_str().is_some_and(|text| text.contains("release: b")));
}

#[test]
fn a_helm_process_that_is_killed_or_does_not_get_far_costs_one_release() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    fake.behaves("dev-a/a", &json!({"exit": 1, "stderr": "WARNING: cannot read registry/config.json\n"}));
    fake.behaves("dev-a/b", &json!({"killsItself": true}));
    let output = fake.program.run(ONE_WORKER).exits(1);
    came_to(&output, &[("a", "failed other"), ("b", "failed killed"), ("c", "purged")]);
    assert_eq!(batches(&fake), ["a b c", "b c", "c"]);
}

#[test]
fn a_batch_is_read_to_its_end_however_much_it_says() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    fake.behaves("dev-a/b", &json!({"floodsStdout": 1 << 20, "stdout": "\n"}));
    let output = fake.program.run(ONE_WORKER).exits(0);
    came_to(&output, &[("a", "purged"), ("b", "purged"), ("c", "purged")]);
}

#[test]
fn objects_that_were_kept_are_those_of_their_release() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    let kept = "These resources were kept due to the resource policy:\n[ConfigMap] b-kept\n\n";
    fake.behaves("dev-a/b", &json!({"stdout": kept}));
    let report = fake.program.run(ONE_WORKER).exits(0).json();
    let left_behind = report["releases"].as_array().expect("a list").iter().map(|release| release.get("leftBehind"));
    assert_eq!(left_behind.collect::<Vec<_>>(), [None, Some(&json!(["[ConfigMap] b-kept"])), None]);
}

#[test]
fn a_grandchild_that_holds_the_pipe_of_a_batch_delays_nothing() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    fake.behaves("dev-a/a", &json!({"leavesGrandchild": true, "removes": true}));
    fake.program.run(ONE_WORKER).exits(0).stderr_has("purged dev-a/c");
    fake.program.leaves_no_process();
}

/// What `a` says before its own line.
fn says(text: &str) -> Value {
    json!({"stdout": format!("These resources were kept due to the resource policy:\n[ConfigMap] x\n{text}\n\n"), "removes": true})
}

const B: &str = "release \"b\" uninstalled";

#[test]
fn a_forged_line_for_a_release_that_fails_does_not_purge_it() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    fake.behaves("dev-a/a", &says(B));
    fake.behaves("dev-a/b", &json!({"exit": 1, "stderr": "Error: b is still needed\n"}));
    let output = fake.program.run(ONE_WORKER).exits(1);
    came_to(&output, &[("a", "purged"), ("b", "failed unclear"), ("c", "failed unclear")]);
    let failed = &output.json()["releases"][1];
    assert_eq!(
        (&failed["message"], &failed["cause"]),
        (&json!(format!("helm printed this out of order: {B}")), &json!("b is still needed"))
    );
    assert_eq!(fake.left(), ["dev-a/b", "dev-a/c"]);
    assert_eq!(batches(&fake), ["a b c"], "nobody knows which of them were in hand");
}

#[test]
fn a_batch_with_a_forged_line_is_settled_by_the_list() {
    for forged in
        ["release \"a\" uninstalled", B, "release \"c\" uninstalled", &format!("release \"a\" uninstalled\n{B}")]
    {
        let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
        fake.behaves("dev-a/a", &says(forged));
        let output = fake.program.run(ONE_WORKER).exits(0);
        came_to(&output, &[("a", "purged"), ("b", "purged"), ("c", "purged")]);
        let report = output.json();
        assert_eq!(report["verified"], json!({"state": "verified", "gone": 3}), "{output}");
        assert!(
            report["releases"][2]["remarks"][0]
                .as_str()
                .is_some_and(|text| text.starts_with("no longer listed, although helm failed"))
        );
    }
}

#[test]
fn a_forged_line_for_a_release_that_was_reported_already_is_no_second_end() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    fake.behaves("dev-a/b", &says("release \"a\" uninstalled"));
    fake.behaves("dev-a/a", &json!({"exit": 0, "removes": false}));
    let output = fake.program.run(ONE_WORKER).exits(1);
    came_to(&output, &[("a", "failed unclear"), ("b", "purged"), ("c", "purged")]);
    assert_eq!(output.json()["totals"]["planned"], 3);
    assert_eq!(output.stderr.matches("purged dev-a/a").count(), 1, "{output}");
}

#[test]
fn a_lost_line_and_one_that_comes_twice_are_settled_by_the_list() {
    for says_so in [0, 2] {
        let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
        fake.behaves("dev-a/b", &json!({"saysSo": says_so, "removes": true}));
        let output = fake.program.run(ONE_WORKER).exits(0);
        came_to(&output, &[("a", "purged"), ("b", "purged"), ("c", "purged")]);
    }
}

#[test]
fn a_helm_process_that_skips_a_release_and_says_nothing_of_it_is_found_out() {
    for silent in ["b", "c"] {
        let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
        fake.behaves(&format!("dev-a/{silent}"), &json!({"saysSo": 0, "removes": false}));
        let output = fake.program.run(ONE_WORKER).exits(1);
        let of = |name| if name == silent { "failed unclear" } else { "purged" };
        came_to(&output, &[("a", "purged"), ("b", of("b")), ("c", of("c"))]);
        assert_eq!(fake.left(), [format!("dev-a/{silent}")]);
    }
}

#[test]
fn without_a_last_list_what_is_unclear_has_failed() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    fake.behaves("dev-a/b", &says("release \"a\" uninstalled"));
    fake.lists_at(3, &json!({"exit": 1, "stderr": "Error: Kubernetes cluster unreachable: connection refused\n"}));
    let output = fake.program.run(ONE_WORKER).exits(1);
    let unclear = "failed unclear";
    came_to(&output, &[("a", unclear), ("b", unclear), ("c", unclear)]);
    assert_eq!(output.json()["verified"]["state"], "not-verified");
}
