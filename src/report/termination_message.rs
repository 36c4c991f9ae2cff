//! A report in one line: the termination message of a pod, and the last line of a log.

use serde::Serialize;

use super::document::{API_VERSION, escaped};
use super::run_report::{EarlyExit, RunReport};
use crate::executor::OutcomeKind;
use crate::sanitize::truncated;

/// The kubelet keeps no more of a termination log, with its line break.
const MAX_BYTES: usize = 4096;

/// How many failures are named, with how many characters of each message, until the line is short enough.
const TRIES: [(usize, usize); 6] = [(20, 300), (10, 200), (5, 120), (2, 60), (0, 60), (0, 0)];

/// A short report. Its fields are a contract, like those of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TerminationMessage {
    api_version: &'static str,
    kind: &'static str,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    policies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<&'static str>,
    totals: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<EarlyExit>,
    failed: Vec<FailedRelease>,
    /// How many more failed.
    failed_left_out: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FailedRelease {
    release: String,
    class: &'static str,
    message: String,
}

impl From<&RunReport> for TerminationMessage {
    fn from(report: &RunReport) -> Self {
        let failed = report.results.iter().filter(|row| row.is(OutcomeKind::Failed)).map(|row| FailedRelease {
            release: row.release.id.to_string(),
            class: row.outcome.class.unwrap_or_default(),
            message: row.message(),
        });
        let target = report.target.as_ref();
        Self {
            api_version: API_VERSION,
            kind: if report.restore.is_some() { "RestoreSummary" } else { "PurgeSummary" },
            exit_code: report.exit_code.unwrap_or_default(),
            run: report.execution.as_ref().map(|execution| execution.journal.id.clone()),
            shard: target.and_then(|target| target.shard.clone()),
            policies: report.policies().iter().map(|policy| policy.name.clone()).collect(),
            context: target.map(|target| target.cluster.context.clone()),
            seconds: report.seconds(),
            verified: report.verified(),
            totals: serde_json::to_value(report.totals_object()).unwrap_or_default(),
            stopped: report.stopped.clone(),
            failed: failed.collect(),
            failed_left_out: 0,
        }
    }
}

impl TerminationMessage {
    /// As the last line of a log has it.
    pub(crate) fn usual(&self) -> Self {
        self.shortened(TRIES[0].0, TRIES[0].1)
    }

    /// One line of JSON, of 4096 bytes at most with its line break.
    pub(crate) fn line(&self) -> String {
        let line = |message: &Self| escaped(serde_json::to_string(message).unwrap_or_default());
        let mut tries = TRIES.into_iter().map(|(failures, characters)| line(&self.shortened(failures, characters)));
        tries.find(|line| line.len() < MAX_BYTES).unwrap_or_else(|| line(&self.numbers()))
    }

    fn shortened(&self, failures: usize, characters: usize) -> Self {
        let cut = |text: &String| truncated(text, characters);
        let early = |early: &EarlyExit| EarlyExit {
            messages: early.messages.iter().take(failures.max(1)).map(cut).collect(),
            hint: early.hint.as_ref().map(cut),
            guards: early.guards.iter().copied().take(failures.max(1)).collect(),
            why: early.why,
        };
        let failed = |failed: &FailedRelease| FailedRelease { message: cut(&failed.message), ..failed.clone() };
        Self {
            policies: self.policies.iter().take(failures.max(1)).cloned().collect(),
            context: self.context.as_ref().map(cut),
            stopped: self.stopped.as_ref().map(early),
            failed: self.failed.iter().take(failures).map(failed).collect(),
            failed_left_out: self.failed.len().saturating_sub(failures),
            ..self.clone()
        }
    }

    fn numbers(&self) -> Self {
        Self {
            run: None,
            shard: None,
            policies: Vec::new(),
            context: None,
            stopped: None,
            failed: Vec::new(),
            failed_left_out: self.failed.len(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(failed: &[String], words: &str) -> TerminationMessage {
        let failure =
            |release: &String| FailedRelease { release: release.clone(), class: "hook", message: words.to_owned() };
        TerminationMessage {
            api_version: API_VERSION,
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
            let line = message(&names[..count], &words.repeat(400)).line();
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
            let line = message(&names, &words.repeat(repeated)).line();
            prop_assert!(line.len() < 4096 && !line.contains('\n'));
            let read: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
            prop_assert_eq!(&read["exitCode"], 1);
            prop_assert_eq!(read["totals"]["failed"].as_u64(), Some(names.len() as u64));
        }
    }
}
