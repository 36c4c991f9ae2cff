//! Does a program that is already there stand in for a part? Its version decides, asked from the program itself.
//!
//! Must not trust a file's name, nor wait for long: whatever does not answer as expected does not fit.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::recipe::Part;

/// Longer than any of these programs takes to name its version, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether `program` answers with a version that stands in for the pinned one.
pub(super) fn fits(part: Part, program: &Path) -> bool {
    let pinned = Version::first_in(part.version()).expect("the pinned versions are versions");
    answer(program, question(part)).and_then(|text| version_in(part, &text)).is_some_and(|it| close(part, it, pinned))
}

fn question(part: Part) -> &'static [&'static str] {
    match part {
        Part::Kubectl => &["version", "--client", "-o", "json"],
        Part::Helm3 | Part::Helm4 => &["version", "--template", "{{.Version}}"],
        Part::Etcd
        | Part::ApiServer
        | Part::ControllerManager
        | Part::Scheduler
        | Part::Kwok
        | Part::HelmLibrary
        | Part::Krew
        | Part::KrewValidator => &["--version"],
    }
}

/// The words before the version are part of the expected answer: another program's version says nothing.
fn version_in(part: Part, text: &str) -> Option<Version> {
    let marker = match part {
        Part::Etcd => "etcd Version: ",
        Part::ApiServer | Part::ControllerManager | Part::Scheduler => "Kubernetes v",
        Part::Kubectl => "\"gitVersion\": \"v",
        Part::Helm3 | Part::Helm4 => "v",
        Part::Kwok => "kwok version v",
        // Never looked for outside the cache.
        Part::HelmLibrary | Part::Krew | Part::KrewValidator => return None,
    };
    let (_, rest) = text.split_once(marker)?;
    Version::first_in(rest)
}

fn close(part: Part, found: Version, pinned: Version) -> bool {
    match part {
        Part::Kubectl => found.major == pinned.major && found.minor.abs_diff(pinned.minor) <= 1,
        _ => found == pinned,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Reads `3.21.4`, with or without a `v`, from the beginning of `text`.
    fn first_in(text: &str) -> Option<Self> {
        let mut numbers = text.strip_prefix('v').unwrap_or(text).split(|letter: char| !letter.is_ascii_digit());
        Some(Self { major: numbers.next()?.parse().ok()?, minor: numbers.next()?.parse().ok()? })
    }
}

/// What `program` writes to standard output, if it ends well and in time.
fn answer(program: &Path, arguments: &[&str]) -> Option<String> {
    let mut child = Command::new(program)
        .args(arguments)
        // Helm 3 writes warnings about plugins on standard output.
        .env("HELM_NO_PLUGINS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut output = child.stdout.take().expect("its stdout is a pipe");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = output.read_to_string(&mut text);
        // Nobody listens any more where the answer came too late.
        let _ = sender.send(read.map(|_| text));
    });
    let Ok(Ok(text)) = receiver.recv_timeout(PATIENCE) else {
        // It may have ended already, which is as good.
        let _ = child.kill();
        let _ = child.wait();
        return None;
    };
    child.wait().ok()?.success().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_fits(part: Part, text: &str) -> bool {
        let pinned = Version::first_in(part.version()).expect("the pinned versions are versions");
        version_in(part, text).is_some_and(|found| close(part, found, pinned))
    }

    #[test]
    fn another_patch_release_fits() {
        assert!(answer_fits(Part::ApiServer, "Kubernetes v1.36.0\n"));
        assert!(answer_fits(Part::Etcd, "etcd Version: 3.6.1\nGit SHA: 1\n"));
        assert!(answer_fits(Part::Helm3, "v3.21.0"));
        assert!(answer_fits(Part::Kwok, "kwok version v0.8.1 go1.26.8 (linux/amd64)\n"));
    }

    #[test]
    fn another_minor_release_does_not_fit() {
        assert!(!answer_fits(Part::ApiServer, "Kubernetes v1.35.3\n"));
        assert!(!answer_fits(Part::Etcd, "etcd Version: 3.5.21\n"));
        assert!(!answer_fits(Part::Helm4, "v4.1.0"));
    }

    #[test]
    fn the_other_helm_does_not_fit() {
        assert!(!answer_fits(Part::Helm3, "v4.2.4"));
        assert!(!answer_fits(Part::Helm4, "v3.21.4"));
    }

    #[test]
    fn kubectl_may_be_one_minor_release_off() {
        let answer = |version: &str| format!("{{\n  \"clientVersion\": {{\n    \"gitVersion\": \"{version}\"\n}}}}");
        assert!(answer_fits(Part::Kubectl, &answer("v1.35.0")));
        assert!(answer_fits(Part::Kubectl, &answer("v1.37.2-custom")));
        assert!(!answer_fits(Part::Kubectl, &answer("v1.32.4-dispatcher")));
    }

    #[test]
    fn what_does_not_answer_as_expected_does_not_fit() {
        assert!(!answer_fits(Part::Etcd, ""));
        assert!(!answer_fits(Part::ApiServer, "usage: kube-apiserver v1.36.3"));
        assert!(!fits(Part::Etcd, Path::new("/bin/sh")));
        assert!(!fits(Part::Etcd, Path::new("/nowhere/etcd")));
    }
}
