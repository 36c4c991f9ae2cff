//! Why a release is purged or kept, on a screen and as a document.

use super::document::JsonObject;
use super::plan_document::{reason, release_facts};
use super::style::Styles;
use super::table::Table;
use super::text::{age, list};
use crate::inventory::Found;
use crate::plan::{
    Decision, Explanation, KeepState, OptOutDecision, OptOutState, OptionText, PlanEntry, PolicyExplanation, Reason,
    Source,
};
use crate::policy::{KeepEntry, Rule, RuleMatch, RuleOrigin, ScopeMatch, SelectorMatch};
use crate::release::{Content, Release};
use crate::sanitize;

/// `kind: PurgeExplanation`. Its fields are a contract: fields may be added, and none may change.
pub(crate) fn explanation_document(explanation: &Explanation<'_>) -> JsonObject {
    let (found, facts) = match explanation.found {
        Found::Release(release) => ("release", release_facts(explanation.release.as_ref().unwrap_or(release))),
        Found::Unreadable(_) => ("unreadable", JsonObject::default()),
        Found::Unlisted(_) => ("unlisted", JsonObject::default()),
        Found::Nothing => ("nothing", JsonObject::default()),
    };
    let entry = explanation.entry.as_ref();
    let opt_out = |note: &OptOutDecision| {
        JsonObject::default()
            .with("source", note.opt_out.source.to_string())
            .with("ends", note.ends.to_string())
            .with_some("reason", note.opt_out.reason.clone())
    };
    JsonObject::document("PurgeExplanation")
        .with("namespace", explanation.id.namespace.to_string())
        .with("name", explanation.id.name.to_string())
        .with("found", found)
        .and(facts)
        .with_some("decision", entry.map(|entry| entry.decision().as_str()))
        .with_all("reasons", entry.iter().flat_map(|entry| &entry.reasons).map(reason))
        .with_all("policies", explanation.policies.iter().map(policy_object))
        .with_all("options", explanation.options.iter().map(option_object))
        .with_all("optOuts", explanation.opt_outs.iter().map(opt_out))
}

fn option_object(option: &OptionText) -> JsonObject {
    let object = |value: &String, source: Option<&Source>| {
        JsonObject::default().with("value", value.clone()).with_some("place", source.map(ToString::to_string))
    };
    JsonObject::default()
        .with("option", option.key)
        .and(object(&option.value, option.source.as_ref()))
        .with_all("overruled", option.overruled.iter().map(|(value, source)| object(value, Some(source))))
}

fn policy_object(explanation: &PolicyExplanation<'_>) -> JsonObject {
    let PolicyExplanation { policy, scope, rules, keeps } = explanation;
    let (word, place) = match scope {
        ScopeMatch::Inside(pattern) => ("inside", Some(pattern.place.to_string())),
        ScopeMatch::LabelsUnknown(pattern) => ("labels-unknown", Some(pattern.place.to_string())),
        ScopeMatch::Outside => ("outside", None),
    };
    let keep = |(entry, state, names): &(&KeepEntry, KeepState, SelectorMatch)| {
        JsonObject::default()
            .with("entry", entry.as_str().to_owned())
            .with("source", entry.place.to_string())
            .with("state", if matches!(state, KeepState::Over(_)) { "over" } else { "in-force" })
            .with("names", if *names == SelectorMatch::Yes { "yes" } else { "perhaps" })
    };
    let rule = |(rule, found): &(&Rule, RuleMatch)| {
        let object = JsonObject::default().with("rule", rule.name.clone()).with("source", rule.place.to_string());
        object.with("answer", answer(found).0)
    };
    JsonObject::default()
        .with("name", policy.name.clone())
        .with("file", policy.file.to_string())
        .with("scope", word)
        .with_some("source", place)
        .with_all("keep", keeps.iter().map(keep))
        .with_all("rules", rules.iter().map(rule))
}

