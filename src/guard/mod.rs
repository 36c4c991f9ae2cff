//! What may stop a purge before its first delete. Pure: facts in, refusals out.

mod cluster;
mod limits;
mod refusal;
mod scope;

pub use cluster::{Attendance, ClusterFacts, cluster};
pub use limits::limits;
pub use refusal::Refusal;
pub use scope::{Scope, ScopeError, ScopeFacts, scope};
