//! Two clusters side by side, and their ends: by drop, by the end of the owner, and by SIGKILL.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use throwaway_cluster::{Cluster, Components, Kind, wait_until};

use crate::shared::cluster;

/// The program of this package with a cluster in it, and the cluster's folder.
fn start_program() -> (Child, PathBuf) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_throwaway-cluster"))
        .arg("--control-plane")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program of this package can be started");
    let mut line = String::new();
    let output = program.stdout.take().expect("its stdout is a pipe");
    BufReader::new(output).read_line(&mut line).expect("it writes text");
    let kubeconfig = line.trim().strip_prefix("export KUBECONFIG=").expect("it says where its kubeconfig is");
    let folder = Path::new(kubeconfig).parent().expect("the kubeconfig lies in the folder").to_owned();
    (program, folder)
}

/// The command lines of all processes that name `folder`: keeper and components. A zombie has none.
#[cfg(target_os = "linux")]
fn processes_of(folder: &Path) -> Vec<String> {
    let needle = folder.to_str().expect("the folder's name is ours");
    let processes = std::fs::read_dir("/proc").expect("Linux has /proc").flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|line| line.contains(needle)).collect()
}

/// Only the folder is checked where there is no /proc.
#[cfg(not(target_os = "linux"))]
fn processes_of(_folder: &Path) -> Vec<String> {
    Vec::new()
}

fn assert_nothing_is_left_of(folder: &Path) {
    wait_until("the processes and the folder to go", || {
        Ok((processes_of(folder).is_empty() && !folder.exists()).then_some(()))
    })
    .unwrap_or_else(|fault| panic!("{fault}: {:?}", processes_of(folder)));
}

#[test]
fn nothing_is_left_after_the_owner_is_killed() {
    let (mut program, folder) = start_program();
    if cfg!(target_os = "linux") {
        let count = processes_of(&folder).len();
        assert!(count >= 4, "the keeper and three components, found {count}");
    }
    kill_process(Pid::from_child(&program), Signal::KILL).expect("it runs");
    program.wait().expect("it is our child");
    assert_nothing_is_left_of(&folder);
}

#[test]
fn nothing_is_left_after_the_end_of_standard_input() {
    let (mut program, folder) = start_program();
    drop(program.stdin.take());
    assert!(program.wait().expect("it is our child").success());
    assert!(!folder.exists(), "the folder is gone before the program ends");
    assert_nothing_is_left_of(&folder);
}

#[test]
fn a_second_cluster_is_another_one_and_its_drop_ends_it_alone() {
    let first = cluster();
    let second = Cluster::start(Components::ControlPlane).expect("the cluster starts");
    assert_ne!(first.uid(), second.uid());
    assert_ne!(first.server(), second.server());
    second.api().create_namespace("only-here").expect("the name is free");
    assert!(first.api().get(Kind::NAMESPACE, None, "only-here").expect("it answers").is_none());

    let folder = second.folder().to_owned();
    drop(second);
    assert!(!folder.exists(), "the folder goes with the value");
    assert_eq!(processes_of(&folder), Vec::<String>::new());
    assert!(first.api().get(Kind::NAMESPACE, None, "default").expect("it answers").is_some());
}
