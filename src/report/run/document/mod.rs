//! A finished run as a document for programs. Its fields are a contract, like those of the plan.

mod result;

pub(in crate::report) use result::ResultOfDocument;

use serde::Serialize;

use crate::executor::{ObservedState, OutcomeKind, Run, Verification};
use crate::plan::{Decision, PlanEntry, Subject};
use crate::release::ReleaseId;
use crate::report::plan::document::{ClusterOfDocument, PolicyOfDocument};
use crate::report::plan::row::why;
use crate::report::plan::table::PlanView;
use crate::report::run::note::JournalRef;
use crate::report::sheet::EarlyExit;

/// `kind: PurgeReport`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDocument {
    api_version: &'static str,
    kind: &'static str,
    /// None where nothing was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) run: Option<JournalRef>,
    pub(in crate::report) started: String,
    pub(in crate::report) seconds: f64,
    pub(in crate::report) policies: Vec<PolicyOfDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) cluster: Option<ClusterOfDocument>,
    /// Which part of the fence, where several share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) helm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) workers: Option<usize>,
    pub(in crate::report) exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted_by_signal: Option<i32>,
    /// Why nothing was begun, where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) stopped: Option<EarlyExit>,
    pub(in crate::report) verified: VerificationOfDocument,
    pub(in crate::report) totals: Totals,
    pub(in crate::report) releases: Vec<ResultOfDocument>,
    /// What the plan keeps, and why: for people alone, programs have the plan.
    #[serde(skip)]
    pub(in crate::report) kept: Vec<KeptOfDocument>,
}

/// Something that the plan keeps.
#[derive(Debug)]
pub(in crate::report) struct KeptOfDocument {
    pub(in crate::report) release: String,
    pub(in crate::report) why: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct VerificationOfDocument {
    pub(in crate::report) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Totals {
    pub(in crate::report) planned: usize,
    pub(in crate::report) purged: usize,
    pub(in crate::report) failed: usize,
    pub(in crate::report) already_gone: usize,
    pub(in crate::report) changed: usize,
    pub(in crate::report) not_started: usize,
    pub(in crate::report) still_needed: usize,
    pub(in crate::report) kept: usize,
    restorable: usize,
}

impl RunDocument {
    /// A run, the plan it carried out, and how the program ends.
    pub fn of(view: &PlanView<'_>, run: &Run, settled: &Verification, journal: &JournalRef, exit_code: u8) -> Self {
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
                restorable: run.results.iter().filter(|result| result.afterwards == ObservedState::Kept).count(),
            },
            releases: run.results.iter().map(ResultOfDocument::of).collect(),
            kept: kept(view, &has_outcome).map(KeptOfDocument::of).collect(),
            ..Self::of_facts(view)
        }
    }

    /// A plan of which nothing has begun, and why, where that is known.
    pub fn of_plan(view: &PlanView<'_>, stopped: Option<EarlyExit>) -> Self {
        let releases = view.plan.chosen().map(ResultOfDocument::not_begun).collect::<Vec<_>>();
        let (planned, kept) = (releases.len(), kept(view, &|_| false).map(KeptOfDocument::of).collect::<Vec<_>>());
        let totals = Totals { planned, not_started: planned, kept: kept.len(), ..Totals::default() };
        Self { workers: Some(view.workers), stopped, totals, releases, kept, ..Self::of_facts(view) }
    }

    /// What has not got as far as to a plan.
    pub(in crate::report) fn of_nothing(started: jiff::Timestamp) -> Self {
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
            verified: VerificationOfDocument::of(&Verification::NothingToVerify),
            totals: Totals::default(),
            releases: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn of_facts(view: &PlanView<'_>) -> Self {
        Self {
            policies: PolicyOfDocument::of(view.policies),
            cluster: Some(ClusterOfDocument::new(view.connection, view.identity)),
            shard: view.filters.shard.map(|shard| shard.to_string()),
            helm: Some(view.helm.version().to_string()),
            ..Self::of_nothing(view.now)
        }
    }

    /// Says how the program ends.
    pub(in crate::report) fn end(&mut self, exit_code: u8, early: Option<EarlyExit>) {
        self.exit_code = exit_code;
        self.stopped = early.or(self.stopped.take());
    }
}

/// What was planned at some time and stays after all has an outcome, and is not counted twice.
fn kept<'a>(view: &PlanView<'a>, has_outcome: &dyn Fn(&ReleaseId) -> bool) -> impl Iterator<Item = &'a PlanEntry> {
    let entries = view.plan.entries.iter().filter(|entry| entry.decision() == Decision::Keep);
    entries.filter(move |entry| !matches!(&entry.subject, Subject::Release(release) if has_outcome(&release.id)))
}

impl KeptOfDocument {
    fn of(entry: &PlanEntry) -> Self {
        let namespace = entry.subject.namespace().map_or("?", |namespace| namespace.as_str());
        Self { release: format!("{namespace}/{}", entry.subject.name()), why: why(entry) }
    }
}

impl VerificationOfDocument {
    fn of(settled: &Verification) -> Self {
        let (state, gone, why) = match settled {
            Verification::Verified { gone, .. } => ("verified", Some(*gone), None),
            Verification::NotVerified(why) => ("not-verified", None, Some(why.clone())),
            Verification::NothingToVerify => ("nothing-to-verify", None, None),
        };
        Self { state, deployed: None, gone, why }
    }

    /// The same, where releases have to be there and not gone.
    pub(in crate::report) fn of_restore(settled: &Verification) -> Self {
        let verification = Self::of(settled);
        Self { deployed: verification.gone, gone: None, ..verification }
    }
}
