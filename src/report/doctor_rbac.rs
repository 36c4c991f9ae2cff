//! What `doctor` has found, and the objects that `rbac` prints: manifests for `kubectl apply -f -` that grant rights.

use super::document::{Format, JsonObject, serialize};
use super::style::Styles;
use crate::rbac::{AccountPurpose, DoctorCheck, FindingState, RbacManifest, ServiceAccount};
use crate::sanitize;

/// Where lines of comments are broken.
const WIDTH: usize = 118;

/// `kind: Findings`. Its fields are a contract: fields may be added, and none may change.
pub(crate) fn findings_document(findings: &[DoctorCheck]) -> JsonObject {
    let object = |finding: &DoctorCheck| {
        JsonObject::default()
            .with("about", finding.about)
            .with("state", word(finding.state))
            .with("found", finding.found.clone())
            .with_some("hint", finding.hint.clone())
    };
    JsonObject::document("Findings").with_all("findings", findings.iter().map(object))
}

/// A line for each, and a hint below those that need one.
pub(crate) fn render_findings(findings: &[DoctorCheck], paint: Styles) -> String {
    let width = findings.iter().map(|finding| finding.about.len()).max().unwrap_or_default();
    let mut lines = Vec::new();
    for DoctorCheck { about, state, found, hint } in findings {
        let word = format!("{:<7}", word(*state));
        let word = match state {
            FindingState::Good => paint.success(&word),
            FindingState::Warning => paint.hint(&word),
            FindingState::Missing(_) => paint.error(&word),
        };
        lines.push(format!("{word}  {about:<width$}  {}", sanitize::line(found)));
        lines.extend(hint.iter().map(|hint| format!("{:9}{:width$}  {}", "", "", paint.dim(&sanitize::line(hint)))));
    }
    lines.join("\n")
}

fn word(state: FindingState) -> &'static str {
    match state {
        FindingState::Good => "ok",
        FindingState::Warning => "warning",
        FindingState::Missing(_) => "missing",
    }
}

/// The comment above the objects.
#[derive(Debug, Clone)]
pub(crate) struct RbacHeader<'a> {
    pub(crate) policies: Vec<&'a str>,
    pub(crate) account: &'a ServiceAccount,
    pub(crate) purpose: AccountPurpose,
    /// The policies that may select releases with objects outside their scope.
    pub(crate) reaching: Vec<&'a str>,
}

/// YAML, a document for each object, with a comment above it.
///
/// # Errors
/// If it cannot be expressed, which would be a bug of this program.
pub(crate) fn render_grants(head: &RbacHeader<'_>, grants: &[RbacManifest]) -> Result<String, String> {
    let mut text = comment(&head.text());
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
pub(crate) fn serialize_grants(grants: &[RbacManifest], format: Format) -> Result<String, String> {
    let list = JsonObject::default().with("apiVersion", "v1").with("kind", "List");
    serialize(&list.with_all("items", grants.iter().map(|grant| grant.object.clone())), format)
}

impl RbacHeader<'_> {
    fn text(&self) -> String {
        let policies = self.policies.join(", ");
        let mut text = match self.purpose {
            AccountPurpose::Run => format!(
                "What the service account {} needs to carry out {policies}, and no more. In the whole cluster it may look \
                 at namespaces only. In the namespaces in scope it may read Secrets and delete everything: whoever can \
                 use this account can do that.",
                self.account
            ),
            AccountPurpose::Restore => format!(
                "What the service account {} needs to restore what {policies} has purged. A restore makes again whatever \
                 the charts hold, so in the namespaces in scope it may do everything, but for roles and bindings \
                 with rights that it does not have itself: give it to nobody else.",
                self.account
            ),
        };
        if !self.reaching.is_empty() {
            let who = self.reaching.join(", ");
            text.extend([
                " ",
                &who,
                " may choose releases with `blastRadius: cluster`: what these hold outside of their namespaces cannot be deleted with \
                 these rights.",
            ]);
        }
        text
    }
}

fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => line.extend([" ", word]),
            _ => lines.push(format!("# {word}")),
        }
    }
    lines.join("\n") + "\n"
}
