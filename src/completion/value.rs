//! What a value is, by the word that the help has for it.

use clap::{Arg, Command};

use super::answer::Candidate;
use super::names::Names;

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One of these words.
    Words(Vec<Candidate>),
    /// A name that somebody has to look up.
    Name(Names),
    /// A file, or a folder.
    File,
    /// A folder.
    Folder,
    /// Whatever people like: a number, a time, a text.
    Free,
}

impl Value {
    /// What a value of this argument is.
    pub(super) fn of(command: &Command, argument: &Arg) -> Self {
        let possible = argument.get_possible_values();
        if !possible.is_empty() {
            let shown = possible.iter().filter(|value| !value.is_hide_set());
            let help = |value: &clap::builder::PossibleValue| value.get_help().map(ToString::to_string);
            let words = shown.map(|value| Candidate::described(value.get_name(), &help(value).unwrap_or_default()));
            return Value::Words(words.collect());
        }
        // To name the context is to say that one knows it.
        if argument.get_id() == "confirm" {
            return Value::Free;
        }
        let word = argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
        Self::of_word(command.get_name(), word)
    }

    fn of_word(command: &str, word: &str) -> Self {
        match word {
            "NAMESPACE" => Value::Name(Names::Namespaces),
            "NAMESPACE/RELEASE" if command == "restore" => Value::Name(Names::UninstalledReleases),
            "NAMESPACE/RELEASE" => Value::Name(Names::Releases),
            "NAMESPACE[/RELEASE]" => Value::Name(Names::NamespacesAndReleases),
            "RUN" => Value::Name(Names::Runs),
            "CONTEXT" => Value::Name(Names::Contexts),
            "FILE" | "FILE|DIR" => Value::File,
            "DIR" => Value::Folder,
            // `auto|N` is `auto`, or something that people know themselves.
            _ => {
                let is_literal =
                    |part: &&str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase());
                let words = word.split('|').filter(is_literal).map(Candidate::bare).collect::<Vec<_>>();
                if words.is_empty() { Value::Free } else { Value::Words(words) }
            }
        }
    }
}
