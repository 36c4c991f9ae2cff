//! The journal of a run: what was planned, what has begun, how it ended. It outlives the run.
//!
//! Lines of JSON that are only ever appended, one file for each run. The loop asks before it begins anything, and what
//! cannot be recorded is not begun: so a run that was killed can be told from one that has finished, and what it had in
//! hand can be named. In a pod, whose files go with it, a ConfigMap has the same lines in short.
//!
//! ```text
//! events ─ writer ─ line ─► file                     each line one write, on disk before its helm process starts
//!             └─ record ─ configmap ─► ConfigMap       in short: at the start, now and then, on signals, at the end
//! file, ConfigMap ─ reader ─► record                  the same record, whatever is torn or damaged
//! ```
//!
//! Decides nothing about a release. What it reads, anybody may have written: the report sanitizes it.

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
pub(crate) use location::{JournalError, JournalLocation};
pub(crate) use reader::{JournalSource, PastRun, RunStatus, Unread};
pub(crate) use writer::{RunJournal, WriteErrors};
