//! From the bytes of a journal to what they say. Pure.
//!
//! A run may have died in the middle of a line, a disk may have lost some, and anybody may have written anything: what
//! cannot be read is counted, and the rest stands.

use std::fmt;

use super::head::JournalHeader;
use super::line::Line;
use super::record::Record;
use crate::run_id::RunId;

/// Why some bytes are no journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub(super) String);

/// The run's name and what its journal says.
pub(super) fn read(bytes: &[u8]) -> Result<(RunId, Record), Unreadable> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let (id, head) = head(lines.next().unwrap_or_default())?;
    let mut record = Record::new(head);
    for line in lines {
        match serde_json::from_slice(line) {
            Ok(line) => record.take(line),
            Err(_) => record.unread += 1,
        }
    }
    Ok((id, record))
}

/// The run's name and what it meant to do, from the first line.
pub(super) fn head(line: &[u8]) -> Result<(RunId, JournalHeader), Unreadable> {
    match serde_json::from_slice(line) {
        Ok(Line::Planned(head)) => match head.run.parse() {
            Ok(id) => Ok((id, *head)),
            Err(error) => Err(Unreadable(format!("{error}"))),
        },
        Ok(_) => Err(Unreadable("its first line does not say which run it is of".to_owned())),
        Err(error) => Err(Unreadable(format!("its first line cannot be read: {error}"))),
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::super::head::example;
    use super::super::line::{Ended, RunTotals, Verified};
    use super::super::record::{End, Told};
    use super::*;

    fn end(outcome: &str, class: Option<&str>, message: Option<&str>) -> End {
        let text = |text: Option<&str>| text.map(str::to_owned);
        End { outcome: outcome.to_owned(), class: text(class), message: text(message) }
    }

    fn lines() -> Vec<Line> {
        let at = "2026-11-25T19:03:43Z".to_owned();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let totals = RunTotals { planned: 4, purged: 1, failed: 1, changed: 1, not_started: 1, ..RunTotals::default() };
        vec![
            Line::Planned(Box::new(example(&["a/web", "a/db", "b/web", "b/db"]))),
            Line::Started { at: at.clone(), releases: names(&["a/web", "a/db"]) },
            Line::Finished {
                at: at.clone(),
                release: "a/web".to_owned(),
                end: end("purged", None, None),
                seconds: Some(0.25),
            },
            Line::Finished {
                at: at.clone(),
                release: "a/db".to_owned(),
                end: end("failed", Some("hook"), Some("no\nluck")),
                seconds: None,
            },
            Line::Draining { at: at.clone(), because: "the run was interrupted".to_owned() },
            Line::Signal { at: at.clone(), sent: "TERM".to_owned() },
            Line::Judged { at: at.clone(), releases: names(&["b/web"]), end: end("changed", None, Some("now 2")) },
            Line::Judged { at: at.clone(), releases: names(&["b/db"]), end: end("not-started", None, Some("why")) },
            Line::Ended(Ended {
                at,
                exit_code: 130,
                signal: Some(2),
                verified: Verified { state: "verified".to_owned(), reported: Some(1), gone: Some(1) },
                totals,
            }),
        ]
    }

    fn text(lines: &[Line]) -> String {
        lines.iter().map(|line| line.text().expect("lines are JSON")).collect()
    }

    #[test]
    fn what_was_written_is_read_again_line_by_line_and_as_a_whole() {
        for line in lines() {
            let text = line.text().expect("lines are JSON");
            assert_eq!(text.matches('\n').count(), 1, "{text}");
            assert_eq!(serde_json::from_str::<Line>(&text).expect("it was just written"), line);
        }
        let (id, record) = read(text(&lines()).as_bytes()).expect("a journal");
        assert_eq!((id.as_str(), record.unread), ("20261125-190342-3f9a1c", 0));
        let ended = |end| Told::Ended(end);
        assert_eq!(record.releases["a/web"].told, ended(end("purged", None, None)));
        assert_eq!(record.releases["a/db"].told, ended(end("failed", Some("hook"), Some("no\nluck"))));
        assert_eq!((record.releases["b/db"].revision, record.in_hand().count()), (Some(3), 0));
        assert_eq!(record.ended.as_ref().map(|ended| ended.exit_code), Some(130));
        assert_eq!(record.totals().not_started, 1);
    }

    #[test]
    fn wherever_a_journal_is_torn_what_stands_before_it_is_read() {
        let (whole, first) = (text(&lines()), text(&lines()[..1]));
        for length in 0..whole.len() {
            let read = read(&whole.as_bytes()[..length]);
            // A line is whole with or without the break at its end.
            assert_eq!(read.is_ok(), length >= first.len() - 1, "{length}");
            let Ok((_, record)) = read else { continue };
            let at_the_end = [b'\n', b'}'].contains(&whole.as_bytes()[length - 1]);
            let expected = usize::from(!at_the_end);
            // A `}` in the middle of a line is no end of it.
            assert!(record.unread == expected || (at_the_end && record.unread == 1), "{length}: {}", record.unread);
        }
    }

    #[test]
    fn a_run_that_was_killed_names_what_it_had_in_hand_and_counts_what_it_can() {
        let (_, record) = read(text(&lines()[..3]).as_bytes()).expect("a journal");
        assert_eq!(record.in_hand().collect::<Vec<_>>(), ["a/db"]);
        let totals = record.totals();
        assert_eq!((totals.planned, totals.purged, totals.failed, totals.not_started), (4, 1, 0, 2));
    }

    #[test]
    fn what_cannot_be_read_and_what_a_later_version_writes_harms_no_other_line() {
        let mut lines = text(&lines()).lines().map(str::to_owned).collect::<Vec<_>>();
        lines.insert(1, "\0\0\0".to_owned());
        lines.insert(2, r#"{"event":"weather","of":"the day"}"#.to_owned());
        lines.insert(3, "\n".to_owned());
        lines.insert(4, r#"{"event":"started","releases":7}"#.to_owned());
        let (_, record) = read(lines.join("\n").as_bytes()).expect("a journal");
        assert_eq!((record.unread, record.totals().purged), (2, 1));
    }

    #[test]
    fn a_file_that_is_no_journal_says_why() {
        for (text, why) in [
            ("", "its first line cannot be read"),
            ("hello\n", "its first line cannot be read"),
            (r#"{"event":"draining","at":"","because":""}"#, "does not say which run"),
        ] {
            let error = read(text.as_bytes()).expect_err("no journal").to_string();
            assert!(error.contains(why), "{error}");
        }
        let other = JournalHeader { run: "../../etc".to_owned(), ..example(&[]) };
        assert!(read(text(&[Line::Planned(Box::new(other))]).as_bytes()).is_err());
    }
}
