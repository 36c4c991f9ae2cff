//! The `helm-purge` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    helm_purge::run(std::env::args_os().collect()).into()
}
