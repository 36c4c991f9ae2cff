//! One request to the API server: its errors, timeout, retries, pages, labels and preconditions.
//!
//! A read is sent again after a transient error, because it changes nothing. A write is sent once.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::iter::successors;
use std::time::Duration;

use futures_util::stream::{Stream, StreamExt, TryStreamExt, iter, try_unfold};
use kube::Api;
use kube::api::{DeleteParams, ListParams, ObjectMeta, PatchParams, PostParams, Preconditions};
use kube::client::AuthError;
use kube::core::ObjectList;
use serde::de::DeserializeOwned;

use crate::release::{Namespace, ObjectVersion};

/// The API server records this program's changes under this name.
const FIELD_MANAGER: &str = "helm-purge";
/// How long an answer may take, retries included. The client has no such limit of its own.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// The pauses before each retry: a leader election or a broken connection is over in a second or two.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1800)];
/// The API server may ask for a longer pause, up to this one.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How many requests of one operation are sent at a time. Each needs a connection of its own, and a new connection
/// costs the API server more than most answers.
pub(super) const CONCURRENT_REQUESTS: usize = 8;
/// The page size for lists of large objects, and how many such pages are read at most.
pub(super) const OBJECTS_PER_PAGE: u32 = 250;
pub(super) const MAX_PAGES: usize = 200;

/// The answer of one namespace, each with its own error.
pub(crate) type PerNamespace<T> = (Namespace, Result<T, ApiError>);

/// Why the cluster did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The account does not have the right.
    #[error("{0}")]
    Forbidden(String),
    /// The client cannot connect or log in. Helm may, because it is less strict about certificates.
    #[error("{0}")]
    NoConnection(String),
    /// The API server was reached, but its answer did not come, or not all of it. Helm would have the same problem.
    #[error("{0}")]
    NoAnswer(String),
    /// The API server does not support the request.
    #[error("{0}")]
    Unsupported(String),
    #[error("{0}")]
    Failed(String),
    /// The run was cancelled.
    #[error("interrupted")]
    Cancelled,
}

impl ApiError {
    /// Whether the API server was not reached, or did not answer.
    pub(crate) fn is_connection(&self) -> bool {
        matches!(self, ApiError::NoConnection(_) | ApiError::NoAnswer(_))
    }
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
            error if is_broken_connection(error) => {
                ApiError::NoAnswer(format!("the connection to the API server broke: {}", root_cause(error)))
            }
            kube::Error::Auth(_) | kube::Error::HyperError(_) | kube::Error::Service(_) => {
                ApiError::NoConnection(with_causes(error))
            }
            other => ApiError::Failed(with_causes(other)),
        }
    }
}

/// An error and its causes, from the outermost.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |error| (*error).source())
}

/// In characters: more is not a message.
const MAX_MESSAGE: usize = 300;

/// Why a login program failed, with the last line of its stderr. Never with its arguments, its environment or its stdout,
/// which may be a token.
fn login_failure(error: &AuthError) -> Option<String> {
    match error {
        AuthError::AuthExecRun { out, .. } => {
            let message = String::from_utf8_lossy(&out.stderr);
            let message = message.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
            let message = message.chars().take(MAX_MESSAGE).collect::<String>();
            let colon = if message.is_empty() { "" } else { ": " };
            Some(format!("the login program failed ({}){colon}{message}", out.status))
        }
        AuthError::AuthExec(text) if text.starts_with("Executing ") => {
            Some("the login program could not be run".to_owned())
        }
        AuthError::AuthExecParse(_) => Some("the login program did not print credentials".to_owned()),
        _ => None,
    }
}

/// Whether a connection broke after it had been established.
fn is_broken_connection(error: &kube::Error) -> bool {
    let mut broken = causes(error).filter_map(|cause| {
        let after_connect = cause.downcast_ref::<hyper_util::client::legacy::Error>().map(|error| !error.is_connect());
        after_connect.or_else(|| cause.is::<hyper::Error>().then_some(true))
    });
    broken.next().unwrap_or(false)
}

