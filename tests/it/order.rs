//! The order of everything that changes a cluster, the same for `run`, `restore` and `forget`: confirm, lock, recheck,
//! journal, execute, verify, report. This order is the safety case.
//!
//! Each step is shown by breaking it together with steps behind it: the first broken step ends the command, and nothing of
//! the steps behind it has happened.

use std::fs;

use serde_json::{Value, json};
use throwaway_cluster::{Answer, Chart, Fault, HelmVersion, Kind, Proxy, Which};

use crate::support::histories::{KEEPING, RUN, old_history, records, upgrade_install, works};
use crate::support::{OrPanic, Real, Terminal, cluster, create_namespace};

const LEASE: Kind<'_> = Kind::new("coordination.k8s.io/v1", "Lease");
const IDENTITY: &str = "GET /api/v1/namespaces/kube-system";

/// One of the commands that change a cluster.
struct Operation {
    command: &'static [&'static str],
    question: &'static str,
    /// The command of helm that changes something; `forget` does it without helm.
    helm: Option<&'static str>,
    nothing_done: &'static str,
}

const PURGE: Operation = Operation {
    command: &["run", "-f", "policy.yaml", "-A", "--workers=1", "--batch=1"],
    question: "About to uninstall 2 releases on throwaway.",
    helm: Some("uninstall"),
    nothing_done: "nothing was purged",
};
const RESTORE: Operation = Operation {
    command: &["restore", "-f", "policy.yaml", "-A", "--workers=1"],
    question: "About to restore 2 releases on throwaway.",
    helm: Some("rollback"),
    nothing_done: "nothing was restored",
};
const FORGET: Operation = Operation {
    command: &["forget", "--older-than=14d", "-f", "policy.yaml", "-A"],
    question: "About to delete 2 kept histories on throwaway.",
    helm: None,
    nothing_done: "nothing was forgotten",
};

/// Everything that a command may have done so far, other than asking.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    /// Whether the lock was ever taken, by this program or by another one.
    lock: bool,
    /// The events of its journal.
    journal: Vec<String>,
    /// The calls of helm that change something.
    helm: String,
    /// Whether its report is of something that was done and verified.
    report: bool,
}

struct Scene {
    operation: &'static Operation,
    real: Real,
    proxy: Proxy,
}

impl Scene {
    /// The releases `a/one` and `a/two`, to which the operation would do something.
    fn new(test: &str, operation: &'static Operation) -> Self {
        let (mut real, proxy) = Real::behind_a_proxy(test, HelmVersion::Four);
        real.policy(KEEPING);
        create_namespace(&real.namespace("locks"));
        if operation.helm.is_some() {
            real.seed(&["a/one", "a/two"]);
        } else {
            old_history(&real, "one");
            old_history(&real, "two");
        }
        if operation.helm == Some("rollback") {
            real.program.run(RUN).exits(0);
        }
        real.hold_helm(operation.helm.unwrap_or("uninstall"));
        Self { operation, real, proxy }
    }

