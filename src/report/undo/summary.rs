//! The summary at the end of a restore.

use std::collections::BTreeMap;

use super::plan::RestoreView;
use crate::executor::{Operation, Run, Verification};
use crate::release::ReleaseId;
use crate::report::errors::indented;
use crate::report::paint::Styles;
use crate::report::printer::Verbosity;
use crate::report::run::note::JournalRef;
use crate::report::run::summary;
use crate::report::words::plural;
use crate::restore::RestorePlan;
use crate::sanitize;

/// A finished restore.
#[derive(Debug, Clone, Copy)]
pub struct RestoreReport<'a> {
    /// What was to be done.
    pub plan: &'a RestorePlan,
    /// What came of what helm did.
    pub run: &'a Run,
    /// What verified it.
    pub settled: &'a Verification,
    /// Marked records that should have gone and are still there, and why.
    pub left: &'a BTreeMap<ReleaseId, String>,
    /// Its journal.
    pub journal: &'a JournalRef,
}

/// The summary as text for people.
pub fn render_restored(view: &RestoreView<'_>, report: &RestoreReport<'_>, volume: Verbosity, paint: Styles) -> String {
    let mut parts = Vec::new();
    if !report.run.results.is_empty() {
        parts.extend(summary::parts(report.run, volume, Operation::Rollback, paint));
    }
    let finished = report.plan.finished().filter(|entry| !report.left.contains_key(&entry.candidate.kept.id)).count();
    if finished > 0 {
        parts.push(format!("finished: {} had been back already", plural(finished, "release")));
    }
    let is_finished = |id: &ReleaseId| report.plan.finished().any(|entry| entry.candidate.kept.id == *id);
    let left = report.left.iter().filter(|(id, _)| is_finished(id));
    parts.extend(left.map(|(id, why)| {
        paint.bad(&format!("the record that the purge left of {id} is still there: {}", sanitize::line(why)))
    }));
    if let Some(line) = verification(view, report, paint) {
        parts.push(line);
    }
    let journal = (!report.journal.places.is_empty()).then(|| format!("\njournal: run {}", report.journal.id));
    parts.join("\n\n") + &journal.unwrap_or_default()
}

fn verification(view: &RestoreView<'_>, report: &RestoreReport<'_>, paint: Styles) -> Option<String> {
    let context = sanitize::line(view.connection.context().as_str());
    match report.settled {
        Verification::Verified { reported, gone: back } if reported == back => {
            Some(format!("verified: {back} of {reported} are deployed on {context}"))
        }
        Verification::Verified { reported, gone: back } => {
            Some(paint.bad(&format!("verified: only {back} of {reported} are deployed on {context}")))
        }
        Verification::NotVerified(why) => Some(format!("{} {}", paint.bad("not verified:"), indented(why, 14))),
        Verification::NothingToVerify if report.run.results.is_empty() => None,
        Verification::NothingToVerify => Some("nothing was restored".to_owned()),
    }
}
