//! How old something is, or that it cannot be told.

use std::time::Duration;

use crate::policy::decode::{Reader, Slot};
use crate::policy::fault::ErrorReported;
use crate::release::Known;

/// The word for what cannot be told.
pub(super) const UNKNOWN: &str = "unknown";

/// Reads an age such as `90s`, `36h` or `3d`, or `unknown`.
pub(super) fn read(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Known<Duration>, ErrorReported> {
    if slot.text(reader)?.text == UNKNOWN {
        return Ok(Known::Unknown);
    }
    slot.age(reader).map(Known::Is)
}
