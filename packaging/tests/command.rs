//! The command itself, with made-up binaries: what it makes, what it tells, what it refuses.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use packaging::{Target, VERSION};
use tempfile::TempDir;

mod programs;

use programs::{Kind, program};

/// A folder with a made-up binary for each target of a release, and the command in it.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn new() -> Self {
        let workshop = Self { folder: tempfile::tempdir().expect("a folder can be made") };
        for target in Target::of_a_release() {
            workshop.file(target.triple(), &program(target.platform(), Kind::Static));
        }
        workshop
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("the folder is ours");
        path
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packaging"));
        command.args(arguments).current_dir(self.folder.path()).output().expect("the command can be started")
    }

    /// Packs all targets of a release into this folder.
    fn pack_all(&self, out: &str, more: &[&str]) -> Output {
        let binaries = Target::of_a_release().map(|target| format!("--binary={target}={target}")).collect::<Vec<_>>();
        let mut arguments = vec!["--out", out, "--complete"];
        arguments.extend(binaries.iter().map(String::as_str));
        arguments.extend(more);
        self.run(&arguments)
    }

    fn files(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(self.folder.path().join(out)).expect("it was made").flatten();
        files.map(|file| (name_of(&file.path()), fs::read(file.path()).expect("a file can be read"))).collect()
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("it has a name").to_string_lossy().into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files of an archive; folders end in `/` and are empty.
fn unpacked(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let entries = archive.entries().expect("it is an archive").map(|entry| {
        let mut entry = entry.expect("it is whole");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("it is whole");
        (entry.path().expect("text").display().to_string(), bytes)
    });
    entries.collect()
}

#[test]
fn the_plugins_archive_has_both_manifests_and_every_binary_once() {
    let workshop = Workshop::new();
    let output = workshop.pack_all("out", &[]);
    assert!(output.status.success(), "{}", said(&output));
    let plugin = unpacked(&workshop.files("out")[&format!("purge-{VERSION}.tgz")]);
    let names = plugin.keys().map(String::as_str).filter(|name| !name.contains("complet")).collect::<Vec<_>>();
    let expected = [
        "LICENSE",
        "README.md",
        "plugin.yaml",
        "purge/",
        "purge/LICENSE",
        "purge/README.md",
        "purge/bin/",
        "purge/bin/helm-purge-darwin-amd64",
        "purge/bin/helm-purge-darwin-arm64",
        "purge/bin/helm-purge-linux-amd64",
        "purge/bin/helm-purge-linux-arm64",
        "purge/plugin.yaml",
    ];
    assert_eq!(names, expected);
    for target in Target::of_a_release() {
        let packed = &plugin[&format!("purge/bin/helm-purge-{}", target.platform())];
        assert_eq!(*packed, program(target.platform(), Kind::Static));
    }
    for (manifest, folder) in [("plugin.yaml", "purge/bin"), ("purge/plugin.yaml", "bin")] {
        let manifest: serde_json::Value =
            serde_yaml::from_str(&String::from_utf8_lossy(&plugin[manifest])).expect("it is YAML");
        assert_eq!((&manifest["name"], &manifest["version"]), (&"purge".into(), &VERSION.into()));
        let commands = manifest["platformCommand"].as_array().expect("a list");
        let expected = format!("$HELM_PLUGIN_DIR/{folder}/helm-purge-linux-amd64");
        let command = commands.iter().find(|it| it["os"] == "linux" && it["arch"] == "amd64").expect("it is there");
        assert_eq!(command["command"], expected);
        assert_eq!(commands.len(), 4);
    }
}

#[test]
fn what_completes_a_command_line_is_packed_where_the_repository_has_it() {
    let repository = tempfile::tempdir().expect("a folder can be made");
    for name in ["LICENSE", "README.md", "completion.yaml", "plugin.complete"] {
        fs::write(repository.path().join(name), name).expect("the folder is ours");
    }
    let binary = repository.path().join("program");
    fs::write(&binary, "a program").expect("the folder is ours");
    let binaries = [packaging::Binary { platform: packaging::Platform::LinuxAmd64, path: binary }];
    let out = repository.path().join("out");
    let packages = packaging::pack(&binaries, repository.path(), &packaging::Addresses::default(), &out);
    let plugin = fs::read(packages.expect("all is there").plugin).expect("it was just made");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(plugin.as_slice()));
    let modes = archive.entries().expect("it is an archive").map(|entry| {
        let entry = entry.expect("it is whole");
        (entry.path().expect("text").display().to_string(), entry.header().mode().expect("a number"))
    });
    let modes = modes.collect::<BTreeMap<_, _>>();
    for root in ["", "purge/"] {
        assert_eq!(modes[&format!("{root}completion.yaml")], 0o644);
        assert_eq!(modes[&format!("{root}plugin.complete")], 0o755);
    }
}

