//! The system has no more to give, at the start or in the middle of a run: open files, threads, processes. Every planned
//! release has one outcome all the same, and what is called gone is gone.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{FakeHelm, Gate, Output, Running, install_program};

const RELEASES: usize = 48;
const RUN: &str = "run --without-opt-outs -f policy.yaml --yes -A --batch=1 -o json";

fn names() -> impl Iterator<Item = String> {
    (0..RELEASES).map(|number| format!("dev-{}/r{number:02}", number % 4))
}

/// What holds however little there was to be had; gives the exit code.
#[track_caller]
fn is_accounted_for(fake: &FakeHelm, output: &Output) -> i32 {
    let code = output.status.code().unwrap_or_else(|| panic!("it was ended by a signal\n{output}"));
    assert!([0, 1, 4].contains(&code), "{output}");
    assert!(!output.stderr.contains("panicked"), "{output}");
    let left = fake.left().into_iter().collect::<BTreeSet<_>>();
    if code == 4 {
        assert_eq!((left.len(), output.stdout.as_str()), (RELEASES, ""), "nothing was begun\n{output}");
    } else {
        let report = output.json();
        let releases = report["releases"].as_array().expect("a list");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let names =
            releases.iter().map(|release| format!("{}/{}", text(&release["namespace"]), text(&release["name"])));
        let names = names.collect::<BTreeSet<_>>();
        assert_eq!((releases.len(), names.len()), (RELEASES, RELEASES), "{output}");
        for (name, release) in names.iter().zip(releases) {
            let is_gone = ["purged", "already-gone"].contains(&release["outcome"].as_str().unwrap_or_default());
            assert_eq!(is_gone, !left.contains(name), "{name}: {release}");
        }
        let purged = report["totals"]["purged"].as_u64().expect("a number");
        assert_eq!(purged, (RELEASES - left.len()) as u64, "{output}");
        assert_eq!(code == 0, left.is_empty() && report["verified"]["state"] == "verified", "{output}");
    }
    fake.program.leaves_no_process();
    code
}

fn under(fake: &FakeHelm, limit: &str, workers: usize) -> Command {
    let program = env!("CARGO_BIN_EXE_helm-purge");
    fake.program.shell(&format!("{limit} && exec {program} {RUN} --workers={workers}"))
}

#[test]
fn with_too_few_open_files_at_the_start_nothing_is_purged_and_with_more_what_could_be_is() {
    let mut codes = BTreeSet::new();
    for files in [5, 8, 10, 12, 14, 16, 20, 24, 28, 40, 200] {
        let fake = FakeHelm::with(names());
        let output = Running::start(under(&fake, &format!("ulimit -n {files}"), 32)).finish();
        codes.insert(is_accounted_for(&fake, &output));
    }
    assert!(codes.contains(&4) && codes.contains(&0), "the limits were all too low, or all too high: {codes:?}");
}

#[test]
fn open_files_that_run_out_in_the_middle_cost_the_releases_that_needed_them_and_no_other() {
    let (fake, gate) = (FakeHelm::with(names()), Gate::new());
    names().for_each(|name| fake.behaves(&name, &json!({"gate": gate.address()})));
    let running = Running::start(under(&fake, "ulimit -n 64", 32));
    running.wait_for_stderr("cannot start");
    let output = running.finish_through(&gate);
    assert_eq!(is_accounted_for(&fake, &output), 1);
    let report = output.json();
    let failed = report["releases"].as_array().expect("a list").iter().filter(|release| release["outcome"] == "failed");
    assert!(failed.clone().all(|release| release["class"] == "cannot-start"), "{output}");
    assert!(report["totals"]["purged"].as_u64().is_some_and(|purged| purged > 10), "{output}");
    // A second run, with enough of them, finishes.
    names().for_each(|name| fake.behaves(&name, &json!({})));
    fake.program.run("run -f policy.yaml --yes -A").exits(0);
    assert!(fake.left().is_empty());
}

/// A user whom nobody else is: the system counts threads and processes by user, and root's it does not count.
struct Stranger {
    user: u32,
}

impl Stranger {
    /// Where this user cannot become another one, the limit is on top of what this user has already.
    fn new() -> Option<Self> {
        rustix::process::geteuid().is_root().then(|| Self { user: 100_000 + std::process::id() })
    }

    /// The run as this user, who gets everything in the folder, and copies of the programs where they can be reached.
    fn command(&self, fake: &FakeHelm, processes: usize) -> Command {
        let folder = fake.program.folder();
        for (name, program) in
            [("helm-purge", env!("CARGO_BIN_EXE_helm-purge")), ("fake-helm", env!("CARGO_BIN_EXE_fake-helm"))]
        {
            install_program(Path::new(program), &folder.join(name));
        }
        give(folder, self.user);
        let user = self.user;
        let script = format!(
            "export HELM_BIN=\"$PWD/fake-helm\"; exec setpriv --reuid={user} --regid={user} --clear-groups -- \
             bash -c 'ulimit -u {processes} && exec ./helm-purge {RUN} --workers=8'"
        );
        fake.program.shell(&script)
    }
}

fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).expect("root may give things away");
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("it is a folder of this test");
        entries.flatten().for_each(|entry| give(&entry.path(), user));
    }
}

/// How many threads the user of the tests has.
fn threads_of_this_user() -> usize {
    let tasks = std::fs::read_dir("/proc").expect("these tests run on Linux").flatten();
    tasks.filter_map(|process| Some(std::fs::read_dir(process.path().join("task")).ok()?.count())).sum()
}

#[test]
fn threads_and_processes_that_cannot_be_had_end_a_run_before_or_cost_releases() {
    let stranger = Stranger::new();
    if stranger.is_none() {
        let text =
            "threads_and_processes_that_cannot_be_had: not as root, so the limit counts what else this user runs\n";
        // Past the capture of the test's output: it is to be seen where the test passes.
        std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written to");
    }
    let mut codes = BTreeSet::new();
    for processes in [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 60] {
        let fake = FakeHelm::with(names());
        let command = match &stranger {
            Some(stranger) => stranger.command(&fake, processes),
            None => under(&fake, &format!("ulimit -u {}", threads_of_this_user() + processes), 8),
        };
        let output = Running::start(command).finish();
        codes.insert(is_accounted_for(&fake, &output));
    }
    assert!(codes.is_subset(&BTreeSet::from([0, 1, 4])), "{codes:?}");
    // Whether one of these limits is met in the middle of a run is up to the machine; at its beginning, one is.
    assert!(stranger.is_none() || codes.is_superset(&BTreeSet::from([0, 4])), "{codes:?}");
}
