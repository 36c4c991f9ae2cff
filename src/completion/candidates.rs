//! Candidates for the word that is being typed, and the response that is made of them.

use std::fmt::Write;

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use super::line::{PartialLine, may_be_repeated};
use crate::settings::EntryPoint;

/// What Helm offers by itself behind a plugin's name: its own flags, which a plugin never sees.
const OFFERED_BY_HELM: [&str; 3] = ["namespace", "kube-context", "kubeconfig"];
/// Longer descriptions are cut: each is a part of a line in a list.
const LONGEST_DESCRIPTION: usize = 80;

/// Something that can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionCandidate {
    /// What is typed.
    pub text: String,
    /// What it is.
    pub description: Option<String>,
}

/// What a shell reads. The numbers are those of cobra's `ShellCompDirective`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionResponse {
    /// One of these, and then the next word. None of them: nothing is known to fit.
    Words(Vec<CompletionCandidate>),
    /// The same, and the shell keeps their order.
    InOrder(Vec<CompletionCandidate>),
    /// One of these, of which each is only a prefix: no blank follows.
    Prefixes(Vec<CompletionCandidate>),
    /// A file or a folder; the shell knows them better.
    Files,
    /// A folder.
    Folders,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// One of these words.
    Words(Vec<CompletionCandidate>),
    /// A name that has to be looked up.
    Name(NameKind),
    /// A file, or a folder.
    File,
    /// A folder.
    Folder,
    /// Whatever people like: a number, a time, a text.
    Free,
}

/// Names that have to be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// Namespaces of the cluster.
    Namespaces,
    /// Releases that are there, as `namespace/release`.
    Releases,
    /// Releases whose history was kept.
    UninstalledReleases,
    /// A namespace, or a release of it.
    NamespacesAndReleases,
    /// Earlier runs.
    Runs,
    /// Contexts of the kubeconfig.
    Contexts,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundNames {
    /// Whole values, in any order.
    Whole(Vec<String>),
    /// Whole values, in this order.
    InOrder(Vec<String>),
    /// Namespaces, if a release of one is needed.
    NamespacesOfReleases(Vec<String>),
    /// Namespaces, if a namespace or a release of one is needed.
    NamespacesOrMore(Vec<String>),
}

impl CompletionCandidate {
    /// A candidate that needs no words.
    pub fn bare(text: impl Into<String>) -> Self {
        Self { text: text.into(), description: None }
    }

    /// A candidate, and what its help says, as far as that fits into a list.
    pub fn described(text: impl Into<String>, help: &str) -> Self {
        let sentence = help.lines().next().unwrap_or_default();
        let sentence =
            ["; ", " [default"].into_iter().fold(sentence, |rest, end| rest.split(end).next().unwrap_or(rest));
        let description = if sentence.chars().count() > LONGEST_DESCRIPTION {
            let start = sentence.chars().take(LONGEST_DESCRIPTION).collect::<String>();
            format!("{}…", start.trim_end())
        } else {
            sentence.to_owned()
        };
        Self { text: text.into(), description: Some(description).filter(|text| !text.is_empty()) }
    }
}

impl CompletionResponse {
    /// Nothing is known to fit, and no file does.
    pub fn nothing() -> Self {
        CompletionResponse::Words(Vec::new())
    }

    /// As cobra's own programs print it: a candidate a line, its description behind a tab, and the directive as the last
    /// line.
    pub fn print(&self) -> String {
        let mut text = String::new();
        for CompletionCandidate { text: word, description } in self.candidates() {
            text.push_str(word);
            if let Some(description) = description {
                let _ = write!(text, "\t{description}");
            }
            text.push('\n');
        }
        let _ = write!(text, ":{}", self.directive());
        text
    }

    fn candidates(&self) -> &[CompletionCandidate] {
        match self {
            CompletionResponse::Words(words)
            | CompletionResponse::InOrder(words)
            | CompletionResponse::Prefixes(words) => words,
            CompletionResponse::Files | CompletionResponse::Folders => &[],
        }
    }

    fn directive(&self) -> u8 {
        const NO_SPACE: u8 = 2;
        const NO_FILES: u8 = 4;
        const FOLDERS: u8 = 16;
        const KEEP_ORDER: u8 = 32;
        match self {
            CompletionResponse::Words(_) => NO_FILES,
            CompletionResponse::InOrder(_) => NO_FILES | KEEP_ORDER,
            CompletionResponse::Prefixes(_) => NO_FILES | NO_SPACE,
            CompletionResponse::Files => 0,
            CompletionResponse::Folders => FOLDERS,
        }
    }
}

