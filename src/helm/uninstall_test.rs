//! Every way in which a batch can end, and its results.

use std::time::Duration;

use super::judge;
use super::{BatchResult, ReleaseAttempt};
use crate::helm::FailureClass;
use crate::helm::child::{ChildExit, ExitKind, OutputSink, StopCause};
use crate::helm::output::UninstallOutput;
use crate::release::ReleaseId;

const A: &str = "release \"a\" uninstalled\n";
const B: &str = "release \"b\" uninstalled\n";
const C: &str = "release \"c\" uninstalled\n";

fn ended(kind: ExitKind) -> ChildExit {
    ChildExit { kind, cause: None, closed_output: false, left_a_process: false, stderr: b"Error: no luck\n".to_vec() }
}

fn closed(kind: ExitKind) -> ChildExit {
    ChildExit { closed_output: true, ..ended(kind) }
}

/// A batch of `a`, `b` and `c`: what was reported while it ran, in short, and its result.
fn judged(said: &[&str], ended: &ChildExit) -> (Vec<String>, BatchResult) {
    let ids = ["a", "b", "c"].map(|name| ReleaseId {
        namespace: "dev-a".parse().expect("a legal name"),
        name: name.parse().expect("a legal name"),
    });
    let batch = ids.iter().collect::<Vec<_>>();
    let mut told = Vec::new();
    let mut tell = |attempt: ReleaseAttempt| told.push(short(&attempt));
    let mut output = UninstallOutput::new(&batch, &mut tell);
    output.write(said.concat().as_bytes());
    let verdict = judge(output, ended);
    (told, verdict)
}

fn short(attempt: &ReleaseAttempt) -> String {
    match attempt {
        ReleaseAttempt::Uninstalled { left_behind, .. } if left_behind.is_empty() => "gone".to_owned(),
        ReleaseAttempt::Uninstalled { left_behind, .. } => format!("gone, not {}", left_behind.join(" ")),
        ReleaseAttempt::RolledBack => "rolled back".to_owned(),
        ReleaseAttempt::NotStarted => "not begun".to_owned(),
        ReleaseAttempt::Unobserved { if_started } => format!("unseen {}", if_started.class),
        ReleaseAttempt::Unclear(failure) => format!("unclear {}", failure.class),
        ReleaseAttempt::Failed(failure) => format!("failed {}", failure.class),
    }
}

/// The results of all three, in short, if what was reported while the batch ran is still valid.
fn outcomes(said: &[&str], ended: &ChildExit) -> Vec<String> {
    let (mut all, verdict) = judged(said, ended);
    assert_eq!(verdict.revoked, None);
    all.extend(verdict.rest.iter().map(short));
    all
}

#[test]
fn with_all_lines_and_a_good_end_all_are_gone() {
    assert_eq!(outcomes(&[A, B, C], &ended(ExitKind::Code(0))), ["gone", "gone", "gone"]);
    let kept = "These resources were kept due to the resource policy:\n[ConfigMap] x\n\n";
    assert_eq!(outcomes(&[A, kept, B, C], &ended(ExitKind::Code(0))), ["gone", "gone, not [ConfigMap] x", "gone"]);
}

#[test]
fn an_error_is_that_of_the_first_release_without_a_line_and_those_behind_it_were_not_started() {
    assert_eq!(outcomes(&[], &ended(ExitKind::Code(1))), ["failed other", "not begun", "not begun"]);
    assert_eq!(outcomes(&[A], &ended(ExitKind::Code(1))), ["gone", "failed other", "not begun"]);
    assert_eq!(outcomes(&[A, B], &ended(ExitKind::Signal(9))), ["gone", "gone", "failed killed"]);
    let late = ChildExit { cause: Some(StopCause::Deadline(Duration::from_secs(9))), ..ended(ExitKind::Signal(15)) };
    assert_eq!(outcomes(&[A], &late), ["gone", "failed timed-out", "not begun"]);
}

#[test]
fn a_record_that_was_gone_when_helm_came_to_delete_it_is_left_to_the_list() {
    let text = b"Error: uninstallation completed with 1 error(s): uninstall: Failed to purge the release: release: not found\n";
    let race = ChildExit { stderr: text.to_vec(), ..ended(ExitKind::Code(1)) };
    assert_eq!(outcomes(&[A], &race), ["gone", "unclear unclear", "not begun"]);
    assert_eq!(outcomes(&[A, B], &race), ["gone", "gone", "unclear unclear"]);
}

