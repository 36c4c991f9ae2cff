//! Opt-outs: the messages when they are written and removed, and the list of them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::document::{JsonObject, with_reason};
use super::style::Styles;
use super::table::{Detail, Table};
use super::text::list;
use crate::cluster::OptOutConfigMap;
use crate::inventory::{OptOut, VisibleOptOuts};
use crate::policy::{Until, Zone};
use crate::sanitize;

/// How many releases are named.
const MAX_LISTED: usize = 8;
/// In the last time zone a day ends this much later than in UTC.
const LAST_TO_END: SignedDuration = SignedDuration::from_hours(12);

/// `kind: OptOutList`. Its fields are a contract: fields may be added, and none may change.
pub(crate) fn opt_out_list(visible: &VisibleOptOuts) -> JsonObject {
    JsonObject::document("OptOutList")
        .with_all("optOuts", visible.opt_outs.iter().map(opt_out))
        // Where there may be more.
        .with_all("unseen", visible.unreadable.iter().map(|found| with_reason(&found.what, &found.why)))
}

fn opt_out(opt_out: &OptOut) -> JsonObject {
    JsonObject::default()
        .with("namespace", opt_out.namespace.to_string())
        .with_any("releases", &opt_out.releases)
        .with_some("until", opt_out.until.clone())
        .with_some("reason", opt_out.reason.clone())
        .with_some("by", opt_out.by.clone())
        .with("source", opt_out.source.to_string())
}

/// The list as text for people; empty if there are no opt-outs.
pub(crate) fn render_opt_outs(
    opt_outs: &[OptOut],
    detail: Detail,
    now: Timestamp,
    width: Option<usize>,
    paint: Styles,
) -> String {
    if opt_outs.is_empty() {
        return String::new();
    }
    let table = Table::new(&["NAMESPACE", "RELEASES", "UNTIL", "BY", "SOURCE", "REASON"]);
    let mut table = table.least_first(&["BY", "SOURCE"]).ends_with_reason();
    for opt_out in opt_outs {
        table.row([
            opt_out.namespace.to_string(),
            releases_word(&opt_out.releases),
            until(opt_out.until.as_deref(), now),
            opt_out.by.clone().unwrap_or_else(|| "-".to_owned()),
            opt_out.source.to_string(),
            opt_out.reason.as_deref().map_or_else(|| "-".to_owned(), |reason| reason.replace('\n', " ")),
        ]);
    }
    table.into_lines(0, detail, width, paint).join("\n")
}

/// Only the policy that reads a date knows its zone. So here a date is over when it is over in every zone.
fn until(written: Option<&str>, now: Timestamp) -> String {
    let Some(text) = written else { return "without an end".to_owned() };
    let is_date = text.trim().parse::<Timestamp>().is_err();
    match Until::parse(text.trim(), &Zone::default()) {
        None => format!("{text} (no date, so without an end)"),
        Some(until) if is_date && now.checked_sub(LAST_TO_END).is_ok_and(|now| until.is_over(now)) => {
            format!("{text} (over)")
        }
        Some(until) if !is_date && until.is_over(now) => format!("{text} (over)"),
        Some(_) => text.to_owned(),
    }
}

/// That an opt-out was `created` or `configured`, in a line that begins like kubectl's.
pub(crate) fn written_line(config_map: &str, opt_out: &OptOut, verb: &str) -> String {
    let ends = ends(opt_out.until.as_deref());
    format!("configmap/{config_map} {verb}: {} is kept {ends}", kept_releases(opt_out))
}

/// That an opt-out was deleted, in a line that begins like kubectl's.
pub(crate) fn deleted_line(config_map: &str, opt_out: &OptOut) -> String {
    format!("configmap/{config_map} deleted: it kept {}", kept_releases(opt_out))
}

/// The end and the reason before, if they were different, because another user may have written them.
pub(crate) fn previous_opt_out(before: &OptOutConfigMap, now: &OptOut) -> Option<String> {
    let by = before.annotations.get(OptOutConfigMap::BY).map_or_else(String::new, |by| format!(", by {by}"));
    let before = OptOut::from_config_map(before.clone())?;
    if before.until == now.until && before.reason == now.reason {
        return None;
    }
    Some(format!("before, it was kept {}{by}{}", ends(before.until.as_deref()), because(&before)))
}

