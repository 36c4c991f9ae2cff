//! Who makes a release again when it goes, as far as its objects say so.

use serde_json::Value;

use super::keys::{get, text};

/// Legal names make no longer one.
pub(super) const LONGEST_MANAGER: usize = 330;
const FLUX_NAMESPACE: &str = "helm.toolkit.fluxcd.io/namespace";
const FLUX_NAME: &str = "helm.toolkit.fluxcd.io/name";

/// Flux puts the name of the `HelmRelease` on every object of its release. Where it cannot be asked, this tells; also of
/// one in another cluster.
pub(super) fn managed_by(metadata: &Value) -> Result<Option<String>, String> {
    let labels = get(metadata, "labels")?.unwrap_or(&Value::Null);
    let by = text(labels, FLUX_NAMESPACE)?.zip(text(labels, FLUX_NAME)?);
    Ok(by.map(|(namespace, name)| format!("HelmRelease {namespace}/{name}").chars().take(LONGEST_MANAGER).collect()))
}
