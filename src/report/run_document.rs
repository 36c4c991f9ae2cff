//! A finished run as a document for programs. Its fields are a contract, like those of the plan.

use serde::Serialize;

use super::plan_document::{ClusterOfDocument, Facts, PolicyOfDocument};
use super::plan_row::why;
use super::plan_table::PlanView;
use super::run_note::RunNote;
use super::sheet::EarlyEnd;
use crate::executor::{Afterwards, Outcome, OutcomeKind, ReleaseResult, Run, Settled};
use crate::plan::{Entry, Subject, Verdict};
use crate::release::{Release, ReleaseId};

/// `kind: PurgeReport`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDocument {
    api_version: &'static str,
    kind: &'static str,
    /// None where nothing was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<RunNote>,
    pub(super) started: String,
    pub(super) seconds: f64,
    pub(super) policies: Vec<PolicyOfDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cluster: Option<ClusterOfDocument>,
    /// Which part of the fence, where several share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) helm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) workers: Option<usize>,
    pub(super) exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted_by_signal: Option<i32>,
    /// Why nothing was begun, where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stopped: Option<EarlyEnd>,
    pub(super) verified: VerificationOfDocument,
    pub(super) totals: Totals,
    pub(super) releases: Vec<ResultOfDocument>,
    /// What the plan keeps, and why: for people alone, programs have the plan.
    #[serde(skip)]
    pub(super) kept: Vec<KeptOfDocument>,
}

/// Something that the plan keeps.
#[derive(Debug)]
pub(super) struct KeptOfDocument {
    pub(super) release: String,
    pub(super) why: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerificationOfDocument {
    pub(super) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    pub(super) planned: usize,
    pub(super) purged: usize,
    pub(super) failed: usize,
    pub(super) already_gone: usize,
    pub(super) changed: usize,
    pub(super) not_started: usize,
    pub(super) still_needed: usize,
    pub(super) kept: usize,
    restorable: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultOfDocument {
    pub(super) namespace: String,
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) facts: Facts,
    pub(super) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_behind: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seconds: Option<f64>,
    attempts: u32,
    afterwards: &'static str,
}

impl RunDocument {
    /// A run, the plan it carried out, and how the program ends.
    pub fn of(view: &PlanView<'_>, run: &Run, settled: &Settled, journal: &RunNote, exit_code: u8) -> Self {
        let has_outcome = |id: &ReleaseId| run.results.binary_search_by(|result| result.release.id.cmp(id)).is_ok();
        Self {
            run: Some(journal.clone()),
            seconds: run.took.as_secs_f64(),
            workers: Some(run.workers),
            exit_code,
            interrupted_by_signal: run.interruption.map(|interruption| interruption.signal),
            verified: VerificationOfDocument::of(settled),
            totals: Totals {
                planned: run.results.len(),
                purged: run.count(OutcomeKind::Purged),
                failed: run.count(OutcomeKind::Failed),
                already_gone: run.count(OutcomeKind::AlreadyGone),
                changed: run.count(OutcomeKind::Changed),
                not_started: run.count(OutcomeKind::NotStarted),
                still_needed: run.count(OutcomeKind::StillNeeded),
                kept: kept(view, &has_outcome).count(),
                restorable: run.results.iter().filter(|result| result.afterwards == Afterwards::Kept).count(),
            },
            releases: run.results.iter().map(ResultOfDocument::of).collect(),
            kept: kept(view, &has_outcome).map(KeptOfDocument::of).collect(),
            ..Self::of_facts(view)
        }
    }

    /// A plan of which nothing has begun, and why, where that is known.
    pub fn of_plan(view: &PlanView<'_>, stopped: Option<EarlyEnd>) -> Self {
        let releases = view.plan.chosen().map(ResultOfDocument::not_begun).collect::<Vec<_>>();
        let (planned, kept) = (releases.len(), kept(view, &|_| false).map(KeptOfDocument::of).collect::<Vec<_>>());
        let totals = Totals { planned, not_started: planned, kept: kept.len(), ..Totals::default() };
        Self { workers: Some(view.workers), stopped, totals, releases, kept, ..Self::of_facts(view) }
    }

