//! What is found in policies: as a document for editors and other programs, and as annotations of a change.

use serde::Serialize;

use crate::location::Location;
use crate::policy::{Diagnostic, OverlappingNamespace, Policy, PolicyErrors, Span};
use crate::sanitize;

/// `kind: PolicyDiagnostics`. Its fields are a contract: they may be joined by others, not changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticsDocument {
    api_version: &'static str,
    kind: &'static str,
    /// The policies that were understood.
    policies: Vec<Understood>,
    diagnostics: Vec<DiagnosticJson>,
}

#[derive(Debug, Serialize)]
struct Understood {
    name: String,
    file: String,
}

/// One thing that is wrong or worth a note.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticJson {
    file: String,
    /// Lines and columns count from 1, columns in characters. Without any, the file as a whole is meant.
    #[serde(flatten)]
    stretch: Option<Stretch>,
    severity: Severity,
    message: String,
    /// What to do about it, in a few words, where that is not in the message.
    #[serde(skip_serializing_if = "String::is_empty")]
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Other places that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related>,
}

/// Where something stands. The end is the first place after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stretch {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// The policy is invalid.
    Error,
    /// It is not, and people may want to know.
    Note,
}

#[derive(Debug, Serialize)]
struct Related {
    file: String,
    #[serde(flatten)]
    stretch: Stretch,
    message: String,
}

impl DiagnosticsDocument {
    /// Of what was understood and what was found.
    pub fn new(policies: &[&Policy], diagnostics: Vec<DiagnosticJson>) -> Self {
        let understood =
            policies.iter().map(|policy| Understood { name: policy.name.clone(), file: policy.file.to_string() });
        let policies = understood.collect();
        Self { api_version: "helm-purge/v1", kind: "PolicyDiagnostics", policies, diagnostics }
    }
}

impl DiagnosticJson {
    /// Every fault of a file, in its order.
    pub fn of_faults(faults: &PolicyErrors) -> impl Iterator<Item = Self> {
        faults.as_slice().iter().map(|fault| Self::of_fault(fault, faults))
    }

    fn of_fault(fault: &Diagnostic, faults: &PolicyErrors) -> Self {
        let file = faults.file().to_string();
        let stretch = |span: Span| {
            let (from, to) = (faults.source().place(span.start), faults.source().place(span.end));
            Stretch { line: from.line, column: from.column, end_line: to.line, end_column: to.column }
        };
        let related = |(span, message): &(Span, String)| Related {
            file: file.clone(),
            stretch: stretch(*span),
            message: message.clone(),
        };
        Self {
            stretch: fault.span.map(stretch),
            severity: Severity::Error,
            message: fault.message.clone(),
            label: fault.label.clone(),
            hint: fault.hint.clone(),
            related: fault.also.iter().map(related).collect(),
            file: file.clone(),
        }
    }

    /// That two policies can choose releases in one namespace.
    pub fn of_shared(shared: &OverlappingNamespace<'_>) -> Self {
        let ((first, ours), (second, theirs)) = (shared.first, shared.second);
        let message = match &shared.example {
            Some(namespace) => {
                format!("policies `{}` and `{}` share namespaces, as `{namespace}`", first.name, second.name)
            }
            None => format!(
                "policies `{}` and `{}` may share namespaces; it takes too long to tell",
                first.name, second.name
            ),
        };
        let mut hint = "a release there goes if either selects it and neither keeps it".to_owned();
        if first.namespaces.selector().or(second.namespaces.selector()).is_some() {
            hint.push_str("; labels may still tell the namespaces apart");
        }
        let related = Related {
            file: second.file.to_string(),
            stretch: Stretch::of_text(theirs.place(), theirs.as_str()),
            message: format!("`{}` of the other", theirs.as_str()),
        };
        Self {
            file: first.file.to_string(),
            stretch: Some(Stretch::of_text(ours.place(), ours.as_str())),
            severity: Severity::Note,
            message,
            label: String::new(),
            hint: Some(hint),
            related: vec![related],
        }
    }

    /// The whole of it in a few lines, for people.
    pub fn render_note(&self) -> String {
        let place =
            |file: &str, stretch: &Stretch| format!("{}:{}:{}", sanitize::line(file), stretch.line, stretch.column);
        let message = sanitize::line(&self.message);
        let own = self.stretch.iter().map(|stretch| place(&self.file, stretch));
        let places = own.chain(self.related.iter().map(|related| place(&related.file, &related.stretch)));
        let hint = self.hint.iter().map(|hint| sanitize::line(hint));
        std::iter::once(message).chain(places).chain(hint).collect::<Vec<_>>().join("\n  ")
    }

    /// Place and message in one line.
    pub fn line(&self) -> String {
        let place = self.stretch.as_ref().map(|stretch| format!(":{}:{}", stretch.line, stretch.column));
        sanitize::line(&format!("{}{}: {}", self.file, place.unwrap_or_default(), self.message))
    }

    /// As a command for GitHub's runner, which shows it beside the line of the change.
    pub fn annotation(&self) -> String {
        let command = match self.severity {
            Severity::Error => "error",
            Severity::Note => "notice",
        };
        let mut properties = vec![format!("file={}", property(&self.file))];
        if let Some(Stretch { line, column, end_line, end_column }) = &self.stretch {
            properties.push(format!("line={line},endLine={end_line}"));
            // It takes columns only where both are of one line.
            if line == end_line {
                properties.push(format!("col={column},endColumn={end_column}"));
            }
        }
        let places = self
            .related
            .iter()
            .map(|Related { file, stretch, message }| format!("{message}: {file}:{}:{}", stretch.line, stretch.column));
        let lines = [self.message.clone(), self.label.clone()].into_iter().chain(self.hint.clone()).chain(places);
        let lines = lines.filter(|line| !line.is_empty()).map(|line| sanitize::line(&line)).collect::<Vec<_>>();
        format!("::{command} {}::{}", properties.join(","), data(&lines.join("\n")))
    }
}

impl Stretch {
    fn of_text(place: &Location, text: &str) -> Self {
        let (line, column) = (place.line, place.column);
        Self { line, column, end_line: line, end_column: column + text.chars().count() }
    }
}

/// GitHub's escapes in the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// GitHub's escapes in a property of one.
fn property(text: &str) -> String {
    data(&sanitize::line(text)).replace(':', "%3A").replace(',', "%2C")
}
