//! What the scanner could not read, in the words of someone who mends it.
//!
//! The scanner names the rule of YAML that was broken; most of the time the cause is one of a few
//! slips: a pattern without quotes, a tab, a missing space, a bracket that was not closed.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::refused;
use super::site::Site;
use crate::policy::fault::Diagnostic;
use crate::policy::source::{Source, Span};
use crate::sanitize::quoted;

const QUOTE_THE_PATTERN: &str = "quote the pattern, as in `\"dev-*\"`";

/// The fault of a file that is no YAML. `bracket` is the innermost one that was open.
pub(super) fn fault(source: &Source, error: &ScanError, bracket: Option<Span>) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or_default().min(source.text().len());
    let site = Site { source, at, bracket };
    let kind = error.kind();
    let fault = brackets(&site, kind).or_else(|| quotes(&site, kind)).or_else(|| layout(&site, kind));
    let fault = fault.or_else(|| signs(&site, kind)).unwrap_or_else(|| site.fault(&in_our_words(kind)));
    // On the same line the bracket is seen anyway.
    match bracket.filter(|bracket| fault.also.is_empty() && !site.is_on_line_of(*bracket)) {
        Some(bracket) => fault.also(bracket, "inside this"),
        None => fault,
    }
}

fn brackets(site: &Site<'_>, kind: &ErrorKind) -> Option<Diagnostic> {
    Some(match kind {
        ErrorKind::UnclosedFlowCollection { open } => site.never_closed(*open),
        ErrorKind::UnexpectedEofFlowSequence => site.never_closed('['),
        ErrorKind::UnexpectedEofFlowMapping => site.never_closed('{'),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => site
            .fault(&format!("`{open}` is closed by `{close}`"))
            .label(if *open == '[' { "close it with `]`" } else { "close it with `}`" }),
        ErrorKind::MisplacedFlowCollectionEnd => {
            site.fault(&format!("`{}` closes nothing", site.sign())).label("remove it, or open the bracket")
        }
        ErrorKind::UnexpectedEofImplicitFlowMapping if site.sign() == ',' => {
            site.fault("a list item is missing before this comma").label("remove the comma")
        }
        ErrorKind::InvalidColonPlacement | ErrorKind::UnexpectedEofImplicitFlowMapping => site.key_in_brackets(),
        ErrorKind::BlockEntryInFlowCollection => {
            site.fault("`-` cannot stand in brackets").label("items in brackets are separated by commas")
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator if site.sign() == ':' => {
            site.key_in_brackets()
        }
        ErrorKind::FlowMappingValueAdjacentCollection => {
            site.fault("a space is missing after this colon").label("write `key: value`")
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            site.fault("`-` alone is no text").label("remove or quote it")
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator if site.is_glued() => site
            .fault(&format!("{} without quotes is no text", quoted(&site.sign().to_string())))
            .label(QUOTE_THE_PATTERN),
        ErrorKind::ExpectedFlowSequenceSeparator => {
            site.fault("a comma is missing before this").label("write `,` or `]`")
        }
        ErrorKind::ExpectedFlowMappingSeparator => {
            site.fault("a comma is missing before this").label("write `,` or `}`")
        }
        ErrorKind::RecursionLimitExceeded => refused::too_deep(site.span()),
        _ => return None,
    })
}

fn quotes(site: &Site<'_>, kind: &ErrorKind) -> Option<Diagnostic> {
    Some(match kind {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            site.fault("this quote is never closed").label("close it at the end of the text")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => site.text_after_quote('\'', "written twice"),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => site.text_after_quote('"', "written `\\\"`"),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::InvalidLowSurrogateHexEscape => site
            .fault("an unknown escape")
            .label("in double quotes `\\` starts an escape; in single quotes it does not"),
        _ => return None,
    })
}

fn layout(site: &Site<'_>, kind: &ErrorKind) -> Option<Diagnostic> {
    Some(match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => site.tab(),
        ErrorKind::SimpleKeyExpected => site.neither_key_nor_item(),
        ErrorKind::MappingValueNotAllowed => site.second_colon(),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry if site.sign() == ',' => {
            site.comma()
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry if site.is_glued() => {
            site.fault("text after a closing bracket").label(QUOTE_THE_PATTERN)
        }
        ErrorKind::ExpectedBlockMappingKey => {
            site.fault("this line does not fit the lines above it").label("check the indentation, and the `:` or `-`")
        }
        ErrorKind::ExpectedBlockSequenceEntry => site
            .fault("a list goes on here with something else")
            .label("start the line with `- `, or check the indentation"),
        ErrorKind::BlockSequenceEntryNotAllowed => {
            site.fault("a list item cannot start here").label("start the list on a line of its own")
        }
        ErrorKind::ExpectedDocumentStart | ErrorKind::InvalidDocumentEnd => {
            site.fault("text after the end of the policy").label("remove it")
        }
        _ => return None,
    })
}

fn signs(site: &Site<'_>, kind: &ErrorKind) -> Option<Diagnostic> {
    Some(match kind {
        ErrorKind::MissingAnchorOrAliasName if site.sign() == '*' => {
            site.fault("`*` without quotes is no text").label(QUOTE_THE_PATTERN)
        }
        ErrorKind::MissingAnchorOrAliasName => {
            site.fault(&format!("`{}` without quotes is no text", site.sign())).label("quote the text")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            site.fault(&format!("text cannot start with {}", quoted(&character.to_string()))).label("quote the text")
        }
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => site
            .fault("`|` and `>` start a block of text on the next line")
            .label("quote text that starts with one of them"),
        ErrorKind::CommentNotSeparated => {
            site.fault("a space is missing before this `#`").label("quote text with a `#` in it")
        }
        ErrorKind::CommentInterceptedScalar => {
            site.fault("a comment in the middle of a text").label("text over several lines goes in quotes")
        }
        ErrorKind::MappingKeyNotAllowed => {
            site.fault("a key cannot stand here").label("quote text that starts with `?`")
        }
        // The scanner says so of any sign that starts nothing, too.
        ErrorKind::UnexpectedEofBlockMapping | ErrorKind::UnexpectedEofBlockSequence | ErrorKind::UnexpectedEof => {
            match site.sign() {
                ',' => site.comma(),
                sign if sign.is_whitespace() => site.fault("the file ends too early").label("was it cut off?"),
                _ => site.fault("this cannot stand here").label("remove it, or quote the text it belongs to"),
            }
        }
        ErrorKind::DirectiveDisallowed => {
            site.fault("a YAML directive").label("directives are not read: remove the line")
        }
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidGlobalTagCharacter => {
            let word = site.word();
            refused::tag(word, site.source.slice(word))
        }
        _ => return None,
    })
}

/// For the slips without words of our own: better the scanner's than none.
fn in_our_words(kind: &ErrorKind) -> String {
    let text = kind.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("this is no YAML: {first}{}", characters.as_str().trim_end_matches('.'))
}
