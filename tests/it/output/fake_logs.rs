//! `--log-format json`: every line of stderr is JSON, whatever happens.

use crate::support::{FakeHelm, Gate, Output, Terminal, two_at_a_gate};
use rustix::process::Signal;
use serde_json::{Value, json};

const RUN: &str = "run -f policy.yaml --yes -A --log-format json";

/// Every line, which has to be one that a reader of logs can use.
#[track_caller]
pub(super) fn lines(output: &Output) -> Vec<Value> {
    let read = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}\n{output}"));
        assert!(line["time"].as_str().is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()), "{line}");
        let level = line["level"].as_str().unwrap_or_default();
        assert!(["debug", "info", "warn", "error"].contains(&level), "{line}");
        assert!(line["event"].is_string(), "{line}");
        line
    };
    output.stderr.lines().map(read).collect()
}

pub(super) fn events(lines: &[Value]) -> Vec<String> {
    let about = |line: &Value| {
        let event = line["event"].as_str().unwrap_or_default();
        let release = line["release"].as_str().map_or_else(String::new, |release| format!(" {release}"));
        format!("{event}{release}")
    };
    lines.iter().filter(|line| line["event"] != "message").map(about).collect()
}

#[track_caller]
pub(super) fn find<'a>(lines: &'a [Value], event: &str) -> &'a Value {
    lines.iter().find(|line| line["event"] == event).unwrap_or_else(|| panic!("no {event}: {lines:#?}"))
}

#[test]
fn a_run_is_a_line_for_its_plan_its_beginning_each_release_and_its_end() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b"]);
    fake.behaves("dev-a/b", &json!({"exit": 1, "stderr": "Error: no \u{1b}[31mluck\nmore\n"}));
    let output = fake.program.run(&format!("{RUN} --workers=1 --batch=1 -o json")).exits(1);
    let lines = lines(&output);
    let expected = [
        "plan",
        "run-started",
        "release-started dev-a/a",
        "release-finished dev-a/a",
        "release-started dev-a/b",
        "release-finished dev-a/b",
        "summary",
    ];
    assert_eq!(events(&lines), expected, "{output}");
    let plan = find(&lines, "plan");
    assert_eq!((&plan["purge"], &plan["context"], &plan["policies"]), (&json!(2), &json!("dev-eu"), &json!(["test"])));
    let report = output.json();
    assert_eq!(
        (&find(&lines, "run-started")["run"], &find(&lines, "run-started")["workers"]),
        (&report["run"]["id"], &json!(1))
    );
    let failed = lines.iter().rfind(|line| line["event"] == "release-finished").expect("there are two");
    let about = |key: &str| failed[key].clone();
    assert_eq!((about("level"), about("outcome"), about("attempts")), (json!("error"), json!("failed"), json!(1)));
    assert!(about("message").as_str().is_some_and(|text| text.contains("no \u{1b}[31mluck")), "as it was: {failed}");
    assert!(!output.stderr.contains('\u{1b}'), "and harmless on a screen");
    let summary = lines.last().expect("there are some");
    assert_eq!((&summary["exitCode"], &summary["totals"]), (&json!(1), &report["totals"]));
    assert_eq!((&summary["level"], &summary["kind"]), (&json!("error"), &json!("PurgeSummary")));
}

#[test]
fn quiet_leaves_failures_and_the_summary_and_verbose_says_what_was_decided_about_each_release() {
    let fake = FakeHelm::new();
    fake.policy("keep: ['*/vault']\n");
    fake.releases(["dev-a/a", "dev-a/vault"]);
    let verbose = fake.program.run("plan -f policy.yaml -v --log-format=json").exits(0);
    let decisions = lines(&verbose).into_iter().filter(|line| line["event"] == "decision");
    let decisions = decisions.map(|line| (line["release"].clone(), line["decision"].clone())).collect::<Vec<_>>();
    assert_eq!(decisions, [(json!("dev-a/a"), json!("purge")), (json!("dev-a/vault"), json!("keep"))]);
    let quiet = fake.program.run(&format!("{RUN} -q")).exits(0);
    assert_eq!(events(&lines(&quiet)), ["summary"]);
    assert!(quiet.stdout.contains("purged 1"), "stdout is what it was\n{quiet}");
}

