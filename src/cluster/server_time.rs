//! The API server's clock, which decides together with the own one about ages, ends and windows.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::client::Client;
use super::request::{ApiError, with_timeout};

impl Client {
    /// The time in the `Date` of an answer, to the second. Whether the account may read the answer does not matter.
    ///
    /// # Errors
    /// If no answer comes, or it has no date.
    pub(crate) fn server_time(&self) -> Result<Timestamp, ApiError> {
        let response = self.query(async |client| {
            let request = http::Request::get("/version").body(kube::client::Body::empty());
            let request = request.map_err(|error| ApiError::Failed(error.to_string()))?;
            with_timeout(client.send(request)).await
        })?;
        let date = response.headers().get(http::header::DATE).and_then(|date| date.to_str().ok());
        let time = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
        time.ok_or_else(|| ApiError::Failed("the answer has no date".to_owned()))
    }
}
