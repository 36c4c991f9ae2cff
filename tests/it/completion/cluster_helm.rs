//! Under Helm, which asks `plugin.complete` in the plugin's folder.

use std::os::unix::fs::symlink;
use std::path::Path;

use throwaway_cluster::HelmVersion;

use super::{beside, candidates};
use crate::support::{OrPanic, Output, Program, Real, cluster};

/// The plugin as it lies in a checkout, where Helm looks for plugins.
fn install(program: &mut Program) {
    let plugin = program.folder().join("plugins/purge");
    lay_out(&plugin, "target/release/helm-purge");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.yaml");
    symlink(manifest, plugin.join("plugin.yaml")).expect("a link can be made");
    let folder = program.folder().to_owned();
    program.set("HELM_PLUGINS", folder.join("plugins"));
    for (name, home) in [("HELM_DATA_HOME", "data"), ("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config")] {
        program.set(name, folder.join(home));
    }
}

/// A plugin's folder with `plugin.complete`, and the program here.
fn lay_out(plugin: &Path, program: &str) {
    let program = plugin.join(program);
    std::fs::create_dir_all(program.parent().expect("it is in a folder")).expect("a folder can be made");
    symlink(env!("CARGO_BIN_EXE_helm-purge"), program).expect("a link can be made");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.complete"), plugin.join("plugin.complete"))
        .expect("it is in the repository");
}

/// What helm offers at the end of this line.
fn complete(real: &Real, words: &[&str]) -> Output {
    let helm = cluster().helm(real.helm).or_panic();
    beside(&real.program, &helm, &[&["__complete"][..], words].concat()).exits(0)
}

#[test]
fn commands_flags_and_values_are_offered_by_helm_3_and_4_with_their_descriptions() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("completed", version);
        install(&mut real.program);
        let commands = complete(&real, &["purge", ""]);
        for command in ["run\tShow the plan, ask, purge\n", "plan\t", "help\t"] {
            assert!(commands.stdout.contains(command), "{commands}");
        }
        assert!(!commands.stdout.contains("__complete") && commands.stdout.ends_with(":4\n"), "{commands}");
        let flags = complete(&real, &["purge", "run", "--"]);
        assert!(flags.stdout.contains("--yes\tPurge without asking\n"), "{flags}");
        for flag in ["--kube-context", "--kubeconfig", "--namespace", "--help"] {
            assert_eq!(candidates(&flags).iter().filter(|name| **name == flag).count(), 1, "{flag}\n{flags}");
        }
        assert!(!flags.stdout.contains("--true"), "{flags}");
        let format = complete(&real, &["purge", "plan", "-o", ""]);
        assert_eq!(candidates(&format), ["table", "wide", "json", "yaml", "name"]);
        assert!(complete(&real, &["purge", "plan", "-f", ""]).stdout.ends_with(":0\n"));
    }
}

#[test]
fn names_of_the_cluster_are_offered_by_helm_3_and_4() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("offered", version);
        install(&mut real.program);
        real.seed(&["a/db", "a/web", "b/web"]);
        let (a, b) = (real.namespace("a"), real.namespace("b"));
        let start = a.trim_end_matches('a');
        let namespaces = complete(&real, &["purge", "explain", start]);
        assert_eq!(candidates(&namespaces), [format!("{a}/"), format!("{b}/")], "{namespaces}");
        assert!(namespaces.stdout.ends_with(":6\n"), "{namespaces}");
        let releases = [format!("{a}/db"), format!("{a}/web")];
        assert_eq!(candidates(&complete(&real, &["purge", "explain", &format!("{a}/")])), releases);
        // Helm takes these for itself, wherever they stand, and says what they said.
        for line in [&["-n", &a, "purge", "explain", ""][..], &["purge", "explain", "--namespace", &a, ""]] {
            assert_eq!(candidates(&complete(&real, line)), releases, "{line:?}");
        }
        let only = complete(&real, &["purge", "run", &format!("{a}/w")]);
        assert_eq!(candidates(&only), [format!("{a}/web")], "{only}");
        let namespace = complete(&real, &["purge", "plan", &format!("--namespace={start}")]);
        assert_eq!(candidates(&namespace), [a.as_str(), &b], "{namespace}");
        // The one thing that Helm asks nobody for.
        let unasked = complete(&real, &["purge", "plan", "-n", ""]);
        assert_eq!(unasked.stdout, ":1\n", "{unasked}");
        let kept = complete(&real, &["purge", "keep", &a]);
        assert_eq!(candidates(&kept), [format!("{a}/")], "{kept}");
        let context = complete(&real, &["purge", "plan", "--kube-context="]);
        assert_eq!(candidates(&context), ["throwaway"], "{context}");
    }
}

#[test]
fn what_a_purge_has_removed_and_its_run_are_offered_to_restore() {
    for version in HelmVersion::BOTH {
        let mut real = Real::new("undoable", version);
        install(&mut real.program);
        real.seed(&["a/db", "a/web"]);
        let a = real.namespace("a");
        let only = format!("{a}/web");
        let run = ["run", "-f", "policy.yaml", "--yes", "-A", "--keep-history", &only];
        real.program.run(&run).exits(0);
        let id = real.program.run("log --local -o name").exits(0).stdout;
        let runs = complete(&real, &["purge", "restore", "--run", ""]);
        assert_eq!((candidates(&runs), runs.stdout.ends_with(":36\n")), (vec![id.trim_end()], true), "{runs}");
        assert_eq!(candidates(&complete(&real, &["purge", "log", &id[..8]])), [id.trim_end()]);
        assert_eq!(candidates(&complete(&real, &["purge", "restore", &a])), [only.as_str()]);
        assert_eq!(candidates(&complete(&real, &["purge", "restore", &only, &a])), [""; 0]);
        assert_eq!(candidates(&complete(&real, &["purge", "explain", &format!("{a}/")])), [format!("{a}/db")]);
    }
}

#[test]
fn the_program_is_found_wherever_a_plugin_has_it_and_without_it_nothing_is_printed() {
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let packed = format!("helm-purge-linux-{machine}");
    let places = ["target/release/helm-purge".to_owned(), format!("bin/{packed}"), format!("purge/bin/{packed}")];
    for place in places {
        let program = Program::new();
        let plugin = program.folder().join("a plugin");
        lay_out(&plugin, &place);
        let output = beside(&program, &plugin.join("plugin.complete"), &["plan", "--out"]).exits(0);
        assert_eq!((candidates(&output), output.stderr.as_str()), (vec!["--output"], ""), "{place}");
        std::fs::remove_file(plugin.join(place)).expect("it is there");
        let output = beside(&program, &plugin.join("plugin.complete"), &["plan", "--out"]).exits(0);
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (":4\n", ""));
    }
}
