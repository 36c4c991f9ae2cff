//! krew: its own check of the manifest, and the real krew with every archive.

use std::fs;
use std::os::unix::fs::symlink;

use throwaway_cluster::{HelmVersion, Part};

use super::{FileServer, GZIP, Home, Packages, packages};

/// A home with kubectl and krew, and an index of no plugins: krew fetches one before it does anything.
fn home() -> Home {
    let mut home = Home::with_helm(HelmVersion::Four);
    home.has(Part::Kubectl, "kubectl");
    home.has(Part::Krew, "kubectl-krew");
    home.has(Part::KrewValidator, "validate-krew-manifest");
    fs::create_dir_all(home.path("index/plugins")).expect("the folder is ours");
    fs::write(home.path("index/plugins/.none"), "").expect("the folder is ours");
    home.commits("index");
    home.program.set("KREW_DEFAULT_INDEX_URI", format!("file://{}", home.path("index").display()));
    home.types("kubectl krew update").exits(0);
    home
}

/// Puts the manifest into the home, with the archives at this address.
fn manifest(home: &Home, packages: &Packages, address: &str) {
    home.program.file("helm-purge.yaml", &packages.krew_manifest(address));
}

/// What krew has in its root and in its folder for PATH, but for itself.
#[track_caller]
fn leaves_nothing(home: &Home) {
    home.types_documented("kubectl krew uninstall helm-purge").exits(0);
    let left = home.types("ls .krew/bin .krew/store .krew/receipts").exits(0).stdout;
    assert!(!left.contains("purge"), "{left}");
}

#[test]
fn krews_own_check_takes_the_manifest_and_installs_every_platform_from_its_address() {
    let (packages, home) = (packages(), home());
    let server = FileServer::of(&packages.folder(), GZIP);
    manifest(&home, &packages, &server.address());
    let output = home.types("validate-krew-manifest -manifest helm-purge.yaml").exits(0);
    for line in
        ["structural validation OK", "no overlapping spec.platform[].selector", "all 4 spec.platforms installed fine"]
    {
        assert!(output.stderr.contains(line), "{output}");
    }
    // A line that is too long, for instance, is no more than a warning to it.
    assert!(!output.stderr.lines().any(|line| line.starts_with('W')), "{output}");
}

#[test]
fn krews_own_check_finds_the_errors_that_it_is_there_for() {
    let (packages, home) = (packages(), home());
    let good = packages.krew_manifest("http://127.0.0.1:1");
    for (from, to, expected) in [
        (format!("version: v{}", packaging::VERSION), "version: latest".to_owned(), "failed to parse plugin version"),
        ("os: darwin, arch: arm64".to_owned(), "os: linux, arch: arm64".to_owned(), "overlapping"),
        ("name: helm-purge".to_owned(), "name: purge".to_owned(), "plugin should be named"),
        ("bin: helm-purge".to_owned(), "bin: ''".to_owned(), "`bin` has to be set"),
    ] {
        assert!(good.contains(&from), "{good}");
        home.program.file("helm-purge.yaml", &good.replace(&from, &to));
        // It ends as klog does after a fatal line.
        home.types("validate-krew-manifest -manifest helm-purge.yaml").exits(255).stderr_has(expected);
    }
}

#[test]
fn from_an_archive_krew_installs_a_plugin_that_kubectl_runs_and_removes_all_of_it() {
    let (packages, home) = (packages(), home());
    manifest(&home, &packages, "https://example.com/not/looked/at");
    home.downloads(&packages.of_this_machine());
    let line = "kubectl krew install --manifest=helm-purge.yaml --archive=helm-purge-$VERSION-$PLATFORM.tar.gz";
    drop(
        home.types_documented(line)
            .exits(0)
            .stderr_has("Installed plugin: helm-purge")
            .stderr_has("Needs Helm on PATH"),
    );
    home.types("kubectl helm-purge version").exits(0).stdout_has(packaging::VERSION);
    home.types("kubectl helm-purge --help").exits(0).stdout_has("Usage: kubectl helm-purge");
    leaves_nothing(&home);
}

#[test]
fn from_an_address_krew_installs_what_has_the_sum_of_the_manifest_and_nothing_else() {
    let (packages, home) = (packages(), home());
    let folder = tempfile::tempdir().expect("a folder can be made");
    let server = FileServer::of(folder.path(), GZIP);
    manifest(&home, &packages, &server.address());
    let archive = packages.of_this_machine();
    let published = folder.path().join(archive.file_name().expect("it has a name"));
    symlink(&archive, &published).expect("the folder is ours");
    home.types_documented("kubectl krew install --manifest=helm-purge.yaml").exits(0);
    home.types("kubectl helm-purge version").exits(0).stdout_has(packaging::VERSION);
    leaves_nothing(&home);

    fs::remove_file(&published).expect("it was just made");
    fs::write(&published, "somebody else's").expect("the folder is ours");
    home.types("kubectl krew install --manifest=helm-purge.yaml").exits(1).stderr_has("checksum does not match");
    home.types("kubectl helm-purge version").exits(1).stderr_has("unknown command \"helm-purge\" for \"kubectl\"");
}