    fn command<'a>(&self, locks: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        fs::create_dir_all(self.file("journals")).expect("a folder can be made");
        let report = if self.operation.helm.is_some() { &["--report=report.json"][..] } else { &[] };
        [self.operation.command, &["--journal=journals/", "--lock-namespace", locks], report, more].concat()
    }

    /// Starts the command on a terminal, does something while the question stands there, answers it, and looks how that
    /// ended.
    fn ends(&self, answer: &str, meanwhile: impl FnOnce(), code: i32, says: &str) {
        let locks = self.real.namespace("locks");
        let mut terminal = Terminal::start(self.real.program.command(&self.command(&locks, &[])));
        terminal.wait_for(self.operation.question);
        meanwhile();
        terminal.type_text(answer);
        assert_eq!(terminal.wait().code(), Some(code), "{}", terminal.screen());
        terminal.wait_for(says);
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.real.program.folder().join(name)
    }

    fn journal(&self) -> Vec<Value> {
        let files = fs::read_dir(self.file("journals")).into_iter().flatten().flatten();
        let texts = files.map(|file| fs::read_to_string(file.path()).expect("a journal can be read"));
        let texts = texts.collect::<Vec<_>>().concat();
        texts.lines().map(|line| serde_json::from_str(line).expect("its lines are JSON")).collect()
    }

    fn lease_name(&self) -> String {
        format!("helm-purge-{}", self.real.namespace("x").trim_end_matches("-x"))
    }

    fn lease(&self) -> Option<Value> {
        let found = cluster().api().get(LEASE, Some(&self.real.namespace("locks")), &self.lease_name());
        found.or_panic()
    }

    fn holder(&self) -> Value {
        self.lease().expect("there is a Lease")["spec"]["holderIdentity"].clone()
    }

    fn done(&self) -> Done {
        let event = |line: &Value| line["event"].as_str().expect("every line is an event").to_owned();
        let report = fs::read_to_string(self.file("report.json")).unwrap_or_default();
        let report = report.lines().any(|line| line.trim().trim_end_matches(',') == r#""state": "verified""#);
        Done {
            lock: self.lease().is_some(),
            journal: self.journal().iter().map(event).collect(),
            helm: fs::read_to_string(self.file("calls")).unwrap_or_default(),
            report,
        }
    }

    /// Another run comes to hold the lock.
    fn hold_lock(&self) {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string();
        let lease = json!({
            "apiVersion": LEASE.api_version, "kind": LEASE.kind,
            "metadata": {"name": self.lease_name(), "namespace": self.real.namespace("locks")},
            "spec": {
                "holderIdentity": "another run", "leaseDurationSeconds": 60, "leaseTransitions": 0,
                "acquireTime": now, "renewTime": now,
            },
        });
        cluster().api().create(&lease).or_panic();
    }

    fn free_lock(&self) {
        let (name, namespace) = (self.lease_name(), self.real.namespace("locks"));
        cluster().api().delete(LEASE, Some(&namespace), &name).or_panic();
    }

    fn break_recheck(&self) {
        self.proxy.fail(IDENTITY, Which::Every, Fault::Answer(Answer::UNAUTHORIZED));
    }

    fn break_journal(&self) {
        fs::remove_dir(self.file("journals")).expect("nothing is in it");
        self.real.program.file("journals", "a file where a folder should be");
    }

    /// Confirm, lock, recheck and journal: each of them ends the command before the next one.
    fn each_step_stands_before_the_next(&self) {
        let nothing = || Done { lock: false, journal: Vec::new(), helm: String::new(), report: false };
        // Without a confirmation, with everything behind it broken.
        let break_all = || {
            self.hold_lock();
            self.break_recheck();
            self.break_journal();
        };
        let declined = format!("declined; {}", self.operation.nothing_done);
        self.ends("\r", || assert_eq!(self.done(), nothing(), "before the question"), 7, &declined);
        assert_eq!(self.done(), nothing(), "declined");
        self.ends("wrong\r", break_all, 7, self.operation.nothing_done);
        assert_eq!(self.holder(), "another run");
        // Confirmed, and the lock is held.
        self.mend();
        self.ends("throwaway\r", break_all, 6, "another run holds the lock");
        assert_eq!(self.holder(), "another run");
        // The lock can be had, and the recheck fails.
        self.mend();
        let break_recheck = || {
            self.break_recheck();
            self.break_journal();
        };
        self.ends("throwaway\r", break_recheck, 4, "cannot check that this is still the same cluster");
        assert!(self.holder().is_null(), "taken and given back");
        // Everything is as it was planned, and there is no place for a journal.
        self.mend();
        self.ends("throwaway\r", || self.break_journal(), 4, "cannot start the journal");
        assert!(self.holder().is_null(), "taken and given back");
        self.mend();
        assert_eq!(self.done(), nothing(), "nothing was begun by any of these");
        for name in ["one", "two"] {
            assert_eq!(records(&self.real.namespace("a"), name), ["v1"]);
        }
    }

    fn mend(&self) {
        self.proxy.heal();
        self.free_lock();
        fs::remove_file(self.file("journals")).unwrap_or_default();
        fs::create_dir_all(self.file("journals")).expect("a folder can be made");
    }

    /// The recheck comes when the lock is held, and only what has not changed is started; the journal says so before helm is
    /// called, and the report is of what was verified.
    fn what_changed_before_the_lock_was_had_is_not_started(&self) {
        let locks = self.real.namespace("locks");
        self.hold_lock();
        let running = self.real.program.start(&self.command(&locks, &["--yes", "-o=json", "--lock-wait=1m"]));
        running.wait_for_stderr("waiting: another run holds the lock");
        assert_eq!((self.journal(), self.done().helm), (Vec::new(), String::new()), "while it waits");
        let namespace = self.real.namespace("a");
        works(&upgrade_install(&self.real, &namespace, "one", Chart::Tiny));
        self.free_lock();
        if let Some(helm) = self.operation.helm {
            self.real.program.wait_for_file("calls", helm);
            let done = self.done();
            assert_eq!(
                (done.journal, done.report),
                (vec!["run-started".to_owned(), "releases-started".to_owned()], false)
            );
            assert_eq!(self.started(), [format!("{namespace}/two")], "the journal says so first");
            let holder = self.holder();
            assert!(holder.as_str().is_some_and(|holder| holder != "another run"), "{holder}");
            assert!(!done.helm.contains("one"), "{}", done.helm);
        }
        self.real.program.file("go", "");
        let code = i32::from(self.operation.helm.is_none());
        let output = running.finish().exits(code);
        let (journal, report) = (self.journal(), output.json());
        let (first, last) = (&journal[0], &journal[journal.len() - 1]);
        assert_eq!((&first["event"], &last["event"]), (&json!("run-started"), &json!("run-finished")), "{journal:?}");
        assert_eq!(last["exitCode"], code, "{journal:?}");
        assert!(self.holder().is_null(), "given back at the end");
        assert_eq!(records(&namespace, "one"), ["v1", "v2"], "what changed is left alone: {output}");
        if self.operation.helm.is_some() {
            assert_eq!(last["verified"]["state"], "verified", "the journal's end is behind the verification");
            let verified = [&report["verified"], &report["report"]["verified"]].map(|found| found["state"].clone());
            assert!(verified.contains(&json!("verified")), "{report:#}");
            let written: Value = serde_json::from_str(&fs::read_to_string(self.file("report.json")).expect("a report"))
                .expect("it is JSON");
            assert_eq!(written["run"]["exitCode"], report["run"]["exitCode"], "{written:#}");
            assert!(self.done().report, "{written:#}");
        } else {
            assert_eq!(records(&namespace, "two"), [""; 0]);
        }
    }

    /// The releases that the journal says were started.
    fn started(&self) -> Vec<String> {
        let journal = self.journal();
        let started = journal.iter().filter(|line| line["event"] == "releases-started");
        let names = started.flat_map(|line| line["releases"].as_array().cloned().unwrap_or_default());
        names.map(|name| name.as_str().expect("a name").to_owned()).collect()
    }
}

fn in_order(test: &str, operation: &'static Operation) {
    let scene = Scene::new(test, operation);
    scene.each_step_stands_before_the_next();
    scene.what_changed_before_the_lock_was_had_is_not_started();
}

#[test]
fn a_purge_is_confirmed_locked_rechecked_journaled_executed_verified_and_reported_in_this_order() {
    in_order("order-run", &PURGE);
}

#[test]
fn a_restore_is_confirmed_locked_rechecked_journaled_executed_verified_and_reported_in_this_order() {
    in_order("order-restore", &RESTORE);
}

#[test]
fn a_forget_is_confirmed_locked_rechecked_journaled_executed_and_reported_in_this_order() {
    in_order("order-forget", &FORGET);
}
