//! One `helm uninstall` of several releases: its output is read line by line, and judged together with its exit.
//!
//! A release is uninstalled if its line came, once and in its turn; for the last of a batch, helm must then exit with
//! code 0 as well. Helm stops at the first error and names nothing behind it: so the first release without a line was in
//! progress, and helm did not start those behind it. No release is blamed before helm has ended, because a line may
//! still be on its way. What is unknown is not guessed: the list that is taken after the run decides.

#[cfg(test)]
#[path = "uninstall_fuzz_test.rs"]
mod fuzz_test;
#[cfg(test)]
#[path = "uninstall_test.rs"]
mod tests;

use super::action::{Action, BatchResult, ReleaseAttempt};
use super::arguments;
use super::binary::{GoRuntime, Helm};
use super::child::{ChildExit, ChildLimits, ExitKind, run};
use super::failure_class::FailureClass;
use super::failure_message::Failure;
use super::output::UninstallOutput;
use crate::cluster::Connection;
use crate::history_tag::HistoryTag;
use crate::release::{ReleaseId, ReleaseName};
use crate::signal::{CancelLevel, CancelToken};
use crate::uninstall_options::{History, UninstallOptions};

/// SIGPIPE ends a program whose output is not read any more; a shell that waits for it turns that into an exit code.
const DEATHS_OF_A_LINE: [ExitKind; 2] = [ExitKind::Signal(13), ExitKind::Code(128 + 13)];

/// What Helm 3 and Helm 4 say in debug lines if they could not write the record of an uninstalled release.
const NOT_STORED: &str = "Failed to store updated release";
/// The most characters of such a line.
const LONGEST_LINE: usize = 500;

/// Uninstalls with helm, one child for a batch.
#[derive(Debug, Clone)]
pub struct HelmUninstall {
    helm: Helm,
    connection: Connection,
    runtime: GoRuntime,
    /// For records that keep their history.
    tags: Vec<HistoryTag>,
    /// Other bounds than those that follow from the options.
    limits: Option<ChildLimits>,
}

impl HelmUninstall {
    pub fn new(helm: Helm, connection: Connection, runtime: GoRuntime) -> Self {
        Self { helm, connection, runtime, tags: Vec::new(), limits: None }
    }

    /// With these tags for releases that keep their history, by their options.
    #[must_use]
    pub fn with_history_tags(self, tags: Vec<HistoryTag>) -> Self {
        Self { tags, ..self }
    }

    /// With other bounds for its children: for tests.
    #[must_use]
    pub fn with_limits(self, limits: ChildLimits) -> Self {
        Self { limits: Some(limits), ..self }
    }

    /// The tag for options that keep the history. Without it a restore would not find the release.
    fn tag(&self, options: &UninstallOptions) -> Result<Option<&HistoryTag>, Failure> {
        let History::Keep(index) = options.history else { return Ok(None) };
        let missing = || Failure::new(FailureClass::Internal, "there is no label for its history");
        self.tags.get(index).map(Some).ok_or_else(missing)
    }
}

impl Action for HelmUninstall {
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        let Some(namespace) = batch.first().map(|release| &release.namespace) else {
            return BatchResult::of(Vec::new());
        };
        if stop.level() > CancelLevel::Run {
            return BatchResult::of(vec![ReleaseAttempt::NotStarted; batch.len()]);
        }
        // The same name in another namespace is another release.
        let alike = batch.iter().take_while(|release| release.namespace == *namespace).count();
        let (batch, others) = batch.split_at(alike);
        let tag = match self.tag(options) {
            Ok(tag) => tag,
            Err(failure) => return BatchResult::of(vec![ReleaseAttempt::Failed(failure); batch.len() + others.len()]),
        };
        let names = batch.iter().map(|release| &release.name);
        let arguments = arguments::uninstall(&self.connection, namespace, names, options, tag, &self.helm.version);
        let invocation = self.helm.action(arguments, &self.connection, &self.runtime);
        let limits = self.limits.unwrap_or_else(|| ChildLimits::with_deadline(options.deadline()));
        let mut output = UninstallOutput::new(batch, on_release);
        let mut result = match run(&invocation, limits, stop, &mut output) {
            Ok(exit) if tag.is_some() => unless_not_stored(judge(output, &exit), &exit),
            Ok(exit) => judge(output, &exit),
            Err(error) => {
                // The others may have better luck.
                let failure = Failure::cannot_start(self.helm.path.display(), &error);
                BatchResult::of(first_and_rest(
                    ReleaseAttempt::Failed(failure),
                    batch.len(),
                    &ReleaseAttempt::NotStarted,
                ))
            }
        };
        result.rest.extend(others.iter().map(|_| ReleaseAttempt::NotStarted));
        result
    }
}

