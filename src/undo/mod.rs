//! What of earlier purges can be taken back: pure. Kept records and what the cluster says of their releases now in, a plan
//! out.

mod choice;
mod plan;
mod verdict;

pub use choice::{Wanted, choose};
pub use plan::{Candidate, RestoreEntry, RestorePlan};
pub use verdict::{Verdict, beyond_reach, is_failed_rollback, judge};
