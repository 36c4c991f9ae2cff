//! The journal of a run: what was planned, what has started, how it ended. It outlives the run.
//!
//! Each run has a file, and lines of JSON are only appended to it. The executor records each start before it starts anything,
//! and if the start cannot be recorded, nothing is started. So a reader can tell that a run was killed, and which releases
//! were in progress. The files of a pod do not last, so there a ConfigMap has a short form of the same lines.
//!
//! ```text
//! events ─ writer ─ line ─► file                     each line one write, on disk before its helm process starts
//!             └─ record ─ configmap ─► ConfigMap       short form: at the start, at intervals, on signals, at the end
//! file, ConfigMap ─ reader ─► record                  the same record, even if lines are torn or damaged
//! ```
//!
//! It decides nothing about a release. The text of a journal is untrusted, and the report sanitizes it.

mod configmap;
mod format;
mod location;
mod reader;
mod writer;

pub(crate) use crate::operation_kind::OperationKind;
pub(crate) use format::{
    ClusterRef, JournalHeader, PlannedRelease, PolicyRef, ProcessRef, ReleaseEntry, ReleaseOutcome, ReleaseStatus,
    RunFinished, RunRecord, RunTotals, Verified, verification_word,
};
pub(crate) use location::JournalLocation;
pub(crate) use reader::{JournalSource, PastRun, RunStatus, Unread};
pub(crate) use writer::{RunJournal, WriteErrors};
