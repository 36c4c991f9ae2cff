//! Stderr for programs that read logs: a line of JSON for each thing that happens. Its fields are a contract: fields may be
//! added, and none may change.

use std::error::Error;

use serde::Serialize;
use serde_json::Value;

use super::document::{JsonObject, escaped};
use crate::clock::Clock;
use crate::guard::Refusal;
use crate::target::Target;

/// The format of stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// With a line of JSON for each event.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Only with `--verbose`.
    Debug,
    Info,
    Warn,
    Error,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct LogLine {
    pub(super) level: Level,
    event: &'static str,
    /// Sorted by their keys.
    #[serde(flatten)]
    fields: Value,
}

impl LogLine {
    pub(crate) fn new(level: Level, event: &'static str, fields: impl Serialize) -> Self {
        // Only a map with keys that are not strings could fail.
        Self { level, event, fields: serde_json::to_value(fields).unwrap_or_default() }
    }

    /// The line as it is written now, without its line break. The time is first, for programs that sort lines.
    pub(crate) fn render(&self, clock: Clock) -> String {
        #[derive(Serialize)]
        struct Timed<'a> {
            time: String,
            #[serde(flatten)]
            line: &'a LogLine,
        }
        escaped(serde_json::to_string(&Timed { time: clock.stamp(), line: self }).unwrap_or_default())
    }
}

/// The plan of any command: by which policies, where and with which helm it was made, and its numbers.
pub(super) fn plan_line(target: &Target, numbers: JsonObject) -> LogLine {
    let Target { policies, connection, identity, helm, shard, .. } = target;
    let fields = JsonObject::default()
        .with_texts("policies", policies.iter().map(|policy| &policy.name))
        .with("context", connection.context.to_string())
        .with("server", connection.server.clone())
        .with_some("uid", identity.as_ref().map(|identity| identity.0.clone()))
        .with_some("shard", shard.map(|shard| shard.to_string()))
        .with("helm", helm.version.to_string());
    LogLine::new(Level::Info, "plan", fields.and(numbers))
}

/// An error with its causes and its hint, which ended a command.
pub(crate) fn error_line(error: &dyn Error, hint: Option<&str>, exit_code: u8) -> LogLine {
    let fields = JsonObject::default()
        .with("message", error.to_string())
        .with("exitCode", exit_code)
        .with_any("causes", std::iter::successors(error.source(), |cause| (*cause).source()))
        .with_some("hint", hint.map(str::to_owned));
    LogLine::new(Level::Error, "error", fields)
}

/// A guard that refused, or would refuse.
pub(super) fn refusal_line(event: &'static str, level: Level, refusal: &Refusal) -> LogLine {
    LogLine::new(level, event, refusal_object(refusal))
}

pub(super) fn refusal_object(refusal: &Refusal) -> JsonObject {
    let object = JsonObject::default().with("guard", refusal.guard).with("message", refusal.to_string());
    object.with("hint", refusal.hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_whatever_is_in_it_and_says_when_how_bad_and_what() {
        let hostile = "a\u{1b}[2J\n\"\u{202e}b\u{7f}";
        let line =
            LogLine::new(Level::Warn, "paused", JsonObject::default().with("message", hostile)).render(Clock::System);
        assert!(!line.contains(crate::sanitize::is_hidden), "{line:?}");
        let read: Value = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(
            (&read["level"], &read["event"], &read["message"]),
            (&"warn".into(), &"paused".into(), &hostile.into())
        );
        let time = read["time"].as_str().expect("a text");
        assert!(time.parse::<jiff::Timestamp>().is_ok() && time.ends_with('Z') && time.len() == 24, "{time}");
        assert!(line.starts_with("{\"time\":\""), "the time is first, for programs that sort lines: {line}");
    }
}
