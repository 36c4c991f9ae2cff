//! What happens when helm, the cluster or their output is not as it should be: nothing is purged that is not
//! certain, and everything is accounted for.

use std::time::Duration;

use helm_purge::helm::{FailureClass, list};
use helm_purge::signal::CancelToken;
use serde_json::json;

use crate::support::{FakeHelm, Gate, RUN};

fn nothing_was_uninstalled(fake: &FakeHelm) {
    assert!(fake.calls().iter().all(|call| call[0] != "uninstall"), "{:?}", fake.calls());
}

#[test]
fn a_list_that_fails_ends_the_run_with_nothing_purged() {
    for (behaviour, says) in [
        (
            json!({"exit": 1, "stderr": "Error: list: failed to list: secrets is forbidden: User \"u\" cannot list\n"}),
            "rbac",
        ),
        (json!({"exit": 1, "stderr": "Error: Kubernetes cluster unreachable: connection refused\n"}), "unreachable"),
        (json!({"exit": 1, "stdout": "[]"}), "helm list"),
        (json!({"stdout": ""}), "cannot read the output of `helm list`"),
        (json!({"stdout": "null"}), "cannot read the output of `helm list`"),
        (json!({"stdout": "[{\"name\":\"a\""}), "cannot read the output of `helm list`"),
        (json!({"stdout": "WARNING: both\n[]"}), "cannot read the output of `helm list`"),
        (json!({"floodsStdout": 300 << 20}), "longer than 256 MiB"),
    ] {
        let fake = FakeHelm::with(["dev-a/redis"]);
        fake.lists(&behaviour);
        fake.program.run(RUN).exits(4).stderr_has(says);
        fake.program.run("plan -f policy.yaml").exits(4).stderr_has(says);
        nothing_was_uninstalled(&fake);
    }
}

#[test]
fn an_entry_that_cannot_be_understood_is_kept_and_named_and_never_reaches_an_argv() {
    let fake = FakeHelm::with(["dev-a/good"]);
    for (file, field, value) in [
        ("flag", "name", json!("--no-hooks")),
        ("escape", "name", json!("a\u{1b}[2J\u{202e}b")),
        ("number", "revision", json!(3)),
        ("state", "status", json!("asleep")),
    ] {
        fake.release_with(&format!("dev-a/{file}"), &[(field, value)]);
    }
    let output = fake.program.run(RUN).exits(0).stdout_has("purged 1");
    assert!(!output.stderr.contains('\u{1b}') && !output.stderr.contains('\u{202e}'), "{output}");
    output
        .stderr_has("--no-hooks")
        .stderr_has("a␛[2J")
        .stderr_has("cannot read the release record: its status is \"asleep\"");
    let uninstalls = fake.calls().into_iter().filter(|call| call[0] == "uninstall").collect::<Vec<_>>();
    assert_eq!(uninstalls.len(), 1);
    assert_eq!(uninstalls[0].last().map(String::as_str), Some("good"));
}

#[test]
fn helm_missing_too_old_too_new_or_mute_is_printed_before_anything_is_checked() {
    let mut fake = FakeHelm::new();
    for (version, says) in
        [("v2.17.0", "version"), ("v3.9.4", "3.10.0"), ("v5.0.0", "3 or 4"), ("banana", "banana"), ("", "version")]
    {
        fake.version(version);
        fake.program.run(RUN).exits(4).stderr_has(says);
    }
    fake.program.set("HELM_BIN", "no-such-helm");
    fake.program.run(RUN).exits(4).stderr_has("`no-such-helm` was not found").stderr_has("hint: install Helm");
    nothing_was_uninstalled(&fake);
}

#[test]
fn every_helm_that_is_supported_is_accepted() {
    for version in ["v3.10.0", "v3.21.4", "v4.0.0", "v4.2.4", "v4.3.0-rc.1+build"] {
        let fake = FakeHelm::new();
        fake.version(version);
        fake.program.run("plan -f policy.yaml").exits(0);
    }
}

#[test]
fn a_kubeconfig_that_points_nowhere_starts_no_child() {
    let mut fake = FakeHelm::new();
    fake.program.set("KUBECONFIG", "/no/such/file");
    for command in [RUN, "plan -f policy.yaml --kube-context x"] {
        fake.program.run(command).exits(4).stderr_has("error: no kubeconfig at `/no/such/file`");
    }
    assert!(fake.calls().is_empty());
}

