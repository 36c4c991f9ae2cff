//! Signals from outside, and the one word that they become for children.
//!
//! `helm uninstall` has no handler: a signal kills it half-way. So the first signal only stops new work, also
//! within a child that has several releases to uninstall; the second ends what runs, the third ends it at once.

mod interrupts;
mod stop;

pub use interrupts::{Interruption, Interrupts, Stage};
pub use stop::{CancelLevel, CancelToken};
