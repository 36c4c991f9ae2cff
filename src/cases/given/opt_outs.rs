//! `optOuts`: the ConfigMaps that `helm purge keep` writes. What stands in them is taken as it is, for anybody may write
//! them.

use super::names;
use crate::cases::schema;
use crate::cluster::OptOutConfigMap;
use crate::policy::decode::{Reader, Slot};
use crate::policy::fault::ErrorReported;

/// What such a ConfigMap is called in a case.
const NAME: &str = "helm-purge-keep";

pub(super) fn read(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<OptOutConfigMap, ErrorReported> {
    let mut fields = slot.fields(&schema::OPT_OUT, reader)?;
    let namespace = fields.required("namespace", reader, |slot, reader| {
        let written = slot.text(reader)?;
        names::namespace(&written.text, slot.span(), reader)
    });
    let annotations = ["releases", "until", "reason"].map(|key| {
        let text = fields.optional(key, reader, |slot, reader| Ok(slot.text(reader)?.text.clone()));
        text.map(|text| text.map(|text| (format!("helm-purge/{key}"), text)))
    });
    fields.complete()?;
    let annotations = annotations.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(OptOutConfigMap { namespace: namespace?.to_string(), name: NAME.to_owned(), annotations })
}