#[test]
fn a_good_end_without_all_lines_is_unclear_for_those_without() {
    assert_eq!(outcomes(&[A], &ended(ExitKind::Code(0))), ["gone", "unclear unclear", "unclear unclear"]);
}

#[test]
fn a_bad_end_after_all_lines_is_unclear_for_the_last() {
    let hung = ChildExit { cause: Some(StopCause::Deadline(Duration::from_secs(30))), ..ended(ExitKind::Signal(15)) };
    assert_eq!(outcomes(&[A, B, C], &hung), ["gone", "gone", "unclear timed-out"]);
    assert_eq!(outcomes(&[A, B, C], &ended(ExitKind::Code(1))), ["gone", "gone", "unclear other"]);
}

#[test]
fn lines_that_contradict_each_other_prove_nothing_of_any() {
    for (said, on_the_way, rest) in [
        (&[A, C, C][..], 1, 2),
        (&[B], 0, 3),
        (&[A, B, B, C], 2, 1),
        (&[A, B, C, C], 2, 1),
        (&[A, B, C, "more\n"], 2, 1),
    ] {
        for ended in [ended(ExitKind::Code(0)), ended(ExitKind::Code(1)), closed(ExitKind::Signal(13))] {
            let (told, verdict) = judged(said, &ended);
            assert!(verdict.revoked.is_some(), "{said:?}");
            assert_eq!((told.len(), verdict.rest.len()), (on_the_way, rest), "{said:?}");
            assert!(verdict.rest.iter().all(|attempt| short(attempt) == "unclear unclear"), "{said:?}");
        }
    }
}

#[test]
fn a_contradiction_does_not_hide_helms_own_error() {
    let (_, verdict) = judged(&[B], &ended(ExitKind::Code(1)));
    let ReleaseAttempt::Unclear(failure) = &verdict.rest[0] else { panic!("{verdict:?}") };
    assert_eq!(failure.message.all(), "helm printed this out of order: release \"b\" uninstalled\nno luck");
}

#[test]
fn a_drained_helm_has_done_the_release_whose_line_it_died_of() {
    for ending in [ExitKind::Signal(13), ExitKind::Code(141)] {
        assert_eq!(outcomes(&[A], &closed(ending)), ["gone", "gone", "unseen interrupted"]);
        assert_eq!(short(&judged(&[A], &ended(ending)).1.rest[1]), "not begun", "that was not our doing");
    }
    assert_eq!(outcomes(&[], &closed(ExitKind::Signal(13))), ["gone", "unseen interrupted", "unseen interrupted"]);
}

#[test]
fn a_drained_helm_that_ends_otherwise_leaves_it_to_the_list() {
    assert_eq!(outcomes(&[A], &closed(ExitKind::Code(1))), ["gone", "unclear other", "unseen other"]);
    let asked = ChildExit { cause: Some(StopCause::Cancelled), ..closed(ExitKind::Signal(15)) };
    assert_eq!(outcomes(&[], &asked), ["unclear interrupted", "unseen interrupted", "unseen interrupted"]);
    assert_eq!(outcomes(&[A], &closed(ExitKind::Code(0))), ["gone", "unclear unclear", "unclear unclear"]);
}

#[test]
fn a_record_that_may_not_have_been_stored_makes_its_whole_batch_doubtful() {
    let said_so = ChildExit {
        stderr: b"level=DEBUG msg=\"uninstall: Failed to store updated release\" error=\"forbidden\"\n".to_vec(),
        ..ended(ExitKind::Code(0))
    };
    let (_, verdict) = judged(&[A, B, C], &said_so);
    let verdict = super::unless_not_stored(verdict, &said_so);
    assert!(verdict.revoked.as_ref().is_some_and(|failure| failure.class == FailureClass::History));
    assert_eq!(verdict.rest.iter().map(short).collect::<Vec<_>>(), ["unclear history"]);
    let silent = ended(ExitKind::Code(0));
    let (_, verdict) = judged(&[A, B, C], &silent);
    assert_eq!(super::unless_not_stored(verdict, &silent).revoked, None);
}
