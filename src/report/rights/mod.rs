//! Roles and bindings as manifests, and the findings of a doctor.

mod findings;
mod grants;

pub use findings::{FindingsDocument, render_findings};
pub use grants::{GrantHead, render_grants, serialize_grants};
