//! A journal in short, for where there is little room: each outcome once, with the names it is of. Pure.

use std::collections::BTreeMap;

use super::line::Line;
use super::record::{End, Record, Told};
use crate::clock::Clock;

/// What is left out where there is no room for all of it, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    All,
    /// What has not begun is not named.
    Begun,
    /// Nor is what is done.
    Unfinished,
    /// Only so many of each outcome are.
    Few,
}

/// More names of one outcome than this are too many, where even that has to be.
const FEW: usize = 500;

/// The journal in at most so many bytes. What is left out is counted in its first line.
pub(super) fn condensed(record: &Record, most: usize, clock: Clock) -> String {
    let details = [Detail::All, Detail::Begun, Detail::Unfinished, Detail::Few].into_iter();
    let mut text = String::new();
    for detail in details {
        text = with(record, detail, &clock.stamp());
        if text.len() <= most {
            break;
        }
    }
    text
}

fn with(record: &Record, detail: Detail, at: &str) -> String {
    let mut head = record.head.clone();
    let mut groups: BTreeMap<Option<End>, Vec<String>> = BTreeMap::new();
    let mut named = 0;
    for (release, row) in &record.releases {
        let end = match &row.told {
            Told::Planned if detail == Detail::All => {
                named += 1;
                continue;
            }
            Told::Planned => continue,
            Told::Started => None,
            Told::Ended(end) if end.is_done() && detail >= Detail::Unfinished => continue,
            // What was said about each is in its own journal, where there is one.
            Told::Ended(end) => Some(End { message: None, ..end.clone() }),
        };
        let group = groups.entry(end).or_default();
        if detail < Detail::Few || group.len() < FEW {
            group.push(release.clone());
            named += 1;
        }
    }
    if detail > Detail::All {
        head.releases = Vec::new();
    }
    head.left_out = record.head.planned.saturating_sub(named);
    let outcomes = groups.into_iter().map(|(end, releases)| match end {
        Some(end) => Line::Judged { at: at.to_owned(), releases, end },
        None => Line::Started { at: at.to_owned(), releases },
    });
    let draining = record.draining.clone().map(|because| Line::Draining { at: at.to_owned(), because });
    let ended = record.ended.clone().map(Line::Ended);
    let lines = std::iter::once(Line::Planned(Box::new(head))).chain(outcomes).chain(draining).chain(ended);
    lines.filter_map(|line| line.text().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::head::example;
    use super::super::read::read;
    use super::*;

    fn record(count: usize) -> Record {
        let names = (0..count).map(|number| format!("dev-{}/release-{number:05}", number % 50)).collect::<Vec<_>>();
        let mut record = Record::new(example(&names.iter().map(String::as_str).collect::<Vec<_>>()));
        let at = Clock::System.stamp();
        for (number, release) in names.into_iter().enumerate() {
            let end = |outcome: &str| End { outcome: outcome.to_owned(), class: None, message: None };
            let releases = vec![release];
            match number % 4 {
                0 => record.take(Line::Judged { at: at.clone(), releases, end: end("purged") }),
                1 => record.take(Line::Started { at: at.clone(), releases }),
                2 if number < 100 => record.take(Line::Judged { at: at.clone(), releases, end: end("failed") }),
                _ => {}
            }
        }
        record
    }

    #[test]
    fn with_room_enough_nothing_is_lost_and_each_outcome_is_said_once() {
        let record = record(200);
        let text = condensed(&record, 1 << 20, Clock::System);
        let (_, again) = read(text.as_bytes()).expect("a journal");
        assert_eq!(again, record);
        assert_eq!(text.lines().count(), 4, "{text}");
    }

    #[test]
    fn without_room_names_go_first_where_they_matter_least_and_are_counted() {
        let record = record(4000);
        let whole = condensed(&record, usize::MAX, Clock::System).len();
        let (mut before, mut left_out) = (whole + 1, None);
        for most in [whole, 60_000, 40_000, 20_000] {
            let text = condensed(&record, most, Clock::System);
            assert!(text.len() <= most && text.len() < before, "{most}: {}", text.len());
            before = text.len();
            let (_, again) = read(text.as_bytes()).expect("a journal");
            assert_eq!(again.head.planned, 4000);
            assert!(Some(again.head.left_out) > left_out, "{most}");
            left_out = Some(again.head.left_out);
            assert_eq!(again.totals().failed, 25, "{most}");
            assert!(again.in_hand().count() == 1000 || most == 20_000);
        }
    }
}
