//! The journal of a run, through the program: what stands in it when, what happens where it cannot be written, and what is
//! known of a run that was killed.

use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Arrival, FakeHelm, Gate, PLAN, RUN, two_at_a_gate};

const RUNS: &str = "log --local -o json";
const ONE_BY_ONE: &str = "--workers=2 --batch=1";

/// The journals of a scenario, the oldest first.
fn journals(fake: &FakeHelm) -> Vec<PathBuf> {
    let folder = fake.program.folder().join(".local/state/helm-purge/runs");
    let mut files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect::<Vec<_>>();
    files.sort();
    files
}

fn lines(journal: &PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(journal).expect("the journal is there");
    text.lines().map(|line| serde_json::from_str(line).expect("its lines are JSON")).collect()
}

fn events(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["event"].as_str().expect("every line is an event")).collect()
}

#[test]
fn a_journal_says_what_was_planned_what_began_and_how_it_ended() {
    let mut fake = FakeHelm::with(["dev-a/a", "dev-a/b"]);
    fake.program.set("USER", "alice");
    fake.behaves("dev-a/b", &json!({"exit": 1, "stderr": "Error: no luck\n"}));
    let report = fake.program.run(&format!("{RUN} -o json --workers=1")).exits(1).json();
    let journals = journals(&fake);
    let lines = lines(&journals[0]);
    assert_eq!(
        events(&lines),
        ["run-started", "releases-started", "release-finished", "release-finished", "run-finished"]
    );
    let (planned, ended) = (&lines[0], &lines[4]);
    assert_eq!(planned["run"], report["run"]["id"]);
    assert_eq!(report["run"]["journal"], json!([journals[0]]));
    assert_eq!(planned["releases"][1], json!({"namespace": "dev-a", "name": "b", "revision": 1}));
    assert_eq!((&planned["planned"], &planned["policies"][0]["name"]), (&json!(2), &json!("test")));
    assert_eq!(planned["cluster"], json!({"context": "dev-eu", "server": "https://127.0.0.1:1"}));
    assert!(planned["user"].as_str().is_some_and(|who| who.starts_with("alice@")), "{planned}");
    let sum = std::process::Command::new("sha256sum").arg(fake.program.folder().join("policy.yaml")).output();
    let sum = String::from_utf8(sum.expect("coreutils are there").stdout).expect("text");
    let sha256 = planned["policies"][0]["sha256"].as_str().expect("it is said");
    assert!(sum.starts_with(sha256) && sha256.len() == 64, "{sum}");
    assert_eq!(lines[1]["releases"], json!(["dev-a/a", "dev-a/b"]));
    assert_eq!((&lines[2]["release"], &lines[2]["outcome"]), (&json!("dev-a/a"), &json!("purged")));
    assert_eq!((&lines[3]["outcome"], &lines[3]["class"]), (&json!("failed"), &report["releases"][1]["class"]));
    assert_eq!((&ended["exitCode"], &ended["totals"]["purged"]), (&json!(1), &json!(1)));
    assert_eq!(ended["verified"], json!({"state": "verified", "reported": 1, "gone": 1}));
}

#[test]
fn no_helm_is_started_before_the_journal_says_so() {
    let mut fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    let helm = format!(
        "#!/bin/sh\nif [ \"$1\" = uninstall ]; then for name; do :; done\n\
         cp \"$HOME\"/.local/state/helm-purge/runs/*.jsonl \"$HOME/seen-$name\"; fi\nexec '{}' \"$@\"\n",
        env!("CARGO_BIN_EXE_fake-helm")
    );
    let helm = fake.program.executable("helm", &helm);
    fake.program.set("HELM_BIN", helm);
    fake.program.run(&format!("{RUN} {ONE_BY_ONE}")).exits(0).stdout_has("purged 3");
    for name in ["a", "b", "c"] {
        let lines = lines(&fake.program.folder().join(format!("seen-{name}")));
        let release = json!([format!("dev-a/{name}")]);
        assert!(
            lines.iter().any(|line| line["event"] == "releases-started" && line["releases"] == release),
            "{lines:?}"
        );
        assert_eq!(lines[0]["event"], "run-started");
    }
}

