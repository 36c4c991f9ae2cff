//! A team's own tests of its policies: invented releases, and what a policy must do with them. They need no cluster.
//!
//! ```text
//! folder ─► case.yaml ─ given + expected ─► PolicyTest      read as strictly as a policy, all errors in one go
//!      └──► policies                                       those that the case names, or those beside it
//! (policies, PolicyTest) ─ plan, guard ─► compare ─► TestResult    pure: what differs from what was expected
//! ```
//!
//! The plan is the same that a purge makes; only the state of the cluster is written by hand.

mod case;
mod compare;
mod expected;
mod folder;
mod given;
mod names;
mod releases;
mod schema;

pub(crate) use compare::{SourcedText, TestDifference, TestResult, try_case};
pub(crate) use folder::{CASE_FILE, LoadedTest, find, load};
