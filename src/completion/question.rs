//! What is asked at the end of a line, and what of the answer needs no look at anything.

use std::path::PathBuf;

use clap::Command;

use super::answer::{Answer, Candidate};
use super::flags::{commands, flags};
use super::line::{Cursor, Line};
use super::names::Names;
use super::value::Value;
use crate::settings::EntryPoint;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What can be typed.
    pub wanted: Wanted,
    /// What of it is typed already, without a flag's name in front.
    pub partial: String,
    /// What else the line says that matters to a look.
    pub typed: Typed,
}

/// What can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// This is the answer.
    Known(Answer),
    /// Some of these names.
    Names(Names),
}

/// What else the line says that matters to a look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// `--kube-context`.
    pub context: Option<String>,
    /// `--namespace`.
    pub namespace: Option<String>,
    /// `runs --local`: the cluster is not to be asked.
    pub local: bool,
    /// What the argument that is being typed has got already, where it may have several values.
    pub values: Vec<String>,
}

impl Question {
    /// Reads a line: the words behind the program's own name, of which the last one is being typed and may be empty.
    pub fn read(root: &mut Command, words: &[String], entry_point: EntryPoint) -> Self {
        // Only then does each command know its flags.
        root.build();
        let line = Line::read(root, words);
        let value = match line.place {
            Cursor::Value(argument) => Some(Value::of(line.command, argument)),
            _ => None,
        };
        let words = |words: Vec<Candidate>| Wanted::Known(Answer::Words(words));
        let fitting = |candidates: Vec<Candidate>| {
            candidates.into_iter().filter(|candidate| candidate.text.starts_with(line.partial)).collect::<Vec<_>>()
        };
        let wanted = match (&line.place, value) {
            (_, Some(Value::Words(candidates))) => words(fitting(candidates)),
            (_, Some(Value::Name(names))) => Wanted::Names(names),
            (_, Some(Value::File)) => Wanted::Known(Answer::Files),
            (_, Some(Value::Folder)) => Wanted::Known(Answer::Folders),
            (Cursor::Command, _) => words(commands(&line)),
            (Cursor::Flag, _) => words(flags(&line, entry_point)),
            (Cursor::Value(_) | Cursor::Nowhere, _) => Wanted::Known(Answer::nothing()),
        };
        Self { wanted, partial: line.partial.to_owned(), typed: Typed::of(&line) }
    }
}

impl Typed {
    fn of(line: &Line<'_>) -> Self {
        // The last word counts, as for most programs; clap would refuse a second one.
        let value = |id: &str| {
            let given = line.given.iter().rev().find(|given| given.argument.get_id() == id);
            given.and_then(|given| given.value).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let current = match line.place {
            Cursor::Value(argument) => Some(argument.get_id()),
            _ => None,
        };
        let of_current = line.given.iter().filter(|given| Some(given.argument.get_id()) == current);
        Self {
            kubeconfig: value("kubeconfig").map(PathBuf::from),
            context: value("context"),
            namespace: value("namespace"),
            local: line.given.iter().any(|given| given.argument.get_id() == "local"),
            values: of_current.filter_map(|given| given.value).map(str::to_owned).collect(),
        }
    }
}
