//! Whoever types gets names or nothing: no text, no failure, no question, and soon.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::{ask, candidates};
use crate::support::{Program, kubeconfig};

/// Lines that ask for names of the cluster.
const LINES: [&[&str]; 6] = [
    &["explain", ""],
    &["restore", "dev-a/"],
    &["plan", "-n", ""],
    &["keep", ""],
    &["restore", "--run", ""],
    &["log", ""],
];

#[test]
fn without_a_cluster_there_are_no_names_and_no_words() {
    let mut program = Program::new();
    let refused = program.file("refused", &kubeconfig("dev", "https://127.0.0.1:1"));
    let broken = program.file("broken", "contexts: [");
    for file in ["/no/such/file".into(), broken, refused] {
        program.set("KUBECONFIG", file);
        for line in LINES {
            let output = ask(&program, line);
            let nothing = output.stdout == ":4\n" || output.stdout == ":36\n";
            assert!(nothing && output.stderr.is_empty(), "{output}");
        }
    }
    assert!(candidates(&ask(&program, &["pl"])).contains(&"plan"));
}

#[test]
fn an_api_server_that_never_answers_gives_no_names_and_no_words() {
    let mut program = Program::new();
    let deaf = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = deaf.local_addr().expect("it has one");
    let file = program.file("kubeconfig", &kubeconfig("dev", &format!("https://{address}")));
    program.set("KUBECONFIG", file);
    for line in [&["explain", ""][..], &["restore", "--run", ""]] {
        let output = ask(&program, line);
        assert!(output.stderr.is_empty() && candidates(&output).is_empty(), "{output}");
    }
}

/// Every other operation of this program waits for such a login for two minutes, and no test waits so long.
#[test]
fn a_login_that_never_ends_is_not_waited_for() {
    let mut program = Program::new();
    let file = program.folder().join("kubeconfig");
    program.set("KUBECONFIG", file);
    with_a_plugin(&program, "Never", "mkfifo nothing; read -r line < nothing");
    let output = ask(&program, &["explain", ""]);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (":4\n", ""));
}

/// Leaves what it was told.
const ASKS: &str = "echo \"$KUBERNETES_EXEC_INFO\" > told\necho 'Password:' >&2\ncat >> told";

/// A kubeconfig whose user logs in by a plugin that does this in a shell, and fails.
fn with_a_plugin(program: &Program, mode: &str, does: &str) {
    let plugin = program.executable("login", &format!("#!/bin/sh\n{does}\nexit 1\n"));
    let mut config: Value = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "dev",
        "clusters": [{"name": "dev", "cluster": {"server": "https://127.0.0.1:1"}}],
        "contexts": [{"name": "dev", "context": {"cluster": "dev", "user": "dev"}}],
    });
    config["users"] = json!([{"name": "dev", "user": {"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": plugin, "interactiveMode": mode,
    }}}]);
    program.file("kubeconfig", &config.to_string());
}

#[test]
fn completion_never_starts_a_login() {
    let mut program = Program::new();
    let file = program.folder().join("kubeconfig");
    program.set("KUBECONFIG", file);
    with_a_plugin(&program, "IfAvailable", ASKS);
    let output = program.run_with_input(&["__complete", "--", "explain", ""], "my password\n").exits(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (":4\n", ""));
    let told = program.read("told");
    assert!(told.contains("\"interactive\":false") && !told.contains("my password"), "{told}");
    std::fs::remove_file(program.folder().join("told")).expect("it is there");
    with_a_plugin(&program, "Always", ASKS);
    let output = ask(&program, &["explain", ""]);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (":4\n", ""));
    assert!(!program.folder().join("told").exists(), "it was started");
}

#[test]
fn a_variable_that_is_not_text_ends_in_no_names() {
    use std::os::unix::ffi::OsStringExt;
    let mut program = Program::new();
    program.set("HELM_KUBECONTEXT", std::ffi::OsString::from_vec(vec![0xff]));
    let output = ask(&program, &["explain", ""]);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (":4\n", ""));
}
