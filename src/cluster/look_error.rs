//! Why a look at the cluster failed.

use std::error::Error;
use std::fmt;

/// Why a look at the cluster failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The right to look is missing.
    Forbidden(String),
    /// The client cannot connect or log in; helm still may, for it is less strict about certificates.
    NoConnection(String),
    /// The API server was reached, and its answer did not come, or not whole. Helm would fare no better.
    NoAnswer(String),
    /// The API server does not do such a thing.
    Unsupported(String),
    /// Anything else.
    Failed(String),
    /// The run was told to end.
    Interrupted,
}

impl From<&kube::Error> for ApiError {
    fn from(error: &kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if status.code == 403 => ApiError::Forbidden(status.message.clone()),
            kube::Error::Api(status) if status.code == 401 => ApiError::NoConnection(status.message.clone()),
            kube::Error::Api(status) if matches!(status.code, 405 | 406 | 501) => {
                ApiError::Unsupported(status.message.clone())
            }
            kube::Error::Api(status) => ApiError::Failed(status.message.clone()),
            error if is_lost(error) => {
                ApiError::NoAnswer(format!("the connection to the API server broke: {}", last_of(error)))
            }
            kube::Error::Auth(_) | kube::Error::HyperError(_) | kube::Error::Service(_) => {
                ApiError::NoConnection(chain(error))
            }
            other => ApiError::Failed(chain(other)),
        }
    }
}

/// Whether the connection broke that had been made.
pub(super) fn is_lost(error: &kube::Error) -> bool {
    let mut next = Some(error as &(dyn Error + 'static));
    while let Some(cause) = next {
        if let Some(fault) = cause.downcast_ref::<hyper_util::client::legacy::Error>() {
            return !fault.is_connect();
        }
        if cause.is::<hyper::Error>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// The cause of all others, without the address of a manual that the TLS library adds to its own.
fn last_of(error: &kube::Error) -> String {
    let mut last = error as &(dyn Error + 'static);
    while let Some(cause) = last.source() {
        last = cause;
    }
    let text = last.to_string();
    text.split_once(": https://docs.rs/").map_or(text.as_str(), |(words, _)| words).to_owned()
}

/// An error with its causes, in one line, each text once.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApiError::Forbidden(text)
            | ApiError::NoConnection(text)
            | ApiError::NoAnswer(text)
            | ApiError::Unsupported(text)
            | ApiError::Failed(text) => f.write_str(text),
            ApiError::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl Error for ApiError {}