#[test]
fn where_no_journal_can_be_kept_nothing_is_purged_and_the_way_out_is_named() {
    let mut fake = FakeHelm::with(["dev-a/a"]);
    let hint = "hint: pass a writable file or folder with --journal, or run without a journal: --no-journal";
    let full = fake.program.run(&format!("{RUN} --journal /dev/full")).exits(4);
    full.stderr_has("/dev/full: No space left on device").stderr_has(hint);
    fake.program.file("mine", "something\n");
    let taken = fake.program.run(&format!("{RUN} --journal mine")).exits(4);
    taken.stderr_has("it is not empty, and each run needs its own file").stderr_has(hint);
    fake.program.set("XDG_STATE_HOME", "/dev/null");
    fake.program.run(RUN).exits(4).stderr_has("cannot keep a journal in /dev/null/helm-purge/runs").stderr_has(hint);
    fake.program.set("XDG_STATE_HOME", "").set("HOME", "");
    fake.program.run(RUN).exits(4).stderr_has("neither XDG_STATE_HOME nor HOME is set").stderr_has(hint);
    assert_eq!(fake.left(), ["dev-a/a"]);
    assert!(!fake.calls().iter().any(|call| call[0] == "uninstall"));
    let output = fake.program.run(&format!("{RUN} --no-journal")).exits(0).stdout_has("purged 1");
    assert!(!output.stdout.contains("journal"), "{output}");
    // With nothing to purge there is nothing to take down.
    fake.program.run(RUN).exits(0).stderr_has("nothing to purge");
}

