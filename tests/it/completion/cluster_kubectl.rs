//! Under kubectl, which asks `kubectl_complete-helm_purge` on PATH.

use throwaway_cluster::HelmVersion;

use super::{beside, candidates, on_path};
use crate::support::{OrPanic, Real, cluster, install_program};

#[test]
fn kubectl_offers_commands_flags_and_names_of_the_cluster() {
    let mut real = Real::new("kubectl-completes", HelmVersion::Three);
    real.seed(&["a/db", "a/web"]);
    let folder = on_path(&mut real.program, "kubectl-helm_purge");
    let script = folder.join("kubectl_complete-helm_purge");
    let text = real.program.run("completion kubectl").exits(0).stdout;
    install_program(&real.program.file("completion", &text), &script);
    let kubectl = cluster().kubectl().or_panic();
    let complete =
        |words: &[&str]| beside(&real.program, &kubectl, &[&["__complete", "helm-purge"][..], words].concat()).exits(0);
    let commands = complete(&[""]);
    assert!(commands.stdout.contains("run\tShow the plan, ask, purge\n"), "{commands}");
    let flags = complete(&["plan", "--"]);
    for flag in ["--output", "--namespace", "--kube-context", "--help"] {
        assert_eq!(candidates(&flags).iter().filter(|name| **name == flag).count(), 1, "{flag}\n{flags}");
    }
    let a = real.namespace("a");
    let releases = [format!("{a}/db"), format!("{a}/web")];
    assert_eq!(candidates(&complete(&["explain", &format!("{a}/")])), releases);
    assert_eq!(candidates(&complete(&["plan", "-n", &a, ""])), releases);
    assert_eq!(candidates(&complete(&["plan", "-n", &a])), [a.as_str()]);
    assert_eq!(candidates(&complete(&["plan", "--context", "thr"])), ["throwaway"]);
}
