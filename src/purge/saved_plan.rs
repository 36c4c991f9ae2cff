//! `run --plan`: a plan that a person saved and agreed to, and what differs today.

use crate::app::CommandError;
use crate::cli::RunArguments;
use crate::plan::SavedPlanDiff;
use crate::report::plural;
use crate::sanitize;
use crate::saved_plan::SavedPlan;

/// Reads the saved plan, if one was named.
pub(crate) fn read_saved_plan(arguments: &RunArguments) -> Result<Option<SavedPlan>, CommandError> {
    Ok(arguments.plan.as_deref().map(SavedPlan::read_named).transpose()?)
}

/// What is left of a saved plan, for the first lines of today's plan.
pub(super) fn note((saved, diff): &(SavedPlan, SavedPlanDiff)) -> String {
    let (planned, file) = (plural(saved.chosen.len(), "release"), sanitize::line(&saved.file));
    let made = saved.created.strftime("%Y-%m-%dT%H:%M:%SZ");
    let counts = [(diff.changed.len(), "changed or kept since"), (diff.gone.len(), "gone already")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let others = match diff.not_planned {
        0 => String::new(),
        others => format!("; {} that would go today, and not by it, left alone", plural(others, "release")),
    };
    format!("by the plan of {made} in {file}: {planned}{}{others}", counts.collect::<String>())
}