fn judge(mut output: UninstallOutput<'_>, exit: &ChildExit) -> BatchResult {
    output.finish();
    let waiting = output.batch.split_at(output.ended).1;
    if let Some(contradiction) = output.contradiction {
        let not_reported = waiting.len() + usize::from(output.last.is_some());
        return contradicted(&contradiction, not_reported, exit);
    }
    BatchResult::of(match output.last {
        Some(last) if exit.succeeded() => vec![last],
        Some(_) => vec![ReleaseAttempt::Unclear(Failure::from_exit(exit))],
        None if exit.closed_output => drained(waiting.len(), exit),
        None if exit.succeeded() => waiting.iter().map(|release| without_a_line(&release.name)).collect(),
        None => first_and_rest(not_done(Failure::from_exit(exit)), waiting.len(), &ReleaseAttempt::NotStarted),
    })
}

/// Helm reports a release as uninstalled even if it could not store that. Then the release cannot be restored.
/// Only debug lines show it, and not for which release of the batch: the cluster has to.
fn unless_not_stored(result: BatchResult, exit: &ChildExit) -> BatchResult {
    let stderr = String::from_utf8_lossy(&exit.stderr);
    let Some(line) = stderr.lines().find(|line| line.contains(NOT_STORED)) else { return result };
    let line = line.chars().take(LONGEST_LINE).collect::<String>();
    let failure =
        Failure::new(FailureClass::History, format!("helm possibly did not store the release record: {line}"));
    let unclear = |attempt| match attempt {
        ReleaseAttempt::Uninstalled { .. } => ReleaseAttempt::Unclear(failure.clone()),
        other => other,
    };
    let rest = result.rest.into_iter().map(unclear).collect();
    BatchResult { revoked: result.revoked.or(Some(failure)), rest }
}

/// No line proves anything, not even for the releases that were reported already.
fn contradicted(contradiction: &str, not_reported: usize, exit: &ChildExit) -> BatchResult {
    let mut failure = Failure::new(FailureClass::Unclear, contradiction);
    if !exit.succeeded() {
        failure.message.cause = Some(Failure::from_exit(exit).message.all());
    }
    let rest = vec![ReleaseAttempt::Unclear(failure.clone()); not_reported];
    BatchResult { revoked: Some(failure), rest }
}

/// Helm did everything and then found no record: this is not a success, and not a failure before the next list.
fn not_done(failure: Failure) -> ReleaseAttempt {
    if failure.class == FailureClass::Unclear {
        ReleaseAttempt::Unclear(failure)
    } else {
        ReleaseAttempt::Failed(failure)
    }
}

fn without_a_line(name: &ReleaseName) -> ReleaseAttempt {
    let text = format!("helm exited with code 0 but did not print `release \"{name}\" uninstalled`");
    ReleaseAttempt::Unclear(Failure::new(FailureClass::Unclear, text))
}

/// Its stdout was closed so that helm ends with the release in progress. Which one that was is known, except for a line
/// that came at this very moment.
fn drained(count: usize, exit: &ChildExit) -> Vec<ReleaseAttempt> {
    if exit.succeeded() {
        let text = "helm kept running after helm-purge stopped reading its output";
        return vec![ReleaseAttempt::Unclear(Failure::new(FailureClass::Unclear, text)); count];
    }
    let (first, if_started) = if exit.cause.is_none() && DEATHS_OF_A_LINE.contains(&exit.kind) {
        // Helm writes to stdout only when a release is done.
        let text = "its uninstall was started, and had not finished when the run ended";
        let first = ReleaseAttempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };
        (first, Failure::new(FailureClass::Interrupted, text))
    } else {
        let failure = Failure::from_exit(exit);
        (ReleaseAttempt::Unclear(failure.clone()), failure)
    };
    first_and_rest(first, count, &ReleaseAttempt::Unobserved { if_started })
}

fn first_and_rest(first: ReleaseAttempt, count: usize, rest: &ReleaseAttempt) -> Vec<ReleaseAttempt> {
    std::iter::once(first).chain(std::iter::repeat_n(rest.clone(), count.saturating_sub(1))).take(count).collect()
}
