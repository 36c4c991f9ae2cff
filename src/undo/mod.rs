//! What of earlier purges can be taken back: pure. Kept records, what the cluster says of their releases now, and what
//! journals tell of earlier runs in, a plan out.

mod choice;
mod known;
mod plan;
mod verdict;

pub use choice::{RestoreRequest, choose};
pub use known::{PurgeEnd, RunHistory, is_of_one_night};
pub use plan::{RestorableRelease, RestoreEntry, RestorePlan};
pub use verdict::{Verdict, beyond_reach, is_failed_rollback, judge};
