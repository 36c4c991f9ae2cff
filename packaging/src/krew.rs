//! Krew's manifest, `v1alpha2`: where each platform's archive is, and what it has to be.
//!
//! krew makes the name that kubectl looks for, `kubectl-helm_purge`, from the plugin's; the binary in the archive has
//! its own, and is there once, for krew unpacks no links.

use std::fmt::Write;

use crate::{Addresses, Platform};

/// What the manifest is made from.
const TEMPLATE: &str = include_str!("../templates/helm-purge.yaml");

/// The manifest's file, which krew wants to be called as the plugin.
pub const FILE: &str = "helm-purge.yaml";

/// An archive that the manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformArchive {
    /// What is in it.
    pub platform: Platform,
    /// Its file's name.
    pub name: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// The manifest of these archives, to be found below this address; without one they can only be given to krew as files.
#[must_use]
pub fn manifest(archives: &[PlatformArchive], addresses: &Addresses) -> String {
    let mut platforms = String::new();
    for archive in archives {
        let uri = match &addresses.archives {
            Some(folder) => format!("{}/{}", folder.trim_end_matches('/'), archive.name),
            None => archive.name.clone(),
        };
        let (os, arch) = (archive.platform.os(), archive.platform.arch());
        write!(
            platforms,
            "    - selector: {{matchLabels: {{os: {os}, arch: {arch}}}}}\n      uri: \"{uri}\"\n      sha256: {}\n      \
             bin: helm-purge\n      files:\n        - {{from: helm-purge, to: .}}\n        - {{from: LICENSE, to: .}}\n",
            archive.sha256
        )
        .expect("a text can be written to");
    }
    let homepage =
        addresses.homepage.as_ref().map(|address| format!("  homepage: \"{address}\"\n")).unwrap_or_default();
    TEMPLATE
        .replace("{version}", crate::VERSION)
        .replace("{homepage}\n", &homepage)
        .replace("{platforms}\n", &platforms)
}
