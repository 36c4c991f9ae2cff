//! A report in one line: what a pod leaves behind of itself, and the last line of a log.

use serde::Serialize;

use super::EarlyExit;
use crate::report::document::escaped;

/// The kubelet keeps no more of a termination log, its line break included.
const MOST_BYTES: usize = 4096;

/// How many failures are named, and how many characters of each message are, until it is short enough.
const TRIES: [(usize, usize); 6] = [(20, 300), (10, 200), (5, 120), (2, 60), (0, 60), (0, 0)];

/// A report in short. Its fields are a contract, like those of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Short {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shard: Option<String>,
    pub(super) policies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<String>,
    pub(super) seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verified: Option<&'static str>,
    pub(super) totals: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stopped: Option<EarlyExit>,
    pub(super) failed: Vec<ShortFailure>,
    /// How many more failed, or were left out here.
    pub(super) failed_left_out: usize,
}

/// A release that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ShortFailure {
    pub(super) release: String,
    pub(super) class: &'static str,
    pub(super) message: String,
}

impl Short {
    /// So much of it as is usual.
    #[must_use]
    pub fn usual(&self) -> Self {
        self.cut(TRIES[0].0, TRIES[0].1)
    }

    /// One line of JSON of 4096 bytes at most, its line break counted.
    pub fn line(&self) -> String {
        let tries = TRIES.into_iter().map(|(failures, characters)| self.cut(failures, characters).to_line());
        let mut fitting = tries.filter(|line| line.len() < MOST_BYTES);
        fitting.next().unwrap_or_else(|| self.bare().to_line())
    }

    fn to_line(&self) -> String {
        escaped(&serde_json::to_string(self).unwrap_or_default())
    }

    fn cut(&self, failures: usize, characters: usize) -> Self {
        let failure = |failure: &ShortFailure| {
            let (release, message) = (failure.release.clone(), cut(&failure.message, characters));
            ShortFailure { release, message, class: failure.class }
        };
        let early = |early: &EarlyExit| EarlyExit {
            messages: early.messages.iter().take(failures.max(1)).map(|text| cut(text, characters)).collect(),
            hint: early.hint.as_ref().map(|text| cut(text, characters)),
            guards: early.guards.iter().copied().take(failures.max(1)).collect(),
            ..early.clone()
        };
        let failed = self.failed.iter().take(failures).map(failure).collect::<Vec<_>>();
        Self {
            policies: self.policies.iter().take(failures.max(1)).cloned().collect(),
            context: self.context.as_ref().map(|text| cut(text, characters)),
            stopped: self.stopped.as_ref().map(early),
            failed_left_out: self.failed_left_out + self.failed.len() - failed.len(),
            failed,
            ..self.clone()
        }
    }

    /// Numbers only.
    fn bare(&self) -> Self {
        Self { run: None, shard: None, policies: Vec::new(), context: None, stopped: None, ..self.cut(0, 0) }
    }
}

/// The beginning of a text.
fn cut(text: &str, characters: usize) -> String {
    let mut cut = text.chars().take(characters).collect::<String>();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn short(failed: &[String], words: &str) -> Short {
        let failure =
            |release: &String| ShortFailure { release: release.clone(), class: "hook", message: words.to_owned() };
        Short {
            api_version: "helm-purge/v1",
            kind: "PurgeSummary",
            exit_code: 1,
            run: Some("20261125-190342-3f9a1c".to_owned()),
            shard: None,
            policies: failed.to_vec(),
            context: Some(words.to_owned()),
            seconds: 1.5,
            verified: Some("verified"),
            totals: serde_json::json!({"purged": 3, "failed": failed.len()}),
            stopped: Some(EarlyExit { hint: Some(words.to_owned()), ..EarlyExit::new("error", words) }),
            failed: failed.iter().map(failure).collect(),
            failed_left_out: 0,
        }
    }

    #[test]
    fn as_many_failures_as_there_is_room_for_are_named_and_the_others_counted() {
        let names = (0..500).map(|number| format!("dev-a/release-{number:03}")).collect::<Vec<_>>();
        for (count, words) in [(1, "x"), (500, "x"), (500, "\u{1b}"), (500, "\u{1f680}")] {
            let line = short(&names[..count], &words.repeat(400)).line();
            let read: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
            let told = read["failed"].as_array().map_or(0, Vec::len);
            assert_eq!(read["failedLeftOut"], count - told);
            assert!(count > 1 || told == 1, "{line}");
        }
    }

    proptest! {
        #[test]
        fn the_line_of_a_termination_log_is_json_in_one_line_of_4096_bytes_at_most(
            names in prop::collection::vec(".{0,300}", 0..40), words in "(?s).{0,2000}", repeated in 1..20_usize
        ) {
            let line = short(&names, &words.repeat(repeated)).line();
            prop_assert!(line.len() < 4096 && !line.contains('\n'));
            let read: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
            prop_assert_eq!(&read["exitCode"], 1);
            prop_assert_eq!(read["totals"]["failed"].as_u64(), Some(names.len() as u64));
        }
    }
}