/// The text of the innermost cause, without the URL of a manual that the TLS library appends to its errors.
fn root_cause(error: &kube::Error) -> String {
    let text = causes(error).last().map(ToString::to_string).unwrap_or_default();
    text.split_once(": https://docs.rs/").map_or(text.as_str(), |(text, _)| text).to_owned()
}

/// An error and its causes in one line, each text once.
pub(super) fn with_causes(error: &(dyn Error + 'static)) -> String {
    if let Some(text) = causes(error).find_map(|cause| login_failure(cause.downcast_ref()?)) {
        return text;
    }
    let mut text = error.to_string();
    for cause in causes(error).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Sends a request once.
pub(super) async fn with_timeout<T>(request: impl Future<Output = kube::Result<T>>) -> Result<T, ApiError> {
    match tokio::time::timeout(REQUEST_TIMEOUT, request).await {
        Ok(answer) => answer.map_err(|error| ApiError::from(&error)),
        Err(_) => Err(ApiError::NoAnswer(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()))),
    }
}

/// Sends a read, and sends it again after each transient error.
///
/// kube's own retries take longer than the timeout, so that its error would never be seen.
pub(super) async fn with_retry<T>(request: impl AsyncFn() -> kube::Result<T>) -> Result<T, ApiError> {
    with_timeout(retry(PAUSES, request)).await
}

async fn retry<T>(pauses: [Duration; 3], request: impl AsyncFn() -> kube::Result<T>) -> kube::Result<T> {
    for pause in pauses {
        match request().await {
            Err(error) if is_transient(&error) => tokio::time::sleep(pause.max(retry_after(&error))).await,
            answer => return answer,
        }
    }
    request().await
}

fn is_transient(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(status) => matches!(status.code, 429 | 500 | 502 | 503 | 504),
        error => is_broken_connection(error),
    }
}

/// The pause that the API server requests.
fn retry_after(error: &kube::Error) -> Duration {
    let details = if let kube::Error::Api(status) = error { status.details.as_ref() } else { None };
    Duration::from_secs(details.map_or(0, |details| details.retry_after_seconds.into())).min(LONGEST_PAUSE)
}

