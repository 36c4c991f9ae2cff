//! The hooks of a record that matter: those that run when its release is uninstalled, and those that made something which
//! a rollback does not make again.

use serde_json::value::RawValue;

use super::fields::Fields;
use crate::release::Object;

/// Only these run; what the others made is not Helm's any more.
const ON_UNINSTALL: [&str; 2] = ["pre-delete", "post-delete"];
/// When a release is made, and when it is changed.
const ON_INSTALL: [&str; 4] = ["pre-install", "post-install", "pre-upgrade", "post-upgrade"];
const ON_ROLLBACK: [&str; 2] = ["pre-rollback", "post-rollback"];

/// The manifests of those that run on uninstall.
pub(super) fn on_uninstall(hooks: &[&RawValue]) -> Result<Vec<String>, String> {
    let mut manifests = Vec::new();
    for hook in hooks {
        let fields = Fields::read(hook.get(), &["events", "manifest"]).map_err(|why| format!("a hook: {why}"))?;
        let events = events(&fields)?;
        if events.iter().any(|event| ON_UNINSTALL.contains(&event.as_str())) {
            manifests.push(fields.value("manifest")?);
        }
    }
    Ok(manifests)
}

/// What those make that run on an installation, and not on a rollback.
pub(super) fn only_on_install(hooks: &[&RawValue]) -> Result<Vec<Object>, String> {
    let mut made = Vec::new();
    for hook in hooks {
        let known = ["events", "name", "kind"];
        let fields = Fields::read(hook.get(), &known).map_err(|why| format!("a hook: {why}"))?;
        let events = events(&fields)?;
        let has = |some: &[&str]| events.iter().any(|event| some.contains(&event.as_str()));
        if has(&ON_INSTALL) && !has(&ON_ROLLBACK) {
            made.push(Object { kind: fields.value("kind")?, namespace: None, name: fields.value("name")? });
        }
    }
    Ok(made)
}

fn events(fields: &Fields<'_>) -> Result<Vec<String>, String> {
    fields.list("events")?.into_iter().map(text).collect()
}

fn text(json: &RawValue) -> Result<String, String> {
    serde_json::from_str(json.get()).map_err(|error| format!("`events`: {error}"))
}
