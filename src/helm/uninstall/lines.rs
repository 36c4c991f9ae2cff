//! What helm says on stdout, cut into lines and kept in bounds.

/// Bytes on their way to being lines. A line is cut where it is too long to be any that matters.
#[derive(Debug, Default)]
pub(super) struct Lines {
    current: Vec<u8>,
}

impl Lines {
    const LONGEST: usize = 1 << 10;

    /// Takes the next bytes and hands on every line that they end.
    pub(super) fn take(&mut self, bytes: &[u8], on_line: &mut dyn FnMut(&str)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let room = Self::LONGEST.saturating_sub(self.current.len());
            self.current.extend_from_slice(&text[..text.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end(on_line);
            }
        }
    }

    /// Nothing more will come: what is there is the last line.
    pub(super) fn finish(&mut self, on_line: &mut dyn FnMut(&str)) {
        if !self.current.is_empty() {
            self.end(on_line);
        }
    }

    fn end(&mut self, on_line: &mut dyn FnMut(&str)) {
        let line = std::mem::take(&mut self.current);
        on_line(&String::from_utf8_lossy(&line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut heard) = (Lines::default(), Vec::new());
        let mut hear = |line: &str| heard.push(line.to_owned());
        for piece in pieces {
            lines.take(piece, &mut hear);
        }
        lines.finish(&mut hear);
        heard
    }

    #[test]
    fn a_line_is_whole_however_it_comes() {
        assert_eq!(lines(&[b"one\ntw", b"o", b"\n\nthr", b"ee"]), ["one", "two", "", "three"]);
        assert_eq!(lines(&[b"", b"\xff\n"]), ["\u{fffd}"]);
    }

    #[test]
    fn a_line_without_end_is_read_and_not_kept() {
        let endless = vec![b'x'; 1 << 20];
        let heard = lines(&[&endless, &endless, b"\nnext\n"]);
        assert_eq!((heard[0].len(), heard[1].as_str()), (Lines::LONGEST, "next"));
    }
}
