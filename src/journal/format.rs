//! The lines of a journal, and the record that they add up to. Pure.
//!
//! A run may have died in the middle of a line, a disk may have lost lines, and the text is untrusted. Lines that cannot be
//! read are counted, and the others are used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::executor::{NotStarted, Outcome, OutcomeKind, OutcomeSummary, Run, Verification};
use crate::operation_kind::OperationKind;
use crate::policy::{Policy, PolicySet};
use crate::run_id::RunId;
use crate::sanitize;
use crate::target::Target;

/// The first line: the run, its user, cluster and policies, and the releases that it purges, restores or forgets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JournalHeader {
    pub(crate) format: u32,
    pub(crate) run: String,
    #[serde(default)]
    pub(crate) operation: OperationKind,
    /// The runs that a restore restores.
    #[serde(rename = "restores", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) restored_runs: Vec<String>,
    pub(crate) at: String,
    /// The version of this program.
    pub(crate) program: String,
    /// In the order of the command line.
    pub(crate) policies: Vec<PolicyRef>,
    /// Such as `3/16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shard: Option<String>,
    pub(crate) cluster: ClusterRef,
    /// `USER@HOST`, or `pod NAMESPACE/NAME`.
    pub(crate) user: String,
    pub(crate) process: ProcessRef,
    /// How many releases the run works on.
    pub(crate) planned: usize,
    /// How many of them this journal does not name, because it would be too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) left_out: usize,
    /// The others. Those that have started may be missing here.
    #[serde(default)]
    pub(crate) releases: Vec<PlannedRelease>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRef {
    pub(crate) name: String,
    /// The file as the command line names it.
    pub(crate) file: String,
    /// The SHA-256 of the file's bytes.
    pub(crate) sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClusterRef {
    pub(crate) context: String,
    /// The address of the API server.
    pub(crate) server: String,
    /// The uid of the namespace `kube-system`, if the account may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uid: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessRef {
    pub(crate) host: String,
    pub(crate) pid: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlannedRelease {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) revision: u32,
}

impl JournalHeader {
    /// The version of the format that this program writes. A reader uses what it knows of later versions.
    pub(crate) const FORMAT: u32 = 1;

    /// The names of the policies, and the shard if there is one.
    pub(crate) fn policies_and_shard(&self) -> String {
        let names = self.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(",");
        let shard = self.shard.as_ref().map_or_else(String::new, |shard| format!(" {shard}"));
        format!("{names}{shard}")
    }

    pub(super) fn started(&self) -> Option<jiff::Timestamp> {
        self.at.parse().ok()
    }

    /// Whether another run has policies of the same names, the same cluster and the same shard, and matters to this one.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let alike = self.policies_and_shard() == other.policies_and_shard() && self.cluster.is(&other.cluster);
        alike && self.operation.matters_to(other.operation)
    }

    /// Whether another run has one of these policies and the same cluster, and does not have another shard.
    pub(crate) fn has_part_of(&self, other: &Self) -> bool {
        let is_theirs = |policy: &PolicyRef| other.policies.iter().any(|theirs| theirs.name == policy.name);
        let may_meet = self.shard.is_none() || other.shard.is_none() || self.shard == other.shard;
        self.policies.iter().any(is_theirs) && may_meet && self.cluster.is(&other.cluster)
    }
}

impl PolicyRef {
    pub(crate) fn list(policies: &PolicySet) -> Vec<Self> {
        let policy = |policy: &Policy| Self {
            name: policy.name.clone(),
            file: policy.file.to_string(),
            sha256: policy.digest.to_string(),
        };
        policies.iter().map(policy).collect()
    }
}

impl ClusterRef {
    pub(crate) fn of(target: &Target) -> Self {
        Self {
            context: target.connection.context.to_string(),
            server: target.connection.server.clone(),
            uid: target.identity.as_ref().map(|identity| identity.0.clone()),
        }
    }

