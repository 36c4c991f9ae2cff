//! What a plan says of the way back: which releases can be restored once they are gone, and what that would not bring.

use super::table::Detail;
use crate::plan::{Plan, PlanEntry};
use crate::release::Loss;
use crate::report::words::plural;
use crate::sanitize;

/// So many releases are named unless somebody wants everything.
const NAMED: usize = 3;

/// The lines below the releases; none where nothing is kept.
pub(in crate::report) fn lines(plan: &Plan, detail: Detail) -> Vec<String> {
    let count = plan.restorable().count();
    if count == 0 {
        return Vec::new();
    }
    let all = plan.chosen().count();
    let which = if count == all { "all of it".to_owned() } else { which(plan, count, all, detail) };
    let mut lines = vec![format!(
        "{which} can be restored: the newest record stays, older ones are removed, by helm-purge itself and not by helm"
    )];
    let lossy = plan.entries.iter().filter(|entry| !entry.losses.is_empty()).collect::<Vec<_>>();
    let most = if detail == Detail::Wide { lossy.len() } else { NAMED };
    lines.extend(lossy.iter().take(most).map(|entry| loss_line(entry, detail)));
    if lossy.len() > most {
        lines.push(format!(
            "and of {} something does not come back, see -o wide",
            plural(lossy.len() - most, "more release")
        ));
    }
    lines
}

fn which(plan: &Plan, count: usize, all: usize, detail: Detail) -> String {
    let most = if detail == Detail::Wide { count } else { NAMED };
    let named = plan.restorable().take(most).map(|release| release.id.to_string()).collect::<Vec<_>>().join(", ");
    let more = if count > most { format!(" and {} more, see -o wide", count - most) } else { String::new() };
    format!("{count} of {} ({named}{more})", plural(all, "release"))
}

fn loss_line(entry: &PlanEntry, detail: Detail) -> String {
    let namespace = entry.subject.namespace().map(ToString::to_string).unwrap_or_default();
    let most = if detail == Detail::Wide { entry.losses.len() } else { NAMED };
    let named = entry.losses.iter().take(most).map(Loss::to_string).collect::<Vec<_>>().join(", ");
    let more = entry.losses.len() - most.min(entry.losses.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    sanitize::line(&format!("of {namespace}/{} does not come back: {named}{more}", entry.subject.name()))
}
