//! Words that people may try instead of a command of ours.
//!
//! It only names the right command, and must not run it.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Each with the command that does it. Otherwise clap proposes a command that is spelled alike, and for `purge` that would
/// be `prune`.
const WORDS: [(&str, &str); 13] = [
    ("purge", "run"),
    ("uninstall", "run"),
    ("delete", "run"),
    ("apply", "run"),
    ("dry-run", "plan"),
    ("diff", "plan"),
    ("list", "plan"),
    ("ls", "plan"),
    ("undo", "restore"),
    ("rollback", "restore"),
    ("history", "runs"),
    ("lint", "validate"),
    ("check", "validate"),
];

/// The same error, but with the command that is meant as its proposal.
pub(super) fn suggest_our_word(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    let ours = WORDS.iter().find(|(other, _)| other == word).map(|(_, ours)| (*ours).to_owned());
    if let (ErrorKind::InvalidSubcommand, Some(ours)) = (error.kind(), ours) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![ours]));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{command, parse};
    use crate::settings::EntryPoint;

    fn said(word: &str) -> String {
        let arguments = ["helm-purge", word].map(std::ffi::OsString::from);
        parse(arguments, EntryPoint::Direct).expect_err("there is no such command").to_string()
    }

    #[test]
    fn each_word_is_answered_with_a_command_that_there_is() {
        for (word, ours) in WORDS {
            assert!(command(EntryPoint::Direct).find_subcommand(ours).is_some(), "{ours}");
            assert!(command(EntryPoint::Direct).find_subcommand(word).is_none(), "{word}");
            let said = said(word);
            assert!(said.contains(&format!("tip: a similar subcommand exists: '{ours}'")), "{said}");
        }
    }

    #[test]
    fn any_other_word_gets_what_is_spelled_alike() {
        assert!(said("pla").contains("'plan'"), "{}", said("pla"));
        assert!(!said("xyzzy").contains("tip:"), "{}", said("xyzzy"));
    }
}
