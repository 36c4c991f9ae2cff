//! What a doctor has found, on a screen and as a document.

use serde::Serialize;

use crate::rbac::{DoctorCheck, FindingState};
use crate::report::paint::Styles;
use crate::sanitize;

/// All findings, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingsDocument {
    api_version: &'static str,
    kind: &'static str,
    findings: Vec<FindingOfDocument>,
}

#[derive(Debug, Serialize)]
struct FindingOfDocument {
    about: &'static str,
    state: &'static str,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl FindingsDocument {
    /// Of some findings.
    pub fn of(findings: &[DoctorCheck]) -> Self {
        let of = |finding: &DoctorCheck| FindingOfDocument {
            about: finding.about,
            state: word(finding.state),
            found: finding.found.clone(),
            hint: finding.hint.clone(),
        };
        Self { api_version: "helm-purge/v1", kind: "Findings", findings: findings.iter().map(of).collect() }
    }
}

/// A line for each, and a hint below those that need one.
pub fn render_findings(findings: &[DoctorCheck], paint: Styles) -> String {
    let width = findings.iter().map(|finding| finding.about.len()).max().unwrap_or_default();
    let mut lines = Vec::new();
    for DoctorCheck { about, state, found, hint } in findings {
        let word = word(*state);
        let word = match state {
            FindingState::Good => paint.good(&format!("{word:<7}")),
            FindingState::Warning => paint.hint(&format!("{word:<7}")),
            FindingState::Missing(_) => paint.bad(&format!("{word:<7}")),
        };
        lines.push(format!("{word}  {about:<width$}  {}", sanitize::line(found)));
        lines.extend(hint.iter().map(|hint| format!("{:9}{:width$}  {}", "", "", paint.quiet(&sanitize::line(hint)))));
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
