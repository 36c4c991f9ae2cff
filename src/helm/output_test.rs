//! What the lines of helm say, in whatever pieces they arrive.

use super::*;

fn id(name: &str) -> ReleaseId {
    ReleaseId { namespace: "dev-a".parse().expect("a legal name"), name: name.parse().expect("a legal name") }
}

/// How many releases of `a b c` were reported, whether the last one has its line, and the contradiction.
fn heard(said: &str) -> (usize, bool, Option<String>) {
    let (ids, mut told) = (["a", "b", "c"].map(id), 0);
    let batch = ids.iter().collect::<Vec<_>>();
    let mut count = |_: ReleaseAttempt| told += 1;
    let mut output = UninstallOutput::new(&batch, &mut count);
    // One byte at a time is the worst case.
    said.as_bytes().chunks(1).for_each(|byte| output.write(byte));
    output.finish();
    let (last, contradiction) = (output.last.is_some(), output.contradiction);
    (told, last, contradiction)
}

const A: &str = "release \"a\" uninstalled\n";
const B: &str = "release \"b\" uninstalled\n";
const C: &str = "release \"c\" uninstalled\n";

#[test]
fn each_release_is_reported_as_its_line_comes_and_the_last_one_is_held_back() {
    assert_eq!(heard(""), (0, false, None));
    assert_eq!(heard(A), (1, false, None));
    assert_eq!(heard(&format!("{A}{B}")), (2, false, None));
    assert_eq!(heard(&format!("{A}{B}{C}")), (2, true, None));
    assert_eq!(heard(&format!("{A}{B}{}", C.trim_end())), (2, true, None));
}

#[test]
fn a_line_of_no_release_in_the_batch_is_a_remark() {
    assert_eq!(heard(&format!("release \"d\" uninstalled\n release \"a\" uninstalled\n{A}")), (1, false, None));
}

#[test]
fn a_line_too_many_out_of_turn_or_after_the_last_makes_all_of_them_doubtful() {
    let twice = |line: &str| Some(format!("helm printed this twice: {}", line.trim_end()));
    let early = |line: &str| Some(format!("helm printed this out of order: {}", line.trim_end()));
    // The line of `b` is missing, and the next one came.
    assert_eq!(heard(&format!("{A}{C}")), (1, false, early(C)));
    // A line in the name of an object of `a` is forged, for each release of the batch in turn.
    assert_eq!(heard(&format!("{B}{A}")), (0, false, early(B)));
    assert_eq!(heard(&format!("{A}{A}")), (1, false, twice(A)));
    assert_eq!(heard(&format!("{A}{B}{A}{B}{C}")), (2, false, twice(A)));
    assert_eq!(heard(&format!("{A}{B}{C}{A}")), (2, true, twice(A)));
    let more = Some("helm kept running after its last release".to_owned());
    assert_eq!(heard(&format!("{A}{B}{C}more\n")), (2, true, more));
}

#[test]
fn the_steps_are_those_of_the_batch() {
    let ids = ["a", "b"].map(id);
    let batch = ids.iter().collect::<Vec<_>>();
    let mut ignore = |_: ReleaseAttempt| {};
    let mut output = UninstallOutput::new(&batch, &mut ignore);
    assert_eq!(output.step(), ChildStep::More(0));
    output.write(A.as_bytes());
    assert_eq!(output.step(), ChildStep::Last);
    output.write(B.as_bytes());
    assert_eq!(output.step(), ChildStep::Leaving);
    output.write(B.as_bytes());
    assert_eq!(output.step(), ChildStep::More(3));
}

/// The remarks about the only release of a batch.
fn remarks(said: &[&[u8]]) -> (Vec<String>, Vec<String>) {
    let ids = [id("a")];
    let (batch, mut ignore) = (ids.iter().collect::<Vec<_>>(), |_: ReleaseAttempt| {});
    let mut output = UninstallOutput::new(&batch, &mut ignore);
    for piece in said {
        output.write(piece);
    }
    output.write(A.as_bytes());
    match output.last {
        Some(ReleaseAttempt::Uninstalled { left_behind, remarks }) => (left_behind, remarks),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_line_is_whole_in_whatever_pieces_it_comes() {
    assert_eq!(remarks(&[b"one\ntw", b"o", b"\nthr", b"ee\n"]).1, ["one", "two", "three"]);
    assert_eq!(remarks(&[b"", b"\xff\n"]).1, ["\u{fffd}"]);
}

#[test]
fn a_line_without_end_is_read_and_not_kept() {
    let endless = vec![b'x'; 1 << 20];
    let heard = remarks(&[&endless, &endless, b"\nnext\n"]).1;
    assert_eq!((heard[0].len(), heard[1].as_str()), (LONGEST_LINE, "next"));
}

#[test]
fn objects_left_by_policy_and_other_remarks_are_split() {
    let said = b"[x] y\nThese resources were kept due to the resource policy:\n[ConfigMap] c-kept\n\nby the way\n";
    let expected = (vec!["[ConfigMap] c-kept".to_owned()], vec!["[x] y".to_owned(), "by the way".to_owned()]);
    assert_eq!(remarks(&[said]), expected);
}

#[test]
fn the_remarks_about_one_release_are_not_those_about_the_next() {
    let (ids, mut attempts) = (["a", "b"].map(id), Vec::new());
    let (batch, mut push) = (ids.iter().collect::<Vec<_>>(), |attempt: ReleaseAttempt| attempts.push(attempt));
    let mut output = UninstallOutput::new(&batch, &mut push);
    output.write(format!("by the way\n{A}{B}").as_bytes());
    let (left_behind, remarks) = (Vec::new(), Vec::new());
    assert_eq!(output.last, Some(ReleaseAttempt::Uninstalled { left_behind, remarks }));
    let (left_behind, remarks) = (Vec::new(), vec!["by the way".to_owned()]);
    assert_eq!(attempts, [ReleaseAttempt::Uninstalled { left_behind, remarks }]);
}

#[test]
fn of_endless_remarks_the_first_are_kept() {
    assert_eq!(remarks(&["x\n".repeat(100_000).as_bytes()]).1.len(), MOST_REMARKS);
}
