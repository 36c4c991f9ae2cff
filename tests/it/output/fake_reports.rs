//! Reports in files, and the termination log: there however a command ends, and never half of one.
use std::os::unix::ffi::OsStringExt;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{FakeHelm, RUN, two_at_a_gate};

pub(super) const REPORTS: &str = "--report report.json --report report.md --termination-log termination";

pub(super) fn with(flags: &str) -> String {
    format!("{RUN} {REPORTS} {flags}")
}

fn read(fake: &FakeHelm, name: &str) -> String {
    fake.program.read(name)
}

/// The report in JSON and the termination log, which is one line of it.
#[track_caller]
fn reports(fake: &FakeHelm) -> (Value, Value) {
    let (report, line) = (read(fake, "report.json"), read(fake, "termination"));
    assert!(line.ends_with('\n') && line.lines().count() == 1 && line.len() <= 4096, "{line:?}");
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let (report, line) = (json(&report), json(&line));
    assert_eq!(report["exitCode"], line["exitCode"]);
    assert!(read(fake, "report.md").starts_with("## helm purge"));
    (report, line)
}

#[test]
fn a_run_leaves_the_document_of_stdout_a_page_for_people_and_a_line_for_the_kubelet() {
    let fake = FakeHelm::new();
    fake.policy("keep: ['*/vault', {releases: [old], reason: 'a|b <i>'}]\n");
    fake.releases(["dev-a/a", "dev-a/b", "dev-a/old", "dev-a/vault"]);
    let hostile = "Error: no `luck` | <script>alert(1)</script> [x](http://y) \u{1b}[2J\n";
    fake.behaves("dev-a/b", &json!({"exit": 1, "stderr": hostile}));
    let output = fake.program.run(&with("-o json --workers=1")).exits(1);
    let (report, line) = reports(&fake);
    assert_eq!(report, output.json());
    assert_eq!((&line["kind"], &line["run"]), (&json!("PurgeSummary"), &report["run"]["id"]));
    assert_eq!((&line["totals"], &line["verified"]), (&report["totals"], &json!("verified")));
    assert_eq!((&line["failed"][0]["release"], &line["failedLeftOut"]), (&json!("dev-a/b"), &json!(0)));
}

#[test]
fn however_a_run_ends_before_its_first_delete_there_is_a_report_that_says_why() {
    let limit = |fake: &FakeHelm| fake.policy("keep: []\nlimits: {maxReleases: 1}\n");
    let broken = |fake: &FakeHelm| fake.policy("kept: []\nworkers: 0\n");
    let unlisted = |fake: &FakeHelm| fake.lists(&json!({"exit": 1, "stderr": "Error: connection refused\n"}));
    let nothing = |_: &FakeHelm| {};
    for (set_up, flags, code, why, says, planned) in [
        (&limit as &dyn Fn(&FakeHelm), "", 5, "refused", "2 releases would be purged, the limit is 1", 2),
        (&broken, "", 3, "policy", "unknown key `kept`", 0),
        (&unlisted, "", 4, "error", "connection refused", 0),
        (&nothing, "--timeout soon", 2, "usage", "soon", 0),
        (&nothing, "--dry-run", 0, "dry-run", "only the plan", 2),
    ] {
        let fake = FakeHelm::with(["dev-a/a", "dev-b/b"]);
        set_up(&fake);
        fake.program.run(&with(flags)).exits(code);
        let (report, line) = reports(&fake);
        assert_eq!((&report["kind"], &report["exitCode"]), (&json!("PurgeReport"), &json!(code)));
        assert_eq!(report["stopped"]["why"], why, "{report:#}");
        assert!(report["stopped"]["messages"][0].as_str().is_some_and(|text| text.contains(says)), "{report:#}");
        assert_eq!((&report["totals"]["planned"], &report["totals"]["notStarted"]), (&json!(planned), &json!(planned)));
        assert_eq!(report["releases"].as_array().map(Vec::len), Some(planned));
        assert_eq!(line["stopped"]["why"], why, "{line}");
        assert_eq!(fake.left().len(), 2, "nothing is gone");
    }
}

