//! What is only there on a terminal: the question, the bars, Ctrl-C, and helm as a parent that dies of it.

use std::process::Command;

use serde_json::json;
use throwaway_cluster::HelmVersion;

use crate::support::{Arrival, FakeHelm, Gate, Real, Terminal, cluster};

const RUN: [&str; 3] = ["run", "-f", "policy.yaml"];

#[test]
fn the_question_is_answered_with_the_contexts_name_and_with_nothing_else() {
    for (answer, code, left) in [("dev-eu\r", 0, 0), ("yes\r", 7, 1), ("\r", 7, 1), ("\u{4}", 7, 1), ("\u{3}", 130, 1)]
    {
        let fake = FakeHelm::new();
        fake.release("dev-a", "redis");
        let mut terminal = Terminal::start(fake.program.command(&RUN));
        terminal.wait_for("This uninstalls 1 release on dev-eu. Type the context's name to go on:");
        terminal.type_text(answer);
        let status = terminal.wait();
        assert_eq!(status.code(), Some(code), "after {answer:?}:\n{}", terminal.screen());
        assert_eq!(fake.left().len(), left, "after {answer:?}");
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer_to_it() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    fake.release("dev-a", "redis");
    fake.lists_at(1, &json!({"gate": gate.address()}));
    let mut terminal = Terminal::start(fake.program.command(&RUN));
    let waiting = gate.arrival();
    terminal.type_text("dev-eu\r");
    terminal.wait_for("dev-eu");
    waiting.go();
    terminal.wait_for("Type the context's name to go on:");
    terminal.type_text("\r");
    assert_eq!(terminal.wait().code(), Some(7), "{}", terminal.screen());
    assert_eq!(fake.left(), ["dev-a/redis"]);
}

#[test]
fn an_answer_that_was_begun_and_not_ended_keeps_no_signal_waiting() {
    let fake = FakeHelm::new();
    fake.release("dev-a", "redis");
    let mut terminal = Terminal::start(fake.program.command(&RUN));
    terminal.wait_for("Type the context's name to go on:");
    terminal.type_text("dev\u{4}");
    terminal.press_ctrl_c();
    assert_eq!(terminal.wait().code(), Some(130), "{}", terminal.screen());
    assert_eq!(fake.left(), ["dev-a/redis"]);
}

#[test]
fn what_changed_while_somebody_thought_about_the_plan_is_left_alone() {
    let fake = FakeHelm::new();
    fake.release("dev-a", "redis");
    fake.release("dev-a", "web");
    let mut terminal = Terminal::start(fake.program.command(&RUN));
    terminal.wait_for("Type the context's name");
    fake.release_with("dev-a", "web", &[("revision", json!("2"))]);
    terminal.type_text("dev-eu\r");
    assert_eq!(terminal.wait().code(), Some(0));
    terminal.wait_for("changed since the plan, left alone");
    terminal.wait_for("dev-a/web  now revision 2, deployed; was revision 1, deployed");
    assert_eq!(fake.left(), ["dev-a/web"]);
}

#[test]
fn there_is_a_bar_for_each_worker_and_one_for_all_and_none_of_them_stays() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    for name in ["a", "b", "c"] {
        fake.release("dev-a", name);
        fake.behaves("dev-a", name, &json!({"gate": gate.address()}));
    }
    fake.behaves("dev-a", "a", &json!({"gate": gate.address(), "exit": 1, "stderr": "Error: no luck\n"}));
    let mut terminal =
        Terminal::start(fake.program.command(&[&RUN[..], &["--confirm", "dev-eu", "--workers", "2"]].concat()));
    let (first, second) = (gate.arrival(), gate.arrival());
    terminal.wait_until("two bars and a total", |screen| {
        screen.contains("dev-a/a ") && screen.contains("dev-a/b ") && screen.contains("0/3")
    });
    first.go();
    second.go();
    let third = gate.arrival();
    terminal.wait_until("progress", |screen| screen.contains("dev-a/c ") && screen.contains("2/3 failed 1"));
    terminal.wait_until("the failure above the bars", |screen| screen.contains("failed dev-a/a"));
    third.go();
    assert_eq!(terminal.wait().code(), Some(1));
    terminal.wait_for("purged 2 · failed 1");
    let screen = terminal.screen();
    assert!(!screen.contains("2/3") && !screen.contains('█') && !screen.contains('⠋'), "{screen}");
}

#[test]
fn a_dumb_terminal_and_a_quiet_run_get_no_bars() {
    for (term, arguments) in [("dumb", &[][..]), ("xterm", &["-q"])] {
        let fake = FakeHelm::new();
        fake.release("dev-a", "redis");
        let arguments = [&RUN[..], &["--confirm", "dev-eu"], arguments].concat();
        let shell = format!("TERM={term} exec {} {}", env!("CARGO_BIN_EXE_helm-purge"), arguments.join(" "));
        let mut terminal = Terminal::start(in_shell(&fake.program.command(&[]), &shell));
        assert_eq!(terminal.wait().code(), Some(0));
        terminal.wait_for("purged 1");
        let raw = terminal.raw();
        assert!(!raw.contains("\u{1b}[1A") && !raw.contains('█'), "{raw:?}");
    }
}