#[test]
fn an_unknown_context_is_printed_with_the_one_that_was_probably_meant() {
    let fake = FakeHelm::new();
    let output = fake.program.run("plan -f policy.yaml --kube-context dev-ue").exits(4);
    output.stderr_has("has no context `dev-ue`").stderr_has("did you mean `dev-eu`?");
}

#[test]
fn releases_that_are_stored_in_a_database_are_refused_with_the_reason() {
    let mut fake = FakeHelm::new();
    fake.program.set("HELM_DRIVER", "sql");
    fake.program.run(RUN).exits(4).stderr_has("HELM_DRIVER=sql");
    assert!(fake.calls().is_empty());
}

#[test]
fn a_variable_that_is_not_text_is_no_gap_but_a_usage_error() {
    let mut fake = FakeHelm::new();
    let broken = std::os::unix::ffi::OsStringExt::from_vec(vec![0xff, 0xfe]);
    let broken: std::ffi::OsString = broken;
    fake.program.set("HELM_KUBECONTEXT", broken);
    fake.program.run(RUN).exits(2).stderr_has("HELM_KUBECONTEXT is not text");
    fake.program.run("--help").exits(0);
    assert!(fake.calls().is_empty());
}

#[test]
fn a_list_that_hangs_ends_at_its_deadline() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    fake.lists(&json!({"gate": gate.address()}));
    let ((helm, connection), stop) = (fake.in_this_process(), CancelToken::default());
    let error = list(&helm, &connection, Duration::from_millis(300), &stop).expect_err("it hangs");
    assert_eq!(error.class, FailureClass::TimedOut, "{error:?}");
    fake.program.leaves_no_process();
}

#[test]
fn a_policy_on_a_pipe_without_a_writer_ends_with_a_signal() {
    let program = crate::support::Program::new();
    let (reader, _writer) = std::io::pipe().expect("a pipe can be had");
    let mut command = program.command("validate -");
    let mut child = command.stdin(reader).spawn().expect("it can be started");
    program.wait_until_blocked(child.id());
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a pid is positive");
    // Not INT: a shell that runs the tests in the background has it ignored.
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    let status = child.wait().expect("it is our child");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
}

#[test]
fn a_credential_plugin_that_never_ends_is_no_reason_to_be_deaf() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    let plugin = fake.program.executable(
        "login",
        &format!(
            "#!/bin/sh\nFAKE_HELM='{}' exec '{}' list\n",
            fake.program.folder().join("fake").display(),
            env!("CARGO_BIN_EXE_fake-helm")
        ),
    );
    fake.lists(&json!({"gate": gate.address(), "stdout": "{}"}));
    let mut kubeconfig: serde_json::Value =
        serde_json::from_str(&crate::support::kubeconfig("dev-eu", "https://127.0.0.1:1")).expect("JSON");
    let exec = json!({"apiVersion": "client.authentication.k8s.io/v1", "command": plugin, "interactiveMode": "Never"});
    kubeconfig["users"][0]["user"] = json!({"exec": exec});
    fake.program.file("kubeconfig", &kubeconfig.to_string());
    let running = fake.program.start("plan -f policy.yaml");
    let waiting = gate.arrival();
    running.signal(rustix::process::Signal::TERM);
    running.finish().exits(143).stderr_has("interrupted; nothing was purged");
    drop(waiting);
}

#[test]
fn a_gigabyte_of_output_is_read_and_not_kept() {
    let fake = FakeHelm::with(["dev-a/loud"]);
    fake.behaves("dev-a/loud", &json!({"floodsStdout": 1 << 30, "stdout": "\n"}));
    let output = fake.program.run(RUN).exits(0);
    assert!(output.stdout.len() < 64 << 10);
    output.stdout_has("purged 1");
}

#[test]
fn what_was_to_be_written_and_could_not_is_no_success() {
    let fake = FakeHelm::new();
    for arguments in [&["init", "--stdout"][..], &["version"], &["plan", "-f", "policy.yaml"], &["--help"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let mut command = fake.program.command(arguments);
        let output = command.stdin(std::process::Stdio::null()).stdout(full).output().expect("it can be started");
        assert_eq!(output.status.code(), Some(9), "{arguments:?}");
    }
}