/// The commands below a command.
pub(super) fn commands(line: &PartialLine<'_>) -> Vec<CompletionCandidate> {
    let shown = line.command.get_subcommands().filter(|command| !command.is_hide_set());
    let fitting = shown.filter(|command| command.get_name().starts_with(line.partial));
    fitting.map(|command| CompletionCandidate::described(command.get_name(), &about(command))).collect()
}

/// The flags of a command that can still come.
pub(super) fn flags(line: &PartialLine<'_>, entry_point: EntryPoint) -> Vec<CompletionCandidate> {
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

/// Not twice, and not with an argument that conflicts; either of the two can declare the conflict.
fn may_still_come(argument: &Arg, line: &PartialLine<'_>) -> bool {
    let conflicts = |one: &Arg, other: &Arg| {
        line.command.get_arg_conflicts_with(one).iter().any(|conflict| conflict.get_id() == other.get_id())
    };
    line.given.iter().all(|given| {
        let is_the_same = given.argument.get_id() == argument.get_id();
        let is_in_the_way = conflicts(argument, given.argument) || conflicts(given.argument, argument);
        if is_the_same { may_be_repeated(argument) } else { !is_in_the_way }
    })
}

/// The long name, or the alias that is being typed, and the short name if it fits.
fn names(argument: &Arg, partial: &str) -> Vec<CompletionCandidate> {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let fits = |name: &String| name.starts_with(partial);
    let long = argument.get_long().map(|long| format!("--{long}")).filter(fits);
    let aliases = argument.get_visible_aliases().unwrap_or_default();
    let alias = || aliases.iter().map(|alias| format!("--{alias}")).find(fits);
    let short = argument.get_short().map(|short| format!("-{short}")).filter(fits);
    long.or_else(alias).into_iter().chain(short).map(|name| CompletionCandidate::described(name, &help)).collect()
}

impl ValueKind {
    /// What a value of this argument is.
    pub(super) fn of(command: &Command, argument: &Arg) -> Self {
        let possible = argument.get_possible_values();
        if !possible.is_empty() {
            let shown = possible.iter().filter(|value| !value.is_hide_set());
            let help = |value: &PossibleValue| value.get_help().map(ToString::to_string);
            let words =
                shown.map(|value| CompletionCandidate::described(value.get_name(), &help(value).unwrap_or_default()));
            return ValueKind::Words(words.collect());
        }
        // A user who confirms a purge by the name of the context must know it.
        if argument.get_id() == "confirm" {
            return ValueKind::Free;
        }
        let word = argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
        Self::of_word(command.get_name(), word)
    }

    fn of_word(command: &str, word: &str) -> Self {
        match word {
            "NAMESPACE" => ValueKind::Name(NameKind::Namespaces),
            "NAMESPACE/RELEASE" if command == "restore" => ValueKind::Name(NameKind::UninstalledReleases),
            "NAMESPACE/RELEASE" => ValueKind::Name(NameKind::Releases),
            "NAMESPACE[/RELEASE]" => ValueKind::Name(NameKind::NamespacesAndReleases),
            "RUN" => ValueKind::Name(NameKind::Runs),
            "CONTEXT" => ValueKind::Name(NameKind::Contexts),
            "FILE" | "FILE|DIR" => ValueKind::File,
            "DIR" => ValueKind::Folder,
            // `auto|N` is `auto`, or a value that only the user knows.
            _ => {
                let is_literal =
                    |part: &&str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase());
                let words = word.split('|').filter(is_literal).map(CompletionCandidate::bare).collect::<Vec<_>>();
                if words.is_empty() { ValueKind::Free } else { ValueKind::Words(words) }
            }
        }
    }
}

