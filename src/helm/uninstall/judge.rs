//! What a batch comes to when its helm has ended: pure, from what helm said and how it ended.
//!
//! Helm stops at the first error and names nothing behind it. So the first release without a line was in hand, and
//! those after it were not begun. Nobody is blamed before helm has ended: a line may still be on its way.

use super::transcript::Heard;
use super::{Attempt, Told, Verdict};
use crate::helm::child::{Ended, Ending, Output};
use crate::helm::{Failure, FailureClass};
use crate::release::ReleaseName;

/// SIGPIPE ends a program that writes where nobody reads; a shell that waits for it makes a code of that.
const DEATHS_OF_A_LINE: [Ending; 2] = [Ending::Signal(13), Ending::Code(128 + 13)];

/// What Helm 3 and Helm 4 say in debug lines where the record of an uninstalled release could not be written.
const NOT_STORED: &str = "Failed to store updated release";
/// So much of such a line is kept.
const LONGEST_WORDS: usize = 500;

pub(super) fn judge(heard: Heard<'_>, ended: &Ended) -> Verdict {
    let names = heard.batch.iter().map(|release| &release.name).collect::<Vec<_>>();
    let (_, waiting) = names.split_at(heard.ended);
    if let Some(contradiction) = heard.contradiction {
        let untold = names.len() - heard.ended + usize::from(heard.last.is_some());
        return contradicted(&contradiction, untold, ended);
    }
    let rest = match heard.last {
        Some(last) => vec![last_one(last, ended)],
        None if ended.output == Output::Closed => drained(waiting.len(), ended),
        None if ended.succeeded() => waiting.iter().map(|name| without_a_line(name)).collect(),
        None => in_hand(not_done(Failure::from_ended(ended)), waiting.len(), &Attempt::NotBegun),
    };
    Verdict { told: Told::Holds, rest }
}

/// Helm says that a release is uninstalled also where it could not store that, and then nothing can be restored. Only
/// its debug lines tell, and not of which release of the batch: the cluster has to.
pub(super) fn unless_not_stored(verdict: Verdict, ended: &Ended) -> Verdict {
    let stderr = String::from_utf8_lossy(&ended.stderr);
    let Some(line) = stderr.lines().find(|line| line.contains(NOT_STORED)) else { return verdict };
    let line = line.chars().take(LONGEST_WORDS).collect::<String>();
    let failure = Failure::of_our_own(FailureClass::History, format!("helm may not have stored its record: {line}"));
    let doubtful = |attempt| match attempt {
        Attempt::Uninstalled { .. } => Attempt::Unclear(failure.clone()),
        other => other,
    };
    let rest = verdict.rest.into_iter().map(doubtful).collect();
    let told = match verdict.told {
        Told::Holds => Told::Revoked(failure),
        revoked @ Told::Revoked(_) => revoked,
    };
    Verdict { told, rest }
}

/// Nothing that was said proves anything: not of the releases that were told of either.
fn contradicted(contradiction: &str, untold: usize, ended: &Ended) -> Verdict {
    let mut failure = Failure::of_our_own(FailureClass::Unclear, contradiction);
    if !ended.succeeded() {
        failure.words.cause = Some(Failure::from_ended(ended).words.all());
    }
    let rest = vec![Attempt::Unclear(failure.clone()); untold];
    Verdict { told: Told::Revoked(failure), rest }
}

/// The last release has its line; helm has to end well, too.
fn last_one(attempt: Attempt, ended: &Ended) -> Attempt {
    if ended.succeeded() { attempt } else { Attempt::Unclear(Failure::from_ended(ended)) }
}

/// Helm did all there was to do and found the record gone: that is no success, and no failure before somebody looks.
fn not_done(failure: Failure) -> Attempt {
    if failure.class == FailureClass::Unclear { Attempt::Unclear(failure) } else { Attempt::Failed(failure) }
}

fn without_a_line(name: &ReleaseName) -> Attempt {
    let text = format!("helm ended well but did not say `release \"{name}\" uninstalled`");
    Attempt::Unclear(Failure::of_our_own(FailureClass::Unclear, text))
}

/// Its stdout was closed so that it ends with the release in hand. Which one that was is known but for a line that
/// came in the very moment.
fn drained(count: usize, ended: &Ended) -> Vec<Attempt> {
    if ended.succeeded() {
        let text = "helm was not listened to any more and went on";
        return vec![Attempt::Unclear(Failure::of_our_own(FailureClass::Unclear, text)); count];
    }
    if ended.cause.is_none() && DEATHS_OF_A_LINE.contains(&ended.ending) {
        // Helm writes to stdout only when a release is done.
        let first = Attempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };
        let text = "it was begun, and not finished when the run ended";
        let if_begun = Failure::of_our_own(FailureClass::Interrupted, text);
        return in_hand(first, count, &Attempt::Unseen { if_begun });
    }
    let failure = Failure::from_ended(ended);
    in_hand(Attempt::Unclear(failure.clone()), count, &Attempt::Unseen { if_begun: failure })
}

fn in_hand(first: Attempt, count: usize, behind: &Attempt) -> Vec<Attempt> {
    std::iter::once(first).chain(std::iter::repeat_n(behind.clone(), count.saturating_sub(1))).take(count).collect()
}
