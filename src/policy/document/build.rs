//! Events to nodes, without recursion: how deep a file is nested costs no stack.

use serde_yaml::granit_parser::{self as granit, Event, Options, Parser, ScalarStyle};

use super::open::Open;
use super::{Node, Scalar, Style, Value, hidden, refused, syntax};
use crate::policy::fault::{Diagnostic, Diagnostics, ErrorReported};
use crate::policy::source::{Source, Span};
use crate::sanitize;

/// A policy is nested four levels deep.
pub(super) const DEEPEST: usize = 32;

/// Far more than a file of a size people can review holds.
pub(super) const MOST_VALUES: usize = 10_000;

/// The node of the file's only document, or the one fault that hides all others.
pub(super) fn document(
    source: &Source,
    hidden: Option<ErrorReported>,
    findings: &mut Diagnostics,
) -> Result<Node, Diagnostic> {
    let mut builder = Builder { source, hidden, findings, open: Vec::new(), root: None, values: 0 };
    for event in Parser::new_from_str_with_options(source.text(), options()) {
        match event {
            Ok((event, span)) => match builder.take(event, &span)? {
                Step::GoOn => {}
                Step::Stop => break,
            },
            Err(error) => return Err(syntax::fault(source, &error, builder.innermost_flow())),
        }
    }
    match builder.root {
        None | Some(Node { value: Value::Null, .. }) => {
            Err(Diagnostic::of_file("the file is empty").hint("`helm purge init` writes a first policy"))
        }
        Some(root) => Ok(root),
    }
}

fn options() -> Options {
    let mut options = granit::options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        // The builder counts flow and block together, and says so better.
        flow_nesting_limit: 2 * DEEPEST,
        block_nesting_limit: 2 * DEEPEST,
    };
    // A long comment must not be an error, as it is where comments are events.
    options.set_emit_comments(false);
    options
}

enum Step {
    GoOn,
    Stop,
}

struct Builder<'s> {
    source: &'s Source,
    /// Whether characters of the file as it is stored were reported before it was parsed.
    hidden: Option<ErrorReported>,
    findings: &'s mut Diagnostics,
    /// The collections around the next event, outermost first.
    open: Vec<Open>,
    root: Option<Node>,
    values: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, at: &granit::Span) -> Result<Step, Diagnostic> {
        let span = bytes(at);
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                self.findings.report(refused::second_document(span));
                return Ok(Step::Stop);
            }
            Event::MappingStart(style, _, _) => self.enter(Open::mapping(span, style), at)?,
            Event::SequenceStart(style, _, _) => self.enter(Open::list(span, style), at)?,
            Event::MappingEnd | Event::SequenceEnd => self.leave(span)?,
            Event::Scalar(text, style, _, _) => {
                let node = self.scalar(&text, style, at);
                self.add(node)?;
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let node = self.reported(span, refused::alias(self.source.slice(span), span, &event));
                self.add(node)?;
            }
            Event::Anchor(..) => {
                self.findings.report(refused::anchor(self.source.slice(span), span));
            }
            _ => {}
        }
        Ok(Step::GoOn)
    }

    fn enter(&mut self, collection: Open, at: &granit::Span) -> Result<(), Diagnostic> {
        if self.open.len() == DEEPEST {
            return Err(refused::too_deep(bytes(at)));
        }
        self.report_tag(at);
        self.open.push(collection);
        Ok(())
    }

    fn leave(&mut self, end: Span) -> Result<(), Diagnostic> {
        match self.open.pop() {
            Some(collection) => self.add(collection.close(end)),
            None => Ok(()),
        }
    }

    fn add(&mut self, node: Node) -> Result<(), Diagnostic> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(refused::too_many_values(node.span));
        }
        match self.open.last_mut() {
            Some(collection) => collection.add(node, self.findings),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: &granit::Span) -> Node {
        let span = bytes(at);
        let written = self.source.slice(span);
        let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
        if let Some(reported) = self.report_tag(at) {
            return Node { span, value: Value::ErrorReported(reported) };
        }
        if style == Style::Plain && is_null(text, written) {
            return Node { span: self.shown(span), value: Value::Null };
        }
        if style == Style::Plain && written.contains('\n') {
            return self.reported(span, refused::joined_lines(span, text));
        }
        if let Some(character) = text.chars().find(|character| is_forbidden(*character)) {
            return match self.hidden {
                Some(reported) if written.contains(character) => Node { span, value: Value::ErrorReported(reported) },
                _ => self.reported(span, hidden::fault(span, character).label("made by an escape: remove it")),
            };
        }
        Node { span, value: Value::Scalar(Scalar::new(text.to_owned(), style, span, written)) }
    }

    fn report_tag(&mut self, at: &granit::Span) -> Option<ErrorReported> {
        let span = at.tag_span().as_ref().map(bytes)?;
        Some(self.findings.report(refused::tag(span, self.source.slice(span))))
    }

    fn reported(&mut self, span: Span, fault: Diagnostic) -> Node {
        Node { span, value: Value::ErrorReported(self.findings.report(fault)) }
    }

    /// What to underline for a value that takes no place: the sign before it.
    fn shown(&self, span: Span) -> Span {
        if span.start < span.end {
            return span;
        }
        let before = self.source.text().get(..span.start).unwrap_or_default().trim_end();
        let width = before.chars().next_back().map_or(0, char::len_utf8);
        Span::new(before.len() - width, before.len())
    }

    /// The opening bracket that is not closed yet.
    fn innermost_flow(&self) -> Option<Span> {
        self.open.iter().rev().find_map(Open::bracket)
    }
}

fn bytes(span: &granit::Span) -> Span {
    let range = span.byte_range().expect("a parser of a str knows byte offsets");
    // The parser may place the end of an empty value before its start.
    Span::new(range.start, range.end.max(range.start))
}

/// YAML 1.2 has these words for nothing; the parser gives `~` where nothing is written at all.
fn is_null(text: &str, written: &str) -> bool {
    written.is_empty() || matches!(text, "~" | "null" | "Null" | "NULL")
}

/// Line feeds and tabs are left to whoever reads the text: a reason may hold them.
fn is_forbidden(character: char) -> bool {
    sanitize::is_hidden(character) && !matches!(character, '\n' | '\t')
}
