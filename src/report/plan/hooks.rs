//! What a plan says of hooks: those that do not run, because a policy says so.

use super::table::Detail;
use crate::plan::{Plan, PlanEntry};
use crate::report::words::plural;
use crate::sanitize;

/// So many releases are named unless somebody wants everything, and so many hooks of each.
const NAMED: usize = 3;

/// The lines below the releases; none where every hook runs.
pub(in crate::report) fn lines(plan: &Plan, detail: Detail) -> Vec<String> {
    let skipping = plan.entries.iter().filter(|entry| !entry.hooks_skipped.is_empty()).collect::<Vec<_>>();
    let most = if detail == Detail::Wide { skipping.len() } else { NAMED };
    let mut lines = skipping.iter().take(most).map(|entry| line(entry, detail)).collect::<Vec<_>>();
    if skipping.len() > most {
        lines.push(format!("and hooks of {} do not run, see -o wide", plural(skipping.len() - most, "more release")));
    }
    lines
}

fn line(entry: &PlanEntry, detail: Detail) -> String {
    let namespace = entry.subject.namespace().map(ToString::to_string).unwrap_or_default();
    let all = &entry.hooks_skipped;
    let most = if detail == Detail::Wide { all.len() } else { NAMED };
    let named = all.iter().take(most).map(|hook| format!("{} {}", hook.kind, hook.name)).collect::<Vec<_>>().join(", ");
    let more = all.len() - most.min(all.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    sanitize::line(&format!("of {namespace}/{} hooks do not run (hooks: skip): {named}{more}", entry.subject.name()))
}
