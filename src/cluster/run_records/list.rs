//! Lists journals.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::ListParams;

use super::{JournalConfigMap, run_of};
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::ApiError;
use crate::run_id::RunId;

/// So many are asked for at a time: each may have a megabyte.
const PAGE: u32 = 10;
/// What needs more pages is given up.
const MOST_PAGES: usize = 100;

impl Client {
    /// The journals in a namespace, in no order.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn run_records(&self, namespace: &str) -> Result<Vec<JournalConfigMap>, ApiError> {
        let namespace = namespace.to_owned();
        self.look(|client| async move {
            let api = Api::<ConfigMap>::namespaced(client, &namespace);
            let (mut found, mut page) = (Vec::new(), marked().limit(PAGE));
            for _ in 0..MOST_PAGES {
                let list = in_time(api.list(&page)).await?;
                found.extend(list.items.into_iter().filter_map(JournalConfigMap::of));
                page.continue_token = list.metadata.continue_.filter(|token| !token.is_empty());
                if page.continue_token.is_none() {
                    return Ok(found);
                }
            }
            Err(ApiError::Failed(format!("there are more than {MOST_PAGES} pages of {PAGE} objects")))
        })
    }
}

impl Client {
    /// The names of the runs that have left a journal in a namespace, in no order: only metadata is asked for.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn run_names(&self, namespace: &str) -> Result<Vec<RunId>, ApiError> {
        let namespace = namespace.to_owned();
        self.look(|client| async move {
            let api = Api::<ConfigMap>::namespaced(client, &namespace);
            let listed = in_time(api.list_metadata(&marked())).await?;
            Ok(listed.items.iter().filter_map(|object| run_of(&object.metadata)).collect())
        })
    }
}

/// By what they are known.
pub(super) fn marked() -> ListParams {
    let (label, value) = JournalConfigMap::LABEL;
    ListParams::default().labels(&format!("{label}={value}"))
}
