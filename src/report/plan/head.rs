//! What stands above the releases of a plan: whose policy, which cluster, what time it is, and who has opted out.

use super::table::{Detail, PlanView};
use crate::cluster::Connection;
use crate::helm::Helm;
use crate::inventory::{KeptReleases, OptOut};
use crate::plan::{OptOutNote, OptOutState};
use crate::policy::{Policy, PolicySet, WindowState};
use crate::report::paint::Styles;
use crate::report::table::{Align, Table};
use crate::report::words::plural;
use crate::sanitize;

/// More opt-outs than this are counted, not named, unless somebody wants everything.
const NAMED: usize = 12;

/// The lines of the head, without the empty one that ends it.
pub(in crate::report) fn head(view: &PlanView<'_>, detail: Detail, paint: Styles) -> Vec<String> {
    let mut lines = names(view.policies, view.connection, view.helm, paint);
    lines.extend(view.policies.iter().filter_map(|policy| hours(policy, view.now)));
    if !view.scope.is_empty() {
        lines.push(view.scope.to_owned());
    }
    lines.extend(view.plan.remarks.iter().map(|remark| paint.quiet(&format!("note: {}", sanitize::line(remark)))));
    lines.extend(argo(view).map(|line| paint.quiet(&line)));
    lines.extend(opted_out(view, detail, paint));
    lines
}

/// Which policies, which cluster, which helm.
pub(in crate::report) fn names(
    policies: &PolicySet,
    connection: &Connection,
    helm: &Helm,
    paint: Styles,
) -> Vec<String> {
    let context = sanitize::line(connection.context().as_str());
    let server = sanitize::line(connection.server());
    let cluster = format!("on {} ({server}, helm v{})", paint.strong(&context), helm.version());
    let policy = |policy: &Policy| format!("{}  {}", paint.strong(&policy.name), sanitize::line(&policy.file));
    match policies.as_slice() {
        [only] => vec![format!("{}  {cluster}", policy(only))],
        several => {
            let first = format!("{} {cluster}", plural(several.len(), "policy file"));
            std::iter::once(first).chain(several.iter().map(|each| format!("  {}", policy(each)))).collect()
        }
    }
}

/// The time on the clock of a policy that says something about time.
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

fn argo(view: &PlanView<'_>) -> Option<String> {
    let namespaces = view.plan.managed_namespaces.iter().take(NAMED);
    let named = namespaces.map(|managed| format!("{} ({})", managed.namespace, sanitize::line(&managed.application)));
    let named = named.collect::<Vec<_>>().join(", ");
    (!named.is_empty()).then(|| format!("note: Argo CD puts objects into {named}; what it makes is no Helm release"))
}

/// Those that last longer than the policy wants come first, from the plan.
fn opted_out(view: &PlanView<'_>, detail: Detail, paint: Styles) -> Vec<String> {
    let in_force = view.plan.opt_outs.iter().filter(|note| detail == Detail::Wide || note.state != OptOutState::Over);
    let notes = in_force.collect::<Vec<_>>();
    if notes.is_empty() {
        return Vec::new();
    }
    let most = if detail == Detail::Wide { notes.len() } else { NAMED };
    let mut table = Table::new(vec![("", Align::Left), ("", Align::Left), ("", Align::Right), ("", Align::Left)]);
    for note in notes.iter().take(most) {
        table.row(cells(note));
    }
    let rows = table.into_lines(None, 4).skip(1).zip(&notes);
    let mut lines = vec![String::new()];
    lines.extend(rows.map(|(line, note)| match note.state {
        OptOutState::Long => format!("  {}", paint.strong(&line)),
        OptOutState::InForce | OptOutState::Over => format!("  {}", paint.quiet(&line)),
    }));
    if notes.len() > most {
        lines.push(paint.quiet(&format!("  … and {} more with -o wide", notes.len() - most)));
    }
    lines
}

fn cells(note: &OptOutNote) -> Vec<String> {
    let OptOut { namespace, releases, reason, source, .. } = &note.opt_out;
    let releases = match releases {
        KeptReleases::All => "*".to_owned(),
        KeptReleases::Matching(globs) => globs.join(","),
    };
    let state = match note.state {
        OptOutState::Long => ", longer than the policy wants",
        OptOutState::InForce => "",
        OptOutState::Over => ", over",
    };
    let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let words = format!("{}{state} ({source}){reason}", note.ends);
    let name = sanitize::line(&format!("{namespace}/{releases}"));
    vec!["opted out".to_owned(), name, note.hits.to_string(), sanitize::line(&words)]
}
