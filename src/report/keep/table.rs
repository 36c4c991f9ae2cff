//! The list of opt-outs on a screen.

use jiff::{SignedDuration, Timestamp};

use super::words::releases;
use crate::inventory::{SeenOptOut, Until as Written};
use crate::policy::{Until, Zone};
use crate::report::paint::Styles;
use crate::report::table::{Align, Table};
use crate::sanitize;

/// Longer reasons are cut in the table; the document has all of them.
const LONGEST_REASON: usize = 60;
/// Columns without which a row says nothing: namespace, releases, until.
const NEEDED: usize = 3;
/// So much later than in UTC a day may end somewhere.
const LAST_TO_END: SignedDuration = SignedDuration::from_hours(12);

/// The list as text for people; nothing where there is none.
pub fn render_opt_outs(opt_outs: &[SeenOptOut], now: Timestamp, width: Option<usize>, paint: Styles) -> String {
    if opt_outs.is_empty() {
        return String::new();
    }
    let headings = ["NAMESPACE", "RELEASES", "UNTIL", "REASON", "SOURCE", "BY"];
    let mut table = Table::new(headings.map(|heading| (heading, Align::Left)).to_vec());
    for SeenOptOut { opt_out, by } in opt_outs {
        table.row(vec![
            opt_out.namespace.to_string(),
            sanitize::line(&releases(&opt_out.releases)),
            sanitize::line(&until(&opt_out.until, now)),
            opt_out.reason.as_deref().map_or_else(|| "-".to_owned(), short),
            sanitize::line(&opt_out.source.to_string()),
            by.as_deref().map_or_else(|| "-".to_owned(), sanitize::line),
        ]);
    }
    let mut lines = table.into_lines(width, NEEDED).collect::<Vec<_>>();
    if let Some(heading) = lines.first_mut() {
        *heading = paint.strong(heading);
    }
    lines.join("\n")
}

fn short(reason: &str) -> String {
    let line = sanitize::line(&reason.replace('\n', " "));
    match line.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Only the policy that reads a date knows its zone: one is over here when it is over everywhere.
fn until(written: &Written, now: Timestamp) -> String {
    let Written::At(text) = written else { return "without an end".to_owned() };
    let is_date = text.trim().parse::<Timestamp>().is_err();
    match Until::parse(text.trim(), &Zone::default()) {
        None => format!("{text} (no date, so without an end)"),
        Some(until) if is_date && now.checked_sub(LAST_TO_END).is_ok_and(|now| until.is_over(now)) => {
            format!("{text} (over)")
        }
        Some(until) if !is_date && until.is_over(now) => format!("{text} (over)"),
        Some(_) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{KeptReleases, OptOut};
    use crate::settings::Colour;

    #[test]
    fn a_date_is_over_when_it_is_over_everywhere() {
        let at = |text: &str, now: &str| until(&Written::At(text.to_owned()), now.parse().expect("a time"));
        assert_eq!(at("2026-12-01", "2026-12-02T11:59:59Z"), "2026-12-01");
        assert_eq!(at("2026-12-01", "2026-12-02T12:00:00Z"), "2026-12-01 (over)");
        assert_eq!(at("2026-12-01T18:00:00Z", "2026-12-01T18:00:00Z"), "2026-12-01T18:00:00Z (over)");
        assert!(at("soon", "2026-12-01T18:00:00Z").contains("without an end"));
    }

    #[test]
    fn foreign_words_are_one_short_line_each() {
        let (namespace, reason) = ("dev-a".parse().expect("a legal name"), format!("a\nb\u{1b}{}", "x".repeat(100)));
        let opt_out = OptOut::to_write(namespace, KeptReleases::All, Written::Never, Some(reason));
        let seen = [SeenOptOut { opt_out, by: Some("al\u{202e}ice".to_owned()) }];
        let text = render_opt_outs(&seen, Timestamp::UNIX_EPOCH, None, Styles::new(Colour::Off));
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("a b␛xxx") && text.contains("x…") && text.contains("al\u{fffd}ice"), "{text}");
    }
}
