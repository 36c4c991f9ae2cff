//! The way in is lost while releases go: a token expires, a kubeconfig changes, a plugin asks questions.

use serde_json::{Value, json};
use throwaway_cluster::{Answer, Fault, HelmVersion, Which};

use super::{LOUD_RUN, RUN, a_second_run_finishes};
use crate::support::{OrPanic, Program, Real, Terminal, cluster};

const FIRST_OBJECT: &str = "DELETE /api/v1/namespaces/*/configmaps/a-1*";

#[test]
fn a_token_that_expires_in_the_middle_ends_in_failures_and_nothing_is_reported_as_gone_that_is_not() {
    for helm in HelmVersion::BOTH {
        let (real, proxy) = Real::behind_a_proxy("expired", helm);
        real.seed(&["a/a", "a/b", "a/c"]);
        proxy.fail(FIRST_OBJECT, Which::Only(1), Fault::Hold);
        let running = real.program.start(RUN);
        proxy.wait_for(FIRST_OBJECT, 1).or_panic();
        proxy.fail("*", Which::Every, Fault::Answer(Answer::UNAUTHORIZED));
        proxy.let_go();
        let output = running.finish().exits(1);
        let results = output.results();
        let in_vain = |result: &String| result.contains(" failed login ") || result.contains(" not-started ");
        assert!(results.iter().all(in_vain) && results.iter().any(|it| it.contains("login")), "{output}");
        assert_eq!(real.listed(), ["a/a", "a/b", "a/c"]);
        real.program.leaves_no_process();
        proxy.heal();
        a_second_run_finishes(&real);
    }
}

#[test]
fn a_kubeconfig_that_changes_or_goes_in_the_middle_changes_nothing() {
    type Change = fn(&Program);
    let changes: [Change; 2] = [
        |program| std::fs::remove_file(program.folder().join("mine")).expect("it is there"),
        |program| {
            let elsewhere = crate::support::kubeconfig("throwaway", "https://127.0.0.1:1");
            program.file("mine", &elsewhere);
        },
    ];
    for (helm, change) in HelmVersion::BOTH.into_iter().zip(changes) {
        let (mut real, proxy) = Real::behind_a_proxy("moved", helm);
        real.seed(&["a/a", "a/b", "a/c"]);
        let text = std::fs::read_to_string(proxy.kubeconfig()).expect("it is there");
        let mine = real.program.file("mine", &text);
        real.program.set("KUBECONFIG", mine);
        proxy.fail(FIRST_OBJECT, Which::Only(1), Fault::Hold);
        let running = real.program.start(RUN);
        proxy.wait_for(FIRST_OBJECT, 1).or_panic();
        change(&real.program);
        proxy.let_go();
        let output = running.finish().exits(0);
        assert_eq!(output.results(), ["a purged gone", "b purged gone", "c purged gone"], "{output}");
        assert!(real.listed().is_empty());
    }
}

/// A kubeconfig with a plugin that asks on the terminal before it gives a token.
fn with_a_plugin_that_asks(real: &mut Real, mode: &str) {
    let asks = "{ printf 'Password: ' >/dev/tty && read -r answer </dev/tty; } || exit 1";
    with_a_plugin(real, mode, asks);
}

/// A kubeconfig for somebody who may do everything, with a plugin that does something in a shell before it gives a token.
fn with_a_plugin(real: &mut Real, mode: &str, does: &str) {
    let api = cluster().api();
    let namespace = real.namespace("a");
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "asked", "namespace": namespace}});
    api.apply(&account).expect("an account can be made");
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "asked", "namespace": namespace}],
    });
    api.apply(&binding).expect("a binding can be made");
    let token = cluster().service_account_token(&namespace, "asked").expect("it exists");
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token},
    });
    let script = format!("#!/bin/sh\n{does}\necho '{credential}'\n");
    let plugin = real.program.executable("login", &script);
    let mut kubeconfig: Value =
        serde_json::from_str(&crate::support::kubeconfig("throwaway", cluster().server())).expect("JSON");
    let authority = cluster().server_certificate().authority;
    kubeconfig["clusters"][0]["cluster"]["certificate-authority"] = json!(authority);
    let exec = json!({"apiVersion": "client.authentication.k8s.io/v1", "command": plugin, "interactiveMode": mode});
    kubeconfig["users"][0]["user"] = json!({"exec": exec});
    let file = real.program.file("kubeconfig", &kubeconfig.to_string());
    real.program.set("KUBECONFIG", file);
}

