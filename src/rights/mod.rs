//! What an account has to be allowed to, so that a policy can be carried out, and no more.
//!
//! Pure: from a policy to rights, and from rights to the objects that grant them. What an account really may is the
//! cluster's to say: the questions are made here, and asked elsewhere.

mod account;
mod asked;
mod finding;
mod grant;
mod needs;
mod right;

pub use account::Account;
pub use asked::{Answers, MissingPermissions, lack, questions};
pub use finding::{DoctorCheck, FindingState, exit_code};
pub use grant::{Binding, RbacManifest, RbacObject, binding, grants};
pub use needs::{Needs, Purpose};
pub use right::{Permission, Scope};
