//! `optOuts`: the ConfigMaps that `helm purge keep` writes. What stands in them is taken as it is, for anybody may write
//! them.

use super::names;
use crate::cluster::OptOutConfigMap;
use crate::policy::decode::{Decoded, Field};

/// What such a ConfigMap is called in a case.
const NAME: &str = "helm-purge-keep";

pub(super) fn read(field: &Field<'_>) -> Decoded<OptOutConfigMap> {
    let fields = field.section()?;
    let namespace = fields.required("namespace", |field| {
        let written = field.text()?;
        names::namespace(&written.text, field.span(), field.decoder())
    });
    let annotations = ["releases", "until", "reason"].map(|key| {
        let text = fields.optional(key, |field| Ok(field.text()?.text.clone()));
        text.map(|text| text.map(|text| (format!("helm-purge/{key}"), text)))
    });
    fields.complete()?;
    let annotations = annotations.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(OptOutConfigMap { namespace: namespace?.to_string(), name: NAME.to_owned(), annotations })
}
