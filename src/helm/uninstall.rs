//! One `helm uninstall`: its output read line by line, its end judged.
//!
//! Success is exit code 0 *and* Helm's own line for the release. The line alone proves nothing: Helm prints
//! it for a dry run as well.

use std::time::Duration;

use super::child::{self, Limits};
use super::environment::Debug;
use super::failure::{Failure, FailureClass};
use super::{Helm, arguments};
use crate::cluster::Connection;
use crate::release::{ReleaseId, ReleaseName};
use crate::signal::{StopSignal, Urgency};

/// What came of one attempt to uninstall one release. Not yet its outcome: that needs a look at the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Helm says it is uninstalled.
    Uninstalled {
        /// Objects that Helm left because of `helm.sh/resource-policy: keep`, as `[Kind] name`.
        left_behind: Vec<String>,
        /// Anything else Helm had to say on stdout.
        remarks: Vec<String>,
    },
    /// It was not begun: everything was to end by then.
    NotBegun,
    /// It did not work.
    Failed(Failure),
}

/// Whatever can uninstall a release: helm, or a stand-in where helm is not the point.
pub trait Uninstall: Send + Sync {
    /// Uninstalls one release, or ends early when told to stop. Never panics on what helm does.
    fn uninstall(&self, release: &ReleaseId, stop: &StopSignal) -> Attempt;
}

/// Uninstalls with helm, each release in a child of its own.
#[derive(Debug, Clone)]
pub struct HelmUninstall {
    /// Which helm.
    pub helm: Helm,
    /// The pinned cluster.
    pub connection: Connection,
    /// What helm gets as `--timeout`: its bound for each hook and each wait, not for the whole.
    pub timeout: Duration,
}

impl HelmUninstall {
    /// The wall-clock bound of one release. Helm applies its timeout to every hook and wait in turn, so the
    /// whole may take several times as long.
    fn deadline(&self) -> Duration {
        self.timeout * 3 + Duration::from_mins(1)
    }
}

impl Uninstall for HelmUninstall {
    fn uninstall(&self, release: &ReleaseId, stop: &StopSignal) -> Attempt {
        if stop.urgency() > Urgency::Run {
            return Attempt::NotBegun;
        }
        let names = [release.name.clone()];
        let arguments = arguments::uninstall(&self.connection, &release.namespace, &names, self.timeout);
        let invocation = self.helm.invocation(arguments, Some(&self.connection), Debug::On);
        let mut said = Said::default();
        match child::run(&invocation, Limits::with_deadline(self.deadline()), stop, &mut |bytes| said.take(bytes)) {
            Err(error) => Attempt::Failed(Failure::of_our_own(
                FailureClass::CannotStart,
                format!("{} could not be started: {error}", self.helm.path().display()),
            )),
            Ok(ended) if !ended.succeeded() => Attempt::Failed(Failure::from_ended(&ended)),
            Ok(_) => said.judge(&release.name),
        }
    }
}

/// What helm says on stdout, kept in bounds: a line is cut, and lines beyond the bound are only read.
#[derive(Debug, Default)]
struct Said {
    lines: Vec<String>,
    current: Vec<u8>,
}

impl Said {
    const LONGEST_LINE: usize = 1 << 10;
    const MOST_LINES: usize = 1000;

    fn take(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let room = Self::LONGEST_LINE.saturating_sub(self.current.len());
            self.current.extend_from_slice(&text[..text.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&self.current).into_owned();
        self.current.clear();
        // The line that matters is the last one: it replaces the one before it when the room is used up.
        if self.lines.len() == Self::MOST_LINES {
            self.lines.pop();
        }
        self.lines.push(line);
    }

    /// Judges a child that ended well.
    fn judge(mut self, release: &ReleaseName) -> Attempt {
        if !self.current.is_empty() {
            self.end_line();
        }
        let done = format!("release \"{release}\" uninstalled");
        if self.lines.iter().filter(|line| **line == done).count() != 1 || self.lines.last() != Some(&done) {
            return Attempt::Failed(Failure::of_our_own(
                FailureClass::Other,
                format!("helm ended well but did not say `{done}` as its last word"),
            ));
        }
        self.lines.pop();
        let (left_behind, remarks) = kept_objects(&self.lines);
        Attempt::Uninstalled { left_behind, remarks }
    }
}

/// Tells the list of objects that Helm left behind from anything else it said.
fn kept_objects(lines: &[String]) -> (Vec<String>, Vec<String>) {
    let mut left_behind = Vec::new();
    let mut remarks = Vec::new();
    let mut in_list = false;
    for line in lines {
        match line.as_str() {
            "These resources were kept due to the resource policy:" => in_list = true,
            "" => in_list = false,
            object if in_list && object.starts_with('[') => left_behind.push(object.to_owned()),
            other => remarks.push(other.to_owned()),
        }
    }
    (left_behind, remarks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(pieces: &[&str]) -> Attempt {
        let mut said = Said::default();
        for piece in pieces {
            said.take(piece.as_bytes());
        }
        said.judge(&"c".parse().expect("a legal name"))
    }

    #[test]
    fn a_release_is_uninstalled_when_helm_ends_with_its_line() {
        let nothing_else = Attempt::Uninstalled { left_behind: vec![], remarks: vec![] };
        assert_eq!(judge(&["release \"c\" uninstalled\n"]), nothing_else);
        assert_eq!(judge(&["release \"c", "\" uninstalled"]), nothing_else);
    }

    #[test]
    fn objects_left_by_policy_and_other_remarks_are_told_apart() {
        let said = "These resources were kept due to the resource policy:\n[ConfigMap] c-kept\n\nby the way\nrelease \"c\" uninstalled\n";
        assert_eq!(
            judge(&[said]),
            Attempt::Uninstalled { left_behind: vec!["[ConfigMap] c-kept".into()], remarks: vec!["by the way".into()] }
        );
    }

    #[test]
    fn without_its_line_or_with_a_forged_one_a_release_is_not_called_uninstalled() {
        for said in [
            "",
            "release \"d\" uninstalled\n",
            "release \"c\" uninstalled\nrelease \"c\" uninstalled\n",
            "release \"c\" uninstalled\nmore\n",
        ] {
            assert!(matches!(judge(&[said]), Attempt::Failed(_)), "{said:?}");
        }
    }

    #[test]
    fn endless_output_is_read_but_not_kept() {
        let mut said = Said::default();
        for _ in 0..100_000 {
            said.take(b"a line without any meaning that goes on and on\n");
        }
        said.take(&vec![b'x'; 1 << 20]);
        assert!(said.lines.len() <= Said::MOST_LINES && said.current.len() <= Said::LONGEST_LINE);
    }
}
