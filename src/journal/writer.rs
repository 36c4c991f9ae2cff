//! Writes the journal of a run.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::configmap::ClusterCopy;
use super::format::{JournalHeader, JournalLine, ReleaseOutcome, RunFinished, RunRecord, RunTotals};
use super::location::{Durability, JournalFile, JournalLocation};
use crate::clock::Clock;
use crate::cluster::{ApiError, Client};
use crate::executor::{Event, Journal, Run, Verification};
use crate::release::ReleaseId;
use crate::run_id::RunId;

/// What could not be written of the end of a run, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct WriteErrors {
    /// A line is missing in the file.
    pub(crate) file: Option<String>,
    /// The ConfigMap does not have the last line.
    pub(crate) copy: Option<String>,
}

/// The journal of a run, in a file, in a ConfigMap, in both or nowhere.
#[derive(Debug)]
pub(crate) struct RunJournal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    record: RunRecord,
    file: Option<JournalFile>,
    copy: Option<ClusterCopy>,
    /// Why a line is missing in the file. Then nothing more is started.
    failed: Option<String>,
    places: Vec<String>,
    clock: Clock,
}

impl RunJournal {
    /// The journal of a run that is about to begin. It is not written anywhere yet.
    pub(crate) fn new(head: JournalHeader, clock: Clock) -> Self {
        let (record, places) = (RunRecord::new(head), Vec::new());
        let state = State { record, file: None, copy: None, failed: None, places, clock };
        Self { state: Mutex::new(state) }
    }

