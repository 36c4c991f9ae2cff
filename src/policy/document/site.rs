//! Where the scanner stopped, and what the lines around it look like.

use crate::policy::fault::Diagnostic;
use crate::policy::source::{Source, Span};
use crate::sanitize::quoted;

/// Where the scanner stopped.
pub(super) struct Site<'s> {
    pub(super) source: &'s Source,
    pub(super) at: usize,
    pub(super) bracket: Option<Span>,
}

impl Site<'_> {
    /// A fault at the sign where the scanner stopped.
    pub(super) fn fault(&self, message: &str) -> Diagnostic {
        Diagnostic::at(self.span(), message)
    }

    /// The sign itself.
    pub(super) fn span(&self) -> Span {
        Span::new(self.at, self.at + self.after().chars().next().map_or(0, char::len_utf8))
    }

    fn after(&self) -> &str {
        self.source.text().get(self.at..).unwrap_or_default()
    }

    fn before(&self) -> &str {
        self.source.text().get(..self.at).unwrap_or_default()
    }

    pub(super) fn sign(&self) -> char {
        self.after().chars().next().unwrap_or(' ')
    }

    /// No space before it: a pattern that YAML took apart at its brackets.
    pub(super) fn is_glued(&self) -> bool {
        let last = self.before().chars().next_back();
        last.is_some_and(|last| !last.is_whitespace() && last != ',') && !self.sign().is_whitespace()
    }

    /// From here to the next space.
    pub(super) fn word(&self) -> Span {
        let length = self
            .after()
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'))
            .unwrap_or(self.after().len());
        Span::new(self.at, self.at + length)
    }

    fn line(&self) -> Span {
        self.source.line(self.source.line_number(self.at))
    }

    /// The line without its indentation.
    fn content(&self, line: Span) -> Span {
        let text = self.source.slice(line);
        Span::new(line.end - text.trim_start().len(), line.start + text.trim_end().len())
    }

    pub(super) fn never_closed(&self, open: char) -> Diagnostic {
        let span = self.bracket.unwrap_or(Span::new(self.at, self.at + 1));
        let line = self.source.line(self.source.line_number(span.start));
        let rest = self.source.slice(Span::new(span.start, line.end));
        let fault = Diagnostic::at(span, format!("`{open}` is never closed"));
        if rest.contains(" #") {
            return fault.label("what follows ` #` on this line is a comment").hint("quote text that has a `#` in it");
        }
        fault.label(if open == '[' { "close it with `]`" } else { "close it with `}`" })
    }

    pub(super) fn comma(&self) -> Diagnostic {
        self.fault("a comma outside of brackets").label("remove it")
    }

    /// Where a quoted text ended too early, or began on a line above.
    pub(super) fn text_after_quote(&self, quote: char, escaped: &str) -> Diagnostic {
        let fault = self.fault("text after the closing quote");
        let line = Span::new(self.line().start, self.at);
        let on_this_line = self.source.slice(line).matches(quote).count();
        if on_this_line % 2 == 1 {
            return fault.label("the quote before it closes one of a line above: is that one meant?");
        }
        if self.bracket.is_some() && self.before().ends_with(char::is_whitespace) {
            return fault.label("entries are separated by commas");
        }
        fault.label(format!("a `{quote}` that belongs to the text is {escaped}"))
    }

    /// A line with a key, where the bracket of a line above is still open.
    pub(super) fn key_in_brackets(&self) -> Diagnostic {
        match self.bracket.filter(|bracket| !self.is_on_line_of(*bracket)) {
            Some(bracket) => {
                let open = if self.source.slice(bracket) == "{" { '{' } else { '[' };
                let line = self.content(self.line());
                self.never_closed(open).also(line, "still inside it")
            }
            None => self.fault("a key cannot stand here").label("quote text with `: ` in it"),
        }
    }

    pub(super) fn is_on_line_of(&self, span: Span) -> bool {
        self.source.line_number(span.start) == self.source.line_number(self.at)
    }

    pub(super) fn tab(&self) -> Diagnostic {
        let line = self.line();
        let tab =
            self.source.text().get(line.start..).unwrap_or_default().find('\t').map_or(self.at, |tab| line.start + tab);
        Diagnostic::at(Span::new(tab, tab + 1), "a tab where YAML wants spaces").label("indent with spaces")
    }

    pub(super) fn neither_key_nor_item(&self) -> Diagnostic {
        let span = self.content(self.line());
        let text = self.source.slice(span);
        let fault = Diagnostic::at(span, "this is neither a key nor a list item");
        if let Some(mended) = with_space_after_colon(text) {
            return fault.label(format!("a space is missing after the colon: {}", quoted(&mended)));
        }
        match text.strip_prefix('-') {
            Some(rest) if !rest.starts_with('-') => {
                fault.label(format!("a space is missing after the dash: {}", quoted(&format!("- {rest}"))))
            }
            _ => fault.label("write `key: value`, or check the indentation"),
        }
    }

    pub(super) fn second_colon(&self) -> Diagnostic {
        let number = self.source.line_number(self.at);
        let above = self.content(self.source.line(number.saturating_sub(1).max(1)));
        if number > 1
            && let Some(mended) = with_space_after_colon(self.source.slice(above))
        {
            return Diagnostic::at(above, "this is neither a key nor a list item")
                .label(format!("a space is missing after the colon: {}", quoted(&mended)));
        }
        self.fault("`:` cannot stand here").label("quote the text it belongs to, or check the indentation of the line")
    }
}

/// `workers:16` as it was meant.
fn with_space_after_colon(line: &str) -> Option<String> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|character| character.is_ascii_alphanumeric());
    let is_glued = value.starts_with(|character: char| !character.is_whitespace()) && !value.starts_with("//");
    (is_key && is_glued).then(|| format!("{key}: {value}"))
}