/// The answer of a rule, for programs and for people.
fn answer(answer: &RuleMatch) -> (&'static str, &'static str) {
    match answer {
        RuleMatch::Selects => ("selects", "selects it"),
        RuleMatch::OtherRelease => ("other-release", "does not: other namespaces, releases or charts"),
        RuleMatch::OtherLabels => ("other-labels", "does not: its namespace has other labels"),
        RuleMatch::OtherReleaseLabels => ("other-release-labels", "does not: the release has other labels"),
        RuleMatch::Younger(_) => ("younger", "does not: it is too young"),
        RuleMatch::OtherState => ("other-state", "does not: it is in another state"),
        RuleMatch::ChartUnknown => ("chart-unknown", "cannot tell: its chart is not known"),
        RuleMatch::AgeUnknown => ("age-unknown", "cannot tell: its age is not known"),
        RuleMatch::LabelsUnknown => ("labels-unknown", "cannot tell: its namespace's labels are not known"),
        RuleMatch::ReleaseLabelsUnknown => ("release-labels-unknown", "cannot tell: its own labels are not known"),
    }
}

/// The explanation as text for people: the decision with its reasons, then the policies, the opt-outs and other facts.
pub(crate) fn render_explanation(explanation: &Explanation<'_>, now: jiff::Timestamp, paint: Styles) -> String {
    let id = paint.bold(&explanation.id.to_string());
    let mut lines = vec![format!("{id}  {}", presence(explanation, now)), decision_line(explanation, paint)];
    lines.push(String::new());
    let mut table = Table::new(&["", "", ""]);
    for reason in explanation.entry.iter().flat_map(deciding) {
        let place = reason.source().map(ToString::to_string).unwrap_or_default();
        row(&mut table, "because", &reason.to_string(), &place);
    }
    for policy in &explanation.policies {
        rows_of_policy(policy, &mut table);
    }
    explanation.options.iter().for_each(|option| rows_of_option(option, &mut table));
    for note in &explanation.opt_outs {
        let state = if note.state == OptOutState::Over { "over: " } else { "" };
        let reason = note.opt_out.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        row(&mut table, "opt-out", &format!("{state}{}{reason}", note.ends), &note.opt_out.source.to_string());
    }
    if let Some(labels) = explanation.release.as_ref().and_then(labels_text) {
        row(&mut table, "labels", &labels, "");
    }
    if let Some(content) = &explanation.content {
        row(&mut table, "holds", &held(content), "");
    }
    if let Some(entry) = explanation.entry.as_ref().filter(|entry| is_restorable(entry)) {
        row(&mut table, "undo", &restore_hint(entry), "");
    }
    lines.extend(table.into_rows());
    lines.join("\n")
}

fn row(table: &mut Table, label: &str, text: &str, place: &str) {
    table.row([label.to_owned(), text.to_owned(), place.to_owned()]);
}

fn presence(explanation: &Explanation<'_>, now: jiff::Timestamp) -> String {
    match explanation.found {
        Found::Release(release) => release_text(explanation.release.as_ref().unwrap_or(release), now),
        Found::Unreadable(entry) => format!("cannot be understood: {}", sanitize::line(&entry.why)),
        Found::Unlisted(entry) => format!("its namespace cannot be looked at: {}", sanitize::line(&entry.why)),
        Found::Nothing => "there is no such release; this is for one that is deployed now".to_owned(),
    }
}

fn release_text(release: &Release, now: jiff::Timestamp) -> String {
    let since = release.updated.as_known().map(|updated| now.duration_since(*updated));
    let old = since.and_then(|since| std::time::Duration::try_from(since).ok());
    let old = old.map_or_else(|| "of unknown age".to_owned(), |old| format!("{} old", age(old)));
    let chart = release.chart.as_known().map(|chart| format!("{}, ", sanitize::line(&chart.to_string())));
    format!("revision {}, {}, {}{old}", release.revision, release.status, chart.unwrap_or_default())
}