    /// By the uid if both have one, because addresses change and several clusters may have the same address.
    fn is(&self, other: &Self) -> bool {
        match (&self.uid, &other.uid) {
            (Some(uid), Some(other)) => uid == other,
            _ => self.server == other.server && self.context == other.context,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it out like this")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// One line. Releases are `NAMESPACE/NAME`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum JournalLine {
    /// The first line.
    RunStarted(Box<JournalHeader>),
    /// These are about to be passed to one helm process, which may start none of them, or only some.
    ReleasesStarted { at: String, releases: Vec<String> },
    /// The outcome of a release, from helm or from the last check before it.
    ReleaseFinished {
        at: String,
        release: String,
        #[serde(flatten)]
        end: ReleaseOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<f64>,
    },
    /// The outcome of releases in any other way: between two phases, by the last list, or because they were never started.
    Verified {
        at: String,
        releases: Vec<String>,
        #[serde(flatten)]
        end: ReleaseOutcome,
    },
    /// Nothing more is started.
    Stopping { at: String, because: String },
    /// The helm processes were sent this signal: `TERM` or `KILL`.
    Signal { at: String, sent: String },
    /// The last line.
    RunFinished(RunFinished),
    /// From a later version.
    #[serde(other)]
    Unknown,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunFinished {
    pub(crate) at: String,
    pub(crate) exit_code: u8,
    /// The signal that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signal: Option<i32>,
    pub(crate) verified: Verified,
    pub(crate) totals: RunTotals,
}

/// What the last list of the cluster showed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Verified {
    /// `verified`, `not-verified` or `nothing-to-verify`.
    pub(crate) state: String,
    /// How many were reported as purged or restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reported: Option<usize>,
    /// How many of them are gone; in a restore, how many are deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gone: Option<usize>,
}

/// How many releases have which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RunTotals {
    pub(crate) planned: usize,
    pub(crate) purged: usize,
    pub(crate) restored: usize,
    pub(crate) forgotten: usize,
    pub(crate) failed: usize,
    pub(crate) already_gone: usize,
    pub(crate) changed: usize,
    pub(crate) still_needed: usize,
    pub(crate) not_started: usize,
}

impl RunTotals {
    /// How many were purged, restored or forgotten. One run does one of these.
    pub(crate) fn done(&self) -> usize {
        self.purged + self.restored + self.forgotten
    }

    pub(crate) fn of(run: &Run) -> Self {
        Self::counted(run.results.len(), |word| {
            run.results.iter().filter(|result| result.outcome.kind().as_str() == word).count()
        })
    }

    /// `count` returns how many releases have an outcome, by its word.
    fn counted(planned: usize, count: impl Fn(&str) -> usize) -> Self {
        let of = |kind: OutcomeKind| count(kind.as_str());
        Self {
            planned,
            purged: of(OutcomeKind::Purged),
            restored: of(OutcomeKind::Restored),
            forgotten: count(FORGOTTEN),
            failed: of(OutcomeKind::Failed),
            already_gone: of(OutcomeKind::AlreadyGone),
            changed: of(OutcomeKind::Changed),
            still_needed: of(OutcomeKind::StillNeeded),
            not_started: of(OutcomeKind::NotStarted),
        }
    }
}

/// What the last list of the cluster showed, in a word.
pub(crate) fn verification_word(verification: &Verification) -> &'static str {
    match verification {
        Verification::Verified { .. } => "verified",
        Verification::NotVerified(_) => "not-verified",
        Verification::NothingToVerify => "nothing-to-verify",
    }
}

impl From<&Verification> for Verified {
    fn from(verification: &Verification) -> Self {
        let (reported, gone) = match verification {
            Verification::Verified { reported, gone } => (Some(*reported), Some(*gone)),
            Verification::NotVerified(_) | Verification::NothingToVerify => (None, None),
        };
        Self { state: verification_word(verification).to_owned(), reported, gone }
    }
}

impl JournalLine {
    /// With its line break.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|text| text + "\n")
    }
}

/// The outcome of a forgotten history. The executor does not know it, because helm has no part in a forget.
pub(super) const FORGOTTEN: &str = "forgotten";

/// Longer messages are cut; the summary has all of the text.
const LONGEST_MESSAGE: usize = 500;

