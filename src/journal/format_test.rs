//! The format of journals: what is written is read again, however much of it is torn.

use super::*;

#[test]
fn runs_are_alike_by_their_policies_and_by_the_clusters_uid_where_both_have_one() {
    let cluster = |context: &str, server: &str, uid: Option<&str>| {
        let (context, server) = (context.to_owned(), server.to_owned());
        JournalHeader { cluster: ClusterRef { context, server, uid: uid.map(str::to_owned) }, ..example(&[]) }
    };
    let first = cluster("a", "https://a", Some("1"));
    assert!(first.is_like(&cluster("b", "https://b", Some("1"))));
    assert!(!first.is_like(&cluster("a", "https://a", Some("2"))));
    assert!(first.is_like(&cluster("a", "https://a", None)) && !first.is_like(&cluster("b", "https://a", None)));
    let other_policy = PolicyRef { name: "other".into(), file: "p.yaml".into(), sha256: "e3b0".into() };
    assert!(!first.is_like(&JournalHeader { policies: vec![other_policy], ..first.clone() }));
    let third = JournalHeader { shard: Some("3/16".into()), ..first.clone() };
    assert!(!first.is_like(&third) && third.is_like(&third.clone()));
}

#[test]
fn a_restore_matters_to_a_purge_and_a_forget_to_neither() {
    let of = |operation| JournalHeader { operation, ..example(&[]) };
    let (purge, restore, forget) = (of(OperationKind::Purge), of(OperationKind::Restore), of(OperationKind::Forget));
    assert!(purge.is_like(&restore) && restore.is_like(&purge) && forget.is_like(&forget));
    assert!(!purge.is_like(&forget) && !forget.is_like(&restore));
    assert!(purge.has_part_of(&forget), "it is the same policy all the same");
    let part = |shard: &str| JournalHeader { shard: Some(shard.to_owned()), ..example(&[]) };
    assert!(part("1/2").has_part_of(&purge) && !part("1/2").has_part_of(&part("2/2")));
}

#[test]
fn a_head_that_does_not_say_what_it_is_of_is_of_a_purge_and_one_of_a_later_version_is_read() {
    let written = serde_json::to_value(example(&[])).expect("it is JSON");
    assert_eq!(written["operation"], "purge");
    let read = |operation: Option<&str>| {
        let mut written = written.clone();
        let fields = written.as_object_mut().expect("an object");
        match operation {
            Some(operation) => drop(fields.insert("operation".to_owned(), operation.into())),
            None => drop(fields.remove("operation")),
        }
        serde_json::from_value::<JournalHeader>(written).expect("it is a head").operation
    };
    assert_eq!(read(None), OperationKind::Purge);
    assert_eq!(read(Some("restore")), OperationKind::Restore);
    assert_eq!(read(Some("repaint")), OperationKind::Unknown);
}

fn end(outcome: &str, class: Option<&str>, message: Option<&str>) -> ReleaseOutcome {
    let text = |text: Option<&str>| text.map(str::to_owned);
    ReleaseOutcome { outcome: outcome.to_owned(), class: text(class), message: text(message) }
}

fn lines() -> Vec<JournalLine> {
    let at = "2026-11-25T19:03:43Z".to_owned();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let totals = RunTotals { planned: 4, purged: 1, failed: 1, changed: 1, not_started: 1, ..RunTotals::default() };
    vec![
        JournalLine::RunStarted(Box::new(example(&["a/web", "a/db", "b/web", "b/db"]))),
        JournalLine::ReleasesStarted { at: at.clone(), releases: names(&["a/web", "a/db"]) },
        JournalLine::ReleaseFinished {
            at: at.clone(),
            release: "a/web".to_owned(),
            end: end("purged", None, None),
            seconds: Some(0.25),
        },
        JournalLine::ReleaseFinished {
            at: at.clone(),
            release: "a/db".to_owned(),
            end: end("failed", Some("hook"), Some("no\nluck")),
            seconds: None,
        },
        JournalLine::Stopping { at: at.clone(), because: "the run was interrupted".to_owned() },
        JournalLine::Signal { at: at.clone(), sent: "TERM".to_owned() },
        JournalLine::Verified { at: at.clone(), releases: names(&["b/web"]), end: end("changed", None, Some("now 2")) },
        JournalLine::Verified {
            at: at.clone(),
            releases: names(&["b/db"]),
            end: end("not-started", None, Some("why")),
        },
        JournalLine::RunFinished(RunFinished {
            at,
            exit_code: 130,
            signal: Some(2),
            verified: Verified { state: "verified".to_owned(), reported: Some(1), gone: Some(1) },
            totals,
        }),
    ]
}

fn text(lines: &[JournalLine]) -> String {
    lines.iter().map(|line| line.text().expect("lines are JSON")).collect()
}

#[test]
fn what_was_written_is_read_again_line_by_line_and_as_a_whole() {
    for line in lines() {
        let text = line.text().expect("lines are JSON");
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        assert_eq!(serde_json::from_str::<JournalLine>(&text).expect("it was just written"), line);
    }
    let (id, record) = read(text(&lines()).as_bytes()).expect("a journal");
    assert_eq!((id.as_str(), record.unread), ("20261125-190342-3f9a1c", 0));
    let ended = |end| ReleaseStatus::Ended(end);
    assert_eq!(record.releases["a/web"].status, ended(end("purged", None, None)));
    assert_eq!(record.releases["a/db"].status, ended(end("failed", Some("hook"), Some("no\nluck"))));
    assert_eq!((record.releases["b/db"].revision, record.in_progress().count()), (Some(3), 0));
    assert_eq!(record.finished.as_ref().map(|finished| finished.exit_code), Some(130));
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
fn a_run_that_was_killed_names_what_it_had_in_progress_and_counts_what_it_can() {
    let (_, record) = read(text(&lines()[..3]).as_bytes()).expect("a journal");
    assert_eq!(record.in_progress().collect::<Vec<_>>(), ["a/db"]);
    let totals = record.totals();
    assert_eq!((totals.planned, totals.purged, totals.failed, totals.not_started), (4, 1, 0, 2));
}

#[test]
fn what_cannot_be_read_and_what_a_later_version_writes_harms_no_other_line() {
    let mut lines = text(&lines()).lines().map(str::to_owned).collect::<Vec<_>>();
    lines.insert(1, "\0\0\0".to_owned());
    lines.insert(2, r#"{"event":"weather","of":"the day"}"#.to_owned());
    lines.insert(3, "\n".to_owned());
    lines.insert(4, r#"{"event":"releases-started","releases":7}"#.to_owned());
    let (_, record) = read(lines.join("\n").as_bytes()).expect("a journal");
    assert_eq!((record.unread, record.totals().purged), (2, 1));
}

#[test]
fn a_file_that_is_no_journal_says_why() {
    for (text, why) in [
        ("", "cannot read its first line"),
        ("hello\n", "cannot read its first line"),
        (r#"{"event":"stopping","at":"","because":""}"#, "does not name the run"),
    ] {
        let error = read(text.as_bytes()).expect_err("no journal");
        assert!(error.contains(why), "{error}");
    }
    let other = JournalHeader { run: "../../etc".to_owned(), ..example(&[]) };
    let error =
        read(text(&[JournalLine::RunStarted(Box::new(other))]).as_bytes()).expect_err("it could lead elsewhere");
    assert_eq!(error, "\"../../etc\" is not a valid run ID, such as 20261125-190342-3f9a1c");
}
