//! What an account must be allowed to do so that a policy can be carried out, and no more.
//!
//! Pure: from a policy to permissions, from permissions to the objects that grant them, and from permissions to access
//! reviews. What an account is really allowed to do is the cluster's to say: `command` sends the reviews.

mod access_review;
mod manifests;
mod permissions;

pub use access_review::{
    AccessAnswers, DoctorCheck, FindingState, MissingPermissions, access_reviews, exit_code, missing_permissions,
};
pub use manifests::{Grant, RbacManifest, RbacObject, manifests, namespace_binding};
pub use permissions::{AccountPurpose, Permission, PermissionScope, RequiredPermissions, ServiceAccount};
