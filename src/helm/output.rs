//! The stdout of one `helm uninstall` of a batch, read line by line while helm runs.
//!
//! Helm prints a line for each release when it is done: `release "NAME" uninstalled`. Before it there may be the names
//! of objects that stay. These names are untrusted and can contain line breaks, so a line can be forged. But Helm's
//! own line always follows, so a forged one shows: as a line too many, or as one out of turn.

#[cfg(test)]
#[path = "output_test.rs"]
mod tests;

use super::action::ReleaseAttempt;
use super::child::{ChildStep, OutputSink};
use crate::release::ReleaseId;

/// A longer line cannot matter, and is truncated.
const LONGEST_LINE: usize = 1 << 10;
/// More lines about one release than a person will read.
const MOST_REMARKS: usize = 1000;

/// Reports each release when it is done, in the order of the batch, except the last one: that one is not reported
/// before helm itself has ended.
pub(super) struct UninstallOutput<'a> {
    pub(super) batch: &'a [&'a ReleaseId],
    /// How many releases have had their line, in their turn.
    pub(super) ended: usize,
    /// How many lines have named a release of the batch at all.
    named: usize,
    /// The result of the last release, if its line has come.
    pub(super) last: Option<ReleaseAttempt>,
    /// The first line that contradicts the others. None of them proves anything then.
    pub(super) contradiction: Option<String>,
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// The lines since the last release's own line.
    remarks: Vec<String>,
    on_release: &'a mut dyn FnMut(ReleaseAttempt),
}

impl OutputSink for UninstallOutput<'_> {
    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&text[..text.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    fn step(&self) -> ChildStep {
        match self.batch.len() - self.ended {
            // Which release is in progress is not known any more, only that it is another one.
            _ if self.contradiction.is_some() => ChildStep::More(self.named),
            0 => ChildStep::Leaving,
            1 => ChildStep::Last,
            _ => ChildStep::More(self.ended),
        }
    }
}

impl<'a> UninstallOutput<'a> {
    pub(super) fn new(batch: &'a [&'a ReleaseId], on_release: &'a mut dyn FnMut(ReleaseAttempt)) -> Self {
        let (line, remarks) = (Vec::new(), Vec::new());
        Self { batch, ended: 0, named: 0, last: None, contradiction: None, line, remarks, on_release }
    }

    /// Helm has ended; its last line may have no line break.
    pub(super) fn finish(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let subject = self.subject_of(&line);
        self.named += usize::from(subject.is_some());
        match subject {
            _ if self.contradiction.is_some() => {}
            Some(index) if index == self.ended => self.end_release(),
            Some(index) if index < self.ended => self.contradiction = Some(format!("helm printed this twice: {line}")),
            Some(_) => self.contradiction = Some(format!("helm printed this out of order: {line}")),
            None if self.ended == self.batch.len() => {
                self.contradiction = Some("helm kept running after its last release".to_owned());
            }
            None if self.remarks.len() < MOST_REMARKS => self.remarks.push(line.into_owned()),
            None => {}
        }
    }

    /// The index of the release that a line calls uninstalled, if there is one.
    fn subject_of(&self, line: &str) -> Option<usize> {
        let name = line.strip_prefix("release \"")?.strip_suffix("\" uninstalled")?;
        self.batch.iter().position(|release| release.name.as_str() == name)
    }

    fn end_release(&mut self) {
        let (left_behind, remarks) = split(std::mem::take(&mut self.remarks));
        let attempt = ReleaseAttempt::Uninstalled { left_behind, remarks };
        self.ended += 1;
        if self.ended == self.batch.len() {
            self.last = Some(attempt);
        } else {
            (self.on_release)(attempt);
        }
    }
}

/// First the objects that Helm left behind, as `[Kind] name`, then the other lines.
fn split(lines: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut left_behind, mut remarks, mut in_list) = (Vec::new(), Vec::new(), false);
    for line in lines {
        match line.as_str() {
            "These resources were kept due to the resource policy:" => in_list = true,
            "" => in_list = false,
            object if in_list && object.starts_with('[') => left_behind.push(line),
            _ => remarks.push(line),
        }
    }
    (left_behind, remarks)
}
