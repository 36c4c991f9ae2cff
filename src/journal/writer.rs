//! The journal of the run that is under way.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::configmap::ClusterCopy;
use super::format::{JournalHeader, JournalLine, ReleaseOutcome, RunFinished, RunRecord, RunTotals};
use super::location::{Durability, JournalError, JournalFile, JournalLocation};
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
    /// The ConfigMap does not have the last word.
    pub(crate) copy: Option<String>,
}

/// Records what a run does, in a file, in a ConfigMap, in both or nowhere.
#[derive(Debug)]
pub(crate) struct RunJournal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    record: RunRecord,
    file: Option<JournalFile>,
    copy: Option<ClusterCopy>,
    /// Why a line is missing in the file: nothing more is begun then.
    failed: Option<String>,
    places: Vec<String>,
    clock: Clock,
}

impl RunJournal {
    /// The journal of a run that is about to begin, kept nowhere yet.
    pub(crate) fn new(head: JournalHeader, clock: Clock) -> Self {
        let (record, places) = (RunRecord::new(head), Vec::new());
        let state = State { record, file: None, copy: None, failed: None, places, clock };
        Self { state: Mutex::new(state) }
    }

    /// Keeps it in a file, which has its first line then.
    ///
    /// # Errors
    /// If that is not possible.
    pub(crate) fn keep_in(&mut self, place: &JournalLocation, id: &RunId) -> Result<(), JournalError> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut file = place.create(id)?;
        let first = JournalLine::Planned(Box::new(state.record.head.clone()));
        if let Err(error) = file.append(&first, Durability::Machine) {
            if matches!(place, JournalLocation::Folder(_)) {
                // Nothing has begun, and a torn file says nothing.
                let _ = std::fs::remove_file(file.path());
            }
            return Err(error);
        }
        state.places.push(file.path().display().to_string());
        state.file = Some(file);
        Ok(())
    }

    /// Keeps it in a ConfigMap as well. What stood in the way of removing old ones is in the answer.
    ///
    /// # Errors
    /// If that is not possible.
    pub(crate) fn keep_in_cluster(&mut self, client: Client, namespace: &str) -> Result<Option<ApiError>, ApiError> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (copy, not_removed) = ClusterCopy::begin(client, namespace, &state.record, state.clock)?;
        state.places.push(format!("configmap {}", copy.name()));
        state.copy = Some(copy);
        Ok(not_removed)
    }

    /// Where it is kept: in a file, in a ConfigMap, or both.
    pub(crate) fn places(&self) -> Vec<String> {
        self.lock().places.clone()
    }

    /// The last line. Returns what could not be written, then or before.
    pub(crate) fn end(&self, run: &Run, settled: &Verification, exit_code: u8) -> WriteErrors {
        let mut state = self.lock();
        state.correct(run);
        let signal = run.interruption.map(|interruption| interruption.signal);
        let (verified, totals) = (settled.into(), RunTotals::of(run));
        let at = state.clock.stamp();
        state.finish(RunFinished { at, exit_code, signal, verified, totals })
    }

    /// The last line of a run in which nothing could begin.
    pub(crate) fn end_without_a_run(&self, exit_code: u8) -> WriteErrors {
        let planned = self.lock().record.head.planned;
        self.end_with(RunTotals { planned, not_started: planned, ..RunTotals::default() }, exit_code, None)
    }

    /// Records the outcome of releases that no executor had.
    pub(crate) fn judge(&self, releases: &[&ReleaseId], end: ReleaseOutcome) {
        let releases = releases.iter().map(ToString::to_string).collect();
        let mut state = self.lock();
        let at = state.clock.stamp();
        state.write(JournalLine::Judged { at, releases, end }, Durability::Process);
    }

    /// The last line, if no executor had a part in the run.
    pub(crate) fn end_with(&self, totals: RunTotals, exit_code: u8, signal: Option<i32>) -> WriteErrors {
        let verified = (&Verification::NothingToVerify).into();
        let mut state = self.lock();
        let at = state.clock.stamp();
        state.finish(RunFinished { at, exit_code, signal, verified, totals })
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
        state.write(JournalLine::Started { at, releases }, Durability::Machine);
        match &state.failed {
            Some(why) => Err(why.clone()),
            None => Ok(()),
        }
    }

    fn happened(&self, event: &Event<'_>) {
        let mut state = self.lock();
        if let Some(line) = line_of(event, state.clock) {
            state.write(line, Durability::Process);
        }
        if let State { record, copy: Some(copy), .. } = &mut *state {
            if matches!(event, Event::Draining { .. }) { copy.hurry(record) } else { copy.offer(record) }
        }
    }
}

impl State {
    /// Once a line is missing, no more are written: what stands there is true, and all of it up to that line.
    fn write(&mut self, line: JournalLine, durability: Durability) {
        if self.failed.is_some() {
            return;
        }
        if let Some(file) = &mut self.file {
            self.failed = file.append(&line, durability).err().map(|error| error.to_string());
        }
        if self.failed.is_none() {
            self.record.take(line);
        }
    }

    /// What became of releases since their line, and of those that have none: each outcome once.
    fn correct(&mut self, run: &Run) {
        let mut groups: BTreeMap<ReleaseOutcome, Vec<String>> = BTreeMap::new();
        for result in &run.results {
            let (release, end) = (result.release.id.to_string(), ReleaseOutcome::from(&result.outcome));
            let recorded = self.record.releases.get(&release).and_then(|entry| entry.status.outcome());
            if recorded != Some(&end) {
                groups.entry(end).or_default().push(release);
            }
        }
        // Also if a line is missing: the disk may have room again, and this is worth more than the lines between.
        self.failed_before(|state| {
            for (end, releases) in groups {
                let at = state.clock.stamp();
                state.write(JournalLine::Judged { at, releases, end }, Durability::Process);
            }
        });
    }

    fn finish(&mut self, finished: RunFinished) -> WriteErrors {
        self.failed_before(|state| state.write(JournalLine::Ended(finished.clone()), Durability::Machine));
        self.record.finished.get_or_insert(finished);
        let record = &self.record;
        let copied = self.copy.take().map(|copy| (format!("configmap {}", copy.name()), copy.finish(record)));
        let copy = copied.and_then(|(name, copied)| copied.err().map(|error| format!("{name}: {error}")));
        WriteErrors { file: self.failed.clone(), copy }
    }

    /// Tries once more, and remembers what was missing before.
    fn failed_before(&mut self, act: impl FnOnce(&mut Self)) {
        let before = self.failed.take();
        act(self);
        self.failed = before.or(self.failed.take());
    }
}

fn line_of(event: &Event<'_>, clock: Clock) -> Option<JournalLine> {
    match event {
        Event::ReleaseFinished { release, outcome, took, .. } => Some(JournalLine::Finished {
            at: clock.stamp(),
            release: release.to_string(),
            end: ReleaseOutcome::from(*outcome),
            seconds: Some(took.as_secs_f64()),
        }),
        Event::ReleaseJudged { release, outcome, .. } => Some(JournalLine::Judged {
            at: clock.stamp(),
            releases: vec![release.to_string()],
            end: ReleaseOutcome::from(*outcome),
        }),
        Event::Draining { because, .. } => {
            Some(JournalLine::Draining { at: clock.stamp(), because: because.as_str().to_owned() })
        }
        Event::Terminating => Some(JournalLine::Signal { at: clock.stamp(), sent: "TERM".to_owned() }),
        Event::Killing => Some(JournalLine::Signal { at: clock.stamp(), sent: "KILL".to_owned() }),
        _ => None,
    }
}
