//! Whatever helm says and however it ends: one answer for each release of the batch, and none is called gone that helm
//! has not named.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;

use super::judge::judge;
use super::transcript::Transcript;
use super::{Attempt, Told};
use crate::fuzz_input_test::{any_like, corpus};
use crate::helm::child::{Cause, Ended, Ending, Listen, Output};
use crate::helm::{Failure, Words};
use crate::release::ReleaseId;

fn any_end() -> impl Strategy<Value = Ended> {
    let endings = [
        Ending::Code(0),
        Ending::Code(0),
        Ending::Code(1),
        Ending::Code(141),
        Ending::Signal(13),
        Ending::Signal(9),
        Ending::Held,
    ];
    let cause = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Cause::Asked)),
        1 => Just(Some(Cause::Deadline(Duration::from_secs(1)))),
    ];
    (select(endings.to_vec()), cause, any::<bool>(), any_like(corpus("stderr"))).prop_map(
        |(ending, cause, closed, stderr)| {
            let output = if closed { Output::Closed } else { Output::Whole };
            Ended { ending, cause, output, left_a_process: false, stderr }
        },
    )
}

fn is_gone(attempt: &Attempt) -> bool {
    matches!(attempt, Attempt::Uninstalled { .. })
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
        let mut tell = |attempt: Attempt| told.push(attempt);
        let mut transcript = Transcript::new(&batch, &mut tell);
        said.chunks(pieces).for_each(|piece| transcript.hear(piece));
        let verdict = judge(transcript.finish(), &ended);
        prop_assert_eq!(told.len() + verdict.rest.len(), names.len());
        let text = String::from_utf8_lossy(&said);
        let is_named = |place: usize| text.lines().any(|line| line == format!("release \"{}\" uninstalled", names[place]));
        let died_of_a_line = ended.output == Output::Closed && !ended.succeeded();
        for (place, attempt) in told.iter().chain(&verdict.rest).enumerate().filter(|(_, attempt)| is_gone(attempt)) {
            // Who dies of a line that nobody reads has done the release that the line was about.
            let is_the_one_in_hand = died_of_a_line && place == told.len();
            prop_assert!(is_named(place) || is_the_one_in_hand, "{:?} is not named in {:?}", attempt, text);
        }
        let holds = verdict.told == Told::Holds;
        prop_assert!(holds || verdict.rest.iter().all(|attempt| matches!(attempt, Attempt::Unclear(_))));
        prop_assert!(ended.succeeded() || ended.output == Output::Closed || !verdict.rest.iter().any(is_gone));
    }

    #[test]
    fn helms_words_are_short_whatever_it_wrote(stderr in any_like(corpus("stderr")), times in 1_usize..300) {
        let words = Words::from_stderr(&stderr.repeat(times));
        let most = (4 << 10) + 40;
        prop_assert!(words.error.len() <= most && words.cause.is_none_or(|cause| cause.len() <= most));
        let ended = Ended {
            ending: Ending::Code(1), cause: None, output: Output::Whole, left_a_process: false, stderr,
        };
        prop_assert!(!Failure::from_ended(&ended).words.error.is_empty(), "there is always something to say");
    }
}
