//! From git: a checkout of this repository, which has to be built, and a repository that holds the unpacked archive.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use throwaway_cluster::HelmVersion;

use super::{FileServer, Home, packages};

/// What git's own servers call nothing in particular.
const ANY: &str = "application/octet-stream";

/// How each Helm is told to clone.
fn install(version: HelmVersion) -> &'static str {
    match version {
        HelmVersion::Three => "helm plugin install \"$GIT\"",
        HelmVersion::Four => "helm plugin install \"$GIT\" --verify=false",
    }
}

/// Makes a bare repository of a folder, and lets a server of files serve it while something is done with it.
fn published(home: &mut Home, folder: &str, repository: &str, run: impl FnOnce(&Home)) {
    home.commits(folder);
    let script = format!("git clone -q --bare {folder} {repository} && git -C {repository} update-server-info");
    home.types(&script).exits(0);
    let server = FileServer::of(home.program.folder(), ANY);
    home.program.set("GIT", format!("{}/{repository}", server.address()));
    run(home);
}

#[test]
fn a_clone_of_this_repository_is_a_plugin_once_it_is_built_where_helm_has_put_it() {
    for version in HelmVersion::BOTH {
        let mut home = Home::with_helm(version);
        fs::create_dir_all(home.path("source")).expect("the folder is ours");
        for file in ["plugin.yaml", ".gitignore"] {
            fs::copy(packaging::repository().join(file), home.path("source").join(file)).expect("it is there");
        }
        published(&mut home, "source", "helm-purge.git", |home| {
            home.types_documented(install(version)).exits(0);
            // A clone holds sources: until they are built, Helm says which file is missing.
            let output = home.types("helm purge version").exits(1);
            output.stderr_has("target/release/helm-purge: no such file or directory");
            let clone = "cd \"$(helm env HELM_PLUGINS)/helm-purge.git\"";
            home.types_documented(clone).exits(0);
            let clone = home.types(&format!("{clone} && pwd")).exits(0).stdout;
            let clone = Path::new(clone.trim());
            build(clone);
            home.has_a_plugin_that_works();
            // Helm cleans the clone, what was built in it included.
            home.types_documented("helm plugin update purge").exits(0);
            home.types("helm purge version").exits(1).stderr_has("no such file or directory");
            build(clone);
            home.has_a_plugin_that_works();
            home.uninstalls_it_without_a_trace();
        });
    }
}

#[test]
fn a_repository_that_holds_the_unpacked_archive_is_a_plugin_of_a_version() {
    let packages = packages();
    for version in HelmVersion::BOTH {
        let mut home = Home::with_helm(version);
        home.downloads(packages.plugin());
        home.types("mkdir source && tar xzf purge-$VERSION.tgz -C source --strip-components=1 purge").exits(0);
        published(&mut home, "source", "purge.git", |home| {
            home.types(&format!("{} --version \"$VERSION\"", install(version))).exits(0);
            home.has_a_plugin_that_works();
            home.uninstalls_it_without_a_trace();
        });
    }
}

/// Puts the program where cargo would.
fn build(clone: &Path) {
    fs::create_dir_all(clone.join("target/release")).expect("the folder is ours");
    symlink(env!("CARGO_BIN_EXE_helm-purge"), clone.join("target/release/helm-purge")).expect("the folder is ours");
}
