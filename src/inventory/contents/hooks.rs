//! The hooks of a record that run when its release is uninstalled.

use serde_json::value::RawValue;

use super::fields::Fields;

/// Only these run; what the others made is not Helm's any more.
const ON_UNINSTALL: [&str; 2] = ["pre-delete", "post-delete"];

/// The manifests of those hooks.
pub(super) fn on_uninstall(hooks: &[&RawValue]) -> Result<Vec<String>, String> {
    let mut manifests = Vec::new();
    for hook in hooks {
        let fields = Fields::read(hook.get(), &["events", "manifest"]).map_err(|why| format!("a hook: {why}"))?;
        let events = fields.list("events")?.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
        if events.iter().any(|event| ON_UNINSTALL.contains(&event.as_str())) {
            manifests.push(fields.value("manifest")?);
        }
    }
    Ok(manifests)
}

fn text(json: &RawValue) -> Result<String, String> {
    serde_json::from_str(json.get()).map_err(|error| format!("`events`: {error}"))
}
