//! Help besides the flags: examples and exit codes, with the name by which the program was called.

use clap::Command;

use crate::exit_code::ExitCode;

/// At the end of the long help: how to begin, and the exit codes.
pub(super) fn long(name: &str) -> String {
    let codes = ExitCode::documented().map(|(code, meaning)| format!("  {code:<4} {meaning}"));
    format!(
        "How to begin:\n  \
         {name} init                       writes helm-purge.yaml for this cluster; edit it\n  \
         {name} validate                   check it\n  \
         {name} plan                       what would go, what stays, and why\n  \
         {name} run                        the same, then a question, then the purge\n\n\
         Exit codes:\n{}",
        codes.collect::<Vec<_>>().join("\n")
    )
}

/// Sections of examples, each under the name of its command.
const EXAMPLES: &str = include_str!("examples.txt");

/// Examples for each command, with `name` for the program.
pub(super) fn with_examples(command: Command, name: &str) -> Command {
    let sections = EXAMPLES.split("\n[").filter_map(|section| section.split_once("]\n"));
    sections.fold(command, |command, (subcommand, examples)| {
        let examples = examples.trim_end().replace("NAME ", &format!("{name} "));
        command.mut_subcommand(subcommand, |subcommand| subcommand.after_help(format!("Examples:\n{examples}")))
    })
}
