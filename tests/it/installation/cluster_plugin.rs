//! As a plugin of real helm: installed, run in a terminal, robbed of its flags, and left alone when helm dies.

use std::path::Path;
use std::process::Command;

use throwaway_cluster::HelmVersion;

use crate::support::{Arrival, FakeHelm, Gate, OrPanic, Real, Terminal, cluster, install_program, two_at_a_gate};

/// The plugin as it is installed from a checkout: a folder with plugin.yaml and the built binary, linked.
fn install_plugin(real: &mut Real) {
    let folder = real.program.folder().to_owned();
    let checkout = folder.join("checkout");
    std::fs::create_dir_all(checkout.join("target/release")).expect("a folder can be made");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.yaml");
    std::fs::copy(manifest, checkout.join("plugin.yaml")).expect("the manifest is there");
    let binary = checkout.join("target/release/helm-purge");
    install_program(Path::new(env!("CARGO_BIN_EXE_helm-purge")), &binary);
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
    let mut helm = Command::new(cluster().helm(real.helm).or_panic());
    real.program.surround(helm.args(arguments)).env_remove("HELM_BIN");
    helm
}

#[test]
fn as_a_plugin_helm_3_and_4_run_it_and_pass_its_exit_code_on() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("plugin", version);
        install_plugin(&mut real);
        real.seed(&["a/web", "b/web"]);
        let mut terminal = Terminal::start(helm(&real, &["purge", "plan", "-f", "policy.yaml", "--detailed-exitcode"]));
        assert_eq!(terminal.wait().code(), Some(10), "{}", terminal.screen());
        terminal.wait_for("purge 2 releases in 2 namespaces");
        let mut terminal = Terminal::start(helm(&real, &["purge", "run", "-f", "policy.yaml"]));
        terminal.wait_for("About to uninstall 2 releases on throwaway.");
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

/// A run through helm with one release at a time, agreed to beforehand.
const PURGE_ONE_BY_ONE: [&str; 10] = [
    "purge",
    "run",
    "--without-opt-outs",
    "-f",
    "policy.yaml",
    "--confirm",
    "dev-eu",
    "-A",
    "--workers=1",
    "--batch=1",
];

/// The plugin of a real helm, told to use the fake one for its children, the first of which waits at a gate.
fn plugin_at_a_gate(test: &str, version: HelmVersion) -> (Real, FakeHelm, Gate) {
    let mut real = Real::new(test, version);
    let (fake, gate) = two_at_a_gate();
    install_plugin(&mut real);
    real.program.file("policy.yaml", &fake.program.read("policy.yaml"));
    let wrapper = format!(
        "#!/bin/sh\nFAKE_HELM='{}' HELM_BIN='{}' KUBECONFIG='{}' exec '{}' \"$@\"\n",
        fake.program.folder().join("fake").display(),
        env!("CARGO_BIN_EXE_fake-helm"),
        fake.program.folder().join("kubeconfig").display(),
        env!("CARGO_BIN_EXE_helm-purge"),
    );
    let plugin = real.program.folder().join("checkout/target/release/helm-purge");
    std::fs::write(plugin, wrapper).expect("it was just copied, and is executable");
    (real, fake, gate)
}

#[test]
fn ctrl_c_kills_helm_first_and_the_plugin_still_finishes_and_says_where_it_is() {
    for version in HelmVersion::BOTH {
        let (real, fake, gate) = plugin_at_a_gate("orphan", version);
        let mut terminal = in_a_shell(&real, &PURGE_ONE_BY_ONE);
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
fn a_helm_process_that_is_ended_alone_takes_the_purge_with_it() {
    for version in HelmVersion::BOTH {
        let (real, fake, gate) = plugin_at_a_gate("parent", version);
        let output = real.program.folder().join("output");
        let file = std::fs::File::create(&output).expect("a file can be made");
        let mut child =
            helm(&real, &PURGE_ONE_BY_ONE).stderr(file.try_clone().expect("a file can be shared")).stdout(file).spawn();
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

/// An interactive shell in a terminal, which gets its prompt back when helm dies, and helm with these arguments in it.
fn in_a_shell(real: &Real, arguments: &[&str]) -> Terminal {
    let command = helm(real, arguments);
    let program = command.get_program().to_string_lossy().into_owned();
    let mut shell = Command::new("bash");
    real.program.surround(shell.args(["--norc", "--noprofile", "-i"])).env_remove("HELM_BIN").env("PS1", "PROMPT> ");
    let terminal = Terminal::start(shell);
    terminal.wait_for("PROMPT>");
    terminal.type_text(&format!("{program} {}\r", arguments.join(" ")));
    terminal
}

#[test]
fn after_ctrl_c_under_helm_a_second_and_a_third_signal_terminate_and_kill() {
    for version in HelmVersion::BOTH {
        let (real, fake, gate) = plugin_at_a_gate("insistent", version);
        fake.behaves("dev-a/a", &serde_json::json!({"gate": gate.address(), "ignoresTerm": true}));
        let mut terminal = in_a_shell(&real, &PURGE_ONE_BY_ONE);
        let waiting = gate.arrival();
        terminal.wait_for("0/2");
        terminal.press_ctrl_c();
        terminal.wait_for("` ends them where they are (a second run finishes them)");
        let screen = terminal.screen();
        let (_, rest) = screen.split_once("`kill ").expect("it says how");
        let (pid, _) = rest.split_once('`').expect("it says how");
        terminal.type_text(&format!("kill {pid}\r"));
        terminal.wait_for("ending what runs (TERM)");
        terminal.type_text(&format!("kill -INT {pid}\r"));
        terminal.wait_for("ending what runs at once (KILL)");
        terminal.wait_for("purged 0 · failed 1");
        assert_eq!(fake.left(), ["dev-a/a", "dev-a/b"]);
        drop(waiting);
        terminal.type_text("exit\r");
        terminal.wait();
        real.program.leaves_no_process();
    }
}

#[test]
fn a_terminal_that_is_closed_over_helm_drains_the_plugin_and_its_report_is_whole() {
    for version in HelmVersion::BOTH {
        let (real, fake, gate) = plugin_at_a_gate("hangup", version);
        // One helm for both releases: that it is not listened to any more says that the run drains.
        let run = PURGE_ONE_BY_ONE.into_iter().filter(|argument| *argument != "--batch=1").collect::<Vec<_>>();
        let mut terminal = in_a_shell(&real, &[&run[..], &["-o", "json", ">", "report"]].concat());
        let waiting = gate.arrival();
        terminal.wait_for("0/2");
        terminal.hang_up();
        real.program.wait_until_unheard(waiting.pid);
        waiting.go();
        real.program.wait_for_file("report", "\"notStarted\": 1");
        real.program.leaves_no_process();
        let report = real.program.read("report");
        let report: serde_json::Value = serde_json::from_str(&report).expect("it is whole");
        // The terminal says HUP to both, and the helm above, which ends with that, TERM to the plugin.
        assert!([129, 143].map(serde_json::Value::from).contains(&report["exitCode"]), "{report}");
        assert_eq!((&report["totals"]["purged"], &report["totals"]["notStarted"]), (&1.into(), &1.into()), "{report}");
        assert_eq!(fake.left(), ["dev-a/b"]);
    }
}
