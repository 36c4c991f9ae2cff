//! What the tests stand on: the program in a world of its own, the fake helm, gates instead of sleeps.

use std::time::Duration;

/// Nothing in these tests takes so long, unless it hangs.
const CEILING: Duration = Duration::from_mins(1);

mod clock;
mod fake;
mod gate;
pub(crate) mod histories;
mod listener;
mod output;
pub(crate) mod pods;
mod program;
mod real;
mod roles;
mod snapshot;
pub(crate) mod stand_ins;
mod terminal;

pub(crate) use clock::MovableClock;
pub(crate) use fake::{FakeHelm, kubeconfig, two_at_a_gate};
pub(crate) use gate::{Arrival, Gate};
pub(crate) use output::Output;
use program::end_of;
pub(crate) use program::{CommandLine, OptOuts};
pub(crate) use program::{Program, Running, install_program};
pub(crate) use real::{Real, apply, cluster};
pub(crate) use roles::{
    Rights, Role, allow_everywhere, allow_nobody, user, user_everywhere, user_of, wait_until_allowed,
    wait_until_nobody_is_allowed, wait_until_refused,
};
pub(crate) use snapshot::{Snapshot, claims};
pub(crate) use terminal::Terminal;
