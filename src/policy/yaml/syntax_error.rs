//! What the scanner could not read, explained for the person who fixes it.
//!
//! The scanner names the rule of YAML that was broken; most of the time the cause is one of a few
//! slips: a pattern without quotes, a tab, a missing space, a bracket that was not closed.

use serde_yaml::granit_parser::{ErrorKind as Kind, ScanError};

use crate::policy::diagnostic::{Diagnostic, SourceText, Span};
use crate::sanitize::quoted;

const QUOTE_THE_PATTERN: &str = "quote the pattern, as in `\"dev-*\"`";

/// The error of a file that is not valid YAML. `bracket` is the innermost one that is still open.
pub(super) fn explain(source: &SourceText, error: &ScanError, bracket: Option<Span>, deepest: usize) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or_default().min(source.text.len());
    let stop = Stop { source, at, bracket };
    let kind = error.kind();
    let error = match (stop.slip(kind), stop.usual_slip(kind)) {
        (Some(error), _) => error,
        (None, Some((message, label))) => stop.error(message).label(label),
        (None, None) if matches!(kind, Kind::RecursionLimitExceeded) => too_deep(stop.span(), deepest),
        (None, None) => stop.error(&scanners_words(kind)),
    };
    // On the same line the reader sees the bracket anyway.
    match bracket.filter(|bracket| error.also.is_empty() && !stop.is_on_line_of(*bracket)) {
        Some(bracket) => error.also(bracket, "inside this"),
        None => error,
    }
}

pub(super) fn too_deep(span: Span, deepest: usize) -> Diagnostic {
    Diagnostic::at(span, format!("nested deeper than {deepest} levels")).label("the rest was not checked")
}

/// The error that a tag is, whether or not it was declared.
pub(super) fn tag(span: Span, written: &str) -> Diagnostic {
    let error = Diagnostic::at(span, format!("{} is a YAML tag", quoted(written)));
    if written.starts_with("!!") || written.len() == 1 {
        return error.label("tags are not supported: remove it");
    }
    error
        .label("unquoted `!` starts a tag: quote the string if `!` belongs to it")
        .hint("`!` does not negate a pattern either; list what must be kept under `keep`")
}

/// For the slips that are not explained here.
fn scanners_words(kind: &Kind) -> String {
    let text = kind.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("this is not valid YAML: {first}{}", characters.as_str().trim_end_matches('.'))
}

/// Where the scanner stopped.
struct Stop<'s> {
    source: &'s SourceText,
    at: usize,
    bracket: Option<Span>,
}

