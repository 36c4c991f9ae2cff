//! The names of commands and flags.

use clap::{Arg, Command};

use super::answer::Candidate;
use super::line::{Line, may_be_repeated};
use crate::settings::EntryPoint;

/// What Helm offers by itself behind a plugin's name: its own flags, which a plugin never sees.
const OFFERED_BY_HELM: [&str; 3] = ["namespace", "kube-context", "kubeconfig"];

/// The commands below a command.
pub(super) fn commands(line: &Line<'_>) -> Vec<Candidate> {
    let shown = line.command.get_subcommands().filter(|command| !command.is_hide_set());
    let fitting = shown.filter(|command| command.get_name().starts_with(line.partial));
    fitting.map(|command| Candidate::described(command.get_name(), &about(command))).collect()
}

/// The flags of a command that can still come.
pub(super) fn flags(line: &Line<'_>, entry_point: EntryPoint) -> Vec<Candidate> {
    let arguments = line.command.get_arguments().filter(|argument| !argument.is_positional());
    let offered = arguments.filter(|argument| !argument.is_hide_set() && !is_offered_by_helm(argument, entry_point));
    let possible = offered.filter(|argument| may_still_come(argument, line));
    possible.flat_map(|argument| names(argument, line.partial)).collect()
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn is_offered_by_helm(argument: &Arg, entry_point: EntryPoint) -> bool {
    entry_point == EntryPoint::Helm && argument.get_long().is_some_and(|long| OFFERED_BY_HELM.contains(&long))
}

/// Not twice, and not beside what it conflicts with, in whichever of the two that is said.
fn may_still_come(argument: &Arg, line: &Line<'_>) -> bool {
    let conflicts = |one: &Arg, other: &Arg| {
        line.command.get_arg_conflicts_with(one).iter().any(|conflict| conflict.get_id() == other.get_id())
    };
    line.given.iter().all(|given| {
        let is_the_same = given.argument.get_id() == argument.get_id();
        let is_in_the_way = conflicts(argument, given.argument) || conflicts(given.argument, argument);
        if is_the_same { may_be_repeated(argument) } else { !is_in_the_way }
    })
}

/// The long name; an alias of it where that is what is being typed; the short one where nothing else is meant.
fn names(argument: &Arg, partial: &str) -> Vec<Candidate> {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let fits = |name: &String| name.starts_with(partial);
    let long = argument.get_long().map(|long| format!("--{long}")).filter(fits);
    let aliases = argument.get_visible_aliases().unwrap_or_default();
    let alias = || aliases.iter().map(|alias| format!("--{alias}")).find(fits);
    let short = argument.get_short().map(|short| format!("-{short}")).filter(fits);
    long.or_else(alias).into_iter().chain(short).map(|name| Candidate::described(name, &help)).collect()
}
