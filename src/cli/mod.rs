//! The command line: what was typed, and nothing else. Looks nothing up and decides nothing.

mod arguments;
mod completion;
mod everywhere;
mod help;
mod journal;
mod keep;
mod lock;
mod other_word;
mod plan;
mod report;
mod rights;
mod run;
mod runs;
mod shard;
mod undo;
mod validate;

pub use arguments::{Cli, Command, ExplainArguments, ExplanationFormat, InitArguments, TestArguments};
pub use completion::{CompleteArguments, CompletionArguments, CompletionScript};
pub use everywhere::{ColourArgument, ConnectionArguments, LogFormatArgument, TalkArguments};
pub use journal::JournalArguments;
pub use keep::{KeepArguments, ListFormat};
pub use lock::LockArguments;
pub use plan::{OutputFormat, PlanArguments, SelectionArguments};
pub use report::ReportArguments;
pub use rights::{AccountArguments, DoctorArguments, FindingsFormat, ManifestFormat, PurposeArgument, RbacArguments};
pub use run::{BatchArgument, RunArguments};
pub use runs::{RunsArguments, RunsFormat};
pub use shard::ShardArguments;
pub use undo::{PruneArguments, RestoreArguments, UndoArguments, UndoFormat};
pub use validate::{DiagnosticsFormat, ValidateArguments};

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

use crate::settings::EntryPoint;

/// Parses a command line, the program first. The usage lines show how the program was really called.
///
/// # Errors
/// `clap`'s own error: a wrong command line (exit code 2), or help that was asked for (0).
pub fn parse(arguments: impl IntoIterator<Item = OsString>, entry_point: EntryPoint) -> Result<Cli, clap::Error> {
    let matches = command(entry_point).try_get_matches_from(arguments).map_err(other_word::mend)?;
    Cli::from_arg_matches(&matches)
}

/// Every command and flag with its help, in the words of the way in.
pub fn command(entry_point: EntryPoint) -> clap::Command {
    let name = entry_point.command();
    let command = Cli::command().bin_name(name).display_name(name).after_long_help(help::long(name));
    help::with_examples(command, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Cli, clap::Error> {
        parse(line.split_whitespace().map(OsString::from), EntryPoint::Direct)
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn usage_shows_how_the_program_was_called() {
        for (entry_point, expected) in
            [(EntryPoint::Helm, "helm purge plan"), (EntryPoint::Kubectl, "kubectl helm-purge plan")]
        {
            let error =
                parse(["x", "plan", "--nonsense"].map(OsString::from), entry_point).expect_err("an unknown flag");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn flags_that_helm_leaves_in_the_command_line_do_no_harm() {
        let line = "helm-purge plan --burst-limit 5 --qps=3 --debug=true --content-cache /x -f a.yaml";
        assert!(parse_line(line).is_ok());
    }

    #[test]
    fn connection_flags_are_those_of_kubectl_and_of_helm() {
        let cli = parse_line("helm-purge plan --context a --kubeconfig /k -n dev").expect("a command line");
        assert_eq!(cli.connection.context.as_deref(), Some("a"));
        assert!(parse_line("helm-purge plan --kube-context a").is_ok());
    }

    #[test]
    fn a_batch_is_automatic_or_has_a_bound() {
        let batch = |flag: &str| match parse_line(&format!("helm-purge run {flag}")).map(|cli| cli.command) {
            Ok(Command::Run(arguments)) => Some(arguments.batch),
            _ => None,
        };
        let at_most = |most| std::num::NonZeroU8::new(most).map(BatchArgument::AtMost);
        assert_eq!(batch(""), Some(BatchArgument::Auto));
        assert_eq!(batch("--batch auto"), Some(BatchArgument::Auto));
        assert_eq!((batch("--batch 1"), batch("--batch=64")), (at_most(1), at_most(64)));
        for wrong in ["0", "65", "-1", "many", "1.5", "AUTO", "''"] {
            assert_eq!(batch(&format!("--batch={wrong}")), None, "{wrong}");
        }
    }

    #[test]
    fn policies_to_validate_are_named_with_the_flag_of_other_commands_as_well() {
        let files = |line: &str| match parse_line(line).map(|cli| cli.command) {
            Ok(Command::Validate(arguments)) => {
                Some(arguments.files().iter().map(|file| file.display().to_string()).collect::<Vec<_>>())
            }
            _ => None,
        };
        let expected = Some(vec!["a.yaml".to_owned(), "b".to_owned()]);
        assert_eq!(files("helm-purge validate a.yaml b"), expected);
        assert_eq!(files("helm-purge validate -f a.yaml --file=b"), expected);
        assert_eq!(files("helm-purge validate"), Some(vec!["helm-purge.yaml".to_owned()]));
        assert_eq!(files("helm-purge validate a.yaml -f b"), None, "which of them?");
    }

    #[test]
    fn an_abbreviated_flag_is_not_guessed() {
        assert!(parse_line("helm-purge run --ye").is_err());
    }
}
