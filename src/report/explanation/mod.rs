//! Why a release goes or stays, on a screen.

mod document;

pub use document::ExplanationDocument;

use crate::plan::{
    Decision, Explanation, KeepExplanation, KeepState, OptOutState, PlanEntry, PolicyExplanation, Presence, Reason,
    RuleExplanation, ScopeExplanation,
};
use crate::policy::{RuleMatch, RuleOrigin, SelectorMatch};
use crate::release::{Content, Object, Release};
use crate::report::paint::Styles;
use crate::report::table::{Align, Table};
use crate::report::words::age;
use crate::sanitize;

/// The explanation as text for people: the verdict with its reasons, then everybody who has a say.
pub fn render_explanation(explanation: &Explanation, now: jiff::Timestamp, paint: Styles) -> String {
    let id = paint.strong(&explanation.id.to_string());
    let mut lines = vec![format!("{id}  {}", presence(&explanation.presence, now)), verdict(explanation, paint)];
    lines.push(String::new());
    let mut table = Table::new(vec![("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    for reason in explanation.entry.iter().flat_map(deciding) {
        let place = reason.source().map(ToString::to_string).unwrap_or_default();
        row(&mut table, "because", &reason.to_string(), &place);
    }
    for policy in &explanation.policies {
        rows_of_policy(policy, &mut table);
    }
    for note in &explanation.opt_outs {
        let state = if note.state == OptOutState::Over { "over: " } else { "" };
        let reason = note.opt_out.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        row(&mut table, "opt-out", &format!("{state}{}{reason}", note.ends), &note.opt_out.source.to_string());
    }
    if let Some(content) = &explanation.content {
        row(&mut table, "holds", &held(content), "");
    }
    if let Some(entry) = explanation.entry.as_ref().filter(|entry| is_restorable(entry)) {
        row(&mut table, "undo", &undo(entry), "");
    }
    lines.extend(table.into_lines(None, 3).skip(1).map(|line| format!("  {line}")));
    lines.join("\n")
}

fn row(table: &mut Table, label: &str, text: &str, place: &str) {
    table.row(vec![label.to_owned(), sanitize::line(text), sanitize::line(place)]);
}

fn presence(presence: &Presence, now: jiff::Timestamp) -> String {
    match presence {
        Presence::Is(release) => release_words(release, now),
        Presence::Unreadable(why) => format!("cannot be understood: {}", sanitize::line(why)),
        Presence::Unlisted(why) => format!("its namespace cannot be looked at: {}", sanitize::line(why)),
        Presence::Missing => "there is no such release; this is for one that is deployed now".to_owned(),
    }
}

fn release_words(release: &Release, now: jiff::Timestamp) -> String {
    let since = release.updated.as_known().map(|updated| now.duration_since(*updated));
    let old = since.and_then(|since| std::time::Duration::try_from(since).ok());
    let old = old.map_or_else(|| "of unknown age".to_owned(), |old| format!("{} old", age(old)));
    let chart = release.chart.as_known().map(|chart| format!("{}, ", sanitize::line(&chart.to_string())));
    format!("revision {}, {}, {}{old}", release.revision, release.status, chart.unwrap_or_default())
}

fn verdict(explanation: &Explanation, paint: Styles) -> String {
    match explanation.entry.as_ref().map(PlanEntry::decision) {
        Some(Decision::Purge) => paint.purge("purge"),
        Some(Decision::Keep) => "keep".to_owned(),
        None if explanation.policies.iter().all(|policy| policy.fence == ScopeExplanation::Outside) => {
            "keep: it is outside the fence, and never touched".to_owned()
        }
        None => "keep: what is not understood is kept".to_owned(),
    }
}

/// That it is in the fence is said by the policy's own line.
fn deciding(entry: &PlanEntry) -> impl Iterator<Item = &Reason> {
    entry.reasons.iter().filter(|reason| !matches!(reason, Reason::InFence { .. }))
}

fn rows_of_policy(policy: &PolicyExplanation, table: &mut Table) {
    match &policy.fence {
        ScopeExplanation::Inside(pattern, place) => {
            row(table, "fence", &format!("inside: {pattern}"), &place.to_string());
        }
        ScopeExplanation::LabelsUnknown(pattern, place) => {
            row(table, "fence", &format!("perhaps: {pattern}, and its labels are not known"), &place.to_string());
        }
        ScopeExplanation::Outside => row(table, "fence", &format!("outside that of {}", policy.name), &policy.file),
    }
    for keep in &policy.keeps {
        row(table, "keep", &keep_words(keep), &keep.place.to_string());
    }
    for rule in policy.rules.iter().filter(|rule| rule.origin == RuleOrigin::Listed) {
        row(table, "rule", &rule_words(rule), &rule.place.to_string());
    }
}

fn keep_words(keep: &KeepExplanation) -> String {
    let perhaps = if keep.names == SelectorMatch::ChartUnknown { " (its chart is not known)" } else { "" };
    let state = match &keep.state {
        KeepState::InForce => String::new(),
        KeepState::Until(until) => format!(" until {}", until.as_str()),
        KeepState::Over(until) => format!(", over since {}", until.as_str()),
    };
    let because = keep.because.as_ref().map_or_else(String::new, |because| format!(": {because}"));
    format!("{}{perhaps}{state}{because}", keep.entry)
}

fn rule_words(rule: &RuleExplanation) -> String {
    let answer = match &rule.answer {
        RuleMatch::Selects => "selects it",
        RuleMatch::OtherRelease => "does not: other namespaces, releases or charts",
        RuleMatch::OtherLabels => "does not: its namespace has other labels",
        RuleMatch::Younger(_) => "does not: it is too young",
        RuleMatch::OtherState => "does not: it is in another state",
        RuleMatch::ChartUnknown => "cannot tell: its chart is not known",
        RuleMatch::AgeUnknown => "cannot tell: its age is not known",
        RuleMatch::LabelsUnknown => "cannot tell: its namespace's labels are not known",
    };
    format!("{} {answer}", rule.rule)
}

fn held(content: &Result<Content, String>) -> String {
    let content = match content {
        Ok(content) => content,
        Err(why) => return format!("cannot be told: {why}"),
    };
    let groups = [
        ("takes along", &content.sweeping),
        ("objects elsewhere", &content.elsewhere),
        ("data", &content.claims),
        ("claims that stay, of", &content.claims_stay),
    ];
    let named = groups.iter().filter(|(_, objects)| !objects.is_empty());
    let named = named.map(|(what, objects)| format!("{what} {}", list(objects))).collect::<Vec<_>>();
    if named.is_empty() { "its namespace only, no data".to_owned() } else { named.join("; ") }
}

fn is_restorable(entry: &PlanEntry) -> bool {
    entry.selected.is_some_and(|selected| selected.options.uninstall.keeps_history())
}

fn undo(entry: &PlanEntry) -> String {
    let losses = entry.losses.iter().map(ToString::to_string).collect::<Vec<_>>();
    if losses.is_empty() {
        return "`helm purge restore` brings it back".to_owned();
    }
    format!("`helm purge restore` brings it back, but not {}", losses.join(", "))
}

fn list(objects: &[Object]) -> String {
    objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
