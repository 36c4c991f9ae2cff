//! The plan of a purge on a screen: where it was made, who has opted out, the releases, and notes about them.

use std::collections::BTreeSet;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use super::opt_outs::releases_word;
use super::plan_document::{PlanView, entry_name};
use super::style::Styles;
use super::table::{Detail, Table};
use super::text::{age_at, bound, first_lines, list, plural};
use crate::guard::Scope;
use crate::inventory::OptOut;
use crate::plan::{Decision, KeepHits, KeepState, OptOutDecision, OptOutState, Plan, PlanEntry, Reason};
use crate::plan::{SelectedRelease, Source};
use crate::policy::{Policy, WindowState};
use crate::release::{Known, Release, Status};
use crate::sanitize;
use crate::target::Target;
use crate::uninstall_options::UninstallOptions;

impl Detail {
    /// How many items are named: all of them with `-o wide`.
    fn most(self, usually: usize) -> usize {
        if self == Detail::Wide { usize::MAX } else { usually }
    }
}

/// How many patterns of namespaces are named.
const MAX_PATTERNS: usize = 6;
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
    lines.push(footer(view, width, paint));
    lines.join("\n")
}

/// `NAMESPACE/RELEASE` of everything that is purged, a line each.
pub(crate) fn plan_names(plan: &Plan) -> String {
    plan.chosen().map(|release| release.id.to_string()).collect::<Vec<_>>().join("\n")
}

