//! The Helm plugin: its `plugin.yaml`, and the one archive that Helm 3 and Helm 4 install from wherever they look.
//!
//! Helm 3 wants `plugin.yaml` at the root of an archive that it downloads; Helm 4 wants it in the folder `purge` of one
//! that it is given as a file. So it is there twice, each time with the way to the same binaries.

use std::fmt::Write;

use crate::Platform;
use crate::archive::{Archive, Mode};
use crate::pack::Extra;

/// What all `plugin.yaml` are made from.
const TEMPLATE: &str = include_str!("../templates/plugin.yaml");

/// The plugin's name for Helm, and of its folder in the archive.
pub(crate) const NAME: &str = "purge";

/// `plugin.yaml` of the repository itself: what is built in a checkout is what runs.
#[must_use]
pub fn manifest_of_a_checkout() -> String {
    let commands = ["linux", "darwin"].map(|os| command(&[("os", os)], "target/release/helm-purge"));
    manifest(&commands.concat())
}

/// `plugin.yaml` where the binaries lie in this folder of the plugin's own.
fn manifest_of_an_archive(platforms: &[Platform], folder: &str) -> String {
    let commands = platforms.iter().map(|platform| {
        let keys = [("os", platform.os()), ("arch", platform.arch())];
        command(&keys, &format!("{folder}/{}", file_name(*platform)))
    });
    manifest(&commands.collect::<String>())
}

fn manifest(commands: &str) -> String {
    TEMPLATE.replace("{version}", crate::VERSION).replace("{commands}\n", commands)
}

fn command(keys: &[(&str, &str)], path: &str) -> String {
    let mut text = String::new();
    for (index, (key, value)) in keys.iter().enumerate() {
        let lead = if index == 0 { "  - " } else { "    " };
        writeln!(text, "{lead}{key}: {value}").expect("a text can be written to");
    }
    writeln!(text, "    command: $HELM_PLUGIN_DIR/{path}").expect("a text can be written to");
    text
}

fn file_name(platform: Platform) -> String {
    format!("helm-purge-{platform}")
}

/// The archive with these binaries, each stored once, and these files beside both manifests.
pub(crate) fn archive(binaries: &[(Platform, Vec<u8>)], extras: &[Extra]) -> Archive {
    let platforms = binaries.iter().map(|(platform, _)| *platform).collect::<Vec<_>>();
    let mut archive = Archive::default();
    for (root, folder) in [(String::new(), format!("{NAME}/bin")), (format!("{NAME}/"), "bin".to_owned())] {
        let manifest = manifest_of_an_archive(&platforms, &folder);
        archive.add(&format!("{root}plugin.yaml"), Mode::Text, manifest.into_bytes());
        for extra in extras {
            archive.add(&format!("{root}{}", extra.name), extra.mode, extra.bytes.clone());
        }
    }
    for (platform, bytes) in binaries {
        archive.add(&format!("{NAME}/bin/{}", file_name(*platform)), Mode::Program, bytes.clone());
    }
    archive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_yaml_of_the_repository_is_made_from_the_template() {
        let path = crate::repository().join("plugin.yaml");
        let repositorys = std::fs::read_to_string(path).expect("it is in the repository");
        assert_eq!(repositorys, manifest_of_a_checkout());
    }

    #[test]
    fn both_manifests_of_an_archive_differ_in_the_way_to_the_binaries_alone() {
        let at_the_root = manifest_of_an_archive(&Platform::ALL, "purge/bin");
        let in_the_folder = manifest_of_an_archive(&Platform::ALL, "bin");
        assert_eq!(at_the_root.replace("$HELM_PLUGIN_DIR/purge/bin/", "$HELM_PLUGIN_DIR/bin/"), in_the_folder);
        for platform in Platform::ALL {
            let expected = format!(
                "  - os: {}\n    arch: {}\n    command: $HELM_PLUGIN_DIR/bin/helm-purge-{platform}\n",
                platform.os(),
                platform.arch()
            );
            assert!(in_the_folder.contains(&expected), "{in_the_folder}");
        }
        assert!(!in_the_folder.contains('{') && !in_the_folder.contains("hooks"), "{in_the_folder}");
    }
}
