//! From the archive, unpacked: without a network, and without a question of signatures.

use throwaway_cluster::HelmVersion;

use super::{Home, packages};

#[test]
fn unpacked_into_helms_folder_of_plugins_it_is_installed() {
    let packages = packages();
    for version in HelmVersion::BOTH {
        let home = Home::with_helm(version);
        home.downloads(packages.plugin());
        home.types_documented("mkdir -p \"$(helm env HELM_PLUGINS)\"").exits(0);
        home.types_documented("tar xzf purge-$VERSION.tgz -C \"$(helm env HELM_PLUGINS)\" purge").exits(0);
        home.has_a_plugin_that_works();
        home.uninstalls_it_without_a_trace();
    }
}

#[test]
fn from_the_unpacked_folder_helm_makes_a_link_and_uninstalling_leaves_the_folder_alone() {
    let packages = packages();
    for version in HelmVersion::BOTH {
        let home = Home::with_helm(version);
        home.downloads(packages.plugin());
        home.types_documented("tar xzf purge-$VERSION.tgz purge").exits(0);
        home.types_documented("helm plugin install ./purge").exits(0);
        home.has_a_plugin_that_works();
        home.uninstalls_it_without_a_trace();
        assert!(home.path("purge/plugin.yaml").exists());
    }
}

#[test]
fn to_install_it_twice_is_refused_and_after_uninstalling_another_version_can_come() {
    let packages = packages();
    for version in HelmVersion::BOTH {
        let home = Home::with_helm(version);
        home.downloads(packages.plugin());
        home.types("tar xzf purge-$VERSION.tgz purge && helm plugin install ./purge").exits(0);
        home.types("helm plugin install ./purge").exits(1).stderr_has("plugin already exists");
        home.types("helm plugin uninstall purge && helm plugin install ./purge").exits(0);
        home.has_a_plugin_that_works();
    }
}
