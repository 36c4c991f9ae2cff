//! What a policy says about time: the zone, ends of exceptions, and the window.

mod until;
mod window;
mod zone;

pub use until::Until;
pub use window::{Day, Opening, TimeOfDay, Window};
pub use zone::Zone;

pub(super) use until::read as read_until;
pub(super) use zone::read as read_zone;
