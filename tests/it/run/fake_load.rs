//! Very many releases of a fake helm, and troubles at random: every one of them is accounted for, once.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use super::cluster_load::{is_gone, outcomes, releases, seed, text};
use crate::support::FakeHelm;

/// Each start is on the disk before it is made, and disks that others use can be slow.
const LONGEST: Duration = Duration::from_mins(10);

/// What one helm does with one release of twelve, at random.
fn any_trouble(random: &mut Rng, name: &str) -> Option<Value> {
    let fails = |text: &str| json!({"exit": 1, "stderr": format!("Error: {text}\n")});
    Some(match random.u8(..120) {
        0 => fails("Kubernetes cluster unreachable: connection refused"),
        1 => fails("failed to delete release: x"),
        2 => fails("etcdserver: leader changed"),
        3 => json!({"killsItself": true}),
        4 => json!({"removes": false}),
        5 => json!({"saysSo": 0}),
        6 => json!({"saysSo": 2}),
        7 => json!({"saysSo": 0, "removes": false}),
        8 => {
            json!({"exit": 1, "removes": true, "stderr": format!("Error: uninstall: Release not loaded: {name}: release: not found\n")})
        }
        9 => json!({"stdout": "release \"r00000\" uninstalled\n"}),
        10 => json!({"floodsStdout": 300_000, "stdout": "\n"}),
        11 => json!({"floodsStderr": 300_000, "stderr": "\n", "leavesQuietGrandchild": true}),
        _ => return None,
    })
}

fn fake_with_troubles(count: usize) {
    let mut random = Rng::with_seed(seed());
    let fake = FakeHelm::new();
    let mut names = BTreeSet::new();
    for number in 0..count {
        // Some namespaces are full, most are not.
        let most = random.usize(..count / 10 + 2);
        let namespace = format!("dev-{}", random.usize(..=most));
        let name = format!("r{number:05}");
        fake.release(&format!("{namespace}/{name}"));
        if let Some(trouble) = any_trouble(&mut random, &name) {
            fake.behaves(&format!("{namespace}/{name}"), &trouble);
        }
        names.insert(format!("{namespace}/{name}"));
    }
    let workers = random.usize(1..=32).to_string();
    let run = ["run", "-f", "policy.yaml", "--yes", "-A", "-q", "-o", "json", "--workers", &workers];
    let output = fake.program.start(&run).finish_within(LONGEST);
    let outcomes = outcomes(&output);
    assert_eq!(outcomes.keys().collect::<BTreeSet<_>>(), names.iter().collect());
    let left = fake.left().into_iter().collect::<BTreeSet<_>>();
    let report = output.json();
    for release in report["releases"].as_array().expect("a list") {
        // Of a helm process that is silent about one release and fails with the next nobody can tell which one failed. What the
        // last list says of it stands beside that.
        let name = format!("{}/{}", text(&release["namespace"]), text(&release["name"]));
        let is_left = left.contains(&name);
        assert_eq!(text(&release["afterwards"]), if is_left { "listed" } else { "gone" }, "{release}");
        assert!(!is_left || !is_gone(&outcomes[&name]), "{release}");
    }
    let log = fake.log();
    let removed = log.iter().filter(|event| event["event"] == "removed").map(|event| text(&event["release"]));
    let mut removed = removed.collect::<Vec<_>>();
    removed.sort();
    let gone = names.iter().filter(|name| !left.contains(*name)).cloned().collect::<Vec<_>>();
    assert_eq!(removed, gone, "each once");
    let failed = outcomes.values().filter(|outcome| !is_gone(outcome)).count();
    assert_eq!(output.status.code(), Some(i32::from(failed > 0)), "{}", report["totals"]);
    fake.program.leaves_no_process();
}

#[test]
fn hundreds_of_releases_with_troubles_at_random_are_accounted_for_once_each() {
    fake_with_troubles(releases(300));
}

#[test]
#[ignore = "minutes: the command for it is in CONTRIBUTING.md"]
fn ten_thousand_releases_with_troubles_at_random_are_accounted_for_once_each() {
    fake_with_troubles(releases(10_000));
}
