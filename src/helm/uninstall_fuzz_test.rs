//! For any output and any end of helm, each release of the batch has one answer, and only releases that helm has named
//! count as uninstalled.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;

use super::ReleaseAttempt;
use super::judge;
use crate::fuzz_input_test::{any_like, corpus};
use crate::helm::child::{ChildExit, ExitKind, OutputSink, StopCause};
use crate::helm::output::UninstallOutput;
use crate::helm::{Failure, HelmMessage};
use crate::release::ReleaseId;

fn any_end() -> impl Strategy<Value = ChildExit> {
    let endings = [
        ExitKind::Code(0),
        ExitKind::Code(0),
        ExitKind::Code(1),
        ExitKind::Code(141),
        ExitKind::Signal(13),
        ExitKind::Signal(9),
        ExitKind::Held,
    ];
    let cause = prop_oneof![
        4 => Just(None),
        1 => Just(Some(StopCause::Cancelled)),
        1 => Just(Some(StopCause::Deadline(Duration::from_secs(1)))),
    ];
    (select(endings.to_vec()), cause, any::<bool>(), any_like(corpus("stderr"))).prop_map(
        |(kind, cause, closed_output, stderr)| ChildExit { kind, cause, closed_output, left_a_process: false, stderr },
    )
}

fn is_gone(attempt: &ReleaseAttempt) -> bool {
    matches!(attempt, ReleaseAttempt::Uninstalled { .. })
}

proptest! {
    #[test]
    fn each_release_has_one_answer_and_none_is_gone_that_was_not_named(
        said in any_like(corpus("uninstall")),
        pieces in 1_usize..50,
        ended in any_end(),
    ) {
        let names = ["a", "b", "c"];
        let ids = names.map(|name| ReleaseId {
            namespace: "dev-a".parse().expect("a legal name"),
            name: name.parse().expect("a legal name"),
        });
        let batch = ids.iter().collect::<Vec<_>>();
        let mut told = Vec::new();
        let mut tell = |attempt: ReleaseAttempt| told.push(attempt);
        let mut output = UninstallOutput::new(&batch, &mut tell);
        said.chunks(pieces).for_each(|piece| output.write(piece));
        let verdict = judge(output, &ended);
        prop_assert_eq!(told.len() + verdict.rest.len(), names.len());
        let text = String::from_utf8_lossy(&said);
        let is_named = |place: usize| text.lines().any(|line| line == format!("release \"{}\" uninstalled", names[place]));
        let died_of_a_line = ended.closed_output && !ended.succeeded();
        for (place, attempt) in told.iter().chain(&verdict.rest).enumerate().filter(|(_, attempt)| is_gone(attempt)) {
            // A helm process that dies of a line that is not read any more has uninstalled the release of that line.
            let is_the_one_in_hand = died_of_a_line && place == told.len();
            prop_assert!(is_named(place) || is_the_one_in_hand, "{:?} is not named in {:?}", attempt, text);
        }
        let holds = verdict.revoked.is_none();
        prop_assert!(holds || verdict.rest.iter().all(|attempt| matches!(attempt, ReleaseAttempt::Unclear(_))));
        prop_assert!(ended.succeeded() || ended.closed_output || !verdict.rest.iter().any(is_gone));
    }

    #[test]
    fn helms_words_are_short_whatever_it_wrote(stderr in any_like(corpus("stderr")), times in 1_usize..300) {
        let words = HelmMessage::from_stderr(&stderr.repeat(times));
        let most = (4 << 10) + 40;
        prop_assert!(words.error.len() <= most && words.cause.is_none_or(|cause| cause.len() <= most));
        let ended = ChildExit {
            kind: ExitKind::Code(1), cause: None, closed_output: false, left_a_process: false, stderr,
        };
        prop_assert!(!Failure::from_exit(&ended).message.error.is_empty(), "there is always something to say");
    }
}