#[test]
fn a_file_that_was_named_has_the_journal_and_a_folder_has_one_for_each_run() {
    let fake = FakeHelm::with(["dev-a/a"]);
    fake.program.run(&format!("{RUN} --journal mine.jsonl")).exits(0).stdout_has("journal: run 20");
    assert_eq!(
        events(&lines(&fake.program.folder().join("mine.jsonl"))),
        ["run-started", "releases-started", "release-finished", "run-finished"]
    );
    assert!(journals(&fake).is_empty());
    let one = fake.program.run("log --journal mine.jsonl -o json").exits(0).json();
    assert_eq!((&one["runs"][0]["state"], &one["runs"][0]["totals"]["purged"]), (&json!("finished"), &json!(1)));
    fs::create_dir(fake.program.folder().join("runs")).expect("a folder can be made");
    for _ in 0..2 {
        fake.release("dev-a/a");
        fake.program.run(&format!("{RUN} --journal runs")).exits(0);
    }
    let names = fake.program.run("log --journal runs -o name").exits(0).stdout;
    assert_eq!(names.lines().count(), 2, "{names}");
    fake.program.run("log --journal none.jsonl").exits(4).stderr_has("none.jsonl cannot be read");
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_a_run_ends_it_before_the_next_start() {
    let names = (0..60).map(|number| format!("dev-a/release-{number:02}")).collect::<Vec<_>>();
    let mut fake = FakeHelm::with(&names);
    // Only the program itself has the limit.
    let fake_helm = env!("CARGO_BIN_EXE_fake-helm");
    let helm =
        fake.program.executable("helm", &format!("#!/bin/bash\nulimit -S -f unlimited\nexec '{fake_helm}' \"$@\"\n"));
    fake.program.set("HELM_BIN", helm);
    let run = fake.program.command(&format!("{RUN} {ONE_BY_ONE}"));
    let words = std::iter::once(run.get_program()).chain(run.get_args()).map(|word| word.to_string_lossy());
    let script = format!("trap '' XFSZ; ulimit -S -f 8; exec {}", words.collect::<Vec<_>>().join(" "));
    let output = fake.program.shell(&script).output().expect("bash can be started");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{stdout}\n{stderr}");
    assert!(stderr.contains("the journal cannot be written: ") && stderr.contains("File too large"), "{stderr}");
    assert!(stdout.contains("not started (the journal could not be written)"), "{stdout}");
    let (left, started) = (fake.left().len(), fake.calls().iter().filter(|call| call[0] == "uninstall").count());
    assert!(left > 0 && started > 0 && left + started == 60, "{left} left, {started} started");
    // Whatever has started is in it.
    let journals = journals(&fake);
    let text = fs::read_to_string(&journals[0]).expect("the journal is there");
    let whole = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let recorded = whole.filter(|line| line["event"] == "releases-started").map(|line| line["releases"][0].to_string());
    let recorded = recorded.collect::<Vec<_>>();
    let left = fake.left();
    let gone = names.iter().filter(|name| !left.contains(name));
    gone.for_each(|name| assert!(recorded.contains(&format!("\"{name}\"")), "{name} is not in it: {text}"));
    // The other lane may have had one that was taken down and not started when the file was full.
    assert!((started..=started + 1).contains(&recorded.len()), "{started} started: {text}");
    let runs = fake.program.run(RUNS).exits(0).json();
    assert_eq!((&runs["runs"][0]["state"], &runs["runs"][0]["unreadLines"]), (&json!("killed"), &json!(1)), "{runs:#}");
}

/// A run that was killed with both of its releases in progress, which helm then finished.
fn killed() -> FakeHelm {
    let (fake, gate) = two_at_a_gate();
    let running = fake.program.start(&format!("{RUN} {ONE_BY_ONE}"));
    let waiting = [gate.arrival(), gate.arrival()];
    let runs = fake.program.run(RUNS).exits(0).json();
    assert_eq!((&runs["runs"][0]["state"], runs["runs"].as_array().map(Vec::len)), (&json!("running"), Some(1)));
    fake.program.run(PLAN).exits(0).stderr_has("of the same policy is in progress: ");
    running.signal(Signal::KILL);
    drop(running.finish());
    waiting.into_iter().for_each(Arrival::go);
    fake.program.leaves_no_process();
    fake
}

#[test]
fn a_run_that_was_killed_is_known_by_what_it_had_in_progress() {
    let fake = killed();
    let runs = fake.program.run(RUNS).exits(0).json();
    let run = &runs["runs"][0];
    assert_eq!((&run["state"], &run["inProgress"]), (&json!("killed"), &json!(["dev-a/a", "dev-a/b"])), "{runs:#}");
    assert!(run["exitCode"].is_null() && run["ended"].is_null());
    let id = run["id"].as_str().expect("it has a name");
    let table = fake.program.run("log --local").exits(0).stdout;
    assert!(table.contains(id) && table.contains("killed, 2 in progress"), "{table}");
    let one = fake.program.run(&format!("log --local {id}")).exits(0).stdout;
    assert!(one.contains("dev-a/a  in-hand"), "{one}");
    // A new run says it once, purges what is left, and the next has nothing to say.
    fake.release("dev-a/b");
    fs::remove_file(fake.program.folder().join("fake/behaviour/dev-a__b.json")).expect("it was written");
    let note = format!("note: run {id} of ");
    let had = "was killed; 2 releases in progress: dev-a/a, dev-a/b; planned again if still there";
    fake.program.run(PLAN).exits(0).stderr_has(&note).stderr_has(had).stdout_has("dev-a      b");
    fake.program.run(RUN).exits(0).stderr_has(had).stdout_has("purged 1");
    let next = fake.program.run(PLAN).exits(0);
    assert!(!next.stderr.contains("was killed"), "{next}");
    let states = fake.program.run(RUNS).exits(0).json();
    assert_eq!([&states["runs"][0]["state"], &states["runs"][1]["state"]], [&json!("finished"), &json!("killed")]);
}

#[test]
fn a_run_of_another_policy_or_cluster_is_not_spoken_of() {
    let fake = killed();
    let policy = fake.program.read("policy.yaml");
    fake.program.file("other.yaml", &policy.replace("name: test", "name: other"));
    let other = fake.program.run("plan -f other.yaml").exits(0);
    assert!(!other.stderr.contains("was killed"), "{other}");
}

#[test]
fn a_run_that_a_signal_ended_has_accounts_for_everything() {
    let (fake, gate) = two_at_a_gate();
    let running = fake.program.start(&format!("{RUN} --workers=1 --batch=1"));
    let waiting = gate.arrival();
    running.signal(Signal::TERM);
    running.wait_for_stderr("stopping:");
    waiting.go();
    running.finish().exits(143);
    let runs = fake.program.run(RUNS).exits(0).json();
    let run = &runs["runs"][0];
    assert_eq!((&run["state"], &run["interruptedBySignal"]), (&json!("interrupted"), &json!(15)), "{runs:#}");
    assert_eq!((&run["exitCode"], &run["stopped"]), (&json!(143), &json!("the run was interrupted")));
    let id = run["id"].as_str().expect("it has a name");
    let one = fake.program.run(&format!("log --local -o json {id}")).exits(0).json();
    let outcome = |at: usize| (one["releases"][at]["release"].clone(), one["releases"][at]["outcome"].clone());
    assert_eq!(
        [outcome(0), outcome(1)].map(|(_, outcome)| outcome),
        [json!("purged"), json!("not-started")],
        "{one:#}"
    );
    assert!(!fake.program.run(PLAN).exits(0).stderr.contains("was killed"));
}

#[test]
fn what_the_last_list_says_otherwise_stands_in_the_journal_as_well() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b"]);
    fake.behaves("dev-a/b", &json!({"removes": false}));
    fake.program.run(RUN).exits(1).stdout_has("still-listed");
    let lines = lines(&journals(&fake)[0]);
    let judged = lines.iter().find(|line| line["event"] == "verified").expect("it was judged");
    assert_eq!((&judged["releases"], &judged["class"]), (&json!(["dev-a/b"]), &json!("still-listed")), "{judged}");
}

