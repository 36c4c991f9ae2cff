//! The archive as it is: from a server, and as a file.

use throwaway_cluster::HelmVersion;

use super::{FileServer, GZIP, Home, packages};

/// How each Helm is told to take an archive from an address.
fn install(version: HelmVersion) -> &'static str {
    match version {
        HelmVersion::Three => "helm plugin install \"$URL/purge-$VERSION.tgz\"",
        HelmVersion::Four => "helm plugin install \"$URL/purge-$VERSION.tgz\" --verify=false",
    }
}

#[test]
fn from_an_address_helm_3_and_4_install_the_archive() {
    let packages = packages();
    let server = FileServer::of(&packages.folder(), GZIP);
    for version in HelmVersion::BOTH {
        let mut home = Home::with_helm(version);
        home.program.set("URL", server.address());
        home.types_documented(install(version)).exits(0);
        home.has_a_plugin_that_works();
        home.uninstalls_it_without_a_trace();
    }
}

#[test]
fn where_a_server_has_another_word_for_archives_helm_3_does_not_know_it_for_one_and_helm_4_does() {
    let packages = packages();
    let server = FileServer::of(&packages.folder(), "application/octet-stream");
    for version in HelmVersion::BOTH {
        let mut home = Home::with_helm(version);
        home.program.set("URL", server.address());
        let output = home.types(install(version));
        match version {
            HelmVersion::Three => drop(output.exits(1).stderr_has("Error: Cannot detect VCS")),
            HelmVersion::Four => {
                output.exits(0);
                home.has_a_plugin_that_works();
            }
        }
    }
}

#[test]
fn as_a_file_helm_4_installs_the_archive_and_helm_3_says_that_it_wants_a_folder() {
    let packages = packages();
    let home = Home::with_helm(HelmVersion::Four);
    home.downloads(packages.plugin());
    home.types_documented("helm plugin install ./purge-$VERSION.tgz --verify=false").exits(0);
    home.has_a_plugin_that_works();
    assert_eq!(home.plugins(), ["purge".to_owned(), format!("purge-{}.tgz", packaging::VERSION)]);
    home.uninstalls_it_without_a_trace();

    let home = Home::with_helm(HelmVersion::Three);
    home.downloads(packages.plugin());
    home.types("helm plugin install ./purge-$VERSION.tgz").exits(1).stderr_has("expected plugin to be a folder");
}

#[test]
fn without_being_told_helm_4_installs_nothing_that_it_cannot_verify_and_helm_3_knows_no_such_flag() {
    let packages = packages();
    let home = Home::with_helm(HelmVersion::Four);
    home.downloads(packages.plugin());
    home.types("helm plugin install ./purge-$VERSION.tgz").exits(1).stderr_has("plugin verification failed");

    let mut home = Home::with_helm(HelmVersion::Three);
    home.program.set("URL", "http://127.0.0.1:1");
    home.types(install(HelmVersion::Four)).exits(1).stderr_has("unknown flag: --verify");
}
