//! What the tests stand on: the program in a world of its own, the fake helm, gates instead of sleeps.

use std::time::Duration;

/// What has to work for the test to mean anything, and shows its own words where it does not.
pub(crate) trait OrPanic {
    type Value;
    fn or_panic(self) -> Self::Value;
}

impl<T, E: std::fmt::Display> OrPanic for Result<T, E> {
    type Value = T;

    #[track_caller]
    fn or_panic(self) -> T {
        match self {
            Ok(value) => value,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Nothing in these tests takes so long, unless it hangs.
pub(crate) const CEILING: Duration = Duration::from_mins(1);

mod clock;
mod fake;
mod gate;
pub(crate) mod histories;
mod listener;
mod output;
pub(crate) mod pods;
mod poll;
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
pub(crate) use poll::poll;
use program::end_of;
pub(crate) use program::{CommandLine, OptOuts, PLAN, RUN};
pub(crate) use program::{Program, Running, install_program, policy, repository, repository_text};
pub(crate) use real::{Real, apply, cluster, create_namespace, seed_releases};
pub(crate) use roles::{
    Rights, Role, allow_everywhere, allow_nobody, user, user_everywhere, user_of, wait_until_allowed,
    wait_until_nobody_is_allowed, wait_until_refused,
};
pub(crate) use snapshot::{Snapshot, claims};
pub(crate) use terminal::Terminal;
