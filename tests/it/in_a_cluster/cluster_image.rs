//! deploy/container: what is in the image, and the program in it.

use throwaway_cluster::{HelmVersion, Kind, Part};

use super::dockerfile::LastStage;
use super::objects::deploy;
use super::root::{Root, cannot_be_made};
use crate::support::pods::pod;
use crate::support::{Real, cluster};

const LEASE: Kind<'_> = Kind::new("coordination.k8s.io/v1", "Lease");

#[test]
fn the_image_holds_the_program_helm_certificates_and_a_place_for_temporary_files_and_no_shell() {
    let stage = LastStage::read();
    let places = stage.copies.iter().map(|(_, to)| to.as_str()).collect::<Vec<_>>();
    assert_eq!(places, ["/helm-purge", "/usr/local/bin/helm", "/etc/ssl/certs/ca-certificates.crt", "/tmp"]);
    assert_eq!((stage.user.as_str(), stage.entry_point), ("65532:65532", vec!["/helm-purge".to_owned()]));
    assert_eq!(stage.variables, [("PATH".to_owned(), "/usr/local/bin".to_owned())]);
    let version = format!("\nARG HELM_VERSION={}\n", Part::Helm4.version());
    assert!(stage.text.contains(&version), "the image has another helm than the tests");
    for machine in ["AMD64", "ARM64"] {
        let (argument, demanded) = (format!("\nARG HELM_SHA256_{machine}\n"), format!("${{HELM_SHA256_{machine}:?"));
        assert!(stage.text.contains(&argument) && stage.text.contains(&demanded), "helm is checked by its sum");
    }
    assert!(stage.text.contains("| sha256sum -c -"));
}

#[test]
fn every_manifest_starts_what_the_image_holds() {
    let cronjobs = ["cronjob/plain.yaml", "cronjob/base/cronjob.yaml", "cronjob/overlays/restore/cronjob.yaml"];
    let others = ["indexed-job/job.yaml", "chart/helm-purge/templates/_helpers.tpl"];
    let command = format!("command: [{}]", LastStage::read().entry_point.join(", "));
    for file in cronjobs.into_iter().chain(others) {
        let text = std::fs::read_to_string(deploy(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let commands = text.lines().map(str::trim).filter(|line| line.starts_with("command:")).collect::<Vec<_>>();
        assert_eq!(commands, [command.as_str()], "{file}");
    }
}

/// A pod of the image, with a policy of this cluster that knows a time zone and a window.
fn in_the_image(real: &Real, home: &str) -> Root {
    let found = pod(home, "cluster-admin");
    let mut root = Root::new(real.helm);
    let policy = format!(
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: {home}}}\nclusters: [{{uid: {uid}}}]\n\
         timeZone: Europe/Amsterdam\nnamespaces: ['{scope}']\nkeep: [{{namespaces: ['*'], releases: [vault], until: 2999-12-31}}]\n\
         window: {{days: [mon, tue, wed, thu, fri, sat, sun], from: '00:00', to: '24:00'}}\n",
        uid = cluster().uid(),
        scope = real.namespace("*"),
    );
    let folder = root.folder("policy", &[("policy.yaml".to_owned(), policy)]);
    root.mount(&folder, "/policy");
    root.mount(&found.folder, "/var/run/secrets/kubernetes.io/serviceaccount");
    root.set("HOME", "/");
    for (name, value) in found.variables() {
        root.set(name, &value.to_string_lossy());
    }
    root
}

#[test]
fn in_the_image_it_purges_as_a_service_account_with_nothing_to_write_to_but_tmp() {
    if cannot_be_made("in_the_image_it_purges_as_a_service_account_with_nothing_to_write_to_but_tmp") {
        return;
    }
    Real::with_both("podimage", |real| {
        let home = format!("podimagehome-{}", real.helm);
        real.seed(&["a/web", "a/vault", "b/web"]);
        let root = in_the_image(real, &home);
        root.run("plan -f /policy/policy.yaml").exits(0).stdout_has("purge 2 releases in 2 namespaces");
        let run = ["run", "-f", "/policy/policy.yaml", "--yes", "-A", "-o", "json"];
        let output = root.run(&run).exits(0);
        let report = output.json();
        assert_eq!((&report["totals"]["purged"], &report["verified"]["state"]), (&2.into(), &"verified".into()));
        assert_eq!(real.listed(), ["a/vault"]);

        let journal = format!("helm-purge-run-{}", report["run"]["id"].as_str().expect("a run has a name"));
        let config_maps = cluster().api().list(Kind::CONFIG_MAP, Some(&home)).expect("they can be listed");
        assert!(config_maps.contains(&journal), "{config_maps:?}\n{output}");
        let leases = cluster().api().list(LEASE, Some(&home)).expect("they can be listed");
        assert_eq!(leases, [format!("helm-purge-{home}")]);
        assert_eq!(root.left_in_tmp(), [""; 0], "nothing stays, and nowhere else could anything be written");

        let refused = root.run("run -f /policy/policy.yaml --yes -A --report=/report.json").exits(9);
        refused.stderr_has("Read-only file system");
    });
}

#[test]
fn the_image_alone_says_its_versions_and_has_no_shell() {
    if cannot_be_made("the_image_alone_says_its_versions_and_has_no_shell") {
        return;
    }
    let root = Root::new(HelmVersion::Four);
    root.run("version").exits(0).stdout_has(Part::Helm4.version());
    let none = root.run_words(&["/bin/sh", "-c", "true"]);
    assert_eq!(none.status.code(), Some(127), "there is no shell\n{none}");
}
