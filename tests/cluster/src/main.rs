//! Starts a throwaway cluster by hand: prints how to reach it, and ends it when standard input ends.
//!
//! Must not know more than the library: it is as much of the demo as fits on a page.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use throwaway_cluster::{Cluster, Components};

const USAGE: &str = "\
Starts a real Kubernetes cluster in a folder of its own, and throws it away at the end of standard input (Ctrl-D).

Usage: throwaway-cluster [--control-plane]

  --control-plane   no nodes: pods stay Pending, and it starts a little sooner

Prints a line for the shell: export KUBECONFIG=...
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [] => run(Components::with_nodes()),
        ["--control-plane"] => run(Components::ControlPlane),
        ["--help" | "-h"] => io::stdout().write_all(USAGE.as_bytes()).map_err(|fault| fault.to_string()),
        _ => Err(format!("unknown arguments: {}\n\n{USAGE}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // There is nobody left to tell where standard error is gone.
            let _ = writeln!(io::stderr(), "throwaway-cluster: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(components: Components) -> Result<(), String> {
    let cluster = Cluster::start(components).map_err(|fault| fault.to_string())?;
    let told = writeln!(io::stdout(), "export KUBECONFIG={}", cluster.kubeconfig().display());
    told.map_err(|fault| format!("cannot tell where the cluster is: {fault}"))?;
    let mut ignored = Vec::new();
    io::stdin().read_to_end(&mut ignored).map_err(|fault| format!("cannot wait on standard input: {fault}"))?;
    Ok(())
}
