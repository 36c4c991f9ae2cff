//! Answers that an API server in trouble gives, in its own form.
//!
//! Must not claim what no API server says: status, reason and words are those of a real one.

use http::Response;
use kube::client::Body;
use serde_json::json;

/// An answer in place of the API server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    reason: &'static str,
    words: &'static str,
    retry_after: Option<u32>,
}

impl Answer {
    /// The login is not, or no longer, good.
    pub const UNAUTHORIZED: Self = Self::new(401, "Unauthorized", "Unauthorized");
    /// Its fairness, or somebody's limit, sends the caller away.
    pub const TOO_MANY_REQUESTS: Self = Self::new(429, "TooManyRequests", "Too many requests, please try again later.");
    /// Anything went wrong.
    pub const INTERNAL_ERROR: Self = Self::new(500, "InternalError", "Internal error occurred: something is broken");
    /// It is about to end, or to begin.
    pub const UNAVAILABLE: Self =
        Self::new(503, "ServiceUnavailable", "the server is currently unable to handle the request");
    /// Its etcd is too slow.
    pub const ETCD_TIMED_OUT: Self = Self::new(500, "", "etcdserver: request timed out");
    /// Its etcd has a new leader.
    pub const LEADER_CHANGED: Self = Self::new(500, "", "etcdserver: leader changed");

    const fn new(status: u16, reason: &'static str, words: &'static str) -> Self {
        Self { status, reason, words, retry_after: None }
    }

    /// The same, with the time after which to come again.
    #[must_use]
    pub const fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    pub(super) fn to_response(self) -> Response<Body> {
        let status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.words, "reason": self.reason, "code": self.status,
        });
        let mut response = Response::builder().status(self.status).header("content-type", "application/json");
        if let Some(seconds) = self.retry_after {
            response = response.header("retry-after", seconds);
        }
        response.body(status.to_string().into_bytes().into()).expect("constants make a response")
    }
}
