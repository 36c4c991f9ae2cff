//! Lines, and what can be typed at their ends, on the real tree of commands.

use std::collections::BTreeSet;

use clap::{Arg, Command};

use super::candidates::value;
use super::{Completion, CompletionRequest, CompletionResponse, Directive, NameKind};
use crate::cli;
use crate::settings::EntryPoint;

/// Words of values that only the user knows.
const FREE: [&str; 9] = ["DURATION", "I/N|auto/N", "N", "NAME", "NAMESPACE/NAME", "SELECTOR", "TEXT", "WHAT", "WHEN"];

fn ask(line: &str, entry_point: EntryPoint) -> CompletionRequest {
    let words = line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    CompletionRequest::read(&mut cli::command(entry_point), &words, entry_point)
}

/// The words that are offered without a lookup.
fn offered(line: &str) -> Vec<String> {
    match ask(line, EntryPoint::Direct).completion {
        Completion::Known(CompletionResponse { candidates, directive: Directive::Words }) => {
            candidates.into_iter().map(|word| word.text).collect()
        }
        other => panic!("{line}: {other:?}"),
    }
}

fn names(line: &str) -> Option<NameKind> {
    match ask(line, EntryPoint::Direct).completion {
        Completion::Names(names) => Some(names),
        Completion::Known(_) => None,
    }
}

/// Calls it for every command that help shows, with the words that lead there.
fn for_every_command(command: &Command, words: &str, look: &mut dyn FnMut(&Command, &str)) {
    look(command, words);
    for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
        for_every_command(below, &format!("{words}{} ", below.get_name()), look);
    }
}

fn every_command(look: &mut dyn FnMut(&Command, &str)) {
    let mut tree = cli::command(EntryPoint::Direct);
    tree.build();
    for_every_command(&tree, "", look);
}

#[test]
fn every_command_and_flag_that_help_shows_is_offered_and_no_other() {
    every_command(&mut |command, words| {
        let shown = |argument: &&Arg| !argument.is_hide_set() && !argument.is_positional();
        let flags = command.get_arguments().filter(shown).collect::<Vec<_>>();
        let long = flags.iter().filter_map(|flag| Some(format!("--{}", flag.get_long()?))).collect::<BTreeSet<_>>();
        let short = flags.iter().filter_map(|flag| Some(format!("-{}", flag.get_short()?))).collect::<BTreeSet<_>>();
        assert_eq!(offered(&format!("{words}--")).into_iter().collect::<BTreeSet<_>>(), long, "{words}");
        assert_eq!(offered(&format!("{words}-")).into_iter().collect::<BTreeSet<_>>(), &long | &short, "{words}");
        for alias in flags.iter().flat_map(|flag| flag.get_visible_aliases().unwrap_or_default()) {
            let alias = format!("--{alias}");
            assert_eq!(offered(&format!("{words}{alias}")), [alias], "{words}");
        }
        if command.has_subcommands() {
            let below = command.get_subcommands().filter(|below| !below.is_hide_set());
            let below = below.map(|below| below.get_name().to_owned()).collect::<Vec<_>>();
            assert_eq!(offered(words), below, "{words}");
        }
    });
}

#[test]
fn every_word_that_help_has_for_a_value_says_what_can_be_typed() {
    every_command(&mut |command, words| {
        let with_value = |argument: &&Arg| !argument.is_hide_set() && argument.get_action().takes_values();
        for argument in command.get_arguments().filter(with_value) {
            let word = argument.get_value_names().and_then(|names| names.first()).expect("every value has a word");
            let is_free = value(command, argument, "") == Completion::Known(CompletionResponse::nothing());
            assert!(
                !is_free || FREE.contains(&word.as_str()) || argument.get_id() == "confirm",
                "`{words}`: nothing is known of {word}: say in `value` what it is, or that it is free, here"
            );
        }
    });
}

#[test]
fn hidden_commands_and_flags_are_never_offered() {
    for line in ["__", "plan --burst", "plan --qps", "plan --content", "plan --debug", "_"] {
        assert_eq!(offered(line), [""; 0], "{line}");
    }
}

#[test]
fn commands_are_offered_until_there_is_one_and_nothing_behind_one_that_does_not_exist() {
    assert_eq!(offered("pl"), ["plan"]);
    assert_eq!(offered("-q pl"), ["plan"]);
    assert_eq!(offered("--kube-context plan pl"), ["plan"]);
    assert_eq!(offered("help ex"), ["explain"]);
    assert_eq!(offered("nonsense "), [""; 0]);
    assert_eq!(offered("nonsense --"), [""; 0]);
    assert_eq!(offered("schema "), [""; 0]);
}

