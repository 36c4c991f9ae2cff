//! What is found in policies: as a document for editors and other programs, and as annotations of a change.

use std::fmt;

use serde::Serialize;

use super::document::JsonObject;
use crate::location::Location;
use crate::policy::{
    Diagnostic, OverlappingNamespace, OverruledValue, Policy, PolicyErrors, Span, StatedValue, ValueOrigin,
};
use crate::sanitize;

/// `kind: PolicyDiagnostics`, with the valid policies and everything that was found. Its fields are a contract: fields may
/// be added, and none may change.
pub(crate) fn diagnostics_document(policies: &[&Policy], diagnostics: Vec<PolicyDiagnostic>) -> JsonObject {
    let policy = |policy: &&Policy| {
        JsonObject::default().with("name", policy.name.clone()).with("file", policy.file.to_string())
    };
    JsonObject::document("PolicyDiagnostics")
        .with_all("policies", policies.iter().map(policy))
        .with("diagnostics", diagnostics)
}

/// One thing that is wrong or worth a note.
#[derive(Debug, Serialize)]
pub(crate) struct PolicyDiagnostic {
    file: String,
    /// None if the file as a whole is meant.
    #[serde(flatten)]
    range: Option<SourceRange>,
    severity: Severity,
    message: String,
    /// What to do about it, in a few words, if that is not in the message.
    #[serde(skip_serializing_if = "String::is_empty")]
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Other places that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedDiagnostic>,
}

/// Where something stands. Lines and columns count from 1, columns in characters. The end is the first place after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SourceRange {
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
    /// It is valid, and users may want to know.
    Note,
}

#[derive(Debug, Serialize)]
struct RelatedDiagnostic {
    file: String,
    #[serde(flatten)]
    range: SourceRange,
    message: String,
}

impl PolicyDiagnostic {
    /// Every error of a file, in its order.
    pub(crate) fn of_faults(errors: &PolicyErrors) -> impl Iterator<Item = Self> {
        errors.errors.iter().map(|error| Self::of_fault(error, errors))
    }

    fn of_fault(error: &Diagnostic, errors: &PolicyErrors) -> Self {
        let file = errors.source.file.to_string();
        let range = |span: Span| {
            let (from, to) = (&errors.source.place(span.start), &errors.source.place(span.end));
            SourceRange { line: from.line, column: from.column, end_line: to.line, end_column: to.column }
        };
        let related = |(span, message): &(Span, String)| RelatedDiagnostic {
            file: file.clone(),
            range: range(*span),
            message: message.clone(),
        };
        Self {
            range: error.span.map(range),
            severity: Severity::Error,
            message: error.message.clone(),
            label: error.label.clone(),
            hint: error.hint.clone(),
            related: error.also.iter().map(related).collect(),
            file: file.clone(),
        }
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
        if first.namespaces.selector.is_some() || second.namespaces.selector.is_some() {
            hint.push_str("; labels may still tell the namespaces apart");
        }
        let related = RelatedDiagnostic {
            file: second.file.to_string(),
            range: SourceRange::of_text(&theirs.place, theirs.as_str()),
            message: format!("`{}` of the other", theirs.as_str()),
        };
        Self {
            file: first.file.to_string(),
            range: Some(SourceRange::of_text(&ours.place, ours.as_str())),
            severity: Severity::Note,
            message,
            label: String::new(),
            hint: Some(hint),
            related: vec![related],
        }
    }

    /// That a value does not hold for every release that its rule selects.
    pub(crate) fn of_overruled(overruled: &OverruledValue<'_>) -> Self {
        let OverruledValue { value, by } = overruled;
        let is_elsewhere = value.policy.name != by.policy.name;
        let text = |stated: &StatedValue<'_>| {
            let of_policy = if is_elsewhere { format!(" of policy `{}`", stated.policy.name) } else { String::new() };
            let origin = match stated.origin {
                ValueOrigin::Rule => format!(" in rule `{}`{of_policy}", stated.rule.name),
                ValueOrigin::Defaults => format!(" in the defaults{of_policy}"),
                ValueOrigin::BuiltIn => format!(", the built-in default{of_policy}"),
            };
            format!("`{}: {}`{origin}", stated.value.key, stated.value.word)
        };
        let range = |stated: &StatedValue<'_>| match stated.origin {
            ValueOrigin::BuiltIn => SourceRange::of_text(stated.place, ""),
            ValueOrigin::Rule | ValueOrigin::Defaults => SourceRange::of_text(stated.place, stated.value.word),
        };
        let hint = if by.origin == ValueOrigin::Rule && value.origin == ValueOrigin::Defaults {
            "for a release that both select, a value in a rule counts and the defaults do not"
        } else {
            "for a release that both select, the more careful value counts"
        };
        let related = RelatedDiagnostic { file: by.place.file.to_string(), range: range(by), message: text(by) };
        Self {
            file: value.place.file.to_string(),
            range: Some(range(value)),
            severity: Severity::Note,
            message: format!("{} is overruled by {}", text(value), text(by)),
            label: String::new(),
            hint: Some(hint.to_owned()),
            related: vec![related],
        }
    }

    /// All of it in a few lines, for people.
    pub(crate) fn render_note(&self) -> String {
        let own = self.range.iter().map(|range| format!("{}:{range}", self.file));
        let lines =
            std::iter::once(self.message.clone()).chain(own).chain(self.related.iter().map(RelatedDiagnostic::place));
        lines.chain(self.hint.clone()).map(|line| sanitize::line(&line)).collect::<Vec<_>>().join("\n  ")
    }

    /// Place and message in one line.
    pub(crate) fn line(&self) -> String {
        let place = self.range.as_ref().map(|range| format!(":{range}")).unwrap_or_default();
        sanitize::line(&format!("{}{place}: {}", self.file, self.message))
    }

    /// A command for GitHub's runner, which shows it beside the line of the change.
    pub(crate) fn annotation(&self) -> String {
        let command = match self.severity {
            Severity::Error => "error",
            Severity::Note => "notice",
        };
        let mut properties = vec![format!("file={}", property(&self.file))];
        if let Some(SourceRange { line, column, end_line, end_column }) = &self.range {
            properties.push(format!("line={line},endLine={end_line}"));
            // The runner accepts columns only if both are in one line.
            if line == end_line {
                properties.push(format!("col={column},endColumn={end_column}"));
            }
        }
        let places = self.related.iter().map(|related| format!("{}: {}", related.message, related.place()));
        let lines = [self.message.clone(), self.label.clone()].into_iter().chain(self.hint.clone()).chain(places);
        let lines = lines.filter(|line| !line.is_empty()).map(|line| sanitize::line(&line)).collect::<Vec<_>>();
        format!("::{command} {}::{}", properties.join(","), data(&lines.join("\n")))
    }
}

impl RelatedDiagnostic {
    fn place(&self) -> String {
        format!("{}:{}", self.file, self.range)
    }
}

impl SourceRange {
    fn of_text(place: &Location, text: &str) -> Self {
        let (line, column) = (place.line, place.column);
        Self { line, column, end_line: line, end_column: column + text.chars().count() }
    }
}

/// Only where it begins.
impl fmt::Display for SourceRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
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