#[test]
fn ctrl_c_takes_the_bars_away_and_lets_finish_what_runs() {
    let (fake, gate) = two_at_a_gate();
    let mut terminal = Terminal::start(fake.program.command(&ONE_BY_ONE));
    let waiting = gate.arrival();
    terminal.wait_for("0/2");
    terminal.press_ctrl_c();
    terminal.wait_for("stopping: 1 release is being uninstalled and will be finished, 1 not started");
    terminal.wait_until("no bars", |screen| !screen.contains("0/2"));
    waiting.go();
    assert_eq!(terminal.wait().code(), Some(130));
    terminal.wait_for("purged dev-a/a");
    terminal.wait_for("not started (the run was interrupted)");
    assert_eq!(fake.left(), ["dev-a/b"]);
    fake.program.leaves_no_process();
}

/// Two releases, both at the gate.
fn two_at_a_gate() -> (FakeHelm, Gate) {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    for name in ["a", "b"] {
        fake.release("dev-a", name);
        fake.behaves("dev-a", name, &json!({"gate": gate.address()}));
    }
    (fake, gate)
}

const ONE_BY_ONE: [&str; 7] = ["run", "-f", "policy.yaml", "--confirm", "dev-eu", "--workers", "1"];

#[test]
fn a_terminal_that_is_closed_ends_nothing_half_way() {
    let (fake, gate) = two_at_a_gate();
    let script = format!("exec {} {} 2>talk", env!("CARGO_BIN_EXE_helm-purge"), ONE_BY_ONE.join(" "));
    let mut terminal = Terminal::start(in_shell(&fake.program.command(&[]), &script));
    let waiting = gate.arrival();
    terminal.hang_up();
    fake.program.wait_for_file("talk", "stopping: 1 release is being uninstalled and will be finished");
    waiting.go();
    assert_eq!(terminal.wait().code(), Some(129));
    assert_eq!(fake.left(), ["dev-a/b"]);
    fake.program.leaves_no_process();
}

#[test]
fn under_nohup_a_closed_terminal_changes_nothing() {
    let (fake, gate) = two_at_a_gate();
    let program = env!("CARGO_BIN_EXE_helm-purge");
    let script = format!("trap '' HUP; {program} {}; echo ended with $? > code", ONE_BY_ONE.join(" "));
    let mut terminal = Terminal::start(in_shell(&fake.program.command(&[]), &script));
    let waiting = gate.arrival();
    terminal.wait_for("0/2");
    terminal.hang_up();
    waiting.go();
    gate.arrival().go();
    fake.program.wait_for_file("code", "ended with 0");
    assert!(fake.left().is_empty());
    fake.program.leaves_no_process();
}

/// A shell with the environment and folder of a command.
fn in_shell(like: &Command, script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).env_clear();
    shell.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = like.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

/// The plugin as it is installed from a checkout: a folder with plugin.yaml and the built binary, linked.
fn install_plugin(real: &mut Real) {
    let folder = real.program.folder().to_owned();
    let checkout = folder.join("checkout");
    std::fs::create_dir_all(checkout.join("target/release")).expect("a folder can be made");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.yaml");
    std::fs::copy(manifest, checkout.join("plugin.yaml")).expect("the manifest is there");
    let binary = checkout.join("target/release/helm-purge");
    std::fs::copy(env!("CARGO_BIN_EXE_helm-purge"), binary).expect("the binary is there");
    for (name, folder_name) in
        [("HELM_DATA_HOME", "data"), ("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config")]
    {
        real.program.set(name, folder.join(folder_name));
    }
    let mut install = helm(real, &["plugin", "install", "checkout"]);
    let output = install.output().expect("helm can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// helm itself, with the environment of the program.
fn helm(real: &Real, arguments: &[&str]) -> Command {
    let like = real.program.command(&[]);
    let mut helm = Command::new(cluster().helm(real.helm).unwrap_or_else(|error| panic!("{error}")));
    helm.args(arguments).env_clear().current_dir(real.program.folder());
    helm.envs(like.get_envs().filter(|(name, _)| *name != "HELM_BIN").filter_map(|(name, value)| Some((name, value?))));
    helm
}

#[test]
fn as_a_plugin_both_helms_run_it_and_pass_its_exit_code_on() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("plugin", version);
        install_plugin(&mut real);
        real.seed(&["a/web", "b/web"]);
        let mut terminal = Terminal::start(helm(&real, &["purge", "plan", "-f", "policy.yaml", "--detailed-exitcode"]));
        assert_eq!(terminal.wait().code(), Some(10), "{}", terminal.screen());
        terminal.wait_for("purge 2 releases in 2 namespaces");
        let mut terminal = Terminal::start(helm(&real, &["purge", "run", "-f", "policy.yaml"]));
        terminal.wait_for("This uninstalls 2 releases on throwaway.");
        terminal.type_text("throwaway\r");
        assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
        terminal.wait_for("verified: 2 of 2 are gone from throwaway");
        assert!(real.listed().is_empty());
        let help = helm(&real, &["purge", "--help"]).output().expect("helm can be started");
        assert!(String::from_utf8_lossy(&help.stdout).contains("Usage: helm purge"));
    }
}