#[test]
fn a_policy_that_is_not_there_and_a_variable_that_is_no_text_are_reported_as_well() {
    let mut fake = FakeHelm::new();
    fake.program.run(&format!("run -f nowhere.yaml --yes {REPORTS}")).exits(3).stderr_has("there is no such file");
    let (report, _) = reports(&fake);
    assert_eq!(report["stopped"]["why"], "policy");
    fake.program.set("HELM_KUBECONTEXT", std::ffi::OsString::from_vec(vec![0xff]));
    fake.program.run(&with("")).exits(2).stderr_has("the environment variable HELM_KUBECONTEXT is not text");
    assert_eq!(reports(&fake).0["stopped"]["why"], "usage");
}

#[test]
fn a_run_that_is_interrupted_or_reaches_its_deadline_is_reported_with_all_of_its_releases() {
    let (fake, gate) = two_at_a_gate();
    let running = fake.program.start(&with("--workers=1 --batch=1"));
    let first = gate.arrival();
    running.signal(Signal::TERM);
    running.wait_for_stderr("stopping: 1 release is being uninstalled");
    first.go();
    running.finish().exits(143);
    let (report, line) = reports(&fake);
    assert_eq!((&report["exitCode"], &report["interruptedBySignal"]), (&json!(143), &json!(15)));
    assert_eq!((&report["totals"]["purged"], &report["totals"]["notStarted"]), (&json!(1), &json!(1)));
    assert!(report.get("stopped").is_none() && line["totals"] == report["totals"], "{report:#}");
    assert!(read(&fake, "report.md").contains("### Left alone (1)"));

    let (fake, gate) = two_at_a_gate();
    let running = fake.program.start(&with("--workers=1 --batch=1 --max-duration=5s"));
    let first = gate.arrival();
    running.wait_for_stderr("(the deadline is near)");
    first.go();
    running.finish().exits(8);
    let (report, line) = reports(&fake);
    assert_eq!((&report["exitCode"], &line["totals"]["notStarted"]), (&json!(8), &json!(1)));
}

#[test]
fn a_report_that_cannot_be_written_is_reported_and_makes_a_good_run_end_with_one() {
    for (flag, path, says) in [
        ("--report", "nowhere/report.json", "error: cannot write the report to nowhere/report.json: "),
        ("--report", "fake", "error: cannot write the report to fake: it is there, and not a regular file"),
        ("--termination-log", "/dev/full", "error: cannot write the termination log to /dev/full: "),
        ("--termination-log", "link", "error: cannot write the termination log to link: it is a symbolic link"),
    ] {
        let fake = FakeHelm::with(["dev-a/a"]);
        std::os::unix::fs::symlink("policy.yaml", fake.program.folder().join("link")).expect("a link can be made");
        let before = read(&fake, "policy.yaml");
        let output = fake.program.run(&format!("{RUN} -o json {flag} {path}")).exits(9).stderr_has(says);
        assert!(fake.left().is_empty(), "the purge goes on\n{output}");
        // The report that could be written first did not know yet.
        assert_eq!(output.json()["exitCode"], 0);
        assert_eq!(read(&fake, "policy.yaml"), before);
    }
}

#[test]
fn a_restore_is_reported_as_well() {
    let fake = FakeHelm::new();
    let arguments = format!("restore -f policy.yaml --yes -A {REPORTS}");
    fake.program.run(&arguments).exits(4).stderr_has("error: what purges have kept can only be seen through the API");
    let (report, line) = reports(&fake);
    assert_eq!((&report["kind"], &report["stopped"]["why"]), (&json!("RestoreReport"), &json!("error")));
    assert_eq!(line["kind"], "RestoreSummary");
}
