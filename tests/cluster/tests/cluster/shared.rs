//! The cluster that the tests share, each in namespaces of its own.

use std::process::Command;
use std::sync::OnceLock;

use throwaway_cluster::{Cluster, Components};

/// Started by the first test that asks. A static is never dropped: the keeper ends it with this process.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(Components::with_nodes()).expect("the cluster starts"))
}

/// What a command said, and whether it ended well.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) succeeded: bool,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// Runs `command` to its end.
pub(crate) fn run(command: &mut Command) -> Answer {
    let output = command.output().expect("the program can be started");
    Answer {
        succeeded: output.status.success(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
