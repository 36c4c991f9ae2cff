//! A team's own policy cases: releases that are made up, and what a policy has to do with them. No cluster is needed.
//!
//! ```text
//! folder ─► case.yaml ─ given + expected ─► Case      read as strictly as a policy, all faults in one go
//!      └──► policies                                 those that the case names, or those beside it
//! (policies, Case) ─ plan, guard ─► judge ─► Tried    pure: what is other than it was expected to be
//! ```
//!
//! The plan is the very one that a purge makes; only what is there is written by hand.

mod expected;
mod folder;
mod given;
mod judge;
mod read;
mod schema;

pub use expected::{Expectation, ExpectedOrder, ExpectedOutcome, ExpectedRelease, Outcome};
pub use folder::{CASE_FILE, FoundCases, Loaded, find, load};
pub use given::Given;
pub use judge::{Difference, Said, Tried, judge, try_case};
pub use read::Case;
