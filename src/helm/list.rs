//! One `helm list` of everything, or one `helm status` of a release: the bytes of its JSON, or why there are none.
//!
//! The inventory reads the JSON.

use std::ffi::OsString;
use std::time::Duration;

use super::arguments;
use super::binary::Helm;
use super::child::{ChildLimits, run_for_output};
use super::failure_class::FailureClass;
use super::failure_message::Failure;
use crate::cluster::Connection;
use crate::release::ReleaseId;
use crate::signal::CancelToken;

/// Helm downloads and decodes every revision of every release, which takes minutes on a large cluster. It has no bound:
/// an API server that does not answer would hold it forever.
pub(crate) const LIST_DEADLINE: Duration = Duration::from_mins(5);
/// The bound of `helm status`.
const RECORD_DEADLINE: Duration = Duration::from_mins(1);
/// More than a hundred thousand releases.
const MOST_BYTES: usize = 256 << 20;

/// The JSON that `helm list` prints, whole.
///
/// # Errors
/// If helm could not be started, did not exit with 0, was too slow or printed too much. The output of a helm process that failed
/// is never used.
pub fn list(helm: &Helm, connection: &Connection, deadline: Duration, stop: &CancelToken) -> Result<Vec<u8>, Failure> {
    query(helm, connection, arguments::list(connection), deadline, stop)
}

/// The JSON of a release's newest revision as `helm status` prints it: everything except the chart.
///
/// # Errors
/// As for [`list`].
pub(crate) fn record(
    helm: &Helm,
    connection: &Connection,
    release: &ReleaseId,
    stop: &CancelToken,
) -> Result<Vec<u8>, Failure> {
    query(helm, connection, arguments::record(connection, release), RECORD_DEADLINE, stop)
}

fn query(
    helm: &Helm,
    connection: &Connection,
    arguments: Vec<OsString>,
    deadline: Duration,
    stop: &CancelToken,
) -> Result<Vec<u8>, Failure> {
    let (invocation, limits) = (helm.query(arguments, connection), ChildLimits::with_deadline(deadline));
    let (exit, json) = run_for_output(&invocation, limits, stop, MOST_BYTES + 1)
        .map_err(|error| Failure::cannot_start("helm", &error))?;
    if !exit.succeeded() {
        return Err(Failure::from_exit(&exit));
    }
    if json.len() > MOST_BYTES {
        return Err(Failure::new(FailureClass::Other, "what helm printed is longer than 256 MiB"));
    }
    Ok(json)
}
