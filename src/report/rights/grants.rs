//! The objects that grant rights, as manifests for `kubectl apply -f -`.

use serde::Serialize;

use crate::rbac::{AccountPurpose, RbacManifest, RbacObject, ServiceAccount};
use crate::report::document::{Format, serialize};

/// Comments are broken here.
const WIDTH: usize = 118;

/// What stands above the objects.
#[derive(Debug, Clone)]
pub struct GrantHead<'a> {
    /// The policies, by their names.
    pub policies: Vec<&'a str>,
    /// Who gets the rights.
    pub account: &'a ServiceAccount,
    /// What for.
    pub purpose: AccountPurpose,
    /// The policies that may choose releases which reach beyond their fence.
    pub reaching: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<&'a RbacObject>,
}

/// YAML, a document for each object, with a comment above it.
///
/// # Errors
/// Where it cannot be expressed, which would be a fault of this program.
pub fn render_grants(head: &GrantHead<'_>, grants: &[RbacManifest]) -> Result<String, String> {
    let mut text = comment(&head.words());
    for grant in grants {
        let object = serialize(&grant.object, Format::Yaml)?;
        text.extend(["---\n", &comment(&format!("{}.", grant.about)), object.trim_end(), "\n"]);
    }
    text.truncate(text.trim_end().len());
    Ok(text)
}

/// One document with all of them.
///
/// # Errors
/// As above.
pub fn serialize_grants(grants: &[RbacManifest], format: Format) -> Result<String, String> {
    let items = grants.iter().map(|grant| &grant.object).collect();
    serialize(&List { api_version: "v1", kind: "List", items }, format)
}

impl GrantHead<'_> {
    fn words(&self) -> String {
        let policies = self.policies.join(", ");
        let mut words = match self.purpose {
            AccountPurpose::Run => format!(
                "What the service account {} needs to carry out {policies}, and no more. In the whole cluster it may look \
                 at namespaces only. In the namespaces of the fence it may read Secrets and delete everything: whoever can \
                 use this account can do that.",
                self.account
            ),
            AccountPurpose::Restore => format!(
                "What the service account {} needs to restore what {policies} has purged. A restore makes again whatever \
                 the charts hold, so in the namespaces of the fence it may do everything, but for roles and bindings \
                 with rights that it does not have itself: give it to nobody else.",
                self.account
            ),
        };
        if !self.reaching.is_empty() {
            let who = self.reaching.join(", ");
            words.extend([
                " ",
                &who,
                " may choose releases with `reach: cluster`: what these hold outside of their namespaces cannot be deleted with \
                 these rights.",
            ]);
        }
        words
    }
}

fn comment(words: &str) -> String {
    let mut text = String::new();
    let mut line = String::from("#");
    for word in words.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            text.extend([line.as_str(), "\n"]);
            line = String::from("#");
        }
        line.extend([" ", word]);
    }
    text.extend([line.as_str(), "\n"]);
    text
}
