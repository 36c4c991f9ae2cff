//! Candidates for the word that is being typed, and the response that is made of them.

use std::fmt::Write;

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use super::line::{PartialLine, may_be_repeated};
use crate::settings::EntryPoint;

/// What Helm offers on its own behind a plugin's name: its own flags, which a plugin never sees.
const OFFERED_BY_HELM: [&str; 3] = ["namespace", "kube-context", "kubeconfig"];
/// Longer descriptions are cut: each is a part of a line in a list.
const LONGEST_DESCRIPTION: usize = 80;

/// What can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Completion {
    /// Known without a query.
    Known(CompletionResponse),
    /// Some of these names.
    Names(NameKind),
}

/// Names that must be queried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    Namespaces,
    /// Releases that exist, as `namespace/release`.
    Releases,
    /// Releases that were uninstalled with their history.
    UninstalledReleases,
    /// A namespace, or a release of it.
    NamespacesAndReleases,
    Runs,
    /// Contexts of the kubeconfig.
    Contexts,
}

/// A word that can be typed, and its help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompletionCandidate {
    pub text: String,
    pub description: Option<String>,
}

/// What a shell reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompletionResponse {
    pub candidates: Vec<CompletionCandidate>,
    pub directive: Directive,
}

/// What a shell does with the candidates. The numbers are sums of cobra's `ShellCompDirective`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Directive {
    /// The shell offers files and folders, which it knows better.
    Files = 0,
    /// One of the candidates, and then the next word. Without any candidate, nothing is known to fit.
    Words = 4,
    /// Each candidate is only a prefix: no blank follows.
    Prefixes = 6,
    /// The shell offers folders.
    Folders = 16,
    /// As `Words`, and the shell keeps the order.
    InOrder = 36,
}