/// A run, by its journal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunRecord {
    pub(crate) head: JournalHeader,
    /// By `NAMESPACE/NAME`.
    pub(crate) releases: BTreeMap<String, ReleaseEntry>,
    /// Why nothing more was started.
    pub(crate) draining: Option<String>,
    /// None without a last line.
    pub(crate) finished: Option<RunFinished>,
    /// How many lines could not be read, with a torn last line.
    pub(crate) unread: usize,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ReleaseEntry {
    /// From the plan.
    pub(crate) revision: Option<u32>,
    pub(crate) status: ReleaseStatus,
    pub(crate) seconds: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum ReleaseStatus {
    #[default]
    Planned,
    /// It was passed to a helm process, and no line has its outcome.
    Started,
    Ended(ReleaseOutcome),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ReleaseOutcome {
    /// The same word as in reports.
    pub(crate) outcome: String,
    /// The class of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

impl RunRecord {
    pub(super) fn new(head: JournalHeader) -> Self {
        let named = |release: &PlannedRelease| {
            let entry = ReleaseEntry { revision: Some(release.revision), ..ReleaseEntry::default() };
            (format!("{}/{}", release.namespace, release.name), entry)
        };
        let releases = head.releases.iter().map(named).collect();
        Self { head, releases, draining: None, finished: None, unread: 0 }
    }

    pub(super) fn apply(&mut self, line: JournalLine) {
        match line {
            JournalLine::ReleasesStarted { releases, .. } => {
                for release in releases {
                    self.entry(release).status = ReleaseStatus::Started;
                }
            }
            JournalLine::ReleaseFinished { release, end, seconds, .. } => {
                let entry = self.entry(release);
                entry.status = ReleaseStatus::Ended(end);
                entry.seconds = seconds;
            }
            JournalLine::Verified { releases, end, .. } => {
                for release in releases {
                    self.entry(release).status = ReleaseStatus::Ended(end.clone());
                }
            }
            JournalLine::Stopping { because, .. } => self.draining = Some(because),
            JournalLine::RunFinished(ended) => self.finished = Some(ended),
            // A second header is a mistake, and the first one is used.
            JournalLine::RunStarted(_) | JournalLine::Signal { .. } | JournalLine::Unknown => {}
        }
    }

    fn entry(&mut self, release: String) -> &mut ReleaseEntry {
        self.releases.entry(release).or_default()
    }

    /// The releases that were started and have no outcome.
    pub(crate) fn in_progress(&self) -> impl Iterator<Item = &str> {
        self.releases
            .iter()
            .filter(|(_, entry)| entry.status == ReleaseStatus::Started)
            .map(|(release, _)| release.as_str())
    }

    /// From the last line, or counted if there is none.
    pub(crate) fn totals(&self) -> RunTotals {
        if let Some(finished) = &self.finished {
            return finished.totals;
        }
        let is = |entry: &&ReleaseEntry, word: &str| entry.status.outcome().is_some_and(|end| end.outcome == word);
        let count = |word: &str| self.releases.values().filter(|entry| is(entry, word)).count();
        let totals = RunTotals::counted(self.head.planned, count);
        let waiting = self.releases.values().filter(|entry| entry.status == ReleaseStatus::Planned).count();
        RunTotals { not_started: totals.not_started + waiting, ..totals }
    }
}

impl ReleaseStatus {
    pub(crate) fn outcome(&self) -> Option<&ReleaseOutcome> {
        match self {
            ReleaseStatus::Ended(outcome) => Some(outcome),
            ReleaseStatus::Planned | ReleaseStatus::Started => None,
        }
    }
}

impl ReleaseOutcome {
    pub(crate) fn forgotten() -> Self {
        Self { outcome: FORGOTTEN.to_owned(), class: None, message: None }
    }

    /// Without a class, because helm did not fail.
    pub(crate) fn failed(message: &str) -> Self {
        let outcome = OutcomeKind::Failed.as_str().to_owned();
        Self { outcome, class: None, message: Some(sanitize::truncated(message, LONGEST_MESSAGE)) }
    }

    pub(crate) fn not_started(why: NotStarted) -> Self {
        Self::from(&Outcome::NotStarted(why))
    }

    pub(super) fn is_done(&self) -> bool {
        let done = [OutcomeKind::Purged.as_str(), OutcomeKind::Restored.as_str(), FORGOTTEN];
        done.contains(&self.outcome.as_str())
    }
}

impl From<&Outcome> for ReleaseOutcome {
    fn from(outcome: &Outcome) -> Self {
        let OutcomeSummary { outcome, class, message, .. } = outcome.into();
        let message = message.map(|text| sanitize::truncated(&text, LONGEST_MESSAGE));
        Self { outcome: outcome.to_owned(), class: class.map(str::to_owned), message }
    }
}

/// Reads a journal.
pub(super) fn read(bytes: &[u8]) -> Result<(RunId, RunRecord), String> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let (id, head) = head(lines.next().unwrap_or_default())?;
    let mut record = RunRecord::new(head);
    for line in lines {
        match serde_json::from_slice(line) {
            Ok(line) => record.apply(line),
            Err(_) => record.unread += 1,
        }
    }
    Ok((id, record))
}

/// Reads the first line of a journal.
pub(super) fn head(line: &[u8]) -> Result<(RunId, JournalHeader), String> {
    match serde_json::from_slice(line) {
        Ok(JournalLine::RunStarted(head)) => Ok((head.run.parse()?, *head)),
        Ok(_) => Err("its first line does not name the run".to_owned()),
        Err(error) => Err(format!("cannot read its first line: {error}")),
    }
}

#[cfg(test)]
pub(super) fn example(releases: &[&str]) -> JournalHeader {
    let planned = |text: &&str| {
        let (namespace, name) = text.split_once('/').expect("written as namespace/name");
        PlannedRelease { namespace: namespace.to_owned(), name: name.to_owned(), revision: 3 }
    };
    JournalHeader {
        format: JournalHeader::FORMAT,
        run: "20261125-190342-3f9a1c".to_owned(),
        operation: OperationKind::Purge,
        restored_runs: Vec::new(),
        at: "2026-11-25T19:03:42.123Z".to_owned(),
        program: "0.1.0".to_owned(),
        policies: vec![PolicyRef { name: "end-of-day".into(), file: "p.yaml".into(), sha256: "e3b0".into() }],
        shard: None,
        cluster: ClusterRef { context: "dev-eu".into(), server: "https://dev.example.com".into(), uid: None },
        user: "alice@laptop".to_owned(),
        process: ProcessRef { host: "laptop".to_owned(), pid: 4711 },
        planned: releases.len(),
        left_out: 0,
        releases: releases.iter().map(planned).collect(),
    }
}

#[cfg(test)]
#[path = "format_test.rs"]
mod tests;
