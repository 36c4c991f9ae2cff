//! `rbac` and `doctor`: what a policy needs, and whether it is there.

mod check;
mod doctor;
mod namespaces;
mod rbac;

pub(super) use doctor::doctor;
pub(super) use rbac::rbac;
