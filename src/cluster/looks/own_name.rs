//! Who is asking, as the API server sees it.

use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use kube::Api;
use kube::api::PostParams;

use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;

impl Client {
    /// The name of the user whose credentials these are. Foreign text.
    ///
    /// Every user who is logged in may ask (the built-in role `system:basic-user`). The question is sent as an object that
    /// is stored nowhere.
    ///
    /// # Errors
    /// Where it may not be asked, or the API server does not know the question (before Kubernetes 1.28).
    pub fn own_name(&self) -> Result<String, ApiError> {
        self.look(|client| async {
            let question = SelfSubjectReview::default();
            let (api, parameters) = (Api::all(client), PostParams::default());
            let answer = answered(|| api.create(&parameters, &question)).await?;
            let name = answer.status.and_then(|status| status.user_info).and_then(|user| user.username);
            name.filter(|name| !name.is_empty()).ok_or_else(|| ApiError::Failed("the user has no name".to_owned()))
        })
    }
}