#[test]
fn a_flag_is_not_offered_twice_nor_beside_what_it_conflicts_with() {
    assert_eq!(offered("run --ye"), ["--yes"]);
    assert_eq!(offered("run --yes --ye"), [""; 0]);
    assert_eq!(offered("run -y --conf"), [""; 0]);
    assert_eq!(offered("run --confirm=x --ye"), [""; 0]);
    assert_eq!(offered("plan --skip a/b --ski"), ["--skip"]);
    assert_eq!(offered("keep --list --unt"), [""; 0]);
    assert_eq!(offered("keep --until 3d --lis"), [""; 0]);
    assert_eq!(offered("plan -Aq --al"), [""; 0]);
}

#[test]
fn words_of_a_value_are_offered_in_every_way_to_write_a_flag() {
    for line in ["plan -o j", "plan --output j", "plan --output=j", "plan -Ao j", "-q plan -o j"] {
        assert_eq!(offered(line), ["json"], "{line}");
    }
    assert_eq!(offered("--color "), ["auto", "always", "never"]);
    assert_eq!(offered("plan --colour=ne"), ["never"]);
    assert_eq!(offered("run --batch "), ["auto"]);
    assert_eq!(offered("completion "), ["bash", "zsh", "fish", "kubectl"]);
    assert_eq!(offered("run --workers "), [""; 0]);
}

#[test]
fn names_are_looked_up_where_there_are_any() {
    for (line, expected) in [
        ("explain ", NameKind::Releases),
        ("explain dev-a/", NameKind::Releases),
        ("explain -f policy.yaml -- ", NameKind::Releases),
        ("plan --skip ", NameKind::Releases),
        ("run --skip=dev", NameKind::Releases),
        ("restore ", NameKind::UninstalledReleases),
        ("restore a/b ", NameKind::UninstalledReleases),
        ("restore --run ", NameKind::Runs),
        ("log ", NameKind::Runs),
        ("keep ", NameKind::NamespacesAndReleases),
        ("plan -n ", NameKind::Namespaces),
        ("plan -An ", NameKind::Namespaces),
        ("run --namespace=d", NameKind::Namespaces),
        ("run --lock-namespace ", NameKind::Namespaces),
        ("--kube-context ", NameKind::Contexts),
        ("plan --context ", NameKind::Contexts),
    ] {
        assert_eq!(names(line), Some(expected), "{line}");
    }
    // A user who confirms a purge by the name of the context must know it.
    assert_eq!(offered("run --confirm "), [""; 0]);
    assert_eq!(offered("explain dev-a/web "), [""; 0]);
}

#[test]
fn files_are_left_to_the_shell() {
    let directive = |line| match ask(line, EntryPoint::Direct).completion {
        Completion::Known(known) => known.directive,
        Completion::Names(names) => panic!("{line}: {names:?}"),
    };
    for line in ["plan -f ", "validate ", "validate a.yaml b", "run --plan=pl", "--kubeconfig ", "run --journal "] {
        assert_eq!(directive(line), Directive::Files, "{line}");
    }
    assert_eq!(directive("test "), Directive::Folders);
}

#[test]
fn what_else_the_line_says_is_known_to_the_look() {
    let question = ask("--kubeconfig k plan --context=c -n dev a/b dev/w", EntryPoint::Kubectl);
    assert_eq!((question.completion, question.partial.as_str()), (Completion::Names(NameKind::Releases), "dev/w"));
    let typed = question.context;
    assert_eq!(typed.kubeconfig.as_deref(), Some("k".as_ref()));
    assert_eq!((typed.context.as_deref(), typed.namespace.as_deref()), (Some("c"), Some("dev")));
    assert_eq!(typed.values, ["a/b"]);
    assert_eq!(ask("plan --skip=dev/w", EntryPoint::Direct).partial, "dev/w");
    assert!(ask("log --local ", EntryPoint::Direct).context.local);
}

#[test]
fn what_helm_offers_on_its_own_is_not_offered_under_helm_again() {
    let flags = |entry_point| match ask("plan --", entry_point).completion {
        Completion::Known(known) => known.candidates.into_iter().map(|word| word.text).collect::<Vec<_>>(),
        Completion::Names(names) => panic!("{names:?}"),
    };
    let (under_helm, direct) = (flags(EntryPoint::Helm), flags(EntryPoint::Direct));
    let only_direct = direct.iter().filter(|flag| !under_helm.contains(flag)).collect::<BTreeSet<_>>();
    assert_eq!(only_direct.into_iter().collect::<Vec<_>>(), ["--kube-context", "--kubeconfig", "--namespace"]);
}

#[test]
fn no_line_is_too_odd_to_be_read() {
    for line in
        ["", " ", "-", "--", "---", "-- ", "--=", "-=", "plan -", "plan --=x", "plan -ä", "run -n=", "\u{1b}[2J -é=x"]
    {
        drop(ask(line, EntryPoint::Direct));
    }
    drop(CompletionRequest::read(&mut cli::command(EntryPoint::Direct), &[], EntryPoint::Direct));
}
