//! What others have put into a cluster that protects releases, as it stands there: marks, and controllers' objects.
//!
//! Each look is bounded in pages and in time: a cluster may hold a lot, and a run cannot wait for all of it.

mod applications;
mod helm_releases;
mod keep_marks;
mod kinds;

pub use applications::Application;
pub use helm_releases::{HelmRelease, MadeReleases};
pub(super) use keep_marks::list_marks;
pub use keep_marks::{OptOutConfigMap, OptOutConfigMapsInNamespace};

use std::future::Future;
use std::time::Duration;

use kube::api::ListParams;
use kube::core::ObjectList;

use crate::cluster::look_error::ApiError;

/// So many objects are asked for at a time. Some kinds are large.
const PAGE: u32 = 250;
/// What needs more pages is given up.
const MOST_PAGES: usize = 200;
/// How long one look may take in all.
const LOOK_TIMEOUT: Duration = Duration::from_secs(45);

/// Reads a list page by page and hands on each object.
async fn every_object<T, F>(
    parameters: &ListParams,
    mut list: impl FnMut(ListParams) -> F,
    mut on_object: impl FnMut(T),
) -> Result<(), ApiError>
where
    T: Clone,
    F: Future<Output = Result<ObjectList<T>, ApiError>>,
{
    let mut page = parameters.clone().limit(PAGE);
    for _ in 0..MOST_PAGES {
        let found = list(page.clone()).await?;
        found.items.into_iter().for_each(&mut on_object);
        page.continue_token = found.metadata.continue_.filter(|token| !token.is_empty());
        if page.continue_token.is_none() {
            return Ok(());
        }
    }
    Err(ApiError::Failed(format!("there are more than {MOST_PAGES} pages of {PAGE} objects")))
}

/// The answer to a whole look, or the news that it took too long.
pub(super) async fn in_bounds<T>(look: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let late = |_| ApiError::Failed(format!("not all of it came within {} s", LOOK_TIMEOUT.as_secs()));
    tokio::time::timeout(LOOK_TIMEOUT, look).await.map_err(late)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn a_list_that_never_ends_is_given_up_and_is_no_list() {
        let endless = |_| async {
            let list: ObjectList<String> = serde_json::from_str(
                r#"{"apiVersion":"v1","kind":"List","metadata":{"continue":"more"},"items":["one"]}"#,
            )
            .expect("a list");
            Ok(list)
        };
        let mut count = 0;
        let read = every_object(&ListParams::default(), endless, |_| count += 1).now_or_never();
        assert!(matches!(read, Some(Err(ApiError::Failed(_)))));
        assert_eq!(count, MOST_PAGES);
    }
}
