//! The plan of a purge on a screen: where it was made, who has opted out, the releases, and notes about them.

use super::opt_outs::releases_word;
use super::plan_document::{PlanView, entry_name};
use super::style::Styles;
use super::table::Table;
use super::text::{age_at, first_lines, list, plural};
use crate::inventory::OptOut;
use crate::plan::{Decision, KeepHits, KeepState, OptOutDecision, OptOutState, Plan, PlanEntry, Reason, Source};
use crate::policy::{Policy, WindowState};
use crate::release::{Known, Release, Status};
use crate::sanitize;
use crate::target::Target;

/// How much of each release is shown: what fits a usual terminal, or everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    Usual,
    Wide,
}

impl Detail {
    /// How many items are named: all of them with `-o wide`.
    fn most(self, usually: usize) -> usize {
        if self == Detail::Wide { usize::MAX } else { usually }
    }
}

/// Namespace, release and decision: without these a row is useless.
const MIN_COLUMNS: usize = 3;
/// How many opt-outs, and namespaces of Argo CD, are named.
const MAX_OPT_OUTS: usize = 12;
/// How many releases that lose something are named, and how many losses of each.
const MAX_LOSSES: usize = 3;
/// How many releases whose volume claims stay are named.
const MAX_CLAIMS: usize = 5;

pub(crate) fn render_plan(view: &PlanView<'_>, detail: Detail, width: Option<usize>, paint: Styles) -> String {
    let plan = view.plan;
    let mut lines = head(view, detail, paint);
    lines.push(String::new());
    if plan.entries.is_empty() && plan.releases_in_scope > 0 {
        let releases = plural(plan.releases_in_scope, "release");
        lines.push(format!("  none of the {releases} in scope was asked for"));
    } else if plan.entries.is_empty() {
        lines.push("  no release of this cluster is in scope".to_owned());
    } else {
        lines.extend(rows(view, detail, width, paint));
    }
    lines.push(String::new());
    if !plan.keep_hits.is_empty() {
        lines.extend(keep_lines(&plan.keep_hits, paint));
        lines.push(String::new());
    }
    let notes = claims_line(plan).into_iter().chain(restore_lines(plan, detail)).chain(hook_lines(plan, detail));
    lines.extend(notes.map(|line| paint.dim(&sanitize::line(&line))));
    lines.push(footer(view, paint));
    lines.join("\n")
}

/// `NAMESPACE/RELEASE` of everything that is purged, a line each.
pub(crate) fn plan_names(plan: &Plan) -> String {
    plan.chosen().map(|release| release.id.to_string()).collect::<Vec<_>>().join("\n")
}

fn head(view: &PlanView<'_>, detail: Detail, paint: Styles) -> Vec<String> {
    let mut lines = target_lines(view.target, paint);
    lines.extend(view.target.policies.iter().filter_map(|policy| hours(policy, view.target.now)));
    if !view.scope.is_empty() {
        lines.push(view.scope.to_owned());
    }
    let remarks = view.plan.remarks.iter().map(|remark| format!("note: {remark}"));
    lines.extend(remarks.chain(argo_line(view.plan)).map(|line| paint.dim(&sanitize::line(&line))));
    lines.extend(opt_out_lines(view.plan, detail, paint));
    lines
}

/// Which policies, which cluster, which helm.
pub(super) fn target_lines(target: &Target, paint: Styles) -> Vec<String> {
    let Target { policies, connection, helm, .. } = target;
    let context = sanitize::line(connection.context.as_str());
    let server = sanitize::line(&connection.server);
    let cluster = format!("on {} ({server}, helm v{})", paint.bold(&context), helm.version);
    let policy = |policy: &Policy| format!("{}  {}", paint.bold(&policy.name), sanitize::line(&policy.file));
    match policies.as_slice() {
        [only] => vec![format!("{}  {cluster}", policy(only))],
        several => {
            let first = format!("{} {cluster}", plural(several.len(), "policy file"));
            std::iter::once(first).chain(several.iter().map(|each| format!("  {}", policy(each)))).collect()
        }
    }
}

/// The local time of a policy that has a window, and whether the window is open.
fn hours(policy: &Policy, now: jiff::Timestamp) -> Option<String> {
    let window = policy.window.as_ref()?;
    let clock = |time: jiff::Timestamp| time.to_zoned(policy.time_zone.get().clone());
    let state = match window.at(now, &policy.time_zone) {
        WindowState::Open(until) => format!("window open until {}", clock(until).strftime("%H:%M")),
        WindowState::Closed(Some(opens)) => format!("window closed until {}", clock(opens).strftime("%a %H:%M")),
        WindowState::Closed(None) => "window closed".to_owned(),
    };
    Some(format!("{} {}, {state}", clock(now).strftime("%a %H:%M"), policy.time_zone))
}

