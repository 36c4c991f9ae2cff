//! `rbac` and `doctor`: what a policy needs, and whether it is there.

mod check;
mod doctor;
mod namespaces;
mod rbac;

pub(super) use doctor::doctor;
pub(super) use rbac::rbac;

use crate::cli::PurposeArgument;
use crate::rights::Purpose;

impl From<PurposeArgument> for Purpose {
    fn from(argument: PurposeArgument) -> Self {
        match argument {
            PurposeArgument::Run => Purpose::Run,
            PurposeArgument::Restore => Purpose::Restore,
        }
    }
}