impl FoundNames {
    /// Those that go on from what is typed, and are not on the line already.
    pub fn response(self, partial: &str, taken: &[String]) -> CompletionResponse {
        let fitting = |names: Vec<String>| {
            let fits = |name: &String| name.starts_with(partial) && !taken.contains(name) && is_harmless(name);
            let mut names = names.into_iter().filter(fits).collect::<Vec<_>>();
            names.dedup();
            names
        };
        let bare = |names: Vec<String>| names.into_iter().map(CompletionCandidate::bare).collect::<Vec<_>>();
        match self {
            FoundNames::Whole(mut names) => {
                names.sort_unstable();
                CompletionResponse::Words(bare(fitting(names)))
            }
            FoundNames::InOrder(names) => CompletionResponse::InOrder(bare(fitting(names))),
            FoundNames::NamespacesOfReleases(names) => {
                let starts = fitting(names).into_iter().map(|name| CompletionCandidate::bare(format!("{name}/")));
                CompletionResponse::Prefixes(starts.collect())
            }
            // What is whole already can only go on.
            FoundNames::NamespacesOrMore(names) => {
                let go_on = |name: String| if name == partial { format!("{name}/") } else { name };
                CompletionResponse::Prefixes(bare(fitting(names).into_iter().map(go_on).collect()))
            }
        }
    }
}

/// Whether a shell takes a word as it is. Names of the cluster are never anything else; a context may be called whatever
/// somebody liked, and a shell puts what it is told onto the line.
fn is_harmless(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/@+%,".contains(letter);
    !name.starts_with('-') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_is_a_line_and_the_directive_is_the_last_one() {
        let words = vec![
            CompletionCandidate::described("plan", "Show what would go; changes nothing"),
            CompletionCandidate::bare("x"),
        ];
        assert_eq!(CompletionResponse::Words(words.clone()).print(), "plan\tShow what would go\nx\n:4");
        assert_eq!(CompletionResponse::Prefixes(words[1..].to_vec()).print(), "x\n:6");
        assert_eq!(CompletionResponse::InOrder(words[1..].to_vec()).print(), "x\n:36");
        assert_eq!(
            (CompletionResponse::nothing().print(), CompletionResponse::Files.print()),
            (":4".to_owned(), ":0".to_owned())
        );
        assert_eq!(CompletionResponse::Folders.print(), ":16");
    }

    #[test]
    fn a_description_is_short_and_one_line() {
        let described = |help: &str| CompletionCandidate::described("x", help).description;
        assert_eq!(described("Helm processes [default: the policy's]").as_deref(), Some("Helm processes"));
        assert_eq!(described("one\ntwo").as_deref(), Some("one"));
        assert_eq!(described(""), None);
        assert_eq!(described(&"ä".repeat(200)).map(|text| text.chars().count()), Some(LONGEST_DESCRIPTION + 1));
    }

    fn texts(answer: &CompletionResponse) -> Vec<String> {
        let text = answer.print();
        let lines = text.lines().filter(|line| !line.starts_with(':'));
        lines.map(str::to_owned).collect()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn only_what_goes_on_from_the_line_is_offered_and_nothing_twice() {
        let found = FoundNames::Whole(names(&["dev-b/web", "dev-a/web", "dev-a/web", "pr-1/web", "dev-a/db"]));
        assert_eq!(texts(&found.response("dev-", &names(&["dev-a/db"]))), ["dev-a/web", "dev-b/web"]);
    }

    #[test]
    fn namespaces_go_on_with_a_slash_where_a_release_is_wanted() {
        let found = || names(&["dev", "dev-a"]);
        assert_eq!(FoundNames::NamespacesOfReleases(found()).response("d", &[]).print(), "dev/\ndev-a/\n:6");
        assert_eq!(FoundNames::NamespacesOrMore(found()).response("d", &[]).print(), "dev\ndev-a\n:6");
        assert_eq!(FoundNames::NamespacesOrMore(found()).response("dev", &[]).print(), "dev/\ndev-a\n:6");
    }

    #[test]
    fn names_that_mean_something_to_a_shell_are_never_offered() {
        let hostile =
            ["$(reboot)", "`x`", "a b", "a;b", "a\tb", "a\nb", "--yes", "\u{1b}[2J", "a\u{202e}b", "'", "~root", "*"];
        let harmless = ["arn:aws:eks:eu-west-1:1234:cluster/dev", "admin@dev", "gke_project_zone_dev"];
        let found = FoundNames::Whole(names(&[&hostile[..], &harmless].concat()));
        assert_eq!(
            texts(&found.response("", &[])),
            ["admin@dev", "arn:aws:eks:eu-west-1:1234:cluster/dev", "gke_project_zone_dev"]
        );
    }
}