#[test]
fn the_archive_of_a_platform_has_the_program_and_the_license_at_its_root() {
    let workshop = Workshop::new();
    assert!(workshop.pack_all("out", &[]).status.success());
    let files = workshop.files("out");
    for target in Target::of_a_release() {
        let archive = unpacked(&files[&format!("helm-purge-{VERSION}-{}.tar.gz", target.platform())]);
        assert_eq!(archive.keys().collect::<Vec<_>>(), ["LICENSE", "helm-purge"]);
        assert_eq!(archive["helm-purge"], program(target.platform(), Kind::Static));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_whenever_and_in_whatever_order() {
    let workshop = Workshop::new();
    assert!(workshop.pack_all("once", &[]).status.success());
    // Other times, other modes, and the last target first.
    for target in Target::of_a_release() {
        let path = workshop.file(target.triple(), &program(target.platform(), Kind::Static));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(path, mode).expect("it is ours");
    }
    let binaries = Target::of_a_release().map(|target| format!("--binary={target}={target}")).collect::<Vec<_>>();
    let mut arguments = vec!["--out", "again"];
    arguments.extend(binaries.iter().rev().map(String::as_str));
    assert!(workshop.run(&arguments).status.success());
    assert_eq!(workshop.files("once"), workshop.files("again"));
}

#[test]
fn the_sums_are_those_that_sha256sum_checks_and_leave_nothing_out() {
    let workshop = Workshop::new();
    assert!(workshop.pack_all("out", &[]).status.success());
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", "SHA256SUMS"]).current_dir(workshop.folder.path().join("out"));
    let output = check.output().expect("coreutils are there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let files = workshop.files("out");
    let sums = String::from_utf8_lossy(&files["SHA256SUMS"]).into_owned();
    let summed = sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(summed, files.keys().filter(|name| *name != "SHA256SUMS").collect::<Vec<_>>());
}

#[test]
fn krews_manifest_has_the_sums_of_the_archives_and_the_addresses_that_were_given() {
    let workshop = Workshop::new();
    let addresses = ["--url", "https://example.com/v1/", "--homepage", "https://example.com"];
    assert!(workshop.pack_all("out", &addresses).status.success());
    let files = workshop.files("out");
    let manifest = String::from_utf8_lossy(&files["helm-purge.yaml"]).into_owned();
    let manifest: serde_json::Value = serde_yaml::from_str(&manifest).expect("it is YAML");
    assert_eq!(manifest["spec"]["version"], format!("v{VERSION}"));
    assert_eq!(manifest["spec"]["homepage"], "https://example.com");
    let sums = String::from_utf8_lossy(&files["SHA256SUMS"]).into_owned();
    let platforms = manifest["spec"]["platforms"].as_array().expect("a list");
    assert_eq!(platforms.len(), 4);
    for platform in platforms {
        let sum = platform["sha256"].as_str().expect("text");
        let (_, name) = platform["uri"].as_str().expect("text").split_once("/v1/").expect("below the address");
        assert!(sums.contains(&format!("{sum}  {name}\n")), "{platform}");
    }
}

#[test]
fn without_an_address_it_says_what_krew_can_do_with_the_manifest() {
    let output = Workshop::new().pack_all("out", &[]);
    assert!(said(&output).contains("without --url krew installs by `--manifest` together with `--archive` only"));
}

#[test]
fn a_platform_that_is_missing_is_reported_and_is_no_complete_release() {
    let workshop = Workshop::new();
    let one = "--binary=x86_64-unknown-linux-musl=x86_64-unknown-linux-musl";
    let output = workshop.run(&["--out", "out", one]);
    assert!(output.status.success(), "{}", said(&output));
    for platform in ["darwin-amd64", "darwin-arm64", "linux-arm64"] {
        assert!(said(&output).contains(&format!("not packed: {platform}")), "{}", said(&output));
    }
    let output = workshop.run(&["--out", "complete", "--complete", one]);
    assert!(!output.status.success() && !workshop.folder.path().join("complete").exists());
    assert!(said(&output).contains("not complete: no binary for darwin-amd64, darwin-arm64, linux-arm64"));
}

#[test]
fn a_binary_for_another_platform_or_for_one_machine_only_or_none_at_all_is_refused() {
    let workshop = Workshop::new();
    workshop.file("dynamic", &program(packaging::Platform::LinuxAmd64, Kind::Dynamic));
    workshop.file("script", b"#!/bin/sh\n");
    for (given, expected) in [
        ("x86_64-unknown-linux-musl=aarch64-unknown-linux-musl", "this is a program for Elf on Aarch64"),
        ("x86_64-unknown-linux-musl=x86_64-apple-darwin", "this is a program for MachO on X86_64"),
        ("aarch64-apple-darwin=x86_64-apple-darwin", "this is a program for MachO on X86_64"),
        ("x86_64-unknown-linux-musl=dynamic", "linked dynamically"),
        ("x86_64-unknown-linux-musl=script", "this is no program"),
        ("x86_64-unknown-linux-musl=nothing", "cannot read nothing"),
    ] {
        let output = workshop.run(&["--out", "out", "--binary", given]);
        assert!(!output.status.success() && said(&output).contains(expected), "{given}: {}", said(&output));
        assert!(!workshop.folder.path().join("out").exists(), "{given}");
    }
}

#[test]
fn a_command_line_that_cannot_be_meant_is_refused_and_says_what_is() {
    let workshop = Workshop::new();
    let twice = ["--binary=x86_64-unknown-linux-musl=x86_64-unknown-linux-musl"; 2];
    for (arguments, expected) in [
        (&["--target", "x86_64-pc-windows-msvc"][..], "does not run on Windows"),
        (&["--target", "sparc-sun-solaris"], "known are x86_64-apple-darwin"),
        (&["--binary", "x86_64-unknown-linux-musl"], "write it as TRIPLE=PATH"),
        (&["--url", "example.com"], "has to begin with http"),
        (&["--url", "https://example.com/\"x"], "free of spaces and quotes"),
        (&twice, "two binaries for linux-amd64"),
    ] {
        let output = workshop.run(&[&["--out", "out"], arguments].concat());
        assert!(!output.status.success() && said(&output).contains(expected), "{arguments:?}: {}", said(&output));
    }
}