impl Stop<'_> {
    /// A slip whose explanation depends on the text around it.
    fn slip(&self, kind: &Kind) -> Option<Diagnostic> {
        Some(match kind {
            Kind::UnclosedFlowCollection { open } => self.never_closed(*open),
            Kind::UnexpectedEofFlowSequence => self.never_closed('['),
            Kind::UnexpectedEofFlowMapping => self.never_closed('{'),
            Kind::MismatchedFlowCollectionEnd { open, close } => self
                .error(&format!("`{open}` is closed by `{close}`"))
                .label(if *open == '[' { "close it with `]`" } else { "close it with `}`" }),
            Kind::MisplacedFlowCollectionEnd => self
                .error(&format!("`{}` has no opening bracket", self.sign()))
                .label("remove it, or add the opening bracket"),
            Kind::UnexpectedEofImplicitFlowMapping if self.sign() == ',' => return None,
            Kind::InvalidColonPlacement | Kind::UnexpectedEofImplicitFlowMapping => self.key_in_brackets(),
            Kind::ExpectedFlowSequenceSeparator | Kind::ExpectedFlowMappingSeparator if self.sign() == ':' => {
                self.key_in_brackets()
            }
            Kind::ExpectedFlowSequenceSeparator | Kind::ExpectedFlowMappingSeparator if self.is_glued() => self
                .error(&format!("{} without quotes is not a valid string", quoted(&self.sign().to_string())))
                .label(QUOTE_THE_PATTERN),
            Kind::InvalidTrailingSingleQuotedScalar => self.text_after_quote('\'', "written twice"),
            Kind::InvalidTrailingDoubleQuotedScalar => self.text_after_quote('"', "written `\\\"`"),
            Kind::TabNotAllowed
            | Kind::TabInBlockIndentation
            | Kind::TabAtBlockScalarStart
            | Kind::TabInIndentation
            | Kind::TabInPlainScalar => self.tab(),
            Kind::SimpleKeyExpected => self.neither_key_nor_item(),
            Kind::MappingValueNotAllowed => self.second_colon(),
            Kind::MissingAnchorOrAliasName if self.sign() != '*' => {
                self.error(&format!("`{}` without quotes is not a valid string", self.sign())).label("quote the string")
            }
            Kind::UnexpectedCharacter { character } => self
                .error(&format!("an unquoted string cannot start with {}", quoted(&character.to_string())))
                .label("quote the string"),
            Kind::UndeclaredTagHandle
            | Kind::ExpectedTagBang
            | Kind::InvalidTagTerminator
            | Kind::MissingTagUri
            | Kind::UnclosedVerbatimTag
            | Kind::InvalidTagEscape
            | Kind::InvalidGlobalTagCharacter => {
                let word = self.word();
                tag(word, self.source.slice(word))
            }
            _ => return None,
        })
    }

    /// Message and label of a slip that is explained in the same words wherever it happens.
    fn usual_slip(&self, kind: &Kind) -> Option<(&'static str, &'static str)> {
        Some(match kind {
            Kind::UnexpectedEofImplicitFlowMapping => ("a list item is missing before this comma", "remove the comma"),
            Kind::BlockEntryInFlowCollection => {
                ("`-` is not allowed in brackets", "items in brackets are separated by commas")
            }
            Kind::FlowMappingValueAdjacentCollection => ("a space is missing after this colon", "write `key: value`"),
            Kind::PlainScalarStartsWithDashFlowIndicator => ("`-` alone is not a valid string", "remove or quote it"),
            Kind::ExpectedFlowSequenceSeparator => ("a comma is missing before this", "write `,` or `]`"),
            Kind::ExpectedFlowMappingSeparator => ("a comma is missing before this", "write `,` or `}`"),
            Kind::UnclosedQuotedScalar | Kind::DocumentIndicatorInQuotedScalar => {
                ("this quote is never closed", "close it at the end of the string")
            }
            Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidUnicodeEscape
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate
            | Kind::InvalidLowSurrogate
            | Kind::InvalidLowSurrogateHexEscape => {
                ("an unknown escape", "in double quotes `\\` starts an escape; in single quotes it does not")
            }
            Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry
            | Kind::UnexpectedEofBlockMapping
            | Kind::UnexpectedEofBlockSequence
            | Kind::UnexpectedEof
                if self.sign() == ',' =>
            {
                ("a comma outside of brackets", "remove it")
            }
            Kind::ExpectedBlockMappingKey | Kind::ExpectedBlockSequenceEntry if self.is_glued() => {
                ("text after a closing bracket", QUOTE_THE_PATTERN)
            }
            Kind::ExpectedBlockMappingKey => {
                ("this line does not fit the lines above", "check the indentation, and the `:` or `-`")
            }
            Kind::ExpectedBlockSequenceEntry => (
                "this line continues a list but is not a list item",
                "start the line with `- `, or check the indentation",
            ),
            Kind::BlockSequenceEntryNotAllowed => {
                ("a list item cannot start here", "start the list on a line of its own")
            }
            Kind::ExpectedDocumentStart | Kind::InvalidDocumentEnd => ("text after the end of the policy", "remove it"),
            Kind::MissingAnchorOrAliasName => ("`*` without quotes is not a valid string", QUOTE_THE_PATTERN),
            Kind::InvalidBlockScalarHeader | Kind::ZeroBlockScalarIndent => {
                ("`|` and `>` start a block string on the next line", "quote a string that starts with one of them")
            }
            Kind::CommentNotSeparated => ("a space is missing before this `#`", "quote a string that contains `#`"),
            Kind::CommentInterceptedScalar => {
                ("a comment in the middle of a string", "quote a string that spans several lines")
            }
            Kind::MappingKeyNotAllowed => ("a key is not allowed here", "quote a string that starts with `?`"),
            // The scanner has the same error for any character that cannot start a token.
            Kind::UnexpectedEofBlockMapping | Kind::UnexpectedEofBlockSequence | Kind::UnexpectedEof => {
                if self.sign().is_whitespace() {
                    ("the file ends too early", "was it cut off?")
                } else {
                    ("this is not allowed here", "remove it, or quote the string it belongs to")
                }
            }
            Kind::DirectiveDisallowed => ("a YAML directive", "directives are not supported: remove the line"),
            _ => return None,
        })
    }

    /// An error at the character where the scanner stopped.
    fn error(&self, message: &str) -> Diagnostic {
        Diagnostic::at(self.span(), message)
    }

    /// The character itself.
    fn span(&self) -> Span {
        Span::new(self.at, self.at + self.after().chars().next().map_or(0, char::len_utf8))
    }

    fn after(&self) -> &str {
        self.source.text.get(self.at..).unwrap_or_default()
    }

    fn before(&self) -> &str {
        self.source.text.get(..self.at).unwrap_or_default()
    }

    fn sign(&self) -> char {
        self.after().chars().next().unwrap_or(' ')
    }

    /// No space before it: a pattern that YAML took apart at its brackets.
    fn is_glued(&self) -> bool {
        let last = self.before().chars().next_back();
        last.is_some_and(|last| !last.is_whitespace() && last != ',') && !self.sign().is_whitespace()
    }

    /// From here to the next space.
    fn word(&self) -> Span {
        let end = self.after().find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'));
        Span::new(self.at, self.at + end.unwrap_or(self.after().len()))
    }

    fn line(&self) -> Span {
        self.source.line(self.source.line_number(self.at))
    }

    /// The line without its indentation.
    fn content(&self, line: Span) -> Span {
        let text = self.source.slice(line);
        Span::new(line.end - text.trim_start().len(), line.start + text.trim_end().len())
    }

    fn never_closed(&self, open: char) -> Diagnostic {
        let span = self.bracket.unwrap_or(Span::new(self.at, self.at + 1));
        let line = self.source.line(self.source.line_number(span.start));
        let rest = self.source.slice(Span::new(span.start, line.end));
        let error = Diagnostic::at(span, format!("`{open}` is never closed"));
        if rest.contains(" #") {
            return error.label("what follows ` #` on this line is a comment").hint("quote a string that contains `#`");
        }
        error.label(if open == '[' { "close it with `]`" } else { "close it with `}`" })
    }

    /// A quoted text ended too early, or began on a line above.
    fn text_after_quote(&self, quote: char, escaped: &str) -> Diagnostic {
        let error = self.error("text after the closing quote");
        let line = Span::new(self.line().start, self.at);
        if self.source.slice(line).matches(quote).count() % 2 == 1 {
            return error.label("the quote before it closes one from a line above: is that what you meant?");
        }
        if self.bracket.is_some() && self.before().ends_with(char::is_whitespace) {
            return error.label("entries are separated by commas");
        }
        error.label(format!("a `{quote}` inside the string is {escaped}"))
    }

    /// A line with a key, while the bracket of a line above is still open.
    fn key_in_brackets(&self) -> Diagnostic {
        match self.bracket.filter(|bracket| !self.is_on_line_of(*bracket)) {
            Some(bracket) => {
                let open = if self.source.slice(bracket) == "{" { '{' } else { '[' };
                self.never_closed(open).also(self.content(self.line()), "still inside it")
            }
            None => self.error("a key is not allowed here").label("quote a string that contains `: `"),
        }
    }

    fn is_on_line_of(&self, span: Span) -> bool {
        self.source.line_number(span.start) == self.source.line_number(self.at)
    }

    fn tab(&self) -> Diagnostic {
        let line = self.line();
        let text = self.source.text.get(line.start..).unwrap_or_default();
        let tab = text.find('\t').map_or(self.at, |tab| line.start + tab);
        Diagnostic::at(Span::new(tab, tab + 1), "a tab in the indentation, where YAML allows only spaces")
            .label("indent with spaces")
    }

    fn neither_key_nor_item(&self) -> Diagnostic {
        let span = self.content(self.line());
        let text = self.source.slice(span);
        if let Some(error) = missing_space(span, text) {
            return error;
        }
        let error = Diagnostic::at(span, "this is neither a key nor a list item");
        match text.strip_prefix('-') {
            Some(rest) if !rest.starts_with('-') => {
                error.label(format!("a space is missing after the dash: {}", quoted(&format!("- {rest}"))))
            }
            _ => error.label("write `key: value`, or check the indentation"),
        }
    }

    fn second_colon(&self) -> Diagnostic {
        let number = self.source.line_number(self.at);
        let above = self.content(self.source.line(number.saturating_sub(1).max(1)));
        let slip_above = if number > 1 { missing_space(above, self.source.slice(above)) } else { None };
        let here = || self.error("`:` is not allowed here");
        let label = "quote the string it belongs to, or check the indentation of the line";
        slip_above.unwrap_or_else(|| here().label(label))
    }
}

/// `workers:16` for `workers: 16`.
fn missing_space(span: Span, line: &str) -> Option<Diagnostic> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|character| character.is_ascii_alphanumeric());
    let is_glued = value.starts_with(|character: char| !character.is_whitespace()) && !value.starts_with("//");
    let error = Diagnostic::at(span, "this is neither a key nor a list item");
    let mended = quoted(&format!("{key}: {value}"));
    (is_key && is_glued).then(|| error.label(format!("a space is missing after the colon: {mended}")))
}
