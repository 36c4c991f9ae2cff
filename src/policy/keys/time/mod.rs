//! What a policy says about time: the zone, ends of exceptions, and the window.

mod ages;
mod until;
mod window;
mod zone;

#[cfg(test)]
mod window_test;

pub use until::Until;
pub use window::{Day, Opening, TimeOfDay, Window};
pub use zone::Zone;

pub(super) use ages::{read_min_age, read_opt_out_max, read_pending_grace};
pub(super) use until::read as read_until;
pub(super) use window::read as read_window;
pub(super) use zone::read as read_zone;
