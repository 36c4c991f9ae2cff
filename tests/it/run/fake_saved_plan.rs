//! `run --plan`: what goes is what a saved plan and today's both choose, unchanged, and nothing else.

use serde_json::{Value, json};

use crate::support::{FakeHelm, Output, Terminal};

const RUN: &str = "run -f policy.yaml --yes -A --plan plan.json";

fn save(fake: &FakeHelm, flags: &str) -> Value {
    let plan = fake.program.run(&format!("plan -f policy.yaml -o json {flags}")).exits(0);
    fake.program.file("plan.json", &plan.stdout);
    plan.json()
}

fn saved() -> FakeHelm {
    let fake = FakeHelm::with(["dev-a/web"]);
    save(&fake, "");
    fake
}

fn run(fake: &FakeHelm, flags: &str) -> Output {
    fake.program.run(&format!("{RUN} -o json {flags}"))
}

#[track_caller]
fn nothing_was_uninstalled(fake: &FakeHelm) {
    assert!(fake.calls().iter().all(|call| call[0] != "uninstall"), "{:?}", fake.calls());
}

/// What became of each release of a report: its name, the outcome, and why.
fn outcomes(report: &Value) -> Vec<[&str; 3]> {
    let releases = report["releases"].as_array().expect("a list").iter();
    releases
        .map(|release| ["name", "outcome", "message"].map(|key| release[key].as_str().unwrap_or_default()))
        .collect()
}

#[test]
fn a_plan_says_which_policies_which_cluster_and_what_was_narrowed() {
    let fake = FakeHelm::with(["dev-a/web"]);
    let plan = save(&fake, "-n dev-a dev-*/w* --skip dev-a/vault");
    let policy = std::fs::read(fake.program.folder().join("policy.yaml")).expect("it was written");
    let digest = helm_purge::policy::sha256(&policy).to_string();
    assert_eq!(plan["policies"], json!([{"name": "test", "file": "policy.yaml", "sha256": digest}]));
    assert_eq!(plan["cluster"], json!({"context": "dev-eu", "server": "https://127.0.0.1:1"}));
    let filters = json!({
        "namespace": "dev-a", "releases": ["dev-*/w*"], "skip": ["dev-a/vault"], "withoutOptOuts": true,
    });
    assert_eq!((&plan["apiVersion"], &plan["filters"]), (&json!("helm-purge/v1"), &filters));
}

#[test]
fn what_both_plans_choose_goes_and_whatever_has_changed_since_or_is_new_stays() {
    for format in ["json", "yaml"] {
        let fake = FakeHelm::with(["dev-a/again", "dev-a/gone", "dev-a/same", "dev-a/spared", "dev-a/upgraded"]);
        fake.release("dev-b/kept");
        let plan = fake.program.run(&format!("plan -f policy.yaml --skip dev-b/* -o {format}")).exits(0);
        fake.program.file("plan.json", &plan.stdout);
        fake.release_with("dev-a/upgraded", &[("revision", json!("4"))]);
        fake.release_with("dev-a/again", &[("updated", json!(jiff::Timestamp::now().to_string()))]);
        fake.release("dev-a/new");
        std::fs::remove_file(fake.program.folder().join("fake/releases/dev-a__gone")).expect("it was there");
        let output = run(&fake, "--skip dev-a/spared").exits(0);
        let report = output.json();
        let outcomes = outcomes(&report);
        let names = outcomes.iter().map(|[name, outcome, _]| (*name, *outcome)).collect::<Vec<_>>();
        let expected = [
            ("again", "changed"),
            ("gone", "already-gone"),
            ("same", "purged"),
            ("spared", "changed"),
            ("upgraded", "changed"),
        ];
        assert_eq!(names, expected, "{format}: {report:#}");
        assert!(outcomes[0][2].starts_with("deployed again at "), "{outcomes:?}");
        assert_eq!(outcomes[3][2], "kept now: dev-a/spared");
        assert_eq!(outcomes[4][2], "now revision 4, deployed; was revision 1, deployed");
        assert_eq!(fake.left(), ["dev-a/again", "dev-a/new", "dev-a/spared", "dev-a/upgraded", "dev-b/kept"]);
        // Each release once: what has an outcome is not counted as kept besides.
        assert_eq!((&report["totals"]["planned"], &report["totals"]["kept"]), (&json!(5), &json!(2)));
        let note = "in plan.json: 5 releases, 3 changed or kept since, 1 already gone; 2 releases that the policy selects today";
        output.stderr_has(note).stderr_has("the saved plan does not purge it");
    }
}

