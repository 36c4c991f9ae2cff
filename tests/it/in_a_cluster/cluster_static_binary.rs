//! The line of the Dockerfile that lets no binary into the image which asks for a loader or a library.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use throwaway_cluster::HelmVersion;

use super::dockerfile::LastStage;
use super::root::PROGRAM;
use crate::support::{OrPanic, Program, cluster};

const BINARY: &str = "target/release/helm-purge";
const HEADERS: &str = "/headers";

/// What the shell of the build says to the very line, about a binary, with these tools alone.
fn accepts(binary: &Path, tools: &[&str]) -> bool {
    let text = LastStage::read().text;
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("RUN ").filter(|line| line.contains("readelf")));
    let line = lines.next().expect("the binary is looked at").to_owned();
    assert!(lines.next().is_none() && line.contains(BINARY) && line.contains(HEADERS), "{line}");
    let world = Program::new();
    let path = world.folder().join("tools");
    std::fs::create_dir(&path).expect("a folder can be made");
    for tool in tools {
        symlink(which::which(tool).unwrap_or_else(|error| panic!("{tool}: {error}")), path.join(tool))
            .expect("it is new");
    }
    let headers = world.folder().join("headers");
    let line = line.replace(HEADERS, &headers.to_string_lossy()).replace(BINARY, &binary.to_string_lossy());
    let output = Command::new("/bin/sh").args(["-c", &line]).env_clear().env("PATH", path).output();
    output.expect("there is a shell").status.success()
}

#[test]
fn the_image_is_built_only_from_a_static_binary_and_only_if_that_can_be_checked() {
    let helm = cluster().helm(HelmVersion::Four).or_panic();
    assert!(accepts(&helm, &["readelf", "grep"]), "helm asks for nothing");
    assert!(!accepts(Path::new(PROGRAM), &["readelf", "grep"]), "the tests' binary is linked dynamically");
    assert!(!accepts(&helm, &["grep"]), "there is no readelf");
    assert!(!accepts(&helm, &["readelf"]), "there is no grep");
    assert!(!accepts(Path::new("/dev/null"), &["readelf", "grep"]), "it is no binary");
}