#[test]
fn a_plugin_that_wants_to_ask_hangs_nothing_where_there_is_no_terminal() {
    for (helm, mode) in HelmVersion::BOTH.into_iter().zip(["IfAvailable", "Always"]) {
        let mut real = Real::new("mute", helm);
        real.seed(&["a/b"]);
        with_a_plugin_that_asks(&mut real, mode);
        let mut command = std::process::Command::new("setsid");
        let like = real.program.command(LOUD_RUN);
        command.arg("--wait").arg(like.get_program()).args(like.get_args());
        real.program.surround(&mut command).stdin(std::process::Stdio::null());
        let output = command.output().expect("setsid is there");
        let said = String::from_utf8_lossy(&output.stderr);
        // Without a login nothing shows that this is the cluster that the policy names.
        assert!(output.status.code() == Some(4) && said.contains("the login program failed"), "{said}");
        assert!(!said.contains("KUBERNETES_EXEC_INFO") && !said.contains("Output {"), "{said}");
        assert_eq!(real.listed(), ["a/b"]);
        real.program.leaves_no_process();
    }
}

#[test]
fn a_plugin_that_asks_on_a_terminal_is_answered_and_helm_which_has_none_says_what_it_lacks() {
    for (helm, mode) in HelmVersion::BOTH.into_iter().zip(["IfAvailable", "Always"]) {
        let mut real = Real::new("asking", helm);
        real.seed(&["a/b"]);
        with_a_plugin_that_asks(&mut real, mode);
        let mut terminal = Terminal::start(real.program.command("run -f policy.yaml --yes -A"));
        // The client has the plugin called for a certificate, for its end, and for a token, and logs in again before the
        // last look.
        for count in 1..=6 {
            terminal.wait_until("the question", |screen| screen.matches("Password: ").count() == count);
            terminal.type_text("secret\r");
        }
        terminal.wait_for("a/b  login");
        terminal.wait_for("hint: log in, then run again");
        assert_eq!(terminal.wait().code(), Some(1), "{}", terminal.screen());
        assert_eq!(real.listed(), ["a/b"]);
        real.program.leaves_no_process();
    }
}

#[test]
fn a_question_without_an_answer_ends_with_ctrl_c() {
    let mut real = Real::new("unanswered", HelmVersion::Three);
    real.seed(&["a/b"]);
    with_a_plugin_that_asks(&mut real, "Always");
    let mut terminal = Terminal::start(real.program.command("run -f policy.yaml --yes -A"));
    terminal.wait_for("Password: ");
    terminal.press_ctrl_c();
    assert_eq!(terminal.wait().code(), Some(130), "{}", terminal.screen());
    terminal.wait_for("interrupted; nothing was purged");
    real.program.leaves_no_process();
}

#[test]
fn a_plugin_finds_what_it_keeps_where_it_has_left_it() {
    for helm in HelmVersion::BOTH {
        let mut real = Real::new("keeping", helm);
        real.seed(&["a/b"]);
        let (kept, seen) = (real.program.folder().join("kept"), real.program.folder().join("seen"));
        with_a_plugin(&mut real, "Never", &format!("echo \"$KUBECACHEDIR\" >> '{}'", seen.display()));
        real.program.set("KUBECACHEDIR", &kept);
        real.program.run(RUN).exits(0);
        let seen = std::fs::read_to_string(seen).expect("it was called");
        let folders = seen.lines().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(folders, [kept.to_str().expect("it is text")].into(), "by this program and by helm");
        assert!(real.listed().is_empty());
    }
}
