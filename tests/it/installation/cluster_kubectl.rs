//! As a plugin of the real kubectl: its words, and its flags, which stand after the plugin's name.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use throwaway_cluster::HelmVersion;

use super::{Home, packages};
use crate::support::{OrPanic, Output, Real, Running, cluster};

use throwaway_cluster::Part;

/// Puts the program on PATH under the name that kubectl looks for, and kubectl in front of it.
fn install(real: &mut Real) {
    let bin = real.program.folder().join("bin");
    fs::create_dir_all(&bin).expect("the folder is ours");
    symlink(env!("CARGO_BIN_EXE_helm-purge"), bin.join("kubectl-helm_purge")).expect("the folder is ours");
    real.program.set("PATH", format!("{}:/usr/bin:/bin", bin.display()));
}

/// kubectl, with the environment of the program.
fn kubectl(real: &Real, arguments: &[&str]) -> Output {
    let mut kubectl = Command::new(cluster().kubectl().or_panic());
    real.program.surround(kubectl.args(arguments));
    Running::start(kubectl).finish()
}

/// The names of what would go, with these flags after the plugin's name.
fn planned(real: &Real, flags: &[&str]) -> Vec<String> {
    let plan = ["helm-purge", "plan", "-f", "policy.yaml", "-o", "name"];
    kubectl(real, &[&plan[..], flags].concat()).exits(0).stdout.lines().map(str::to_owned).collect()
}

/// A copy of the admin's kubeconfig, changed by kubectl itself.
fn changed_kubeconfig(real: &Real, name: &str, change: &[&str]) -> String {
    let path = real.program.folder().join(name);
    fs::copy(cluster().kubeconfig(), &path).expect("the kubeconfig is there");
    let path = path.to_str().expect("text").to_owned();
    kubectl(real, &[&["--kubeconfig", &path, "config"], change].concat()).exits(0);
    path
}

#[test]
fn unpacked_under_kubectls_name_it_speaks_of_itself_as_kubectl_does() {
    let packages = packages();
    let mut home = Home::with_helm(HelmVersion::Four);
    home.has(Part::Kubectl, "kubectl");
    home.downloads(&packages.of_this_machine());
    home.types_documented("tar xzf helm-purge-$VERSION-$PLATFORM.tar.gz helm-purge").exits(0);
    home.types_documented("install -m 755 helm-purge ~/.local/bin/kubectl-helm_purge").exits(0);
    home.types_documented("kubectl helm-purge version").exits(0).stdout_has(packaging::VERSION);
    let help = home.types("kubectl helm-purge --help").exits(0);
    help.stdout_has("Usage: kubectl helm-purge").stdout_has("kubectl helm-purge init  ");
    home.types("kubectl helm-purge plan --nonsense").exits(2).stderr_has("Usage: kubectl helm-purge plan");
    home.types("kubectl plugin list").exits(0).stdout_has("kubectl-helm_purge");
}

#[test]
fn its_namespace_is_the_flags_and_never_the_contexts() {
    let mut real = Real::new("kubectl", HelmVersion::Three);
    install(&mut real);
    real.seed(&["a/web", "b/web"]);
    let (a, b) = (real.namespace("a"), real.namespace("b"));
    let whole = [format!("{a}/web"), format!("{b}/web")];
    assert_eq!(planned(&real, &[]), whole);
    assert_eq!(planned(&real, &["-n", &a]), whole[..1]);
    assert_eq!(planned(&real, &["--namespace", &b]), whole[1..]);
    assert_eq!(planned(&real, &["-A"]), whole);

    // For kubectl itself this context would mean the namespace a; a policy says what it is about.
    let kubeconfig = changed_kubeconfig(&real, "in-a", &["set-context", "--current", "--namespace", &a]);
    real.program.set("KUBECONFIG", kubeconfig);
    assert_eq!(planned(&real, &[]), whole);
    assert_eq!(planned(&real, &["-A"]), whole);
    assert_eq!(planned(&real, &["-n", &b]), whole[1..]);

    let both = ["helm-purge", "plan", "-f", "policy.yaml", "-A", "-n", &a];
    kubectl(&real, &both).exits(2).stderr_has("contradict each other");
    let before = ["-n", &a, "helm-purge", "plan", "-f", "policy.yaml"];
    kubectl(&real, &before).exits(1).stderr_has("flags cannot be placed before plugin name");
}

#[test]
fn its_context_and_its_kubeconfig_are_those_of_the_flags() {
    let mut real = Real::new("kubectls-flags", HelmVersion::Four);
    install(&mut real);
    real.seed(&["a/web"]);
    let web = [format!("{}/web", real.namespace("a"))];
    let kubeconfig = changed_kubeconfig(&real, "renamed", &["rename-context", "throwaway", "other"]);
    let refused = |flags: &[&str]| {
        let plan = ["helm-purge", "plan", "-f", "policy.yaml", "-o", "name"];
        kubectl(&real, &[&plan[..], flags].concat()).exits(5).stderr_has("other");
    };
    // The policy names the context `throwaway`, and no other.
    refused(&["--kubeconfig", &kubeconfig]);
    refused(&[&format!("--kubeconfig={kubeconfig}"), "--context", "other"]);
    let both = std::env::join_paths([cluster().kubeconfig(), kubeconfig.as_ref()]).expect("paths without colons");
    real.program.set("KUBECONFIG", both);
    assert_eq!(planned(&real, &[]), web);
    assert_eq!(planned(&real, &["--context", "throwaway"]), web);
    let plan = ["helm-purge", "plan", "-f", "policy.yaml", "-o", "name", "--context", "other"];
    kubectl(&real, &plan).exits(5).stderr_has("other");
}
