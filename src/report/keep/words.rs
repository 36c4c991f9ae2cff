//! What is said while opt-outs are written and removed.

use std::collections::BTreeSet;

use crate::cluster::OptOutConfigMap;
use crate::inventory::{KeptReleases, OptOut, OptOutSource, Until};
use crate::sanitize;

/// More releases than this are counted, not named.
const NAMED: usize = 8;

/// What became of a ConfigMap, in kubectl's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkChange {
    /// It is new.
    Created,
    /// It was there, and says something else now.
    Configured,
    /// It is gone.
    Deleted,
}

/// What was done, in one line that begins like kubectl's.
pub fn mark_line(opt_out: &OptOut, change: MarkChange) -> String {
    let what = what(opt_out);
    let (verb, meaning) = match change {
        MarkChange::Created => ("created", format!("{what} is kept {}", ends(&opt_out.until))),
        MarkChange::Configured => ("configured", format!("{what} is kept {}", ends(&opt_out.until))),
        MarkChange::Deleted => ("deleted", format!("it kept {what}")),
    };
    format!("configmap/{} {verb}: {meaning}", name(&opt_out.source))
}

/// What it said before, where that was something else: it may have been somebody else's word.
pub fn mark_before(before: &OptOutConfigMap, now: &OptOut) -> Option<String> {
    let by = before.annotations.get(OptOutConfigMap::BY).map_or_else(String::new, |by| format!(", by {by}"));
    let before = OptOut::from_mark(before.clone())?;
    if before.until == now.until && before.reason == now.reason {
        return None;
    }
    let reason = before.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    Some(format!("before, it was kept {}{by}{reason}", ends(&before.until)))
}

/// That nothing of that name is there, and what is.
pub fn none_of(target: &str, names: &BTreeSet<&str>) -> String {
    let listed = names.iter().take(NAMED).map(|name| sanitize::line(name)).collect::<Vec<_>>().join(", ");
    let there = match names.len() {
        0 => "its namespace has none".to_owned(),
        many if many > NAMED => format!("its namespace has {listed} and {} more", many - NAMED),
        _ => format!("its namespace has {listed}"),
    };
    format!("no release is {target} now, so nothing is protected yet; {there}")
}

/// What else keeps, and how to remove that.
pub fn still_kept(opt_out: &OptOut, way_out: &str) -> String {
    let reason = opt_out.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let (what, ends, source) = (what(opt_out), ends(&opt_out.until), &opt_out.source);
    format!("{what} is kept {ends} ({source}){reason}; remove it with: {way_out}")
}

/// `NAMESPACE/RELEASES`.
fn what(opt_out: &OptOut) -> String {
    sanitize::line(&format!("{}/{}", opt_out.namespace, releases(&opt_out.releases)))
}

/// The globs in one word; `*` for all.
pub(super) fn releases(releases: &KeptReleases) -> String {
    match releases {
        KeptReleases::All => "*".to_owned(),
        KeptReleases::Matching(globs) => globs.join(","),
    }
}

fn ends(until: &Until) -> String {
    match until {
        Until::Never => "without an end".to_owned(),
        Until::At(text) => format!("until {text}"),
    }
}

/// The ConfigMap's name; that of whatever else it is otherwise.
fn name(source: &OptOutSource) -> String {
    match source {
        OptOutSource::ConfigMap(name) => name.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opt_out(until: &str, reason: &str) -> OptOut {
        let (namespace, releases) =
            ("dev-a".parse().expect("a legal name"), KeptReleases::Matching(vec!["web".into()]));
        OptOut::to_write(namespace, releases, Until::At(until.to_owned()), Some(reason.to_owned()))
    }

    #[test]
    fn a_line_begins_like_kubectls_and_says_what_it_means() {
        let line = |change| mark_line(&opt_out("2026-12-01", "demo"), change);
        assert_eq!(
            line(MarkChange::Created),
            "configmap/helm-purge-keep-web created: dev-a/web is kept until 2026-12-01"
        );
        assert_eq!(line(MarkChange::Deleted), "configmap/helm-purge-keep-web deleted: it kept dev-a/web");
    }

    #[test]
    fn an_earlier_word_is_repeated_only_where_it_was_another_one() {
        let before = opt_out("2026-12-01", "demo").to_mark(Some("bob".to_owned())).expect("it is a ConfigMap");
        assert_eq!(mark_before(&before, &opt_out("2026-12-01", "demo")), None);
        let said = mark_before(&before, &opt_out("2026-11-28", "demo"));
        assert_eq!(said.as_deref(), Some("before, it was kept until 2026-12-01, by bob: demo"));
    }

    #[test]
    fn who_has_mistyped_a_name_sees_those_that_are_there() {
        let said = none_of("dev-a/wbe", &["db", "web"].into());
        assert!(said.contains("no release is dev-a/wbe now") && said.ends_with("its namespace has db, web"), "{said}");
    }
}
