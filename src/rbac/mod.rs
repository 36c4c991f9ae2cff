//! What an account must be allowed to do so that a policy can be carried out, and no more.
//!
//! Pure: from a policy to permissions, from permissions to the objects that grant them, and from permissions to access
//! reviews. The cluster decides what an account may do: `command` sends the reviews.

mod access_review;
mod manifests;
mod permissions;

pub(crate) use access_review::exit_code;
pub(crate) use access_review::{DoctorCheck, FindingState, MissingPermissions, access_reviews, missing_permissions};
pub(crate) use manifests::{Grant, RbacManifest, manifests, namespace_binding};
pub(crate) use permissions::{AccountPurpose, PermissionScope, RequiredPermissions, ServiceAccount};