fn head(view: &PlanView<'_>, detail: Detail, paint: Styles) -> Vec<String> {
    let (target, plan) = (view.target, view.plan);
    let mut lines = target_lines(target, paint);
    let scope = scope_line(target, Some((plan.namespaces_in_shard, plan.namespaces_in_scope)));
    lines.extend(with_windows(scope, target));
    lines.extend(view.scope.saved_plan.clone());
    let remarks = plan.remarks.iter().map(|remark| format!("note: {remark}"));
    lines.extend(remarks.chain(argo_line(plan)).map(|line| paint.dim(&sanitize::line(&line))));
    lines.extend(opt_out_lines(plan, detail, paint));
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

/// The part of the cluster that a command covers. `namespaces` counts those with releases: in this shard, and in all.
pub(super) fn scope_line(target: &Target, namespaces: Option<(usize, usize)>) -> String {
    let (outer, shard) = (target.policies.outer_scope(), target.shard);
    let patterns = outer.patterns.iter().map(|pattern| sanitize::line(pattern.as_str())).collect::<BTreeSet<_>>();
    let labels = target.policies.iter().any(|policy| policy.namespaces.selector.is_some());
    let patterns = list(patterns, MAX_PATTERNS) + if labels { ", by their labels" } else { "" };
    let whole = match namespaces {
        None => patterns,
        Some((here, all)) if shard.is_some() => format!("{here} of {} ({patterns})", plural(all, "namespace")),
        Some((_, all)) => format!("{} ({patterns})", plural(all, "namespace")),
    };
    let scope = match &target.scope {
        Scope::Only(namespace) if outer.matches(namespace).is_none() => {
            format!("only the namespace {namespace}, which is out of scope of this policy")
        }
        Scope::Only(namespace) => format!("only the namespace {namespace}"),
        Scope::Whole => whole,
        Scope::Unknown => format!("{whole}; helm keeps -n for itself, so whether it was given is not known"),
    };
    let shard = shard.map(|shard| format!(", shard {shard}")).unwrap_or_default();
    format!("scope: {scope}{shard}")
}

/// The window of a single policy stands on the same line; those of several have lines of their own.
fn with_windows(scope: String, target: &Target) -> Vec<String> {
    let windows = target.policies.iter().filter_map(|policy| Some((policy, window_text(policy, target.now)?)));
    let windows = windows.collect::<Vec<_>>();
    match windows.as_slice() {
        [(_, window)] if target.policies.as_slice().len() == 1 => vec![format!("{scope}   {window}")],
        _ => {
            let windows = windows.iter().map(|(policy, window)| format!("{}: {window}", policy.name));
            std::iter::once(scope).chain(windows).collect()
        }
    }
}

/// Whether the window of a policy is open, and when that changes.
fn window_text(policy: &Policy, now: jiff::Timestamp) -> Option<String> {
    let clock = |time: jiff::Timestamp| time.to_zoned(policy.time_zone.get().clone());
    let zone = &policy.time_zone;
    Some(match policy.window.as_ref()?.at(now, zone) {
        WindowState::Open(until) => format!("window open until {} {zone}", clock(until).strftime("%H:%M")),
        WindowState::Closed(Some(opens)) => {
            format!("window closed until {} {zone}", clock(opens).strftime("%a %H:%M"))
        }
        WindowState::Closed(None) => "window closed".to_owned(),
    })
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
    let rows = table.into_rows().zip(shown).map(|(line, note)| match note.state {
        OptOutState::Long => paint.bold(&line),
        OptOutState::InForce | OptOutState::Over => paint.dim(&line),
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

fn rows(view: &PlanView<'_>, detail: Detail, width: Option<usize>, paint: Styles) -> Vec<String> {
    let headings =
        ["NAMESPACE", "RELEASE", "ACTION", ">AGE", "CHART", ">REVISION", "STATUS", ">DEADLINE", "SOURCE", "REASON"];
    let table = Table::new(&headings).only_wide(&["REVISION", "STATUS", "DEADLINE", "SOURCE"]);
    let table = table.least_first(&["CHART", "AGE"]).ends_with_reason();
    let table = table.sign("CHART", "-", "not read, because the release is kept for another reason");
    let mut table = table.sign("CHART", "?", "unknown");
    let shown = view.plan.entries.iter().filter(|entry| view.only.is_none_or(|only| entry.decision() == only));
    for entry in shown {
        table.row_dimmed_if(entry.decision() == Decision::Keep, cells(entry, view));
    }
    match (view.only, table.is_empty()) {
        (Some(Decision::Keep), true) => vec!["  nothing is kept".to_owned()],
        (Some(Decision::Purge), true) => vec!["  nothing is purged".to_owned()],
        _ => table.into_lines(2, detail, width, paint),
    }
}

fn cells(entry: &PlanEntry, view: &PlanView<'_>) -> [String; 10] {
    let (release, unknown, none) = (entry.release(), || "?".to_owned(), || "-".to_owned());
    let reasons = &entry.reasons;
    let decisive = match entry.decision() {
        Decision::Purge => reasons.last(),
        Decision::Keep => reasons.first(),
    };
    [
        entry.subject.namespace().map_or_else(unknown, ToString::to_string),
        entry.subject.name().to_owned(),
        entry.decision().as_str().to_owned(),
        age_at(release.and_then(|release| release.updated.as_known().copied()), view.target.now),
        chart(entry, release),
        release.map_or_else(unknown, |release| release.revision.to_string()),
        release.map_or_else(unknown, |release| release.status.to_string()),
        entry.selected.as_ref().map_or_else(none, |selected| deadline(selected, view.timeout)),
        decisive.and_then(Reason::source).map_or_else(none, ToString::to_string),
        why(entry),
    ]
}

/// How long the release can take before its helm process is ended.
fn deadline(selected: &SelectedRelease, timeout: Option<Duration>) -> String {
    let options = selected.options.uninstall;
    bound(UninstallOptions { timeout: timeout.unwrap_or(options.timeout), ..options }.deadline())
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
    table.into_rows().map(move |line| paint.dim(&line))
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

fn footer(view: &PlanView<'_>, width: Option<usize>, paint: Styles) -> String {
    let chosen = view.plan.chosen().count();
    let purge = if chosen == 0 {
        "nothing to purge".to_owned()
    } else {
        let what = plural(chosen, "release");
        format!("purge {what} in {}", plural(view.plan.chosen_namespaces(), "namespace"))
    };
    let others = format!(" · keep {} · {}", view.plan.kept(), plural(view.workers, "worker"));
    let why = format!("why: {} explain NAMESPACE/RELEASE", view.command);
    let is_narrow = width.is_some_and(|width| format!("{purge}{others} · {why}").width() > width);
    let counts = format!("{}{others}", if chosen == 0 { purge } else { paint.warning(&purge) });
    match view.plan.entries.is_empty() {
        true => counts,
        false if is_narrow => format!("{counts}\n{why}"),
        false => format!("{counts} · {why}"),
    }
}
