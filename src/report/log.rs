//! Stderr for programs that read logs: a line of JSON for each thing that happens. Its fields are a contract: others may
//! join them, none may change.

use std::error::Error;

use serde::Serialize;
use serde_json::{Map, Value};

use super::diagnostics::PolicyDiagnostic;
use super::document::escaped;
use crate::clock::Clock;
use crate::guard::Refusal;
use crate::policy::PolicyErrors;
use crate::target::Target;

/// How stderr is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A line of JSON for each event.
    Json,
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Only with `--verbose`.
    Debug,
    Info,
    Warn,
    Error,
}

/// A line as it is written: the time is first, for programs that sort lines.
#[derive(Serialize)]
struct TimedLine<'a> {
    time: String,
    #[serde(flatten)]
    line: &'a LogLine,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct LogLine {
    level: Level,
    event: &'static str,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl LogLine {
    pub(crate) fn new(level: Level, event: &'static str) -> Self {
        Self { level, event, fields: Map::new() }
    }

    /// With one more field.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Serialize) -> Self {
        // Only a map with keys that are no texts could fail.
        self.fields.insert(key.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// With one more field, if there is a value.
    #[must_use]
    pub(crate) fn with_some(self, key: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// With all fields of a document.
    #[must_use]
    pub(crate) fn with_all(mut self, document: impl Serialize) -> Self {
        if let Ok(Value::Object(fields)) = serde_json::to_value(document) {
            self.fields.extend(fields);
        }
        self
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// The line as it is written now, without its end.
    pub(crate) fn render(&self, clock: Clock) -> String {
        escaped(&serde_json::to_string(&TimedLine { time: clock.stamp(), line: self }).unwrap_or_default())
    }
}

/// The plan of any command, with which policies, where and with what it was made.
pub(super) fn plan_line(target: &Target) -> LogLine {
    let Target { policies, connection, identity, helm, shard, .. } = target;
    LogLine::new(Level::Info, "plan")
        .with("policies", policies.iter().map(|policy| &policy.name).collect::<Vec<_>>())
        .with("context", connection.context().to_string())
        .with("server", connection.server().to_string())
        .with_some("uid", identity.as_ref().map(|identity| &identity.0))
        .with_some("shard", shard.map(|shard| shard.to_string()))
        .with("helm", helm.version().to_string())
}

/// An error with its causes and its hint, which ended a command.
pub(crate) fn error_line(error: &dyn Error, hint: Option<&str>, exit_code: u8) -> LogLine {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source()).map(ToString::to_string);
    let causes = causes.collect::<Vec<_>>();
    LogLine::new(Level::Error, "error")
        .with("message", error.to_string())
        .with("exitCode", exit_code)
        .with_some("causes", (!causes.is_empty()).then_some(causes))
        .with_some("hint", hint)
}

/// A guard that refused.
pub(crate) fn refusal_line(refusal: &Refusal) -> LogLine {
    LogLine::new(Level::Error, "refused")
        .with("guard", refusal.guard())
        .with("message", refusal.to_string())
        .with("hint", refusal.hint())
}

/// Every error of a policy, in its order.
pub(super) fn policy_error_lines(errors: &PolicyErrors) -> impl Iterator<Item = LogLine> {
    PolicyDiagnostic::of_faults(errors).map(|error| LogLine::new(Level::Error, "fault").with_all(error.object()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_whatever_is_in_it_and_says_when_how_bad_and_what() {
        let hostile = "a\u{1b}[2J\n\"\u{202e}b\u{7f}";
        let line = LogLine::new(Level::Warn, "paused").with("message", hostile).render(Clock::System);
        assert!(!line.contains(crate::sanitize::is_hidden), "{line:?}");
        let read: Value = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(
            (&read["level"], &read["event"], &read["message"]),
            (&"warn".into(), &"paused".into(), &hostile.into())
        );
        let time = read["time"].as_str().expect("a text");
        assert!(time.parse::<jiff::Timestamp>().is_ok() && time.ends_with('Z') && time.len() == 24, "{time}");
        assert!(line.starts_with("{\"time\":\""), "the time is first, for whoever sorts lines: {line}");
    }
}