fn argo_line(plan: &Plan) -> Option<String> {
    let managed = plan.managed_namespaces.iter().take(MAX_OPT_OUTS);
    let named = list(managed.map(|managed| format!("{} ({})", managed.namespace, managed.application)), MAX_OPT_OUTS);
    (!named.is_empty()).then(|| format!("note: Argo CD puts objects into {named}; what it makes is no Helm release"))
}

/// The plan has those first that last longer than the policy allows.
fn opt_out_lines(plan: &Plan, detail: Detail, paint: Styles) -> Vec<String> {
    let notes = plan.opt_outs.iter().filter(|note| detail == Detail::Wide || note.state != OptOutState::Over);
    let notes = notes.collect::<Vec<_>>();
    if notes.is_empty() {
        return Vec::new();
    }
    let shown = &notes[..notes.len().min(detail.most(MAX_OPT_OUTS))];
    let mut table = Table::new(&["", "", ">", ""]);
    for note in shown {
        table.row(opt_out_cells(note));
    }
    let rows = table.into_lines(None, 4).skip(1).zip(shown).map(|(line, note)| match note.state {
        OptOutState::Long => format!("  {}", paint.bold(&line)),
        OptOutState::InForce | OptOutState::Over => format!("  {}", paint.dim(&line)),
    });
    let mut lines = std::iter::once(String::new()).chain(rows).collect::<Vec<_>>();
    if notes.len() > shown.len() {
        lines.push(paint.dim(&format!("  … and {} more with -o wide", notes.len() - shown.len())));
    }
    lines
}

fn opt_out_cells(note: &OptOutDecision) -> [String; 4] {
    let OptOut { namespace, releases, reason, source, .. } = &note.opt_out;
    let state = match note.state {
        OptOutState::Long => ", longer than the policy wants",
        OptOutState::InForce => "",
        OptOutState::Over => ", over",
    };
    let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let name = format!("{namespace}/{}", releases_word(releases));
    ["opted out".to_owned(), name, note.hits.to_string(), format!("{}{state} ({source}){reason}", note.ends)]
}

/// The most important columns come first, because a narrow terminal loses columns from the right.
fn rows(view: &PlanView<'_>, detail: Detail, width: Option<usize>, paint: Styles) -> impl Iterator<Item = String> {
    let headings = ["NAMESPACE", "RELEASE", "ACTION", ">AGE", "CHART", "REASON", ">REVISION", "STATUS", "SOURCE"];
    let columns = if detail == Detail::Wide { headings.len() } else { headings.len() - 3 };
    let mut table = Table::new(&headings[..columns]);
    for entry in &view.plan.entries {
        table.row(cells(entry, view.target.now));
    }
    let is_kept = view.plan.entries.iter().map(|entry| entry.decision() == Decision::Keep);
    table.into_decisions(width, MIN_COLUMNS, is_kept, paint)
}

fn cells(entry: &PlanEntry, now: jiff::Timestamp) -> [String; 9] {
    let (release, unknown) = (entry.release(), || "?".to_owned());
    let reasons = &entry.reasons;
    let decisive = match entry.decision() {
        Decision::Purge => reasons.last(),
        Decision::Keep => reasons.first(),
    };
    [
        entry.subject.namespace().map_or_else(unknown, ToString::to_string),
        entry.subject.name().to_owned(),
        entry.decision().as_str().to_owned(),
        age_at(release.and_then(|release| release.updated.as_known().copied()), now),
        chart(entry, release),
        why(entry),
        release.map_or_else(unknown, |release| release.revision.to_string()),
        release.map_or_else(unknown, |release| release.status.to_string()),
        decisive.and_then(Reason::source).map_or_else(String::new, ToString::to_string),
    ]
}

/// The chart. `-` if the release is kept for another reason, because then its chart was not read.
fn chart(entry: &PlanEntry, release: Option<&Release>) -> String {
    let matters = |reason: &Reason| matches!(reason, Reason::ChartUnknown | Reason::KeepUnknownChart { .. });
    match release.map(|release| &release.chart) {
        Some(Known::Is(chart)) => chart.to_string(),
        Some(Known::Unknown) if !entry.reasons.iter().any(matters) => "-".to_owned(),
        Some(Known::Unknown) | None => "?".to_owned(),
    }
}

