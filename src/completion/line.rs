//! A line that is not finished, read as clap would read it.
//!
//! clap itself refuses an incomplete line, and its own engine for completion is not stable yet. The names of flags, and
//! whether they take a value, come from clap's tree.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};

/// A line up to the cursor, read word by word.
#[derive(Debug)]
pub(super) struct PartialLine<'a> {
    /// The command that is meant so far.
    pub(super) command: &'a Command,
    /// The arguments that are there already, with their values.
    pub(super) given: Vec<(&'a Arg, Option<&'a str>)>,
    pub(super) cursor: Cursor<'a>,
    /// What is there of the word that is being typed.
    pub(super) partial: &'a str,
    /// The flag whose value comes next.
    waiting: Option<&'a Arg>,
    /// `--` has been there.
    only_values: bool,
    /// A command that does not exist has been there.
    is_lost: bool,
}

/// What is being typed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cursor<'a> {
    /// The name of a command.
    Command,
    /// The name of a flag.
    Flag,
    /// A value of this argument.
    Value(&'a Arg),
    /// Something that clap would refuse, or nothing that can be typed.
    Nowhere,
}

/// The arguments on the line that a query for names needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LineContext {
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    pub namespace: Option<String>,
    /// `log --local`: the cluster must not be queried.
    pub local: bool,
    /// The values that the argument has already, if it may have several.
    pub values: Vec<String>,
}

impl<'a> PartialLine<'a> {
    /// Reads the words behind the program's own name. The last one is being typed, and may be empty.
    pub(super) fn read(root: &'a Command, words: &'a [String]) -> Self {
        let (partial, before) = words.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
        let (command, given, cursor, waiting) = (root, Vec::new(), Cursor::Nowhere, None);
        let mut line = Self { command, given, cursor, partial, waiting, only_values: false, is_lost: false };
        for word in before {
            line.take(word);
        }
        (line.cursor, line.partial) = line.cursor(partial);
        line
    }

    pub(super) fn context(&self) -> LineContext {
        // The last one counts, as for most programs; clap would refuse a second one.
        let value = |id: &str| {
            let (_, value) = self.given.iter().rev().find(|(argument, _)| argument.get_id() == id)?;
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let is_current = |argument: &Arg| matches!(self.cursor, Cursor::Value(at) if at.get_id() == argument.get_id());
        let values = self.given.iter().filter(|(argument, _)| is_current(argument)).filter_map(|(_, value)| *value);
        LineContext {
            kubeconfig: value("kubeconfig").map(PathBuf::from),
            context: value("context"),
            namespace: value("namespace"),
            local: self.given.iter().any(|(argument, _)| argument.get_id() == "local"),
            values: values.map(str::to_owned).collect(),
        }
    }

    fn take(&mut self, word: &'a str) {
        if let Some(argument) = self.waiting.take() {
            self.given.push((argument, Some(word)));
        } else if self.only_values || !is_flag(word) {
            self.take_plain(word);
        } else if word == "--" {
            self.only_values = true;
        } else if let Some(long) = word.strip_prefix("--") {
            self.take_long(long);
        } else {
            self.take_shorts(&word[1..]);
        }
    }

    fn take_plain(&mut self, word: &'a str) {
        if self.command.has_subcommands() {
            match self.command.find_subcommand(word) {
                Some(command) => self.command = command,
                None => self.is_lost = true,
            }
        } else if let Some(argument) = self.positional() {
            self.given.push((argument, Some(word)));
        }
    }

    fn take_long(&mut self, long: &'a str) {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let Some(argument) = self.find_long(name) else { return };
        if value.is_none() && waits_for_value(argument) {
            self.waiting = Some(argument);
        } else {
            self.given.push((argument, value));
        }
    }

    /// `-An dev`, `-Andev`.
    fn take_shorts(&mut self, shorts: &'a str) {
        for (at, short) in shorts.char_indices() {
            let Some(argument) = self.command.get_arguments().find(|argument| argument.get_short() == Some(short))
            else {
                return;
            };
            if waits_for_value(argument) {
                let value = &shorts[at + short.len_utf8()..];
                if value.is_empty() {
                    self.waiting = Some(argument);
                } else {
                    self.given.push((argument, Some(value.strip_prefix('=').unwrap_or(value))));
                }
                return;
            }
            self.given.push((argument, None));
        }
    }

    fn find_long(&self, name: &str) -> Option<&'a Arg> {
        self.command.get_arguments().find(|argument| {
            let aliases = argument.get_all_aliases().unwrap_or_default();
            argument.get_long() == Some(name) || aliases.contains(&name)
        })
    }

    /// The positional argument that comes next.
    fn positional(&self) -> Option<&'a Arg> {
        let taken = self.given.iter().filter(|(argument, _)| argument.is_positional()).count();
        let positionals = self.command.get_positionals().collect::<Vec<_>>();
        let last = positionals.last().copied().filter(|last| may_be_repeated(last));
        positionals.get(taken).copied().or(last)
    }

    fn cursor(&self, partial: &'a str) -> (Cursor<'a>, &'a str) {
        if let Some(argument) = self.waiting {
            return (Cursor::Value(argument), partial);
        }
        if self.is_lost {
            return (Cursor::Nowhere, partial);
        }
        if !self.only_values && partial.starts_with('-') {
            let with_value = partial.strip_prefix("--").and_then(|long| long.split_once('='));
            let Some((name, value)) = with_value else { return (Cursor::Flag, partial) };
            let argument = self.find_long(name).filter(|argument| argument.get_action().takes_values());
            return (argument.map_or(Cursor::Nowhere, Cursor::Value), value);
        }
        if self.command.has_subcommands() {
            return (Cursor::Command, partial);
        }
        (self.positional().map_or(Cursor::Nowhere, Cursor::Value), partial)
    }
}

/// `-` alone is a value: standard input.
fn is_flag(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-')
}

fn waits_for_value(argument: &Arg) -> bool {
    argument.get_action().takes_values() && !argument.is_require_equals_set()
}

/// Whether an argument can come again.
pub(super) fn may_be_repeated(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append | ArgAction::Count)
}
