//! The journal of a run: what was planned, what has begun, how it ended. It outlives the run.
//!
//! Lines of JSON that are only ever appended, one file for each run. The loop asks before it begins anything, and what
//! cannot be taken down is not begun: so a run that was killed can be told from one that has finished, and what it had in
//! hand can be named. In a pod, whose files go with it, a ConfigMap has the same lines in short.
//!
//! ```text
//! events ─ writer ─ line ─► file                     each line one write, on disk before its helm starts
//!             └─ record ─ condensed ─► copy            a ConfigMap: at the start, now and then, on signals, at the end
//! file, ConfigMap ─ read ─► record                    the same record, whatever is torn or damaged
//! ```
//!
//! Decides nothing about a release. What it reads was written by somebody: it is shown through `sanitize`.

mod condensed;
mod copy;
mod ending;
mod file;
mod head;
mod line;
mod past;
mod place;
mod read;
mod record;
mod writer;

pub use copy::ClusterCopy;
pub use ending::Ending;
pub use file::{JournalError, JournalFile};
pub use head::{ClusterRef, JournalHeader, OperationKind, PlannedRelease, PolicyRef, ProcessRef};
pub use line::{Ended, RunTotals, Verified};
pub use past::{PastRun, Source, Unread};
pub use place::JournalLocation;
pub use read::Unreadable;
pub use record::{End, Record, Row, Told};
pub use writer::{EndFaults, RunJournal};
