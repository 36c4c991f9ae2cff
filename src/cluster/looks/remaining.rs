//! Which objects are still there.

use crate::cluster::look_error::LookError;

/// Whether an object is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is, or another one of that name.
    There,
    /// It is not.
    Gone,
    /// That cannot be told, for this reason.
    Unknown(LookError),
}
