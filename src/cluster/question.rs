//! A question to the API server, asked again while it is in trouble.
//!
//! A leader is elected, a server behind the balancer goes, a connection breaks in the middle of a page: most of that is
//! over in a second or two. A question changes nothing, so asking twice does no harm; what writes is sent once. The
//! client's own retries go on for longer than anybody waits for an answer, and then nobody hears what the trouble was.

use std::future::Future;
use std::time::Duration;

use super::client::in_time;
use super::look_error::{ApiError, is_lost};

/// How long it waits each time before it asks again.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1800)];
/// The API server may ask for a longer one, up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The answer to a question, or why there is none.
pub(super) async fn answered<T, F>(ask: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = kube::Result<T>>,
{
    in_time(ask_with(PAUSES, ask)).await
}

async fn ask_with<T, F>(pauses: [Duration; 3], ask: impl Fn() -> F) -> kube::Result<T>
where
    F: Future<Output = kube::Result<T>>,
{
    for pause in pauses {
        match ask().await {
            Err(error) if may_pass(&error) => tokio::time::sleep(pause.max(asked_for(&error))).await,
            answer => return answer,
        }
    }
    ask().await
}

/// Whether it may be over soon.
fn may_pass(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(status) => matches!(status.code, 429 | 500 | 502 | 503 | 504),
        error => is_lost(error),
    }
}

/// How long the API server wants to be left alone.
fn asked_for(error: &kube::Error) -> Duration {
    let details = if let kube::Error::Api(status) = error { status.details.as_ref() } else { None };
    Duration::from_secs(details.map_or(0, |details| details.retry_after_seconds.into())).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use kube::core::Status;

    use super::*;

    /// Asks a server that gives this status code so often, and then an answer; says how often it was asked, and what the
    /// last word was.
    fn ask(code: u16, times: usize) -> (usize, Option<String>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("one can be had");
        let asked = Cell::new(0);
        let answer = runtime.block_on(ask_with([Duration::ZERO; 3], || async {
            asked.set(asked.get() + 1);
            let trouble = || kube::Error::Api(Box::new(Status::failure("trouble", "").with_code(code)));
            if asked.get() <= times { Err(trouble()) } else { Ok(()) }
        }));
        (asked.get(), answer.err().map(|error| ApiError::from(&error).to_string()))
    }

    #[test]
    fn what_may_be_over_soon_is_asked_again_and_nothing_else_is() {
        for code in [429, 500, 502, 503, 504] {
            assert_eq!(ask(code, 3), (4, None), "{code}");
        }
        for code in [400, 401, 403, 404, 410, 422] {
            assert_eq!(ask(code, 1), (1, Some("trouble".to_owned())), "{code}");
        }
    }

    #[test]
    fn trouble_that_does_not_end_is_told_in_the_words_of_the_api_server() {
        assert_eq!(ask(503, usize::MAX), (4, Some("trouble".to_owned())));
    }
}