#[test]
fn today_may_narrow_a_saved_plan_and_never_widens_it() {
    let fake = FakeHelm::with(["dev-a/one", "dev-a/two", "dev-a/three"]);
    save(&fake, "dev-a/t*");
    let report = run(&fake, "dev-a/*o*").exits(0).json();
    assert_eq!(outcomes(&report), [["two", "purged", ""]]);
    assert_eq!(fake.left(), ["dev-a/one", "dev-a/three"]);
}

#[test]
fn the_question_is_about_what_is_left_of_the_plan() {
    let fake = FakeHelm::with(["dev-a/old"]);
    save(&fake, "");
    fake.release("dev-a/new");
    let mut terminal = Terminal::start(fake.program.command("run -f policy.yaml --plan plan.json"));
    terminal.wait_for("About to uninstall 1 release on dev-eu.");
    terminal.type_text("dev-eu\r");
    assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
    assert_eq!(fake.left(), ["dev-a/new"]);
}

#[test]
fn a_dry_run_shows_what_is_left_of_the_plan() {
    let fake = saved();
    fake.release("dev-a/new");
    let names = fake.program.run("run --dry-run -f policy.yaml --plan plan.json -o name");
    assert_eq!(names.exits(0).stdout, "dev-a/web\n");
    nothing_was_uninstalled(&fake);
}

#[test]
fn a_plan_by_other_policies_is_refused_whatever_their_files_are_called() {
    let fake = saved();
    let text = fake.program.read("policy.yaml");
    fake.program.file("policy.yaml", &format!("{text}# more\n"));
    run(&fake, "").exits(5).stderr_has("made with other policies: test has changed");
    fake.program.file("policy.yaml", &text.replace("name: test", "name: other"));
    run(&fake, "").exits(5).stderr_has("test was not given; other was not part of the plan");
    nothing_was_uninstalled(&fake);
    fake.program.file("moved.yaml", &text);
    fake.program.run("run -f moved.yaml --yes -A --plan plan.json").exits(0);
    assert!(fake.left().is_empty());
}

#[test]
fn a_plan_for_another_cluster_is_refused() {
    let fake = saved();
    let plan = fake.program.read("plan.json");
    let mut plan: Value = serde_json::from_str(&plan).expect("JSON");
    for (key, value, says) in [
        (
            "server",
            json!("https://127.0.0.1:2"),
            "for another cluster: server https://127.0.0.1:2; this one has server",
        ),
        // Which one this is cannot be told: nobody answers here.
        ("uid", json!("0f9d1c2e"), "for another cluster: uid 0f9d1c2e; this one has server https://127.0.0.1:1"),
    ] {
        let before = plan["cluster"].clone();
        plan["cluster"][key] = value;
        fake.program.file("plan.json", &plan.to_string());
        run(&fake, "").exits(5).stderr_has(says);
        plan["cluster"] = before;
    }
    nothing_was_uninstalled(&fake);
}

#[test]
fn a_file_that_is_no_plan_of_this_version_is_invalid_and_nothing_is_started() {
    for (text, says) in [
        ("{\"apiVersion\": \"helm-purge/v9\", \"kind\": \"PurgePlan\"}", "of version `helm-purge/v9`"),
        ("kind: PurgePolicy\napiVersion: helm-purge/v1\n", "plan.json is `PurgePolicy`"),
        ("{", "plan.json is not a saved plan"),
    ] {
        let fake = saved();
        let before = fake.calls().len();
        fake.program.file("plan.json", text);
        run(&fake, "").exits(3).stderr_has(says).stderr_has("hint: save it again");
        assert_eq!(fake.calls().len(), before);
    }
    let fake = FakeHelm::new();
    run(&fake, "").exits(3).stderr_has("cannot read the saved plan plan.json");
}

#[test]
fn a_plan_on_standard_input_leaves_nothing_to_answer_with() {
    let fake = saved();
    let plan = fake.program.read("plan.json");
    let run = |flags: &[&str]| fake.program.run_with_input(&[&["run", "--plan", "-", "-f"], flags].concat(), &plan);
    run(&["policy.yaml"]).exits(2).stderr_has("cannot ask for confirmation: standard input is the plan");
    run(&["-", "--yes"]).exits(2).stderr_has("standard input can be a policy or a saved plan, not both");
    nothing_was_uninstalled(&fake);
    run(&["policy.yaml", "--yes", "-A"]).exits(0).stdout_has("purged 1");
}