/// The reasons for the decision, except that the release is in scope.
pub(super) fn why(entry: &PlanEntry) -> String {
    let is_news = |reason: &&Reason| !matches!(reason, Reason::InScope { .. } | Reason::Selected { .. });
    let texts = entry.reasons.iter().filter(is_news).map(|reason| match reason.source() {
        Some(source) => sanitize::line(&format!("{reason} ({})", short_source(source))),
        None => sanitize::line(&reason.to_string()),
    });
    let texts = texts.collect::<Vec<_>>();
    if !texts.is_empty() {
        return texts.join("; ");
    }
    let status = entry.release().map(|release| release.status).filter(|status| *status != Status::Deployed);
    status.map(|status| status.to_string()).unwrap_or_default()
}

/// File and line, short enough for a table.
pub(super) fn short_source(source: &Source) -> String {
    match source {
        Source::Policy(place) => format!("{}:{}", place.file, place.line),
        Source::Flag(flag) => (*flag).to_owned(),
    }
}

fn keep_lines(hits: &[KeepHits], paint: Styles) -> impl Iterator<Item = String> {
    let mut table = Table::new(&["", "", ">", ""]);
    for keep in hits {
        let state = match &keep.state {
            KeepState::Over(until) => format!("  over since {}", until.as_str()),
            KeepState::Until(until) if keep.hits > 0 => format!("  until {}", until.as_str()),
            _ if keep.hits == 0 => "  nothing, now".to_owned(),
            _ => String::new(),
        };
        let source = format!("{}{state}", short_source(&keep.source));
        table.row(["keep".to_owned(), keep.entry.clone(), keep.hits.to_string(), source]);
    }
    table.into_lines(None, 4).skip(1).map(move |line| format!("  {}", paint.dim(&line)))
}

/// What an uninstall leaves behind that still costs money.
fn claims_line(plan: &Plan) -> Option<String> {
    let goes = |entry: &&PlanEntry| entry.decision() == Decision::Purge && !entry.claims_stay.is_empty();
    let releases = plan.entries.iter().filter(goes).filter_map(PlanEntry::release).map(|release| &release.id);
    let named = list(releases, MAX_CLAIMS);
    (!named.is_empty()).then(|| format!("volume claims of StatefulSets stay, and their volumes go on to cost: {named}"))
}

/// Which releases can be restored once they are gone, and what that would not bring back.
fn restore_lines(plan: &Plan, detail: Detail) -> Vec<String> {
    let (restorable, all) = (plan.restorable().count(), plan.chosen().count());
    if restorable == 0 {
        return Vec::new();
    }
    let most = detail.most(MAX_LOSSES);
    let which = if restorable == all {
        "all of it".to_owned()
    } else {
        let named = list(plan.restorable().map(|release| &release.id), most);
        let wide = if restorable > most { ", see -o wide" } else { "" };
        format!("{restorable} of {} ({named}{wide})", plural(all, "release"))
    };
    let mut lines = vec![format!(
        "{which} can be restored: the newest record stays, older ones are removed, by helm-purge itself and not by helm"
    )];
    let lossy = plan.entries.iter().filter(|entry| !entry.losses.is_empty());
    let losses =
        lossy.map(|entry| format!("of {} does not come back: {}", entry_name(entry), list(&entry.losses, most)));
    let others = |more| format!("and of {more} something does not come back, see -o wide");
    lines.extend(first_lines(losses, most, others));
    lines
}

/// The hooks that the policy skips.
fn hook_lines(plan: &Plan, detail: Detail) -> Vec<String> {
    let most = detail.most(MAX_LOSSES);
    let skipping = plan.entries.iter().filter(|entry| !entry.hooks_skipped.is_empty());
    let lines = skipping.map(|entry| {
        let hooks = list(entry.hooks_skipped.iter().map(|hook| format!("{} {}", hook.kind, hook.name)), most);
        format!("of {} hooks do not run (hooks: skip): {hooks}", entry_name(entry))
    });
    first_lines(lines, most, |more| format!("and hooks of {more} do not run, see -o wide"))
}

fn footer(view: &PlanView<'_>, paint: Styles) -> String {
    let chosen = view.plan.chosen().count();
    let purge = if chosen == 0 {
        "nothing to purge".to_owned()
    } else {
        let what = plural(chosen, "release");
        paint.warning(&format!("purge {what} in {}", plural(view.plan.chosen_namespaces(), "namespace")))
    };
    format!("{purge} · keep {} · {} at a time", view.plan.kept(), view.workers)
}
