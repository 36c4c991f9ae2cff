//! Words and flags that people may try instead of ours.
//!
//! An error names the right one, and never runs it.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Each with the command that does it. Otherwise clap proposes a command that is spelled alike.
const COMMANDS: [(&str, &str); 25] = [
    ("purge", "run"),
    ("uninstall", "run"),
    ("delete", "run"),
    ("destroy", "run"),
    ("clean", "run"),
    ("cleanup", "run"),
    ("apply", "run"),
    ("dry-run", "plan"),
    ("diff", "plan"),
    ("list", "plan"),
    ("ls", "plan"),
    ("why", "explain"),
    ("protect", "keep"),
    ("exclude", "keep"),
    ("unkeep", "keep --remove"),
    ("undo", "restore"),
    ("rollback", "restore"),
    ("prune", "forget"),
    ("history", "log"),
    ("logs", "log"),
    ("runs", "log"),
    ("status", "log"),
    ("lint", "validate"),
    ("check", "validate"),
    ("permissions", "rbac"),
];

/// Each flag with what does the same.
const FLAGS: [(&str, &str); 9] = [
    ("--keep", "'--skip NAMESPACE/RELEASE' keeps releases in this run; 'keep' creates an opt-out that lasts"),
    ("--exclude", "'--skip NAMESPACE/RELEASE' keeps releases in this run"),
    ("--only", "name the releases as arguments: 'plan dev-alice/web', 'run dev-alice/*'"),
    ("--shards", "'--shard auto/N' takes the number from the pod of an Indexed Job"),
    ("--wait", "set 'wait: true' in the policy; flags change how fast a run is, never what it deletes"),
    ("--no-hooks", "set 'hooks: skip' in the policy; flags change how fast a run is, never what it deletes"),
    ("--cascade", "set 'cascade' in the policy; flags change how fast a run is, never what it deletes"),
    ("--dry-run", "'plan' shows what a run would do"),
    ("--force", "there is no flag that overrides a guard; change the policy"),
];

/// The same error, with what is meant as its tip.
pub(super) fn suggest_ours(mut error: clap::Error) -> clap::Error {
    let tip = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            meant(&error, ContextKind::InvalidSubcommand, &COMMANDS).map(|ours| format!("did you mean '{ours}'?"))
        }
        ErrorKind::UnknownArgument => meant(&error, ContextKind::InvalidArg, &FLAGS).map(str::to_owned),
        _ => None,
    };
    if let Some(tip) = tip {
        for alike in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::Suggested] {
            error.remove(alike);
        }
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
    error
}

fn meant(error: &clap::Error, kind: ContextKind, words: &[(&str, &'static str)]) -> Option<&'static str> {
    let Some(ContextValue::String(word)) = error.get(kind) else { return None };
    words.iter().find(|(other, _)| other == word).map(|(_, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{command, parse};
    use crate::settings::EntryPoint;

    fn answer(line: &str) -> String {
        let arguments = std::iter::once("helm-purge").chain(line.split(' ')).map(std::ffi::OsString::from);
        parse(arguments, EntryPoint::Direct).expect_err("it is not a valid line").to_string()
    }

    #[test]
    fn each_word_is_answered_with_a_command_that_exists() {
        for (word, ours) in COMMANDS {
            let name = ours.split(' ').next().unwrap_or_default();
            assert!(command(EntryPoint::Direct).find_subcommand(name).is_some(), "{ours}");
            assert!(command(EntryPoint::Direct).find_subcommand(word).is_none(), "{word}");
            assert!(answer(word).contains(&format!("tip: did you mean '{ours}'?")), "{}", answer(word));
        }
    }

    #[test]
    fn each_flag_is_answered_with_what_does_the_same() {
        for (flag, ours) in FLAGS {
            let line = if flag == "--dry-run" { "validate --dry-run".to_owned() } else { format!("run {flag}") };
            assert!(answer(&line).contains(&format!("tip: {ours}\n")), "{}", answer(&line));
        }
    }

    #[test]
    fn any_other_word_gets_what_is_spelled_alike() {
        assert!(answer("pla").contains("'plan'"), "{}", answer("pla"));
        assert!(!answer("xyzzy").contains("tip:"), "{}", answer("xyzzy"));
    }
}