#[test]
fn damaged_and_hostile_journals_are_shown_as_far_as_they_go_and_move_no_cursor() {
    let fake = FakeHelm::with(["dev-a/a"]);
    fake.program.run(RUN).exits(0);
    let journal = journals(&fake).remove(0);
    let text = fs::read_to_string(&journal).expect("the journal is there");
    let (text, _) = text.trim_end().rsplit_once('\n').expect("it has several lines");
    let hostile =
        text.replace("dev-eu", "dev\\u001b[31m-eu").replace("\"outcome\":\"purged\"", "\"outcome\":\"\\u202egone\"");
    fs::write(&journal, format!("{hostile}\n{{\"event\":\"run-finished\",\"exi")).expect("it is ours");
    let beside = |name: &str| journal.parent().expect("it lies in a folder").join(name);
    fs::write(beside("20200101-000000-000000.jsonl"), "{}\n").expect("a file can be written");
    fs::write(beside("notes.txt"), "mine").expect("a file can be written");
    let listed = fake.program.run("log --local").exits(0);
    assert!(listed.stdout.contains("dev␛[31m-eu") && !listed.stdout.contains('\u{1b}'), "{listed}");
    let listed = listed.stderr_has("20200101-000000-000000.jsonl is no journal that can be read: ");
    assert!(!listed.stderr.contains("notes.txt"), "{listed}");
    let id = journal.file_stem().expect("it has a name").to_str().expect("text").to_owned();
    let one = fake.program.run(&format!("log --local -o wide {id}")).exits(0);
    let one = one.stdout_has("1 line of the journal could not be read").stdout_has("\u{fffd}gone");
    assert!(!one.stdout.contains('\u{202e}'), "{one}");
}

#[test]
fn runs_says_where_nothing_is_and_what_it_was_asked_for_wrongly() {
    let fake = FakeHelm::new();
    let none = fake.program.run("log").exits(0).stderr_has("no run has left a journal here");
    none.stderr_has("note: runs in pods of the cluster could not be looked for: ");
    fake.program.run("log yesterday").exits(2).stderr_has("is not a valid run ID");
    let unknown = fake.program.run("log --local 20200101-000000-000000").exits(2);
    unknown.stderr_has("there is no journal of run 20200101-000000-000000");
    let both = fake.program.run(&format!("{RUN} --journal x --no-journal")).exits(2);
    both.stderr_has("the argument '--journal <FILE|DIR>' cannot be used with '--no-journal'");
}

#[test]
fn a_journal_says_of_a_batch_that_it_began_as_a_whole() {
    let (fake, gate) = (FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]), Gate::new());
    fake.behaves("dev-a/a", &json!({"gate": gate.address()}));
    let running = fake.program.start(&format!("{RUN} --workers=1"));
    let waiting = gate.arrival();
    let before = lines(&journals(&fake)[0]);
    assert_eq!(before[1]["releases"], json!(["dev-a/a", "dev-a/b", "dev-a/c"]));
    assert_eq!(events(&before), ["run-started", "releases-started"]);
    waiting.go();
    running.finish().exits(0);
}