/// Sends a request for each item, a few at a time. The answers have the order of the items.
pub(super) async fn concurrently<I, T>(items: impl IntoIterator<Item = I>, request: impl AsyncFn(I) -> T) -> Vec<T> {
    let request = &request;
    let requests = items.into_iter().enumerate().map(|(index, item)| async move { (index, request(item).await) });
    // The next request starts as soon as any of them has ended.
    let mut answers = iter(requests).buffer_unordered(CONCURRENT_REQUESTS).collect::<Vec<_>>().await;
    answers.sort_unstable_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Reads a list page by page, in pages of `parameters.limit` objects. It is an error if there are more than `max_pages`.
pub(super) fn pages<T: Clone>(
    parameters: ListParams,
    max_pages: usize,
    list: impl AsyncFn(&ListParams) -> kube::Result<ObjectList<T>>,
) -> impl Stream<Item = Result<Vec<T>, ApiError>> {
    try_unfold((list, Some(parameters), 0), move |(list, next, count)| async move {
        let Some(mut parameters) = next else { return Ok(None) };
        if count == max_pages {
            let size = parameters.limit.unwrap_or_default();
            return Err(ApiError::Failed(format!("there are more than {max_pages} pages of {size} objects")));
        }
        let page = with_retry(|| list(&parameters)).await?;
        parameters.continue_token = page.metadata.continue_.filter(|token| !token.is_empty());
        let next = parameters.continue_token.is_some().then_some(parameters);
        Ok(Some((page.items, (list, next, count + 1))))
    })
}

/// Reads all pages; keeps of each object what `read` returns.
pub(super) async fn collect<T, R>(
    pages: impl Stream<Item = Result<Vec<T>, ApiError>>,
    read: impl Fn(T) -> Option<R>,
) -> Result<Vec<R>, ApiError> {
    pages.map_ok(|page| page.into_iter().filter_map(&read).collect::<Vec<_>>()).try_concat().await
}

/// Lists objects by their metadata alone; keeps of each what `read` returns.
pub(super) async fn list_metadata<K, T>(
    api: &Api<K>,
    parameters: ListParams,
    max_pages: usize,
    read: impl Fn(ObjectMeta) -> Option<T>,
) -> Result<Vec<T>, ApiError>
where
    K: Clone + Debug + DeserializeOwned,
{
    let list = async |page: &ListParams| api.list_metadata(page).await;
    collect(pages(parameters, max_pages, list), |object| read(object.metadata)).await
}

/// Selects the objects that have this label with this value.
pub(super) fn labelled((key, value): (&str, &str)) -> ListParams {
    ListParams::default().labels(&format!("{key}={value}")).limit(OBJECTS_PER_PAGE)
}

pub(super) fn has_label(metadata: &ObjectMeta, (key, value): (&str, &str)) -> bool {
    metadata.labels.as_ref().and_then(|labels| labels.get(key)).is_some_and(|found| found == value)
}

/// The metadata of a new object of this program.
pub(super) fn labelled_metadata(
    namespace: &str,
    name: &str,
    (key, value): (&str, &str),
    annotations: BTreeMap<String, String>,
) -> ObjectMeta {
    ObjectMeta {
        namespace: Some(namespace.to_owned()),
        name: Some(name.to_owned()),
        labels: Some([(key.to_owned(), value.to_owned())].into()),
        annotations: Some(annotations),
        ..ObjectMeta::default()
    }
}

/// Deletes an object if it is still the one with this UID and, if one is given, still has this resource version.
pub(super) async fn delete_unchanged<K>(
    api: &Api<K>,
    name: &str,
    uid: &str,
    resource_version: Option<&str>,
) -> kube::Result<()>
where
    K: Clone + Debug + DeserializeOwned,
{
    let unchanged = Preconditions { uid: Some(uid.to_owned()), resource_version: resource_version.map(str::to_owned) };
    api.delete(name, &DeleteParams::default().preconditions(unchanged)).await.map(drop)
}

pub(super) fn post_params() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

pub(super) fn patch_params() -> PatchParams {
    PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() }
}

impl From<&ObjectMeta> for ObjectVersion {
    fn from(metadata: &ObjectMeta) -> Self {
        Self {
            uid: metadata.uid.as_deref().unwrap_or_default().into(),
            version: metadata.resource_version.as_deref().unwrap_or_default().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use kube::core::Status;

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("one can be had");
        runtime.block_on(future)
    }

    /// Sends a request to a server that gives this status code so often, and then an answer. Returns how often it was sent,
    /// and the last error.
    fn ask(code: u16, times: usize) -> (usize, Option<String>) {
        let asked = Cell::new(0);
        let answer = block_on(retry([Duration::ZERO; 3], async || {
            asked.set(asked.get() + 1);
            let error = || kube::Error::Api(Box::new(Status::failure("trouble", "").with_code(code)));
            if asked.get() <= times { Err(error()) } else { Ok(()) }
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
    fn trouble_that_does_not_end_is_reported_in_the_words_of_the_api_server() {
        assert_eq!(ask(503, usize::MAX), (4, Some("trouble".to_owned())));
    }

    #[test]
    fn a_list_that_never_ends_is_given_up_and_is_no_list() {
        let endless = async |_: &ListParams| {
            let list: ObjectList<String> = serde_json::from_str(
                r#"{"apiVersion":"v1","kind":"List","metadata":{"continue":"more"},"items":["one"]}"#,
            )
            .expect("a list");
            Ok(list)
        };
        let count = Cell::new(0);
        let read = |_| {
            count.set(count.get() + 1);
            Some(())
        };
        let read = block_on(collect(pages(ListParams::default(), MAX_PAGES, endless), read));
        assert!(matches!(read, Err(ApiError::Failed(_))));
        assert_eq!(count.get(), MAX_PAGES);
    }
}
