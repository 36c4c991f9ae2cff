//! The stdout of one `helm uninstall` of a batch, read line by line while helm runs.
//!
//! Helm prints a line for each release when it is done: `release "NAME" uninstalled`. Before it there may be the names
//! of objects that were kept. These names are untrusted and can contain line breaks, so a line can be forged. But Helm's
//! own line always follows, so a forged one shows: as a line too many, or as one out of turn.

#[cfg(test)]
#[path = "output_test.rs"]
mod tests;

use super::action::ReleaseAttempt;
use super::child::{ChildStep, OutputSink};
use crate::release::ReleaseId;

/// Reports each release when it is done, in the order of the batch, except the last one: that one is not reported
/// before helm itself has ended.
pub(super) struct UninstallOutput<'a> {
    lines: LineSplitter,
    parsed: ParsedOutput<'a>,
}

/// What the lines say.
pub(super) struct ParsedOutput<'a> {
    pub(super) batch: &'a [&'a ReleaseId],
    /// How many releases have had their line, in their turn.
    pub(super) ended: usize,
    /// How many lines have named a release of the batch at all.
    named: usize,
    /// The result of the last release, if its line has come.
    pub(super) last: Option<ReleaseAttempt>,
    /// The first line that contradicts the others. None of them proves anything then.
    pub(super) contradiction: Option<String>,
    remarks: Remarks,
    on_release: &'a mut dyn FnMut(ReleaseAttempt),
}

/// Splits bytes into lines. A line that is longer than any that matters is cut.
#[derive(Debug, Default)]
struct LineSplitter {
    current: Vec<u8>,
}

/// The lines before a release's own line: as many as a person will read.
#[derive(Debug, Default)]
struct Remarks(Vec<String>);

impl<'a> UninstallOutput<'a> {
    pub(super) fn new(batch: &'a [&'a ReleaseId], on_release: &'a mut dyn FnMut(ReleaseAttempt)) -> Self {
        let remarks = Remarks::default();
        let parsed = ParsedOutput { batch, ended: 0, named: 0, last: None, contradiction: None, remarks, on_release };
        Self { lines: LineSplitter::default(), parsed }
    }

    /// Call it when helm has ended.
    pub(super) fn finish(mut self) -> ParsedOutput<'a> {
        self.lines.finish(&mut |line| self.parsed.on_line(line));
        self.parsed
    }
}

impl OutputSink for UninstallOutput<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.lines.take(bytes, &mut |line| self.parsed.on_line(line));
    }

    fn step(&self) -> ChildStep {
        match self.parsed.batch.len() - self.parsed.ended {
            // It is not known any more which release is in progress, only that it is another one.
            _ if self.parsed.contradiction.is_some() => ChildStep::More(self.parsed.named),
            0 => ChildStep::Leaving,
            1 => ChildStep::Last,
            _ => ChildStep::More(self.parsed.ended),
        }
    }
}

impl ParsedOutput<'_> {
    fn on_line(&mut self, line: &str) {
        let subject = self.subject_of(line);
        self.named += usize::from(subject.is_some());
        match subject {
            _ if self.contradiction.is_some() => {}
            Some(index) if index == self.ended => self.on_end(),
            Some(index) if index < self.ended => self.contradiction = Some(format!("helm said twice: {line}")),
            Some(_) => self.contradiction = Some(format!("helm said out of turn: {line}")),
            None if self.ended == self.batch.len() => {
                self.contradiction = Some("helm went on after its last release".to_owned());
            }
            None => self.remarks.add(line),
        }
    }

    /// The index of the release that a line calls uninstalled, if there is one.
    fn subject_of(&self, line: &str) -> Option<usize> {
        let name = line.strip_prefix("release \"")?.strip_suffix("\" uninstalled")?;
        self.batch.iter().position(|release| release.name.as_str() == name)
    }

    fn on_end(&mut self) {
        let (left_behind, remarks) = self.remarks.split();
        let attempt = ReleaseAttempt::Uninstalled { left_behind, remarks };
        self.ended += 1;
        if self.ended == self.batch.len() {
            self.last = Some(attempt);
        } else {
            (self.on_release)(attempt);
        }
    }
}

impl LineSplitter {
    const LONGEST: usize = 1 << 10;

    /// Passes on every line that these bytes end.
    fn take(&mut self, bytes: &[u8], on_line: &mut dyn FnMut(&str)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let room = Self::LONGEST.saturating_sub(self.current.len());
            self.current.extend_from_slice(&text[..text.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end(on_line);
            }
        }
    }

    /// Passes on the last line if no line break follows it.
    fn finish(&mut self, on_line: &mut dyn FnMut(&str)) {
        if !self.current.is_empty() {
            self.end(on_line);
        }
    }

    fn end(&mut self, on_line: &mut dyn FnMut(&str)) {
        let line = std::mem::take(&mut self.current);
        on_line(&String::from_utf8_lossy(&line));
    }
}

impl Remarks {
    const MOST: usize = 1000;

    fn add(&mut self, line: &str) {
        if self.0.len() < Self::MOST {
            self.0.push(line.to_owned());
        }
    }

    /// Takes all lines: first the objects that Helm left behind, as `[Kind] name`, then the others.
    fn split(&mut self) -> (Vec<String>, Vec<String>) {
        let mut left_behind = Vec::new();
        let mut remarks = Vec::new();
        let mut in_list = false;
        for line in std::mem::take(&mut self.0) {
            match line.as_str() {
                "These resources were kept due to the resource policy:" => in_list = true,
                "" => in_list = false,
                object if in_list && object.starts_with('[') => left_behind.push(line),
                _ => remarks.push(line),
            }
        }
        (left_behind, remarks)
    }
}