impl CompletionCandidate {
    /// Cuts the help to what fits into a list.
    pub(super) fn new(text: impl Into<String>, help: &str) -> Self {
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
    pub(crate) fn nothing() -> Self {
        Self::new(Directive::Words, [])
    }

    pub(super) fn new(directive: Directive, candidates: impl IntoIterator<Item = CompletionCandidate>) -> Self {
        Self { candidates: candidates.into_iter().collect(), directive }
    }

    /// Those names that begin as the partial word does and are not on the line already.
    pub(super) fn of_names(directive: Directive, names: Vec<String>, partial: &str, taken: &[String]) -> Self {
        let fits = |name: &String| name.starts_with(partial) && !taken.contains(name) && is_harmless(name);
        let mut names = names.into_iter().filter(fits).collect::<Vec<_>>();
        names.dedup();
        Self::new(directive, names.into_iter().map(|name| CompletionCandidate::new(name, "")))
    }

    /// Puts a slash behind these namespaces, because the name of a release follows.
    pub(super) fn with_slash(mut self, follows: impl Fn(&str) -> bool) -> Self {
        for candidate in self.candidates.iter_mut().filter(|candidate| follows(&candidate.text)) {
            candidate.text.push('/');
        }
        self
    }

    /// As cobra's own programs print it: a candidate a line, its description behind a tab, and the directive as the last
    /// line.
    pub(crate) fn print(&self) -> String {
        let mut text = String::new();
        for CompletionCandidate { text: word, description } in &self.candidates {
            text.push_str(word);
            if let Some(description) = description {
                let _ = write!(text, "\t{description}");
            }
            text.push('\n');
        }
        let _ = write!(text, ":{}", self.directive as u8);
        text
    }
}

/// The commands below a command.
pub(super) fn commands(line: &PartialLine<'_>) -> Vec<CompletionCandidate> {
    let shown = line.command.get_subcommands().filter(|command| !command.is_hide_set());
    let fitting = shown.filter(|command| command.get_name().starts_with(line.partial));
    fitting.map(|command| CompletionCandidate::new(command.get_name(), &about(command))).collect()
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
    line.given.iter().all(|(given, _)| {
        let is_the_same = given.get_id() == argument.get_id();
        let is_in_the_way = conflicts(argument, given) || conflicts(given, argument);
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
    long.or_else(alias).into_iter().chain(short).map(|name| CompletionCandidate::new(name, &help)).collect()
}

/// What a value of this argument can be.
pub(super) fn value(command: &Command, argument: &Arg, partial: &str) -> Completion {
    let words = |words: &mut dyn Iterator<Item = CompletionCandidate>| {
        let fitting = words.filter(|word| word.text.starts_with(partial));
        Completion::Known(CompletionResponse::new(Directive::Words, fitting))
    };
    let possible = argument.get_possible_values();
    if !possible.is_empty() {
        let help = |value: &PossibleValue| value.get_help().map(ToString::to_string).unwrap_or_default();
        let shown = possible.iter().filter(|value| !value.is_hide_set());
        return words(&mut shown.map(|value| CompletionCandidate::new(value.get_name(), &help(value))));
    }
    // A user who confirms a purge by the name of the context must know it.
    if argument.get_id() == "confirm" {
        return Completion::Known(CompletionResponse::nothing());
    }
    let word = argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    match word {
        "NAMESPACE" => Completion::Names(NameKind::Namespaces),
        "NAMESPACE/RELEASE" | "RELEASE" if command.get_name() == "restore" => {
            Completion::Names(NameKind::UninstalledReleases)
        }
        "NAMESPACE/RELEASE" | "RELEASE" => Completion::Names(NameKind::Releases),
        "NAMESPACE[/RELEASE]" => Completion::Names(NameKind::NamespacesAndReleases),
        "RUN" => Completion::Names(NameKind::Runs),
        "CONTEXT" => Completion::Names(NameKind::Contexts),
        "FILE" | "FILE|DIR" => Completion::Known(CompletionResponse::new(Directive::Files, [])),
        "DIR" => Completion::Known(CompletionResponse::new(Directive::Folders, [])),
        // `auto|N` is `auto`, or a value that only the user knows.
        _ => {
            let is_literal = |part: &&str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase());
            words(&mut word.split('|').filter(is_literal).map(|literal| CompletionCandidate::new(literal, "")))
        }
    }
}

/// Whether a shell takes a word as it is. Names in the cluster are harmless, but a context can have any name, and a shell
/// puts what it reads onto the line.
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
            CompletionCandidate::new("plan", "Show what would go; changes nothing"),
            CompletionCandidate::new("x", ""),
        ];
        let print =
            |directive, words: &[CompletionCandidate]| CompletionResponse::new(directive, words.to_vec()).print();
        assert_eq!(print(Directive::Words, &words), "plan\tShow what would go\nx\n:4");
        assert_eq!(print(Directive::Prefixes, &words[1..]), "x\n:6");
        assert_eq!(print(Directive::InOrder, &words[1..]), "x\n:36");
        assert_eq!((print(Directive::Words, &[]), print(Directive::Files, &[])), (":4".to_owned(), ":0".to_owned()));
        assert_eq!(print(Directive::Folders, &[]), ":16");
    }

    #[test]
    fn a_description_is_short_and_one_line() {
        let described = |help: &str| CompletionCandidate::new("x", help).description;
        assert_eq!(described("Helm processes [default: the policy's]").as_deref(), Some("Helm processes"));
        assert_eq!(described("one\ntwo").as_deref(), Some("one"));
        assert_eq!(described(""), None);
        assert_eq!(described(&"ä".repeat(200)).map(|text| text.chars().count()), Some(LONGEST_DESCRIPTION + 1));
    }

    fn offered(found: &[&str], partial: &str, taken: &[&str]) -> Vec<String> {
        let [found, taken] = [found, taken].map(|names| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        let response = CompletionResponse::of_names(Directive::Words, found, partial, &taken);
        response.candidates.into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn only_what_goes_on_from_the_line_is_offered_and_nothing_twice() {
        let found = ["dev-a/db", "dev-a/web", "dev-a/web", "dev-b/web", "pr-1/web"];
        assert_eq!(offered(&found, "dev-", &["dev-a/db"]), ["dev-a/web", "dev-b/web"]);
    }

    #[test]
    fn namespaces_go_on_with_a_slash_where_a_release_is_wanted() {
        let found = |partial| {
            let names = vec!["dev".to_owned(), "dev-a".to_owned()];
            CompletionResponse::of_names(Directive::Prefixes, names, partial, &[])
        };
        assert_eq!(found("d").with_slash(|_| true).print(), "dev/\ndev-a/\n:6");
        assert_eq!(found("dev").with_slash(|name| name == "dev").print(), "dev/\ndev-a\n:6");
    }

    #[test]
    fn names_that_mean_something_to_a_shell_are_never_offered() {
        let hostile =
            ["$(reboot)", "`x`", "a b", "a;b", "a\tb", "a\nb", "--yes", "\u{1b}[2J", "a\u{202e}b", "'", "~root", "*"];
        let harmless = ["admin@dev", "arn:aws:eks:eu-west-1:1234:cluster/dev", "gke_project_zone_dev"];
        assert_eq!(offered(&[&hostile[..], &harmless].concat(), "", &[]), harmless);
    }
}
