//! What the lines of a journal say together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::head::JournalHeader;
use super::line::{Ended, Line, RunTotals};
use crate::executor::{NotStarted, Outcome, OutcomeKind};

/// The outcome of a history that was pruned: helm has no part in that, so the executor does not know it.
pub(super) const PRUNED: &str = "pruned";

/// Longer messages are cut: the summary has all of it.
const LONGEST_MESSAGE: usize = 500;

/// A run, as far as its journal goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it was to do.
    pub head: JournalHeader,
    /// What is known of its releases, each `NAMESPACE/NAME`.
    pub releases: BTreeMap<String, Row>,
    /// Why nothing more was begun, where nothing was.
    pub draining: Option<String>,
    /// The last line, where there is one.
    pub ended: Option<Ended>,
    /// So many lines could not be read, a last one without its end among them.
    pub unread: usize,
}

/// A release of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// As what the plan saw it, where that is said.
    pub revision: Option<u32>,
    /// What is known of it.
    pub told: Told,
    /// How many seconds it took, where it was worked on.
    pub seconds: Option<f64>,
}

/// What is known of a release of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Told {
    /// It was to be done to it.
    #[default]
    Planned,
    /// It was given to a helm, and nobody saw it end.
    Started,
    /// It ended.
    Ended(End),
}

/// How a release ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct End {
    /// The word for its outcome, as in reports.
    pub outcome: String,
    /// The class of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Record {
    pub(super) fn new(head: JournalHeader) -> Self {
        let named = |release: &super::PlannedRelease| {
            let row = Row { revision: Some(release.revision), ..Row::default() };
            (format!("{}/{}", release.namespace, release.name), row)
        };
        let releases = head.releases.iter().map(named).collect();
        Self { head, releases, draining: None, ended: None, unread: 0 }
    }

    /// What a line says changes what is known.
    pub(super) fn take(&mut self, line: Line) {
        match line {
            Line::Started { releases, .. } => {
                for release in releases {
                    self.row(release).told = Told::Started;
                }
            }
            Line::Finished { release, end, seconds, .. } => {
                let row = self.row(release);
                row.told = Told::Ended(end);
                row.seconds = seconds;
            }
            Line::Judged { releases, end, .. } => {
                for release in releases {
                    self.row(release).told = Told::Ended(end.clone());
                }
            }
            Line::Draining { because, .. } => self.draining = Some(because),
            Line::Ended(ended) => self.ended = Some(ended),
            // A second head is somebody's mistake; the first one stands.
            Line::Planned(_) | Line::Signal { .. } | Line::Unknown => {}
        }
    }

    fn row(&mut self, release: String) -> &mut Row {
        self.releases.entry(release).or_default()
    }

    /// The releases that had begun and that nobody saw end.
    pub fn in_hand(&self) -> impl Iterator<Item = &str> {
        self.releases.iter().filter(|(_, row)| row.told == Told::Started).map(|(release, _)| release.as_str())
    }

    /// How many releases came to what: by its own word where it has ended, counted where it has not.
    pub fn totals(&self) -> RunTotals {
        if let Some(ended) = &self.ended {
            return ended.totals;
        }
        let ended_as = |outcome: &str| {
            let is = |row: &&Row| matches!(&row.told, Told::Ended(end) if end.outcome == outcome);
            self.releases.values().filter(is).count()
        };
        let count = |kind: OutcomeKind| ended_as(kind.as_str());
        let waiting = self.releases.values().filter(|row| row.told == Told::Planned).count();
        RunTotals {
            planned: self.head.planned,
            purged: count(OutcomeKind::Purged),
            restored: count(OutcomeKind::Restored),
            pruned: ended_as(PRUNED),
            failed: count(OutcomeKind::Failed),
            already_gone: count(OutcomeKind::AlreadyGone),
            changed: count(OutcomeKind::Changed),
            still_needed: count(OutcomeKind::StillNeeded),
            not_started: count(OutcomeKind::NotStarted) + waiting,
        }
    }
}

impl End {
    /// A history is gone for good.
    pub fn pruned() -> Self {
        Self { outcome: PRUNED.to_owned(), class: None, message: None }
    }

    /// It did not work, for a reason that is no failure of helm.
    pub fn failed(message: &str) -> Self {
        let outcome = OutcomeKind::Failed.as_str().to_owned();
        Self { outcome, class: None, message: Some(cut(message.to_owned())) }
    }

    /// It was never begun.
    pub fn not_started(why: NotStarted) -> Self {
        Self::from(&Outcome::NotStarted(why))
    }

    /// Whether what was to be done was done.
    pub(super) fn is_done(&self) -> bool {
        let done = [OutcomeKind::Purged.as_str(), OutcomeKind::Restored.as_str(), PRUNED];
        done.contains(&self.outcome.as_str())
    }
}

impl From<&Outcome> for End {
    fn from(outcome: &Outcome) -> Self {
        let (class, message) = match outcome {
            Outcome::Purged { .. } | Outcome::Restored { .. } | Outcome::AlreadyGone => (None, None),
            Outcome::Changed(what) => (None, Some(what.clone())),
            Outcome::Failed(failure) => (Some(failure.class.as_str().to_owned()), Some(failure.message.error.clone())),
            Outcome::StillNeeded { by } => (None, Some(format!("still needed by {by}"))),
            Outcome::NotStarted(why) => (None, Some(why.as_str().to_owned())),
        };
        Self { outcome: outcome.kind().as_str().to_owned(), class, message: message.map(cut) }
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_MESSAGE) {
        text.truncate(end);
        text.push('…');
    }
    text
}
