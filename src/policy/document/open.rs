//! A list or mapping whose end has not been seen yet.

use std::collections::HashMap;

use serde_yaml::granit_parser::StructureStyle;

use super::{Entry, Keys, Mapping, Node, Style, Value};
use crate::policy::fault::{Diagnostic, Diagnostics};
use crate::policy::source::Span;
use crate::sanitize::quoted;

/// A collection that is being read.
pub(super) struct Open {
    start: Span,
    style: StructureStyle,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Mapping { mapping: Mapping, seen: HashMap<String, Span>, next: Next },
}

/// What the next node of a mapping is.
enum Next {
    Key,
    ValueOf(String, Span),
    /// The value of a key that was reported: nobody can ask for it.
    ValueOfNothing,
}

impl Open {
    pub(super) fn list(start: Span, style: StructureStyle) -> Self {
        Self { start, style, content: Content::List(Vec::new()) }
    }

    pub(super) fn mapping(start: Span, style: StructureStyle) -> Self {
        let mapping = Mapping { entries: Vec::new(), keys: Keys::All };
        Self { start, style, content: Content::Mapping { mapping, seen: HashMap::new(), next: Next::Key } }
    }

    /// Its opening bracket, where it has one.
    pub(super) fn bracket(&self) -> Option<Span> {
        (self.style == StructureStyle::Flow && self.start.start < self.start.end).then_some(self.start)
    }

    pub(super) fn add(&mut self, node: Node, findings: &mut Diagnostics) {
        match &mut self.content {
            Content::List(items) => items.push(node),
            Content::Mapping { mapping, seen, next } => match std::mem::replace(next, Next::Key) {
                Next::Key => *next = key(&node, mapping, seen, findings),
                Next::ValueOf(key, key_span) => mapping.entries.push(Entry { key, key_span, value: node }),
                Next::ValueOfNothing => {}
            },
        }
    }

    pub(super) fn close(self, end: Span) -> Node {
        let first = match &self.content {
            Content::List(items) => items.first().map(|item| item.span),
            Content::Mapping { mapping, .. } => mapping.entries.first().map(|entry| entry.key_span),
        };
        let span = match self.style {
            StructureStyle::Flow => Span::new(self.start.start, end.end),
            StructureStyle::Block => first.unwrap_or(self.start),
        };
        let value = match self.content {
            Content::List(items) => Value::List(items),
            Content::Mapping { mapping, .. } => Value::Mapping(mapping),
        };
        Node { span, value }
    }
}

/// Takes a node as a key, or reports why it is none.
fn key(node: &Node, mapping: &mut Mapping, seen: &mut HashMap<String, Span>, findings: &mut Diagnostics) -> Next {
    let fault = match &node.value {
        Value::Scalar(scalar) if scalar.text == "<<" && scalar.style == Style::Plain => {
            Diagnostic::at(node.span, "`<<` is a YAML merge key").label("merge keys are not read: write the keys out")
        }
        Value::Scalar(scalar) => match seen.get(&scalar.text) {
            None => {
                seen.insert(scalar.text.clone(), node.span);
                return Next::ValueOf(scalar.text.clone(), node.span);
            }
            Some(first) => {
                findings.report(twice(&scalar.text, *first, node.span));
                return Next::ValueOfNothing;
            }
        },
        Value::Null => Diagnostic::at(node.span, "a key is missing here").label("write `key: value`"),
        Value::List(_) => Diagnostic::at(node.span, "a list is no key").label("write `key: value`"),
        Value::Mapping(_) => Diagnostic::at(node.span, "a mapping is no key").label("write `key: value`"),
        Value::ErrorReported(reported) => {
            mapping.keys = Keys::SomeReported(*reported);
            return Next::ValueOfNothing;
        }
    };
    mapping.keys = Keys::SomeReported(findings.report(fault));
    Next::ValueOfNothing
}

fn twice(key: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::at(second, format!("key {} is given twice", quoted(key)))
        .label("again here: join the two or remove one")
        .also(first, "the first")
}
