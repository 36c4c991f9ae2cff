//! `run --plan`: a plan that somebody saved and agreed to, and what has come of it since.

use super::Prepared;
use crate::cli::RunArguments;
use crate::command::CommandError;
use crate::executor::{ObservedState, Outcome, ReleaseResult, Run};
use crate::plan::SavedPlanDiff;
use crate::release::Release;
use crate::report::plural;
use crate::sanitize;
use crate::saved_plan::SavedPlan;

/// Reads the saved plan, where one was named.
pub(in crate::command) fn read(arguments: &RunArguments) -> Result<Option<SavedPlan>, CommandError> {
    Ok(arguments.plan.as_deref().map(SavedPlan::read_named).transpose()?)
}

/// What is left of a saved plan, for the head of today's.
pub(in crate::command) fn note((saved, since): &(SavedPlan, SavedPlanDiff)) -> String {
    let (planned, file) = (plural(saved.chosen.len(), "release"), sanitize::line(&saved.file));
    let made = saved.created.strftime("%Y-%m-%dT%H:%M:%SZ");
    let counts = [(since.changed.len(), "changed or kept since"), (since.gone.len(), "gone already")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let others = match since.not_planned {
        0 => String::new(),
        others => format!("; {} that would go today, and not by it, left alone", plural(others, "release")),
    };
    format!("by the plan of {made} in {file}: {planned}{}{others}", counts.collect::<String>())
}

/// Every release that was planned has an outcome, also one that does not go by now.
pub(in crate::command) fn add_since(run: &mut Run, prepared: &Prepared) {
    let Some((_, since)) = &prepared.saved else { return };
    let result = |release: &Release, outcome| ReleaseResult {
        release: release.clone(),
        outcome,
        took: None,
        attempts: 0,
        doubt: None,
        afterwards: ObservedState::Unknown,
    };
    run.results.extend(since.changed.iter().map(|(release, what)| result(release, Outcome::Changed(what.clone()))));
    run.results.extend(since.gone.iter().map(|release| result(release, Outcome::AlreadyGone)));
    run.results.sort_by(|left, right| left.release.id.cmp(&right.release.id));
}
