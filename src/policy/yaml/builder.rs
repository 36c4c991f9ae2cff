//! Events of the parser to nodes, without recursion: how deep a file is nested costs no stack.

use std::collections::HashMap;

use serde_yaml::granit_parser::{self as granit, Event, Options, Parser, ScalarStyle, StructureStyle};

use super::{Mapping, MappingEntry, Node, NodeValue, Quoting, Scalar, hidden_character, is_hidden, syntax_error};
use crate::policy::diagnostic::{Diagnostic, Diagnostics, ErrorReported, SourceText, Span};
use crate::sanitize::quoted;

/// A policy is nested four levels deep.
const DEEPEST: usize = 32;

/// Far more than a file of a size people can review holds.
const MOST_VALUES: usize = 10_000;

/// The node of the file's only document, or the one error that hides all others. `hidden` is the error of a hidden
/// character in the file as it is stored, if one was reported.
pub(super) fn build(
    source: &SourceText,
    hidden: Option<ErrorReported>,
    diagnostics: &mut Diagnostics,
) -> Result<Node, Diagnostic> {
    let mut builder = Builder { source, hidden, diagnostics, open: Vec::new(), root: None, values: 0 };
    for event in Parser::new_from_str_with_options(&source.text, options()) {
        match event {
            Ok((Event::DocumentStart(..), span)) if builder.root.is_some() => {
                builder.diagnostics.report(
                    Diagnostic::at(bytes(&span), "a second document starts here")
                        .label("a file holds one policy")
                        .hint("give each policy its own file"),
                );
                break;
            }
            Ok((event, span)) => builder.take(event, &span)?,
            Err(error) => {
                let bracket = builder.open.iter().rev().find_map(OpenCollection::bracket);
                return Err(syntax_error::explain(source, &error, bracket, DEEPEST));
            }
        }
    }
    match builder.root {
        None | Some(Node { value: NodeValue::Null, .. }) => {
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
        // The builder counts flow and block together, and its error is clearer.
        flow_nesting_limit: 2 * DEEPEST,
        block_nesting_limit: 2 * DEEPEST,
    };
    // A long comment must not be an error, and it is one if comments are events.
    options.set_emit_comments(false);
    options
}

struct Builder<'s> {
    source: &'s SourceText,
    hidden: Option<ErrorReported>,
    diagnostics: &'s mut Diagnostics,
    /// The collections around the next event, outermost first.
    open: Vec<OpenCollection>,
    root: Option<Node>,
    values: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, at: &granit::Span) -> Result<(), Diagnostic> {
        let span = bytes(at);
        let written = self.source.slice(span);
        match event {
            Event::MappingStart(style, _, _) => self.enter(CollectionKind::Mapping, style, at),
            Event::SequenceStart(style, _, _) => self.enter(CollectionKind::List, style, at),
            Event::MappingEnd | Event::SequenceEnd => match self.open.pop() {
                Some(collection) => {
                    let node = collection.close(span, self.diagnostics);
                    self.add(node)
                }
                None => Ok(()),
            },
            Event::Scalar(text, style, _, _) => {
                let node = self.scalar(&text, style, at);
                self.add(node)
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let error = Diagnostic::at(span, format!("{} is a YAML alias", quoted(written)));
                let node = self.invalid(
                    span,
                    if matches!(event, Event::Alias(_)) {
                        error.label("aliases are not supported: write the value")
                    } else {
                        // A pattern without quotes is read as an alias.
                        error.label(format!("quote the pattern: {}", quoted(&format!("\"{written}\""))))
                    },
                );
                self.add(node)
            }
            Event::Anchor(..) => {
                let error = Diagnostic::at(span, format!("{} is a YAML anchor", quoted(written)));
                let label = "anchors are not supported: write the value in each place";
                self.diagnostics.report(error.label(label));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, kind: CollectionKind, style: StructureStyle, at: &granit::Span) -> Result<(), Diagnostic> {
        if self.open.len() == DEEPEST {
            return Err(syntax_error::too_deep(bytes(at), DEEPEST));
        }
        self.report_tag(at);
        self.open.push(OpenCollection { start: bytes(at), style, kind, nodes: Vec::new() });
        Ok(())
    }

    fn add(&mut self, node: Node) -> Result<(), Diagnostic> {
        self.values += 1;
        if self.values > MOST_VALUES {
            let error = Diagnostic::at(node.span, format!("the file holds more than {MOST_VALUES} values"));
            let hint = "a policy is a short list of patterns: is this the right file?";
            return Err(error.label("the rest was not checked").hint(hint));
        }
        match self.open.last_mut() {
            Some(collection) => collection.nodes.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: &granit::Span) -> Node {
        let span = bytes(at);
        let written = self.source.slice(span);
        let quoting = if style == ScalarStyle::Plain { Quoting::Plain } else { Quoting::Quoted };
        if let Some(reported) = self.report_tag(at) {
            return Node { span, value: NodeValue::Invalid(reported) };
        }
        if quoting == Quoting::Plain && is_null(text, written) {
            return Node { span: self.underlined(span), value: NodeValue::Null };
        }
        if quoting == Quoting::Plain && written.contains('\n') {
            let error = Diagnostic::at(span, "this string spans several lines");
            let hint = "list items start with `- `, all in the same column; quote a string that is meant to span \
                several lines";
            return self.invalid(span, error.label(format!("YAML joins them to {}", quoted(text))).hint(hint));
        }
        if let Some(character) = text.chars().find(|character| is_hidden(*character)) {
            return match self.hidden {
                Some(reported) if written.contains(character) => Node { span, value: NodeValue::Invalid(reported) },
                _ => {
                    let error = hidden_character(span, character);
                    self.invalid(span, error.label("written as an escape: remove it"))
                }
            };
        }
        Node { span, value: NodeValue::Scalar(Scalar::new(text.to_owned(), quoting, span, written)) }
    }

    fn report_tag(&mut self, at: &granit::Span) -> Option<ErrorReported> {
        let span = at.tag_span().as_ref().map(bytes)?;
        Some(self.diagnostics.report(syntax_error::tag(span, self.source.slice(span))))
    }

    fn invalid(&mut self, span: Span, error: Diagnostic) -> Node {
        Node { span, value: NodeValue::Invalid(self.diagnostics.report(error)) }
    }

    /// What to underline for a value that takes no space: the character before it.
    fn underlined(&self, span: Span) -> Span {
        if span.start < span.end {
            return span;
        }
        let before = self.source.text.get(..span.start).unwrap_or_default().trim_end();
        let width = before.chars().next_back().map_or(0, char::len_utf8);
        Span::new(before.len() - width, before.len())
    }
}

fn bytes(span: &granit::Span) -> Span {
    let range = span.byte_range().expect("a parser of a str knows byte offsets");
    // The parser may put the end of an empty value before its start.
    Span::new(range.start, range.end.max(range.start))
}

/// YAML 1.2 has these words for nothing; the parser gives `~` if nothing is written at all.
fn is_null(text: &str, written: &str) -> bool {
    written.is_empty() || matches!(text, "~" | "null" | "Null" | "NULL")
}

/// A list or mapping whose end has not been read yet.
struct OpenCollection {
    start: Span,
    style: StructureStyle,
    kind: CollectionKind,
    /// The items of a list; keys and values of a mapping, in turn.
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CollectionKind {
    List,
    Mapping,
}

impl OpenCollection {
    /// Its opening bracket, if it has one.
    fn bracket(&self) -> Option<Span> {
        (self.style == StructureStyle::Flow && self.start.start < self.start.end).then_some(self.start)
    }

    fn close(self, end: Span, diagnostics: &mut Diagnostics) -> Node {
        let first = |span: Option<Span>| span.unwrap_or(self.start);
        let (value, first) = match self.kind {
            CollectionKind::List => {
                let first = first(self.nodes.first().map(|item| item.span));
                (NodeValue::List(self.nodes), first)
            }
            CollectionKind::Mapping => {
                let mapping = mapping(self.nodes, diagnostics);
                let first = first(mapping.entries.first().map(|entry| entry.key_span));
                (NodeValue::Mapping(mapping), first)
            }
        };
        let span = match self.style {
            StructureStyle::Flow => Span::new(self.start.start, end.end),
            StructureStyle::Block => first,
        };
        Node { span, value }
    }
}

/// The mapping of these keys and values. A key with an error is left out, with its value.
fn mapping(nodes: Vec<Node>, diagnostics: &mut Diagnostics) -> Mapping {
    let mut mapping = Mapping { entries: Vec::new(), invalid_key: None };
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut nodes = nodes.into_iter();
    while let (Some(Node { span: key_span, value: key }), Some(value)) = (nodes.next(), nodes.next()) {
        let (message, label) = match key {
            NodeValue::Scalar(scalar) if scalar.text == "<<" && scalar.quoting == Quoting::Plain => {
                ("`<<` is a YAML merge key", "merge keys are not supported: write the keys")
            }
            NodeValue::Scalar(Scalar { text: key, .. }) => {
                if let Some(first) = seen.get(&key) {
                    let error = Diagnostic::at(key_span, format!("key {} is given twice", quoted(&key)));
                    let error = error.label("again here: join the two or remove one").also(*first, "the first");
                    diagnostics.report(error);
                } else {
                    seen.insert(key.clone(), key_span);
                    mapping.entries.push(MappingEntry { key, key_span, value });
                }
                continue;
            }
            NodeValue::Null => ("a key is missing here", "write `key: value`"),
            NodeValue::List(_) => ("a list cannot be a key", "write `key: value`"),
            NodeValue::Mapping(_) => ("a mapping cannot be a key", "write `key: value`"),
            NodeValue::Invalid(reported) => {
                mapping.invalid_key = Some(reported);
                continue;
            }
        };
        mapping.invalid_key = Some(diagnostics.report(Diagnostic::at(key_span, message).label(label)));
    }
    mapping
}