    /// What has not got as far as to a plan.
    pub(super) fn of_nothing(started: jiff::Timestamp) -> Self {
        Self {
            api_version: "helm-purge/v1",
            kind: "PurgeReport",
            run: None,
            started: started.to_string(),
            seconds: 0.0,
            policies: Vec::new(),
            cluster: None,
            shard: None,
            helm: None,
            workers: None,
            exit_code: 0,
            interrupted_by_signal: None,
            stopped: None,
            verified: VerificationOfDocument::of(&Settled::NothingToVerify),
            totals: Totals::default(),
            releases: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn of_facts(view: &PlanView<'_>) -> Self {
        Self {
            policies: PolicyOfDocument::of(view.policies),
            cluster: Some(ClusterOfDocument::new(view.connection, view.identity)),
            shard: view.narrowing.shard.map(|shard| shard.to_string()),
            helm: Some(view.helm.version().to_string()),
            ..Self::of_nothing(view.now)
        }
    }

    /// Says how the program ends.
    pub(super) fn end(&mut self, exit_code: u8, early: Option<EarlyEnd>) {
        self.exit_code = exit_code;
        self.stopped = early.or(self.stopped.take());
    }
}

/// What was planned at some time and stays after all has an outcome, and is not counted twice.
fn kept<'a>(view: &PlanView<'a>, has_outcome: &dyn Fn(&ReleaseId) -> bool) -> impl Iterator<Item = &'a Entry> {
    let entries = view.plan.entries.iter().filter(|entry| entry.decision.verdict == Verdict::Keep);
    entries.filter(move |entry| !matches!(&entry.subject, Subject::Release(release) if has_outcome(&release.id)))
}

impl KeptOfDocument {
    fn of(entry: &Entry) -> Self {
        let namespace = entry.subject.namespace().map_or("?", |namespace| namespace.as_str());
        Self { release: format!("{namespace}/{}", entry.subject.name()), why: why(entry) }
    }
}

impl VerificationOfDocument {
    fn of(settled: &Settled) -> Self {
        let (state, gone, why) = match settled {
            Settled::Verified { gone, .. } => ("verified", Some(*gone), None),
            Settled::NotVerified(why) => ("not-verified", None, Some(why.clone())),
            Settled::NothingToVerify => ("nothing-to-verify", None, None),
        };
        Self { state, deployed: None, gone, why }
    }

    /// The same, where releases have to be there and not gone.
    pub(super) fn of_restore(settled: &Settled) -> Self {
        let verification = Self::of(settled);
        Self { deployed: verification.gone, gone: None, ..verification }
    }
}

impl ResultOfDocument {
    /// Nothing has become of it.
    pub(super) fn not_begun(release: &Release) -> Self {
        Self {
            namespace: release.id.namespace.to_string(),
            name: release.id.name.to_string(),
            facts: Facts::of(release),
            outcome: OutcomeKind::NotStarted.as_str(),
            class: None,
            message: None,
            cause: None,
            left_behind: Vec::new(),
            remarks: Vec::new(),
            seconds: None,
            attempts: 0,
            afterwards: "unknown",
        }
    }

    pub(super) fn of(result: &ReleaseResult) -> Self {
        let mut document = Self {
            outcome: result.outcome.kind().as_str(),
            seconds: result.took.map(|took| took.as_secs_f64()),
            attempts: result.attempts,
            afterwards: match result.afterwards {
                Afterwards::Unknown => "unknown",
                Afterwards::Gone => "gone",
                Afterwards::Listed { .. } => "listed",
                Afterwards::Kept => "kept",
                Afterwards::Unreadable => "unreadable",
            },
            ..Self::not_begun(&result.release)
        };
        document.describe(&result.outcome);
        document
    }

    fn describe(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Purged { left_behind, remarks } => {
                self.left_behind.clone_from(left_behind);
                self.remarks.clone_from(remarks);
            }
            Outcome::Failed(failure) => {
                self.class = Some(failure.class.as_str());
                self.message = Some(failure.words.error.clone());
                self.cause.clone_from(&failure.words.cause);
            }
            Outcome::Changed(what) => self.message = Some(what.clone()),
            Outcome::NotStarted(reason) => self.message = Some(reason.as_str().to_owned()),
            Outcome::StillNeeded { by } => self.message = Some(format!("still needed by {by}")),
            Outcome::Restored { remarks } => self.remarks.clone_from(remarks),
            Outcome::AlreadyGone => {}
        }
    }
}
