//! The command line: what was typed, and nothing else. This folder makes no requests and no decisions.

mod commands;
mod flags;
mod help;
mod suggestions;
mod values;

pub use commands::*;
pub use flags::*;
pub(crate) use values::OutputFormat;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::settings::EntryPoint;

/// Uninstalls the Helm releases of a shared development cluster by a policy, and keeps the ones that must
/// survive.
#[derive(Debug, Parser)]
#[command(name = "helm-purge", version, about, long_about = None)]
#[command(subcommand_required = true, arg_required_else_help = true, infer_subcommands = false)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Which cluster, and as whom.
    #[command(flatten)]
    pub connection: ConnectionArguments,
    /// How much is printed, and how.
    #[command(flatten)]
    pub output: OutputArguments,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented policy for this cluster
    Init(InitArguments),
    /// Check policy files; no cluster needed
    Validate(ValidateArguments),
    /// Show what would go, what stays, and why; changes nothing
    Plan(PlanArguments),
    /// Show the plan, ask, purge
    Run(RunArguments),
    /// Protect what is yours: a ConfigMap in your namespace that every policy respects
    Keep(KeepArguments),
    /// Bring back what a purge with keepHistory has removed
    Restore(RestoreArguments),
    /// Remove histories that purges have kept for too long
    Forget(ForgetArguments),
    /// Say which line of which file decides about a release, and what else has a say
    Explain(ExplainArguments),
    /// Hold policies against cases of your own; no cluster needed
    Test(TestArguments),
    /// Show earlier runs: when, by whom, how many went, how it ended
    Log(LogArguments),
    /// Say what works and what is missing for a policy, before anything is deleted
    Doctor(DoctorArguments),
    /// Print the roles and bindings that a policy needs, for `kubectl apply -f -`
    Rbac(RbacArguments),
    /// Print a JSON Schema of policies, for editors
    Schema,
    /// Print a script for completion in bash, zsh, fish or by kubectl
    Completion(CompletionArguments),
    /// Print the versions of this program and of the helm it uses
    Version,
    /// Print what can be typed at the end of a line
    #[command(name = "__complete", hide = true)]
    Complete(CompleteArguments),
}

/// Parses a command line, the program first. The usage lines show how the program was really called.
///
/// # Errors
/// `clap`'s own error: a wrong command line (exit code 2), or the requested help (0).
pub fn parse(arguments: impl IntoIterator<Item = OsString>, entry_point: EntryPoint) -> Result<Cli, clap::Error> {
    let matches = command(entry_point).try_get_matches_from(arguments).map_err(suggestions::suggest_ours)?;
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
    use crate::executor::BatchSize;

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
        let at_most = |most| std::num::NonZeroUsize::new(most).map(BatchSize::AtMost);
        assert_eq!(batch(""), Some(BatchSize::Auto));
        assert_eq!(batch("--batch auto"), Some(BatchSize::Auto));
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
        let error = parse_line("helm-purge run --ye").expect_err("there is no such flag").to_string();
        let says = "error: unexpected argument '--ye' found\n\n  tip: a similar argument exists: '--yes'\n\n\
                    Usage: helm-purge run --yes [RELEASE]...\n\nFor more information, try '--help'.\n";
        assert_eq!(error, says);
    }
}
