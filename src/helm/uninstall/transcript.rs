//! What helm has said of a batch so far, and what follows from it while it runs.
//!
//! Helm prints a line for each release as it ends: `release "NAME" uninstalled`. Before it there may be the names
//! of objects that were kept, and names are foreign text with line breaks where somebody wants them: a line can be
//! forged. But Helm's own line always follows, so a forged one shows: as a line too many, or out of its turn.

use super::Attempt;
use super::lines::Lines;
use super::remarks::Remarks;
use crate::helm::child::{Listen, Step};
use crate::release::ReleaseId;

/// What is told of each release that has ended, in the order of the batch. Of the last one nothing is told before
/// helm itself has ended.
pub(super) struct Transcript<'a> {
    lines: Lines,
    heard: Heard<'a>,
}

/// What the lines have said.
pub(super) struct Heard<'a> {
    pub(super) batch: &'a [&'a ReleaseId],
    /// How many releases have had their line, in their turn.
    pub(super) ended: usize,
    /// How many lines have named one of them at all.
    named: usize,
    /// The last release's line has come, and with it this.
    pub(super) last: Option<Attempt>,
    /// The first line that contradicts the others. None of them proves anything then.
    pub(super) contradiction: Option<String>,
    remarks: Remarks,
    on_release: &'a mut dyn FnMut(Attempt),
}

impl<'a> Transcript<'a> {
    pub(super) fn new(batch: &'a [&'a ReleaseId], on_release: &'a mut dyn FnMut(Attempt)) -> Self {
        let remarks = Remarks::default();
        let heard = Heard { batch, ended: 0, named: 0, last: None, contradiction: None, remarks, on_release };
        Self { lines: Lines::default(), heard }
    }

    /// All that was said, once nothing more can come.
    pub(super) fn finish(mut self) -> Heard<'a> {
        self.lines.finish(&mut |line| self.heard.on_line(line));
        self.heard
    }
}

impl Listen for Transcript<'_> {
    fn hear(&mut self, bytes: &[u8]) {
        self.lines.take(bytes, &mut |line| self.heard.on_line(line));
    }

    fn step(&self) -> Step {
        match self.heard.batch.len() - self.heard.ended {
            // Which one is in hand cannot be told any more, only that it is another one.
            _ if self.heard.contradiction.is_some() => Step::More(self.heard.named),
            0 => Step::Leaving,
            1 => Step::Last,
            _ => Step::More(self.heard.ended),
        }
    }
}

impl Heard<'_> {
    fn on_line(&mut self, line: &str) {
        let subject = self.subject_of(line);
        self.named += usize::from(subject.is_some());
        match subject {
            _ if self.contradiction.is_some() => {}
            Some(place) if place == self.ended => self.on_end(),
            Some(place) if place < self.ended => self.contradiction = Some(format!("helm said twice: {line}")),
            Some(_) => self.contradiction = Some(format!("helm said out of turn: {line}")),
            None if self.ended == self.batch.len() => {
                self.contradiction = Some("helm went on after its last release".to_owned());
            }
            None => self.remarks.add(line),
        }
    }

    /// Which release of the batch a line calls uninstalled, where it does so of any.
    fn subject_of(&self, line: &str) -> Option<usize> {
        let name = line.strip_prefix("release \"")?.strip_suffix("\" uninstalled")?;
        self.batch.iter().position(|release| release.name.as_str() == name)
    }

    fn on_end(&mut self) {
        let (left_behind, remarks) = self.remarks.told_apart();
        let attempt = Attempt::Uninstalled { left_behind, remarks };
        self.ended += 1;
        if self.ended == self.batch.len() {
            self.last = Some(attempt);
        } else {
            (self.on_release)(attempt);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> ReleaseId {
        ReleaseId { namespace: "dev-a".parse().expect("a legal name"), name: name.parse().expect("a legal name") }
    }

    /// How many releases of `a b c` were told of as they ended, what came of the last, and the contradiction.
    fn heard(said: &str) -> (usize, bool, Option<String>) {
        let (ids, mut told) = (["a", "b", "c"].map(id), 0);
        let batch = ids.iter().collect::<Vec<_>>();
        let mut count = |_: Attempt| told += 1;
        let mut transcript = Transcript::new(&batch, &mut count);
        // One byte at a time, as bad as it can come.
        said.as_bytes().chunks(1).for_each(|byte| transcript.hear(byte));
        let heard = transcript.finish();
        let (last, contradiction) = (heard.last.is_some(), heard.contradiction);
        (told, last, contradiction)
    }

    const A: &str = "release \"a\" uninstalled\n";
    const B: &str = "release \"b\" uninstalled\n";
    const C: &str = "release \"c\" uninstalled\n";

    #[test]
    fn each_release_is_told_of_as_its_line_comes_and_the_last_one_is_held_back() {
        assert_eq!(heard(""), (0, false, None));
        assert_eq!(heard(A), (1, false, None));
        assert_eq!(heard(&format!("{A}{B}")), (2, false, None));
        assert_eq!(heard(&format!("{A}{B}{C}")), (2, true, None));
        assert_eq!(heard(&format!("{A}{B}{}", C.trim_end())), (2, true, None));
    }

    #[test]
    fn a_line_of_nobody_in_the_batch_is_a_remark() {
        assert_eq!(heard(&format!("release \"d\" uninstalled\n release \"a\" uninstalled\n{A}")), (1, false, None));
    }

    #[test]
    fn a_line_too_many_out_of_turn_or_after_the_last_makes_all_of_them_doubtful() {
        let twice = |line: &str| Some(format!("helm said twice: {}", line.trim_end()));
        let early = |line: &str| Some(format!("helm said out of turn: {}", line.trim_end()));
        // Lost: its own line never came, the next one did.
        assert_eq!(heard(&format!("{A}{C}")), (1, false, early(C)));
        // Forged in the name of an object of `a`, for each of the batch in turn.
        assert_eq!(heard(&format!("{B}{A}")), (0, false, early(B)));
        assert_eq!(heard(&format!("{A}{A}")), (1, false, twice(A)));
        assert_eq!(heard(&format!("{A}{B}{A}{B}{C}")), (2, false, twice(A)));
        assert_eq!(heard(&format!("{A}{B}{C}{A}")), (2, true, twice(A)));
        let more = Some("helm went on after its last release".to_owned());
        assert_eq!(heard(&format!("{A}{B}{C}more\n")), (2, true, more));
    }

    #[test]
    fn the_steps_are_those_of_the_batch() {
        let ids = ["a", "b"].map(id);
        let batch = ids.iter().collect::<Vec<_>>();
        let mut ignore = |_: Attempt| {};
        let mut transcript = Transcript::new(&batch, &mut ignore);
        assert_eq!(transcript.step(), Step::More(0));
        transcript.hear(A.as_bytes());
        assert_eq!(transcript.step(), Step::Last);
        transcript.hear(B.as_bytes());
        assert_eq!(transcript.step(), Step::Leaving);
        transcript.hear(B.as_bytes());
        assert_eq!(transcript.step(), Step::More(3));
    }
}