#[test]
fn a_namespace_flag_that_helm_swallows_is_found_again() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("swallowed", version);
        install_plugin(&mut real);
        real.seed(&["a/web", "b/web"]);
        let namespace = real.namespace("a");
        let plan = ["purge", "plan", "-f", "policy.yaml", "-o", "name"];
        for flags in [&["-n", &namespace][..], &["--namespace", &namespace]] {
            let output = helm(&real, &[&plan[..], flags].concat()).output().expect("helm can be started");
            assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{namespace}/web\n"));
        }
        // Also where it is the context's own, which the variable alone cannot tell from no flag at all.
        let output = helm(&real, &[&plan[..], &["-n", "default"]].concat()).output().expect("helm can be started");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{}", String::from_utf8_lossy(&output.stderr));
        let output = helm(&real, &plan).output().expect("helm can be started");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
        let output =
            helm(&real, &[&plan[..], &["-A", "-n", &namespace]].concat()).output().expect("helm can be started");
        assert_eq!(output.status.code(), Some(2));
    }
}

/// The plugin of a real helm, told to use the fake one for its children.
fn plugin_with_fake_children(real: &mut Real, fake: &FakeHelm) {
    install_plugin(real);
    let wrapper = format!(
        "#!/bin/sh\nFAKE_HELM='{}' HELM_BIN='{}' KUBECONFIG='{}' exec '{}' \"$@\"\n",
        fake.program.folder().join("fake").display(),
        env!("CARGO_BIN_EXE_fake-helm"),
        fake.program.folder().join("kubeconfig").display(),
        env!("CARGO_BIN_EXE_helm-purge"),
    );
    let plugin = real.program.folder().join("checkout/target/release/helm-purge");
    std::fs::write(plugin, wrapper).expect("it was just copied, and is executable");
}

#[test]
fn ctrl_c_kills_helm_first_and_the_plugin_still_finishes_and_says_where_it_is() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("orphan", version);
        let (fake, gate) = two_at_a_gate();
        plugin_with_fake_children(&mut real, &fake);
        let policy = fake.program.folder().join("policy.yaml");
        let run = ["purge", "run", "-f", policy.to_str().expect("text"), "--confirm", "dev-eu", "-A", "--workers", "1"];
        let command = helm(&real, &run);
        let program = command.get_program().to_string_lossy().into_owned();
        // An interactive shell, which gets its prompt back when helm dies.
        let mut shell = Command::new("bash");
        shell.args(["--norc", "--noprofile", "-i"]).env_clear().current_dir(real.program.folder());
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("PS1", "PROMPT> ");
        let mut terminal = Terminal::start(shell);
        terminal.wait_for("PROMPT>");
        terminal.type_text(&format!("{program} {}\r", run.join(" ")));
        let waiting: Arrival = gate.arrival();
        terminal.wait_for("0/2");
        terminal.press_ctrl_c();
        terminal.wait_for("stopping: 1 release is being uninstalled and will be finished, 1 not started");
        terminal.wait_for("` ends them where they are (a second run finishes them)");
        terminal.wait_until("the shell's prompt is still there", |screen| screen.matches("PROMPT>").count() == 2);
        waiting.go();
        terminal.wait_for("not started (the run was interrupted)");
        assert_eq!(fake.left(), ["dev-a/b"]);
        terminal.type_text("exit\r");
        terminal.wait();
        real.program.leaves_no_process();
    }
}

#[test]
fn a_helm_that_is_ended_alone_takes_the_purge_with_it() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("parent", version);
        let (fake, gate) = two_at_a_gate();
        plugin_with_fake_children(&mut real, &fake);
        let policy = fake.program.folder().join("policy.yaml");
        let run = ["purge", "run", "-f", policy.to_str().expect("text"), "--confirm", "dev-eu", "-A", "--workers", "1"];
        let output = real.program.folder().join("output");
        let file = std::fs::File::create(&output).expect("a file can be made");
        let mut child = helm(&real, &run).stderr(file.try_clone().expect("a file can be shared")).stdout(file).spawn();
        let child = child.as_mut().expect("helm can be started");
        let waiting = gate.arrival();
        child.kill().expect("helm is our child");
        child.wait().expect("helm is our child");
        real.program.wait_for_file("output", "stopping: 1 release is being uninstalled and will be finished");
        waiting.go();
        real.program.wait_for_file("output", "verified: 1 of 1 are gone");
        real.program.leaves_no_process();
        assert_eq!(fake.left(), ["dev-a/b"]);
    }
}
