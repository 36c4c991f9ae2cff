//! A part in scope: what goes, what is printed, and that no limit is looser for it.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{FakeHelm, RUN};

const NAMESPACES: [&str; 6] = ["dev-a", "dev-b", "dev-c", "dev-d", "dev-e", "dev-f"];

fn filled() -> FakeHelm {
    let fake = FakeHelm::new();
    fake.policy("keep: ['*/vault']\n");
    fake.releases(NAMESPACES.iter().flat_map(|namespace| ["web", "vault"].map(|name| format!("{namespace}/{name}"))));
    fake
}

fn names(fake: &FakeHelm, flags: &str) -> Vec<String> {
    let output = fake.program.run(&format!("plan -f policy.yaml -o name {flags}")).exits(0);
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_shards_of_a_scope_share_it_each_namespace_in_one_and_say_which_they_are() {
    let mut fake = filled();
    let whole = names(&fake, "");
    let mut together = Vec::new();
    for number in 1..=3 {
        let shard = format!("{number}/3");
        let part = names(&fake, &format!("--shard {shard}"));
        fake.program.set("JOB_COMPLETION_INDEX", (number - 1).to_string());
        assert_eq!(names(&fake, "--shard=auto/3"), part, "by the index of a pod");
        let plan = fake.program.run("plan -f policy.yaml --shard=auto/3").exits(0);
        let plan = plan.stdout_has(&format!("scope: {} of 6 namespaces (dev-*), shard {shard}", part.len()));
        let others = NAMESPACES.iter().filter(|namespace| !part.contains(&format!("{namespace}/web")));
        for other in others {
            assert!(!plan.stdout.contains(&format!("{other} ")), "{other} is another shard's\n{plan}");
        }
        let document = fake.program.run("plan -f policy.yaml --shard=auto/3 -o json").exits(0).json();
        assert_eq!((&document["filters"]["shard"], &document["totals"]["keep"]), (&json!(shard), &json!(part.len())));
        assert_eq!(document["totals"]["seen"], 12);
        together.extend(part);
    }
    together.sort();
    assert_eq!(together, whole);
}

#[test]
fn a_part_that_cannot_be_told_starts_nothing() {
    for (flags, index, says) in [
        ("--shard=auto/3", "", "--shard auto/3 needs JOB_COMPLETION_INDEX, which is not set"),
        ("--shard=auto/3", "3", "there is no shard 4 of 3"),
        ("--shard=auto/3", "x", "JOB_COMPLETION_INDEX is `x`"),
        ("--shard 0/4", "", "`0/4` is not a valid shard: write it as 3/16, counted from 1"),
        ("--shard 5/4", "", "there is no shard 5 of 4"),
        ("--shard=auto/0", "0", "`auto/0` is not a valid shard"),
    ] {
        let mut fake = filled();
        fake.program.set("JOB_COMPLETION_INDEX", index);
        fake.program.run(&format!("{RUN} {flags}")).exits(2).stderr_has(says);
        assert!(fake.calls().is_empty() && fake.left().len() == 12);
    }
    let mut fake = filled();
    fake.program.set("JOB_COMPLETION_INDEX", "1");
    assert_eq!(names(&fake, "").len(), 6, "an index by itself says nothing");
}

#[test]
fn limits_count_over_the_whole_scope_however_small_a_shard_is() {
    for (limit, flags, says) in [
        ("limits: {maxReleases: 5}\n", "", "6 releases would be purged, the limit is 5"),
        ("limits: {maxNamespaces: 5}\n", "", "releases in 6 namespaces would be purged, the limit is 5"),
        ("rules: [{name: all}]\nlimits: {maxPercent: 49}\n", "", "6 of the 12 releases in scope would be purged"),
        ("", "--max-releases=5", "6 releases would be purged, the limit is 5 (--max-releases)"),
    ] {
        let fake = filled();
        fake.policy(&format!("keep: ['*/vault']\n{limit}"));
        for shard in ["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"] {
            fake.program.run(&format!("{RUN} {flags} --shard {shard}")).exits(5).stderr_has(says);
        }
        assert_eq!(fake.left().len(), 12);
        fake.program.run(&format!("{RUN} {flags} --shard=1/1 dev-a/*")).exits(0);
        assert_eq!(fake.left().len(), 11, "what was not asked for does not count");
    }
}

#[test]
fn what_goes_last_is_kept_by_a_shard_and_taken_by_a_run_over_the_whole_scope() {
    let fake = filled();
    fake.policy("keep: ['*/vault']\norder: {last: [{namespaces: [dev-a], releases: [web]}]}\n");
    let reports = (1..=2).map(|number| {
        let shard = format!("{number}/2");
        let output = fake.program.run(&format!("{RUN} -o json --shard {shard}")).exits(0).json();
        assert_eq!(output["shard"], shard);
        output["totals"]["purged"].as_u64().expect("a number")
    });
    assert_eq!(reports.sum::<u64>(), 5);
    let left = fake.left().into_iter().filter(|name| name.ends_with("/web")).collect::<Vec<_>>();
    assert_eq!(left, ["dev-a/web"]);
    let plan = fake.program.run("plan -f policy.yaml -n dev-a --shard 1/2");
    let other = fake.program.run("plan -f policy.yaml -n dev-a --shard 2/2");
    let said = [plan.stdout, other.stdout].concat();
    assert!(said.contains("purged last: by a run without --shard, after all shards"), "{said}");
    fake.program.run(RUN).exits(0).stdout_has("purged 1");
}

#[test]
fn a_saved_plan_is_shared_as_well_and_nothing_of_it_is_reported_twice() {
    let fake = filled();
    let plan = fake.program.run("plan -f policy.yaml -o json").exits(0).stdout;
    fake.program.file("plan.json", &plan);
    std::fs::remove_file(fake.program.folder().join("fake/releases/dev-f__web")).expect("it is there");
    let mut told = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let output = fake.program.run(&format!("{RUN} --plan plan.json -o json --shard {shard}"));
        let report = output.exits(0).json();
        let releases = report["releases"].as_array().expect("a list").clone();
        told.extend(releases.into_iter().map(|one| {
            format!("{} {}", one["namespace"].as_str().unwrap_or_default(), one["outcome"].as_str().unwrap_or_default())
        }));
    }
    told.sort();
    let expected = NAMESPACES.map(|name| format!("{name} {}", if name == "dev-f" { "already-gone" } else { "purged" }));
    assert_eq!(told, expected);
}

#[test]
fn the_journal_of_a_shard_says_so_and_is_no_other_ones_predecessor() {
    let fake = filled();
    for shard in ["1/2", "2/2"] {
        fake.program.run(&format!("{RUN} --shard {shard}")).exits(0);
    }
    let runs = fake.program.run("log --local -o json").exits(0).json();
    let shards = runs["runs"].as_array().expect("a list").iter().map(|run| run["shard"].to_string());
    assert_eq!(shards.collect::<BTreeSet<_>>(), ["\"1/2\"", "\"2/2\""].map(str::to_owned).into());
    let table = fake.program.run("log --local").exits(0);
    let table = table.stdout_has("test 1/2").stdout_has("test 2/2");
    let id = table.stdout.lines().nth(1).and_then(|line| line.split_whitespace().next()).expect("a run").to_owned();
    fake.program.run(&format!("log --local {id}")).exits(0).stdout_has("shard    ");
}