#[test]
fn whatever_goes_wrong_is_json_also_a_command_line_that_cannot_be_understood() {
    let refused = |fake: &FakeHelm| fake.policy("keep: []\nlimits: {maxReleases: 1}\n");
    let broken = |fake: &FakeHelm| fake.policy("kept: []\nworkers: 0\n");
    let unlisted = |fake: &FakeHelm| fake.lists(&json!({"exit": 1, "stderr": "Error: connection\nrefused\n"}));
    let nothing = |_: &FakeHelm| {};
    for (set_up, arguments, code, event, key, value) in [
        (&refused as &dyn Fn(&FakeHelm), RUN, 5, "refused", "guard", json!("limits.maxReleases")),
        (&broken, RUN, 3, "policy-error", "line", json!(6)),
        (&broken, "validate policy.yaml --log-format=json", 3, "policy-error", "file", json!("policy.yaml")),
        (&unlisted, RUN, 4, "error", "exitCode", json!(4)),
        (&nothing, "run --no-such-flag --log-format json", 2, "message", "level", json!("error")),
        (&nothing, "run -f policy.yaml --log-format json", 2, "error", "exitCode", json!(2)),
        (&nothing, "run -f policy.yaml --confirm x -A --log-format json", 2, "error", "exitCode", json!(2)),
        (&nothing, "run -f nowhere.yaml --yes --log-format json", 3, "policy-error", "file", json!("nowhere.yaml")),
        (&nothing, "keep dev-a --until x --log-format json", 2, "error", "exitCode", json!(2)),
        (&nothing, "log nonsense --log-format json", 2, "error", "exitCode", json!(2)),
    ] {
        let fake = FakeHelm::with(["dev-a/a", "dev-a/b"]);
        set_up(&fake);
        let output = fake.program.run(arguments).exits(code);
        let lines = lines(&output);
        assert_eq!(find(&lines, event)[key], value, "{output}");
    }
}

#[test]
fn a_signal_a_retry_and_an_api_server_that_is_gone_are_lines_as_well() {
    let (fake, gate) = two_at_a_gate();
    let running = fake.program.start(&format!("{RUN} --workers=1 --batch=1"));
    let first = gate.arrival();
    running.signal(Signal::INT);
    running.wait_for_stderr("\"stopping\"");
    first.go();
    let lines = lines(&running.finish().exits(130));
    let draining = find(&lines, "stopping");
    assert_eq!(
        (&draining["reason"], &draining["running"], &draining["level"]),
        (&json!("interrupted"), &json!(1), &json!("warn"))
    );
    assert_eq!(lines.last().expect("there are some")["totals"]["notStarted"], 1);

    let fake = FakeHelm::with(["dev-a/a"]);
    fake.behaves("dev-a/a", &json!({"exit": 1, "stderr": "Error: etcdserver: leader changed\n", "once": true}));
    let lines = self::lines(&fake.program.run(RUN).exits(0));
    let retry = find(&lines, "retry");
    assert_eq!(
        (&retry["release"], &retry["class"], &retry["attempts"]),
        (&json!("dev-a/a"), &json!("transient"), &json!(1))
    );
    assert!(retry["seconds"].is_number());
}

#[test]
fn on_a_terminal_a_log_asks_nothing_draws_nothing_and_has_no_colour() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    fake.release("dev-a/a");
    fake.behaves("dev-a/a", &json!({"gate": gate.address()}));
    let asked = ["run", "-f", "policy.yaml", "--log-format", "json", "--color", "always"];
    let mut terminal = Terminal::start(fake.program.command(&asked));
    terminal.wait_for("\"summary\"");
    assert_eq!(terminal.wait().code(), Some(2), "{}", terminal.screen());
    assert!(terminal.raw().contains("\"event\":\"error\"") && !terminal.raw().contains("Type the context"));
    let mut terminal = Terminal::start(fake.program.command(&format!("{RUN} --color=always")));
    gate.arrival().go();
    terminal.wait_for("\"summary\"");
    assert!(terminal.wait().success(), "{}", terminal.screen());
    let raw = terminal.raw();
    let log = raw.lines().filter(|line| line.starts_with('{')).collect::<Vec<_>>();
    assert!(log.iter().all(|line| !line.contains('\u{1b}')) && log.len() > 4, "{raw}");
    assert!(!raw.contains(" total "), "no bars: {raw}");
}
