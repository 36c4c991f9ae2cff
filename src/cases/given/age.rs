//! How old something is, or that it cannot be told.

use std::time::Duration;

use crate::policy::decode::{Decoded, Field};
use crate::release::Known;

/// The word for what cannot be told.
pub(super) const UNKNOWN: &str = "unknown";

/// Reads an age such as `90s`, `36h` or `3d`, or `unknown`.
pub(super) fn read(field: &Field<'_>) -> Decoded<Known<Duration>> {
    if field.text()?.text == UNKNOWN {
        return Ok(Known::Unknown);
    }
    field.duration().map(Known::Is)
}
