//! Fills helm's discovery cache before the first delete.
//!
//! A release that holds a resource of a kind whose definition is gone cannot be uninstalled, nor can anything
//! else of it, unless the kind is still in the cache: then the resource counts as deleted. So what kinds there
//! are is looked up while they are still all there, once for all children.

use std::time::Duration;

use super::child::{self, Limits};
use super::environment::Debug;
use super::{Helm, arguments};
use crate::cluster::Connection;
use crate::release::ReleaseId;
use crate::signal::CancelToken;

const DEADLINE: Duration = Duration::from_secs(30);

/// Has helm look at the objects of one release, for which it has to know all kinds. What it says is not wanted,
/// and whether it went well will show with the first uninstall.
pub fn warm(helm: &Helm, connection: &Connection, release: &ReleaseId, stop: &CancelToken) {
    let arguments = arguments::status(connection, release, helm.version());
    let invocation = helm.invocation(arguments, Some(connection), Debug::Off);
    let _ = child::run(&invocation, Limits::with_deadline(DEADLINE), stop, &mut |_| {});
}
