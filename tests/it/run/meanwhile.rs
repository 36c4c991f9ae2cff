//! Somebody is at work while helm is about to uninstall the first release of a run.

use std::fs::OpenOptions;
use std::process::Command;

use crate::support::{OrPanic, Output, Real, Rights, cluster, user_everywhere};

pub(super) const RUN: &str = "run -A -f policy.yaml --yes --workers 1 --batch 1 -o json";
pub(super) const SEE: &[&str] = &["get", "list"];

/// Helm is always the admin. It says in the file `arrived` that it is about to uninstall the release `a-first`, and
/// continues when the pipe `gate` has been opened and closed again.
pub(super) fn hold_helm_at_the_first(real: &mut Real) {
    let folder = real.program.folder().to_owned();
    let made = Command::new("mkfifo").arg(folder.join("gate")).status().expect("mkfifo can be started");
    assert!(made.success());
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' uninstall '*' a-first '*)\n  echo yes > '{folder}/arrived'\n  \
         read -r line < '{folder}/gate' ;;\nesac\nfor word do\n  shift\n  case $word in --kubeconfig=*) \
         word='--kubeconfig={kubeconfig}' ;; esac\n  set -- \"$@\" \"$word\"\ndone\nexec '{helm}' \"$@\"\n",
        folder = folder.display(),
        kubeconfig = cluster().kubeconfig().display(),
        helm = cluster().helm(real.helm).or_panic().display(),
    );
    let wrapper = real.program.executable("helm", &script);
    real.program.set("HELM_BIN", wrapper);
}

/// Runs, and does `more` while helm stands at the gate.
pub(super) fn run_meanwhile(real: &Real, line: &str, more: impl FnOnce()) -> Output {
    let running = real.program.start(line);
    real.program.wait_for_file("arrived", "yes");
    // Whatever comes of `more`, helm goes on.
    let gate = OpenOptions::new().write(true).open(real.program.folder().join("gate")).expect("somebody reads it");
    more();
    drop(gate);
    running.finish()
}

/// The program is a user with these rights.
pub(super) fn as_user(real: &mut Real, rights: &Rights<'_>) -> String {
    let user = real.namespace("user");
    let kubeconfig = user_everywhere(cluster(), &user, rights);
    real.program.set("KUBECONFIG", kubeconfig);
    user
}
