//! One `helm uninstall` of several releases: its output read line by line, its end judged.
//!
//! A release is uninstalled when its line came, once and in its turn; the last of a batch when helm then ended with
//! exit code 0 as well. What cannot be told is not guessed: it is left to the list that is taken after the run.

#[cfg(test)]
mod arbitrary_test;
mod judge;
#[cfg(test)]
mod judge_test;
mod lines;
mod remarks;
mod transcript;

use super::action::{Action, Attempt, Told, Verdict};
use super::child::{self, Limits};
use super::environment::{Debug, GoRuntime};
use super::failure::{Failure, FailureClass};
use super::{Helm, arguments};
use crate::cluster::Connection;
use crate::history_tag::HistoryTag;
use crate::options::{History, UninstallOptions};
use crate::release::ReleaseId;
use crate::signal::{CancelLevel, CancelToken};
use judge::{judge, unless_not_stored};
use transcript::Transcript;

/// Uninstalls with helm, a batch in one child.
#[derive(Debug, Clone)]
pub struct HelmUninstall {
    helm: Helm,
    connection: Connection,
    runtime: GoRuntime,
    /// What the records of releases get whose history is kept.
    marks: Vec<HistoryTag>,
    /// Other bounds than those that follow from the options.
    limits: Option<Limits>,
}

impl HelmUninstall {
    /// With this helm on this cluster.
    pub fn new(helm: Helm, connection: Connection, runtime: GoRuntime) -> Self {
        Self { helm, connection, runtime, marks: Vec::new(), limits: None }
    }

    /// With these marks for releases whose history is kept; their options say which.
    #[must_use]
    pub fn with_marks(self, marks: Vec<HistoryTag>) -> Self {
        Self { marks, ..self }
    }

    /// With other bounds for its children: for tests.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits: Some(limits), ..self }
    }
}

impl Action for HelmUninstall {
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        on_release: &mut dyn FnMut(Attempt),
    ) -> Verdict {
        let Some(namespace) = batch.first().map(|release| &release.namespace) else { return Verdict::of(Vec::new()) };
        if stop.urgency() > CancelLevel::Run {
            return Verdict::of(vec![Attempt::NotBegun; batch.len()]);
        }
        // The same name in another namespace is another release.
        let alike = batch.iter().take_while(|release| release.namespace == *namespace).count();
        let (batch, others) = batch.split_at(alike);
        let mark = match self.mark(options) {
            Ok(mark) => mark,
            Err(failure) => return Verdict::of(vec![Attempt::Failed(failure); batch.len() + others.len()]),
        };
        let names = batch.iter().map(|release| &release.name);
        let arguments = arguments::uninstall(&self.connection, namespace, names, options, mark, self.helm.version());
        let mut invocation = self.helm.invocation(arguments, Some(&self.connection), Debug::On);
        invocation.environment.extend(self.runtime.changes());
        let limits = self.limits.unwrap_or_else(|| Limits::with_deadline(options.deadline()));
        let mut transcript = Transcript::new(batch, on_release);
        let mut verdict = match child::run_in_steps(&invocation, limits, stop, &mut transcript) {
            Ok(ended) if mark.is_some() => unless_not_stored(judge(transcript.finish(), &ended), &ended),
            Ok(ended) => judge(transcript.finish(), &ended),
            Err(error) => Verdict::of(self.not_started(&error, batch.len())),
        };
        verdict.rest.extend(others.iter().map(|_| Attempt::NotBegun));
        verdict
    }
}

impl HelmUninstall {
    /// The mark for options that keep the history. Without it nobody would find the release again.
    fn mark(&self, options: &UninstallOptions) -> Result<Option<&HistoryTag>, Failure> {
        let History::Keep(number) = options.history else { return Ok(None) };
        let missing = || Failure::of_our_own(FailureClass::Internal, "there is no mark for its history");
        self.marks.get(number).map(Some).ok_or_else(missing)
    }

    /// One failure: the others may have better luck.
    fn not_started(&self, error: &std::io::Error, count: usize) -> Vec<Attempt> {
        let text = format!("{} could not be started: {error}", self.helm.path().display());
        let mut attempts = vec![Attempt::NotBegun; count];
        attempts[0] = Attempt::Failed(Failure::of_our_own(FailureClass::CannotStart, text));
        attempts
    }
}
