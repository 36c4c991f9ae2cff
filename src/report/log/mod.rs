//! What is said on stderr, for programs that read logs: a line of JSON for each thing that happens. Its fields are a
//! contract: they may be joined by others, not changed.

mod errors;
mod plan;

pub(super) use errors::fault_lines;
pub use errors::{error_line, refusal_line};
pub use plan::{begun_line, plan_lines, prune_plan_line, pruned_line, restore_plan_line};

use serde::Serialize;
use serde_json::{Map, Value};

use super::document::escaped;
use crate::clock::Clock;

/// How stderr is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A line of JSON for each event.
    Json,
}

/// How much a line matters, in the words that readers of logs know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Only with `--verbose`.
    Debug,
    /// The usual.
    Info,
    /// Somebody may want to know.
    Warn,
    /// Something went wrong.
    Error,
}

/// What is written: the time is first, for whoever sorts lines.
#[derive(Serialize)]
struct WithTime<'a> {
    time: String,
    #[serde(flatten)]
    line: &'a LogLine,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    level: Level,
    event: &'static str,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl LogLine {
    /// Something has happened.
    pub fn new(level: Level, event: &'static str) -> Self {
        Self { level, event, fields: Map::new() }
    }

    /// With one more field.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Serialize) -> Self {
        // Only a map with keys that are no texts could fail.
        self.fields.insert(key.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// With one more field, where there is something to say.
    #[must_use]
    pub fn with_some(self, key: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// With all fields of a document.
    #[must_use]
    pub fn with_all(mut self, document: impl Serialize) -> Self {
        if let Ok(Value::Object(fields)) = serde_json::to_value(document) {
            self.fields.extend(fields);
        }
        self
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The line as it is written now, without its end.
    pub fn render(&self, clock: Clock) -> String {
        escaped(&serde_json::to_string(&WithTime { time: clock.stamp(), line: self }).unwrap_or_default())
    }
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
