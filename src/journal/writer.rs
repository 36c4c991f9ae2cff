//! The journal of the run that is under way.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::copy::ClusterCopy;
use super::file::{Durability, JournalError, JournalFile};
use super::head::JournalHeader;
use super::line::{Ended, Line, RunTotals};
use super::place::JournalLocation;
use super::record::{End, Record, Told};
use crate::clock::Clock;
use crate::cluster::{ApiError, Client};
use crate::executor::{Event, Journal, NotRecorded, Run, Verification};
use crate::release::ReleaseId;
use crate::run_id::RunId;

/// What could not be written of the end of a run, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndFaults {
    /// A line is missing in the file.
    pub file: Option<String>,
    /// The ConfigMap does not have the last word.
    pub copy: Option<String>,
}

/// Takes down what a run does, in a file, in a ConfigMap, in both or nowhere.
#[derive(Debug)]
pub struct RunJournal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    record: Record,
    file: Option<JournalFile>,
    copy: Option<ClusterCopy>,
    /// Why a line is missing in the file: nothing more is begun then.
    failed: Option<String>,
    /// Where it is kept, in words.
    places: Vec<String>,
    clock: Clock,
}

impl RunJournal {
    /// The journal of a run that is about to begin, kept nowhere yet.
    pub fn new(head: JournalHeader, clock: Clock) -> Self {
        let (record, places) = (Record::new(head), Vec::new());
        let state = State { record, file: None, copy: None, failed: None, places, clock };
        Self { state: Mutex::new(state) }
    }

    /// Keeps it in a file, which has its first line then.
    ///
    /// # Errors
    /// Where that cannot be.
    pub fn keep_in(&mut self, place: &JournalLocation, id: &RunId) -> Result<(), JournalError> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut file = place.create(id)?;
        let first = Line::Planned(Box::new(state.record.head.clone()));
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
    /// Where that cannot be.
    pub fn keep_in_cluster(&mut self, client: Client, namespace: &str) -> Result<Option<ApiError>, ApiError> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (copy, not_removed) = ClusterCopy::begin(client, namespace, &state.record, state.clock)?;
        state.places.push(format!("configmap {}", copy.name()));
        state.copy = Some(copy);
        Ok(not_removed)
    }

    /// Where it is kept: in a file, in a ConfigMap, or both.
    pub fn places(&self) -> Vec<String> {
        self.lock().places.clone()
    }

    /// The last word. What could not be written, then or before, is in the answer.
    pub fn end(&self, run: &Run, settled: &Verification, exit_code: u8) -> EndFaults {
        let mut state = self.lock();
        state.correct(run);
        let signal = run.interruption.map(|interruption| interruption.signal);
        let (verified, totals) = (settled.into(), RunTotals::of(run));
        let at = state.clock.stamp();
        state.finish(Ended { at, exit_code, signal, verified, totals })
    }

    /// The last word of a run in which nothing could begin.
    pub fn end_without_a_run(&self, exit_code: u8) -> EndFaults {
        let planned = self.lock().record.head.planned;
        self.end_with(RunTotals { planned, not_started: planned, ..RunTotals::default() }, exit_code, None)
    }

    /// What became of releases that no executor had in hand.
    pub fn judge(&self, releases: &[&ReleaseId], end: End) {
        let releases = releases.iter().map(ToString::to_string).collect();
        let mut state = self.lock();
        let at = state.clock.stamp();
        state.write(Line::Judged { at, releases, end }, Durability::Process);
    }

    /// The last word where no executor had a part in it.
    pub fn end_with(&self, totals: RunTotals, exit_code: u8, signal: Option<i32>) -> EndFaults {
        let verified = (&Verification::NothingToVerify).into();
        let mut state = self.lock();
        let at = state.clock.stamp();
        state.finish(Ended { at, exit_code, signal, verified, totals })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for RunJournal {
    fn starting(&self, releases: &[&ReleaseId]) -> Result<(), NotRecorded> {
        let releases = releases.iter().map(ToString::to_string).collect();
        let mut state = self.state.lock().map_err(|_| NotRecorded("it panicked".to_owned()))?;
        let at = state.clock.stamp();
        state.write(Line::Started { at, releases }, Durability::Machine);
        match &state.failed {
            Some(why) => Err(NotRecorded(why.clone())),
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
    fn write(&mut self, line: Line, durability: Durability) {
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
        let mut groups: BTreeMap<End, Vec<String>> = BTreeMap::new();
        for result in &run.results {
            let (release, end) = (result.release.id.to_string(), End::from(&result.outcome));
            let told = self.record.releases.get(&release).map(|row| &row.told);
            if told != Some(&Told::Ended(end.clone())) {
                groups.entry(end).or_default().push(release);
            }
        }
        // Also where a line is missing: the disk may have room again, and this is worth more than the lines between.
        self.failed_before(|state| {
            for (end, releases) in groups {
                let at = state.clock.stamp();
                state.write(Line::Judged { at, releases, end }, Durability::Process);
            }
        });
    }

    fn finish(&mut self, ended: Ended) -> EndFaults {
        self.failed_before(|state| state.write(Line::Ended(ended.clone()), Durability::Machine));
        self.record.ended.get_or_insert(ended);
        let record = &self.record;
        let copied = self.copy.take().map(|copy| (format!("configmap {}", copy.name()), copy.finish(record)));
        let copy = copied.and_then(|(name, copied)| copied.err().map(|error| format!("{name}: {error}")));
        EndFaults { file: self.failed.clone(), copy }
    }

    /// Tries once more, and remembers what was missing before.
    fn failed_before(&mut self, act: impl FnOnce(&mut Self)) {
        let before = self.failed.take();
        act(self);
        self.failed = before.or(self.failed.take());
    }
}

fn line_of(event: &Event<'_>, clock: Clock) -> Option<Line> {
    match event {
        Event::ReleaseFinished { release, outcome, took, .. } => Some(Line::Finished {
            at: clock.stamp(),
            release: release.to_string(),
            end: End::from(*outcome),
            seconds: Some(took.as_secs_f64()),
        }),
        Event::ReleaseJudged { release, outcome, .. } => {
            Some(Line::Judged { at: clock.stamp(), releases: vec![release.to_string()], end: End::from(*outcome) })
        }
        Event::Draining { because, .. } => {
            Some(Line::Draining { at: clock.stamp(), because: because.as_str().to_owned() })
        }
        Event::Terminating(_) => Some(Line::Signal { at: clock.stamp(), sent: "TERM".to_owned() }),
        Event::Killing(_) => Some(Line::Signal { at: clock.stamp(), sent: "KILL".to_owned() }),
        Event::Started { .. }
        | Event::ReleaseStarted { .. }
        | Event::ReleaseReturned { .. }
        | Event::ReleaseWaits { .. }
        | Event::Waiting { .. }
        | Event::Paused { .. }
        | Event::Resumed(_)
        | Event::NotRecorded { .. }
        | Event::Tick(_)
        | Event::Finished(_) => None,
    }
}