fn decision_line(explanation: &Explanation<'_>, paint: Styles) -> String {
    match explanation.entry.as_ref().map(PlanEntry::decision) {
        Some(Decision::Purge) => paint.warning("purge"),
        Some(Decision::Keep) => "keep".to_owned(),
        None if explanation.policies.iter().all(|policy| matches!(policy.scope, ScopeMatch::Outside)) => {
            "keep: it is out of scope, and never touched".to_owned()
        }
        None => "keep: what is not understood is kept".to_owned(),
    }
}

/// Without the reason that it is in scope, because the policy's own line says that.
fn deciding(entry: &PlanEntry) -> impl Iterator<Item = &Reason> {
    entry.reasons.iter().filter(|reason| !matches!(reason, Reason::InScope { .. }))
}

fn rows_of_policy(explanation: &PolicyExplanation<'_>, table: &mut Table) {
    let PolicyExplanation { policy, scope, rules, keeps } = explanation;
    let (word, place) = match scope {
        ScopeMatch::Inside(pattern) => (format!("inside: {}", pattern.as_str()), pattern.place.to_string()),
        ScopeMatch::LabelsUnknown(pattern) => {
            (format!("perhaps: {}, and its labels are not known", pattern.as_str()), pattern.place.to_string())
        }
        ScopeMatch::Outside => (format!("outside that of {}", policy.name), policy.file.to_string()),
    };
    row(table, "scope", &word, &place);
    for (entry, state, names) in keeps {
        row(table, "keep", &keep_text(entry, state, *names), &entry.place.to_string());
    }
    for (rule, found) in rules.iter().filter(|(rule, _)| rule.origin == RuleOrigin::Listed) {
        row(table, "rule", &format!("{} {}", rule.name, answer(found).1), &rule.place.to_string());
    }
}

/// Without options that nothing is written about: their defaults are in the documentation.
fn rows_of_option(option: &OptionText, table: &mut Table) {
    let OptionText { key, value, source, overruled } = option;
    let Some(source) = source else { return };
    row(table, "how", &format!("{key}: {value}"), &source.to_string());
    for (value, source) in overruled {
        row(table, "overruled", &format!("{key}: {value}"), &source.to_string());
    }
}

fn keep_text(entry: &KeepEntry, state: &KeepState, names: SelectorMatch) -> String {
    let perhaps = match names {
        SelectorMatch::ChartUnknown => " (its chart is not known)",
        SelectorMatch::LabelsUnknown => " (its labels are not known)",
        SelectorMatch::Yes | SelectorMatch::No => "",
    };
    let state = match state {
        KeepState::InForce => String::new(),
        KeepState::Until(until) => format!(" until {}", until.as_str()),
        KeepState::Over(until) => format!(", over since {}", until.as_str()),
    };
    let because = entry.reason.as_ref().map_or_else(String::new, |because| format!(": {because}"));
    format!("{}{perhaps}{state}{because}", entry.as_str())
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
    let named = named.map(|(what, objects)| format!("{what} {}", list(*objects, usize::MAX))).collect::<Vec<_>>();
    if named.is_empty() { "its namespace only, no data".to_owned() } else { named.join("; ") }
}

/// The labels of a release that has some.
fn labels_text(release: &Release) -> Option<String> {
    let labels = release.labels.as_known().filter(|labels| !labels.is_empty())?;
    let labels = labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>();
    Some(sanitize::line(&labels.join(",")))
}

fn is_restorable(entry: &PlanEntry) -> bool {
    entry.selected.as_ref().is_some_and(|selected| selected.options.uninstall.keeps_history())
}

fn restore_hint(entry: &PlanEntry) -> String {
    if entry.losses.is_empty() {
        return "`helm purge restore` brings it back".to_owned();
    }
    format!("`helm purge restore` brings it back, but not {}", list(&entry.losses, usize::MAX))
}
