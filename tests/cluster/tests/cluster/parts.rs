//! Where parts come from, with Go missing, old, failing, and a stand-in for it that "builds" in no time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::shared::{Answer, run};

/// A machine with nothing but a folder on PATH and an empty cache.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        for name in ["bin", "cache", "temporary"] {
            fs::create_dir(folder.path().join(name)).expect("the folder is ours");
        }
        Self { folder }
    }

    /// A `go`, as a shell script; the one line about the version is added.
    fn with_go(self, version: &str, rest: &str) -> Self {
        self.with_program("go", &format!("if [ \"$1\" = env ]; then echo {version}; exit 0; fi\n{rest}"))
    }

    /// Any program on PATH, as a shell script.
    fn with_program(self, name: &str, script: &str) -> Self {
        let program = self.path().join("bin").join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("the folder is ours");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("the file is ours");
        self
    }

    /// A control plane that tells its versions and then gives up.
    fn with_present_parts(self, etcd: &str, kubernetes: &str) -> Self {
        let script = |version: &str| {
            format!("if [ \"$1\" = --version ]; then echo '{version}'; exit 0; fi\necho 'not today'\nexit 3")
        };
        self.with_program("etcd", &script(etcd))
            .with_program("kube-apiserver", &script(kubernetes))
            .with_program("kube-controller-manager", &script(kubernetes))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn start_a_cluster(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_throwaway-cluster"));
        program.arg("--control-plane").env_clear().stdin(Stdio::null());
        program.env("PATH", self.path().join("bin")).env("XDG_CACHE_HOME", self.path().join("cache"));
        program.env("TMPDIR", self.path().join("temporary"));
        program
    }
}

fn assert_one_line(answer: &Answer, expected: &str) {
    assert!(!answer.succeeded, "{answer:?}");
    assert_eq!(answer.errors, format!("throwaway-cluster: {expected}\n"));
}

/// Builds a program that only says a sentence, and leaves a mark for each build.
const QUICK: &str = r#"
while [ "$1" != -o ]; do shift; done
echo "$3" >> "${0%/bin/go}/built"
printf '#!/bin/sh\necho "not today"\nexit 3\n' > "$2"
PATH=/usr/bin:/bin chmod +x "$2"
"#;

#[test]
fn without_go_one_line_says_what_to_install() {
    let answer = run(&mut Machine::new().start_a_cluster());
    assert_one_line(
        &answer,
        "Go 1.26 or newer is needed to build etcd v3.6.8, and there is no `go` on PATH: \
         install it (https://go.dev/doc/install) and run this again",
    );
}

#[test]
fn an_old_go_is_known_by_its_version() {
    let machine = Machine::new().with_go("go1.19.3", "");
    let answer = run(&mut machine.start_a_cluster());
    let go = machine.path().join("bin/go");
    assert_one_line(
        &answer,
        &format!(
            "Go 1.26 or newer is needed to build etcd v3.6.8, and `{}` is not that (go1.19.3): \
             install it (https://go.dev/doc/install) and run this again",
            go.display()
        ),
    );
}

#[test]
fn a_failed_build_shows_the_command_and_the_words_of_go() {
    let machine = Machine::new().with_go("go1.26.8", "echo 'no such module: etcd' >&2; exit 1");
    let answer = run(&mut machine.start_a_cluster());
    assert!(!answer.succeeded);
    for expected in ["building etcd v3.6.8 failed", "go build -mod=readonly", "exit status: 1", "no such module: etcd"]
    {
        assert!(answer.errors.contains(expected), "no {expected:?} in {}", answer.errors);
    }
}

#[test]
fn two_runs_at_once_build_each_part_once_and_the_next_one_builds_nothing() {
    let machine = Machine::new().with_go("go1.26.8", QUICK);
    let both = [(); 2].map(|()| {
        machine.start_a_cluster().stderr(Stdio::null()).spawn().expect("the program of this package can be started")
    });
    for mut program in both {
        assert!(!program.wait().expect("it is our child").success(), "what was built is no etcd");
    }
    let answer = run(&mut machine.start_a_cluster());
    assert!(!answer.errors.contains("building"), "{answer:?}");

    let built = fs::read_to_string(machine.path().join("built")).expect("something was built");
    let mut packages: Vec<&str> = built.lines().collect();
    packages.sort_unstable();
    let expected = [
        "go.etcd.io/etcd/server/v3",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
    ];
    assert_eq!(packages, expected);
}

/// etcd or kube-apiserver, whichever was faster.
const GAVE_UP: &str = " ended (exit status: 3) while the cluster needed it; its last words:\nnot today";

#[test]
fn a_component_that_ends_at_once_is_named_with_its_last_words() {
    let machine = Machine::new().with_go("go1.26.8", QUICK);
    let answer = run(&mut machine.start_a_cluster());
    assert!(answer.errors.contains(GAVE_UP), "{answer:?}");
    let left = fs::read_dir(machine.path().join("temporary")).expect("the folder is ours").count();
    assert_eq!(left, 0, "a failed start leaves no folder behind");
}

#[test]
fn a_taken_port_is_no_reason_to_give_up_at_the_first_attempt() {
    let version = |answer: &str| format!("if [ \"$1\" = --version ]; then echo '{answer}'; exit 0; fi\n");
    let refuse = "echo . >> \"${0%/bin/etcd}/attempts\"\necho 'bind: address already in use'\nexit 1";
    let wait = "PATH=/usr/bin:/bin exec sleep 60";
    let machine = Machine::new()
        .with_program("etcd", &(version("etcd Version: 3.6.1") + refuse))
        .with_program("kube-apiserver", &(version("Kubernetes v1.36.9") + wait))
        .with_program("kube-controller-manager", &(version("Kubernetes v1.36.9") + wait));
    let answer = run(&mut machine.start_a_cluster());
    assert!(answer.errors.contains("etcd ended (exit status: 1)"), "{answer:?}");
    let attempts = fs::read_to_string(machine.path().join("attempts")).expect("etcd was started");
    assert_eq!(attempts.lines().count(), 5);
}

#[test]
fn what_is_on_path_and_fits_needs_no_go() {
    let machine = Machine::new().with_present_parts("etcd Version: 3.6.1", "Kubernetes v1.36.9");
    let answer = run(&mut machine.start_a_cluster());
    assert!(answer.errors.contains(GAVE_UP), "{answer:?}");
}

#[test]
fn what_is_in_the_assets_folder_comes_before_path() {
    let assets = Machine::new().with_present_parts("etcd Version: 3.6.1", "Kubernetes v1.36.9");
    let machine = Machine::new().with_present_parts("etcd Version: 3.5.1", "Kubernetes v1.35.9");
    let mut program = machine.start_a_cluster();
    let answer = run(program.env("KUBEBUILDER_ASSETS", assets.path().join("bin")));
    let expected = "needed to build kube-controller-manager v1.36.3, and there is no `go`";
    assert!(answer.errors.contains(expected), "only etcd and kube-apiserver come from there: {answer:?}");
}

#[test]
fn what_is_on_path_and_does_not_fit_is_built() {
    let machine = Machine::new().with_present_parts("etcd Version: 3.5.1", "Kubernetes v1.36.9");
    let answer = run(&mut machine.start_a_cluster());
    assert!(answer.errors.contains("needed to build etcd v3.6.8, and there is no `go`"), "{answer:?}");
}
