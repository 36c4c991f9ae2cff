//! One `helm list` of everything, or one `helm status` of a release: the bytes of its JSON, or why there are none.
//!
//! What the JSON means is the inventory's business.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use super::child::{self, Limits};
use super::environment::Debug;
use super::failure::{Failure, FailureClass};
use super::{Helm, arguments};
use crate::cluster::Connection;
use crate::release::ReleaseId;
use crate::signal::CancelToken;

/// Helm downloads and decodes every revision of every release, which takes minutes on a large cluster, and it
/// has no bound of its own: an API server that is silent would hold it for ever.
pub const LIST_DEADLINE: Duration = Duration::from_mins(5);
/// How long helm may take to show one release.
const RECORD_DEADLINE: Duration = Duration::from_mins(1);
/// More than a hundred thousand releases.
const MOST_BYTES: usize = 256 << 20;

/// Why there is no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListError {
    /// What went wrong.
    pub failure: Failure,
}

/// The JSON that `helm list` prints, whole.
///
/// # Errors
/// Where helm could not be started, did not end with 0, was too slow or printed too much. Output that came
/// with any other ending is never used.
pub fn list(
    helm: &Helm,
    connection: &Connection,
    deadline: Duration,
    stop: &CancelToken,
) -> Result<Vec<u8>, ListError> {
    ask(helm, connection, arguments::list(connection), deadline, stop)
}

/// The JSON of a release's newest revision as `helm status` prints it: everything but the chart.
///
/// # Errors
/// As for [`list`].
pub fn record(
    helm: &Helm,
    connection: &Connection,
    release: &ReleaseId,
    stop: &CancelToken,
) -> Result<Vec<u8>, ListError> {
    ask(helm, connection, arguments::record(connection, release), RECORD_DEADLINE, stop)
}

fn ask(
    helm: &Helm,
    connection: &Connection,
    arguments: Vec<OsString>,
    deadline: Duration,
    stop: &CancelToken,
) -> Result<Vec<u8>, ListError> {
    let invocation = helm.invocation(arguments, Some(connection), Debug::Off);
    let mut said = Vec::new();
    let mut too_much = false;
    let mut keep = |bytes: &[u8]| {
        too_much = too_much || said.len() + bytes.len() > MOST_BYTES;
        if !too_much {
            said.extend_from_slice(bytes);
        }
    };
    let own = |class, text| ListError { failure: Failure::of_our_own(class, text) };
    let ended = child::run(&invocation, Limits::with_deadline(deadline), stop, &mut keep)
        .map_err(|error| own(FailureClass::CannotStart, format!("helm could not be started: {error}")))?;
    if !ended.succeeded() {
        return Err(ListError { failure: Failure::from_ended(&ended) });
    }
    if too_much {
        return Err(own(FailureClass::Other, "what helm printed is longer than 256 MiB".to_owned()));
    }
    Ok(said)
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`helm list` failed ({}): {}", self.failure.class, self.failure.words.all())
    }
}

impl std::error::Error for ListError {}