    /// Begins a file with its first line.
    pub(crate) fn keep_in(&mut self, place: &JournalLocation, id: &RunId) -> io::Result<()> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut file = place.create(id)?;
        let first = JournalLine::RunStarted(Box::new(state.record.head.clone()));
        if let Err(error) = file.append(&first, Durability::Machine) {
            if matches!(place, JournalLocation::Folder(_)) {
                // Nothing has started, and a torn file helps no reader.
                let _ = std::fs::remove_file(&file.path);
            }
            return Err(error);
        }
        state.places.push(file.path.display().to_string());
        state.file = Some(file);
        Ok(())
    }

    /// Begins a ConfigMap. Returns why old ones could not be removed.
    pub(crate) fn keep_in_cluster(&mut self, client: Client, namespace: &str) -> Result<Option<ApiError>, ApiError> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (copy, not_removed) = ClusterCopy::begin(client, namespace, &state.record, state.clock)?;
        state.places.push(format!("configmap {}", copy.name));
        state.copy = Some(copy);
        Ok(not_removed)
    }

    /// The file, the ConfigMap, or both.
    pub(crate) fn places(&self) -> Vec<String> {
        self.lock().places.clone()
    }

    /// The last line. Returns what could not be written, then or before.
    pub(crate) fn end(&self, run: &Run, verification: &Verification, exit_code: u8) -> WriteErrors {
        let mut state = self.lock();
        state.correct(run);
        let signal = run.interruption.map(|interruption| interruption.signal);
        state.finish(verification, RunTotals::of(run), exit_code, signal)
    }

    /// The last line of a run that could not start anything. The error that is printed says why.
    pub(crate) fn abandon(&self, exit_code: u8) {
        let planned = self.lock().record.head.planned;
        self.end_with(RunTotals { planned, not_started: planned, ..RunTotals::default() }, exit_code, None);
    }

    /// The last line of a run without an executor.
    pub(crate) fn end_with(&self, totals: RunTotals, exit_code: u8, signal: Option<i32>) -> WriteErrors {
        self.lock().finish(&Verification::NothingToVerify, totals, exit_code, signal)
    }

    /// Records the outcome of releases that no executor had.
    pub(crate) fn judge(&self, releases: &[&ReleaseId], end: ReleaseOutcome) {
        self.lock().judge(releases.iter().map(ToString::to_string).collect(), end);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for RunJournal {
    fn starting(&self, releases: &[&ReleaseId]) -> Result<(), String> {
        let releases = releases.iter().map(ToString::to_string).collect();
        let mut state = self.state.lock().map_err(|_| "it panicked".to_owned())?;
        let at = state.clock.stamp();
        state.write(JournalLine::ReleasesStarted { at, releases }, Durability::Machine);
        state.failed.clone().map_or(Ok(()), Err)
    }

    fn happened(&self, event: &Event<'_>) {
        let mut state = self.lock();
        if let Some(line) = line_of(event, state.clock.stamp()) {
            state.write(line, Durability::Process);
        }
        if let State { record, copy: Some(copy), .. } = &mut *state {
            if matches!(event, Event::Draining { .. }) { copy.send(record) } else { copy.offer(record) }
        }
    }
}

impl State {
    /// Once a line is missing, no more are written, so that the journal is complete up to there.
    fn write(&mut self, line: JournalLine, durability: Durability) {
        if self.failed.is_some() {
            return;
        }
        if let Some(file) = &mut self.file {
            self.failed = file.append(&line, durability).err().map(|error| error.to_string());
        }
        if self.failed.is_none() {
            self.record.apply(line);
        }
    }

    fn judge(&mut self, releases: Vec<String>, end: ReleaseOutcome) {
        let at = self.clock.stamp();
        self.write(JournalLine::Verified { at, releases, end }, Durability::Process);
    }

    /// Writes the outcomes that differ from the lines so far, each outcome once.
    fn correct(&mut self, run: &Run) {
        let mut groups: BTreeMap<ReleaseOutcome, Vec<String>> = BTreeMap::new();
        for result in &run.results {
            let (release, end) = (result.release.id.to_string(), ReleaseOutcome::from(&result.outcome));
            let recorded = self.record.releases.get(&release).and_then(|entry| entry.status.outcome());
            if recorded != Some(&end) {
                groups.entry(end).or_default().push(release);
            }
        }
        // Even if a line is missing, because the disk may have room again, and this matters more than the lines between.
        self.failed_before(|state| groups.into_iter().for_each(|(end, releases)| state.judge(releases, end)));
    }

    fn finish(
        &mut self,
        verification: &Verification,
        totals: RunTotals,
        exit_code: u8,
        signal: Option<i32>,
    ) -> WriteErrors {
        let (at, verified) = (self.clock.stamp(), verification.into());
        let finished = RunFinished { at, exit_code, signal, verified, totals };
        self.failed_before(|state| state.write(JournalLine::RunFinished(finished.clone()), Durability::Machine));
        self.record.finished.get_or_insert(finished);
        let record = &self.record;
        let copied = self.copy.take().map(|copy| (format!("configmap {}", copy.name), copy.finish(record)));
        let copy = copied.and_then(|(name, copied)| copied.err().map(|error| format!("{name}: {error}")));
        WriteErrors { file: self.failed.clone(), copy }
    }

    /// Tries again, and remembers what was missing before.
    fn failed_before(&mut self, act: impl FnOnce(&mut Self)) {
        let before = self.failed.take();
        act(self);
        self.failed = before.or(self.failed.take());
    }
}

fn line_of(event: &Event<'_>, at: String) -> Option<JournalLine> {
    Some(match event {
        Event::ReleaseFinished { release, outcome, took, .. } => {
            let (release, end, seconds) = (release.to_string(), (*outcome).into(), Some(took.as_secs_f64()));
            JournalLine::ReleaseFinished { at, release, end, seconds }
        }
        Event::ReleaseVerified { release, outcome, .. } => {
            JournalLine::Verified { at, releases: vec![release.to_string()], end: (*outcome).into() }
        }
        Event::Draining { because, .. } => JournalLine::Stopping { at, because: because.as_str().to_owned() },
        Event::Terminating => JournalLine::Signal { at, sent: "TERM".to_owned() },
        Event::Killing => JournalLine::Signal { at, sent: "KILL".to_owned() },
        _ => return None,
    })
}