/// That no release has this name, and which names there are.
pub(crate) fn none_of(target: &str, names: &BTreeSet<&str>) -> String {
    let there = match list(names.iter().map(|name| sanitize::line(name)), MAX_LISTED) {
        none if none.is_empty() => "none".to_owned(),
        some => some,
    };
    format!("no release is {target} now, so nothing is protected yet; its namespace has {there}")
}

/// What else keeps it, and how to remove that.
pub(crate) fn still_kept(opt_out: &OptOut, removal: &str) -> String {
    let (what, ends, source) = (kept_releases(opt_out), ends(opt_out.until.as_deref()), &opt_out.source);
    format!("{what} is kept {ends} ({source}){}; remove it with: {removal}", because(opt_out))
}

fn because(opt_out: &OptOut) -> String {
    opt_out.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"))
}

/// `NAMESPACE/RELEASES`.
fn kept_releases(opt_out: &OptOut) -> String {
    sanitize::line(&format!("{}/{}", opt_out.namespace, releases_word(&opt_out.releases)))
}

/// `*` for all releases.
pub(super) fn releases_word(globs: &[String]) -> String {
    if globs.is_empty() { "*".to_owned() } else { globs.join(",") }
}

fn ends(until: Option<&str>) -> String {
    until.map_or_else(|| "without an end".to_owned(), |text| format!("until {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Colour;

    fn opt_out(until: &str, reason: &str) -> OptOut {
        let (namespace, releases) = ("dev-a".parse().expect("a legal name"), vec!["web".into()]);
        OptOut::to_write(namespace, releases, Some(until.to_owned()), Some(reason.to_owned()))
    }

    #[test]
    fn a_line_begins_like_kubectls_and_says_what_it_means() {
        let (name, opt_out) = ("helm-purge-keep-web", opt_out("2026-12-01", "demo"));
        let expected = "configmap/helm-purge-keep-web created: dev-a/web is kept until 2026-12-01";
        assert_eq!(written_line(name, &opt_out, "created"), expected);
        assert_eq!(deleted_line(name, &opt_out), "configmap/helm-purge-keep-web deleted: it kept dev-a/web");
    }

    #[test]
    fn an_earlier_word_is_repeated_only_where_it_was_another_one() {
        let before = OptOut { by: Some("bob".to_owned()), ..opt_out("2026-12-01", "demo") };
        let before = before.to_config_map().expect("it is a ConfigMap");
        assert_eq!(previous_opt_out(&before, &opt_out("2026-12-01", "demo")), None);
        let text = previous_opt_out(&before, &opt_out("2026-11-28", "demo"));
        assert_eq!(text.as_deref(), Some("before, it was kept until 2026-12-01, by bob: demo"));
    }

    #[test]
    fn who_has_mistyped_a_name_sees_those_that_are_there() {
        let text = none_of("dev-a/wbe", &["db", "web"].into());
        assert!(text.contains("no release is dev-a/wbe now") && text.ends_with("its namespace has db, web"), "{text}");
    }

    #[test]
    fn a_date_is_over_when_it_is_over_everywhere() {
        let at = |text: &str, now: &str| until(Some(text), now.parse().expect("a time"));
        assert_eq!(at("2026-12-01", "2026-12-02T11:59:59Z"), "2026-12-01");
        assert_eq!(at("2026-12-01", "2026-12-02T12:00:00Z"), "2026-12-01 (over)");
        assert_eq!(at("2026-12-01T18:00:00Z", "2026-12-01T18:00:00Z"), "2026-12-01T18:00:00Z (over)");
        assert!(at("soon", "2026-12-01T18:00:00Z").contains("without an end"));
    }

    #[test]
    fn foreign_words_are_one_line_each() {
        let (namespace, reason) = ("dev-a".parse().expect("a legal name"), format!("a\nb\u{1b}{}", "x".repeat(100)));
        let opt_out = OptOut::to_write(namespace, Vec::new(), None, Some(reason));
        let seen = [OptOut { by: Some("al\u{202e}ice".to_owned()), ..opt_out }];
        let text = render_opt_outs(&seen, Detail::Usual, Timestamp::UNIX_EPOCH, None, Styles::new(Colour::Off));
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("a b␛xxx") && text.contains("al\u{fffd}ice"), "{text}");
    }
}
