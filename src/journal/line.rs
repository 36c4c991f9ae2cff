//! The lines of a journal.

use serde::{Deserialize, Serialize};

use super::head::JournalHeader;
use super::record::End;
use crate::executor::{OutcomeKind, Run, Verification};

/// One line. Releases are `NAMESPACE/NAME`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Line {
    /// The first one.
    Planned(Box<JournalHeader>),
    /// These are about to be given to one helm. It may begin none of them, or only some.
    Started { at: String, releases: Vec<String> },
    /// What helm, or the last question before it, made of one.
    Finished {
        at: String,
        release: String,
        #[serde(flatten)]
        end: End,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<f64>,
    },
    /// What became of these otherwise: between two phases, by the last list, or because they were never begun.
    Judged {
        at: String,
        releases: Vec<String>,
        #[serde(flatten)]
        end: End,
    },
    /// Nothing more is begun.
    Draining { at: String, because: String },
    /// What runs was told to end (`TERM`), or was ended (`KILL`).
    Signal { at: String, sent: String },
    /// The last one.
    Ended(Ended),
    /// One that a later version writes.
    #[serde(other)]
    Unknown,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// When.
    pub at: String,
    /// With what exit code.
    pub exit_code: u8,
    /// By which signal, where by any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// What the last look at the cluster said.
    pub verified: Verified,
    /// How many releases came to what.
    pub totals: RunTotals,
}

/// What the last look at the cluster said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verified {
    /// `verified`, `not-verified` or `nothing-to-verify`.
    pub state: String,
    /// So many had been reported gone, or restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<usize>,
    /// So many of them are; of a restore, so many of those that had been reported restored are deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<usize>,
}

/// How many releases came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "each is the outcome of its name")]
pub struct RunTotals {
    pub planned: usize,
    pub purged: usize,
    pub restored: usize,
    pub pruned: usize,
    pub failed: usize,
    pub already_gone: usize,
    pub changed: usize,
    pub still_needed: usize,
    pub not_started: usize,
}

impl RunTotals {
    /// How many it was done to, whatever that was: one run does one thing.
    pub fn done(&self) -> usize {
        self.purged + self.restored + self.pruned
    }

    /// Those of a run that is over.
    pub(super) fn of(run: &Run) -> Self {
        Self {
            planned: run.results.len(),
            purged: run.count(OutcomeKind::Purged),
            restored: run.count(OutcomeKind::Restored),
            pruned: 0,
            failed: run.count(OutcomeKind::Failed),
            already_gone: run.count(OutcomeKind::AlreadyGone),
            changed: run.count(OutcomeKind::Changed),
            still_needed: run.count(OutcomeKind::StillNeeded),
            not_started: run.count(OutcomeKind::NotStarted),
        }
    }
}

impl From<&Verification> for Verified {
    fn from(settled: &Verification) -> Self {
        let state = |state: &str| Self { state: state.to_owned(), ..Self::default() };
        match settled {
            Verification::Verified { reported, gone } => {
                Self { reported: Some(*reported), gone: Some(*gone), ..state("verified") }
            }
            Verification::NotVerified(_) => state("not-verified"),
            Verification::NothingToVerify => state("nothing-to-verify"),
        }
    }
}

impl Line {
    /// The text of the line, with its line break.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|text| text + "\n")
    }
}
