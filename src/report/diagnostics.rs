//! What is found in policies: as a document for editors and other programs, and as annotations of a change.

use super::document::JsonObject;
use crate::location::Location;
use crate::policy::{Diagnostic, OverlappingNamespace, Policy, PolicyErrors, Span};
use crate::sanitize;

/// `kind: PolicyDiagnostics`, of the policies that were understood and all that was found. Its fields are a contract: others
/// may join them, none may change.
pub(crate) fn diagnostics_document(policies: &[&Policy], diagnostics: &[PolicyDiagnostic]) -> JsonObject {
    let policy = |policy: &&Policy| {
        JsonObject::default().with("name", policy.name.as_str()).with("file", policy.file.to_string())
    };
    JsonObject::document("PolicyDiagnostics")
        .with_objects("policies", policies.iter().map(policy))
        .with_objects("diagnostics", diagnostics.iter().map(PolicyDiagnostic::object))
}

/// One thing that is wrong or worth a note.
#[derive(Debug)]
pub(crate) struct PolicyDiagnostic {
    file: String,
    /// None if the file as a whole is meant.
    range: Option<SourceRange>,
    severity: Severity,
    message: String,
    /// What to do about it, in a few words, if that is not in the message.
    label: String,
    hint: Option<String>,
    /// Other places that belong to it.
    related: Vec<RelatedDiagnostic>,
}

/// Where something stands. Lines and columns count from 1, columns in characters. The end is the first place after it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SourceRange {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    /// The policy is invalid.
    Error,
    /// It is not, and people may want to know.
    Note,
}

#[derive(Debug)]
struct RelatedDiagnostic {
    file: String,
    range: SourceRange,
    message: String,
}

impl PolicyDiagnostic {
    /// Every fault of a file, in its order.
    pub(crate) fn of_faults(faults: &PolicyErrors) -> impl Iterator<Item = Self> {
        faults.as_slice().iter().map(|fault| Self::of_fault(fault, faults))
    }

    fn of_fault(fault: &Diagnostic, faults: &PolicyErrors) -> Self {
        let file = faults.file().to_string();
        let range = |span: Span| {
            let (from, to) = (faults.source().place(span.start), faults.source().place(span.end));
            SourceRange { line: from.line, column: from.column, end_line: to.line, end_column: to.column }
        };
        let related = |(span, message): &(Span, String)| RelatedDiagnostic {
            file: file.clone(),
            range: range(*span),
            message: message.clone(),
        };
        Self {
            range: fault.span.map(range),
            severity: Severity::Error,
            message: fault.message.clone(),
            label: fault.label.clone(),
            hint: fault.hint.clone(),
            related: fault.also.iter().map(related).collect(),
            file: file.clone(),
        }
    }

    pub(super) fn object(&self) -> JsonObject {
        let related = |related: &RelatedDiagnostic| {
            JsonObject::default()
                .with("file", related.file.as_str())
                .and(Some(related.range.object()))
                .with("message", related.message.as_str())
        };
        let object = JsonObject::default()
            .with("file", self.file.as_str())
            .and(self.range.as_ref().map(SourceRange::object))
            .with("severity", if self.severity == Severity::Error { "error" } else { "note" })
            .with("message", self.message.as_str())
            .with_some("label", Some(self.label.as_str()).filter(|label| !label.is_empty()))
            .with_some("hint", self.hint.as_deref());
        if self.related.is_empty() { object } else { object.with_objects("related", self.related.iter().map(related)) }
    }

    /// That two policies can choose releases in one namespace.
    pub(crate) fn of_shared(shared: &OverlappingNamespace<'_>) -> Self {
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
        let related = RelatedDiagnostic {
            file: second.file.to_string(),
            range: SourceRange::of_text(theirs.place(), theirs.as_str()),
            message: format!("`{}` of the other", theirs.as_str()),
        };
        Self {
            file: first.file.to_string(),
            range: Some(SourceRange::of_text(ours.place(), ours.as_str())),
            severity: Severity::Note,
            message,
            label: String::new(),
            hint: Some(hint),
            related: vec![related],
        }
    }

    /// The whole of it in a few lines, for people.
    pub(crate) fn render_note(&self) -> String {
        let place =
            |file: &str, range: &SourceRange| format!("{}:{}:{}", sanitize::line(file), range.line, range.column);
        let message = sanitize::line(&self.message);
        let own = self.range.iter().map(|range| place(&self.file, range));
        let places = own.chain(self.related.iter().map(|related| place(&related.file, &related.range)));
        let hint = self.hint.iter().map(|hint| sanitize::line(hint));
        std::iter::once(message).chain(places).chain(hint).collect::<Vec<_>>().join("\n  ")
    }

    /// Place and message in one line.
    pub(crate) fn line(&self) -> String {
        let place = self.range.as_ref().map(|range| format!(":{}:{}", range.line, range.column));
        sanitize::line(&format!("{}{}: {}", self.file, place.unwrap_or_default(), self.message))
    }

    /// As a command for GitHub's runner, which shows it beside the line of the change.
    pub(crate) fn annotation(&self) -> String {
        let command = match self.severity {
            Severity::Error => "error",
            Severity::Note => "notice",
        };
        let mut properties = vec![format!("file={}", property(&self.file))];
        if let Some(SourceRange { line, column, end_line, end_column }) = &self.range {
            properties.push(format!("line={line},endLine={end_line}"));
            // It takes columns only if both are of one line.
            if line == end_line {
                properties.push(format!("col={column},endColumn={end_column}"));
            }
        }
        let places = self.related.iter().map(|RelatedDiagnostic { file, range, message }| {
            format!("{message}: {file}:{}:{}", range.line, range.column)
        });
        let lines = [self.message.clone(), self.label.clone()].into_iter().chain(self.hint.clone()).chain(places);
        let lines = lines.filter(|line| !line.is_empty()).map(|line| sanitize::line(&line)).collect::<Vec<_>>();
        format!("::{command} {}::{}", properties.join(","), data(&lines.join("\n")))
    }
}

impl SourceRange {
    fn object(&self) -> JsonObject {
        JsonObject::default()
            .with("line", self.line)
            .with("column", self.column)
            .with("endLine", self.end_line)
            .with("endColumn", self.end_column)
    }

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
