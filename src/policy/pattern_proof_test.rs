//! The automaton compared with globset itself, over every short name; and the rules of names with the names themselves.

use super::*;
use crate::policy::glob::compile;
use crate::policy::tests::random::Random;

/// The result of a search over one kind of names, without the name that it has found.
#[derive(Debug, PartialEq)]
enum CanMatch {
    Yes,
    OnlyTooLong(usize),
    No,
}

#[derive(Debug, PartialEq)]
enum LeavesOut {
    Something,
    Nothing,
    Unclear,
}

fn automaton(globs: &[&str]) -> Automaton {
    let globs = globs.iter().map(|glob| compile(glob, Wildcards::WithinNames).unwrap()).collect::<Vec<_>>();
    Automaton::new(&globs.iter().collect::<Vec<_>>()).unwrap()
}

fn can_match(glob: &str, names: PatternKind) -> CanMatch {
    match automaton(&[glob]).first_match(names) {
        SearchResult::Name(name) if name.len() > names.longest() => CanMatch::OnlyTooLong(name.len()),
        SearchResult::Name(_) => CanMatch::Yes,
        SearchResult::Nothing | SearchResult::Unclear => CanMatch::No,
    }
}

fn leaves_out(globs: &[&str], names: PatternKind) -> LeavesOut {
    match automaton(globs).first_left_out(names) {
        SearchResult::Name(_) => LeavesOut::Something,
        SearchResult::Nothing => LeavesOut::Nothing,
        SearchResult::Unclear => LeavesOut::Unclear,
    }
}

#[test]
fn a_glob_that_fits_a_legal_name_can_match() {
    for glob in ["dev-*", "*", "**", "?", "a{,b}", "[a-z]*", "*-?*", "[!a]", "x{-,y}z", "kube-*", "{a,B}"] {
        assert_eq!(can_match(glob, PatternKind::ScopedNamespace), CanMatch::Yes, "{glob}");
    }
    assert_eq!(can_match("my.app", PatternKind::Release), CanMatch::Yes);
    assert_eq!(can_match("My_Chart*", PatternKind::Chart), CanMatch::Yes);
}

#[test]
fn a_glob_that_fits_none_cannot() {
    for glob in
        ["-*", "*-", "A*", "a b", "a_b", "*.*", "dev-{A,B}", "[A-Z]", "{}", "a/*", "kube-system", "[k]ube-public"]
    {
        assert_eq!(can_match(glob, PatternKind::ScopedNamespace), CanMatch::No, "{glob}");
    }
    assert_eq!(can_match("*-.*", PatternKind::Release), CanMatch::No);
    assert_eq!(can_match("a..b", PatternKind::Release), CanMatch::No);
}

#[test]
fn a_glob_that_is_longer_than_any_name_is_distinguished() {
    assert_eq!(can_match(&"?".repeat(63), PatternKind::ScopedNamespace), CanMatch::Yes);
    assert_eq!(can_match(&format!("*{}", "?".repeat(64)), PatternKind::ScopedNamespace), CanMatch::OnlyTooLong(64));
    assert_eq!(can_match(&"x".repeat(54), PatternKind::Release), CanMatch::OnlyTooLong(54));
}

#[test]
fn globs_that_leave_nothing_out_are_seen_through() {
    let everything: [&[&str]; 8] = [
        &["*"],
        &["**"],
        &["?*"],
        &["*?"],
        &["[a-z0-9]*"],
        &["{a*,[!a]*}"],
        &["[a-m]*", "[n-z]*", "[0-9]*"],
        &["?", "*[!-]?", "*-?"],
    ];
    for globs in everything {
        assert_eq!(leaves_out(globs, PatternKind::ScopedNamespace), LeavesOut::Nothing, "{globs:?}");
    }
    // All names there can be, though not all texts.
    let up_to_63 = (1..=63).map(|length| "?".repeat(length)).collect::<Vec<_>>();
    let up_to_63 = up_to_63.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(leaves_out(&up_to_63, PatternKind::ScopedNamespace), LeavesOut::Nothing);
    assert_eq!(leaves_out(&up_to_63[..62], PatternKind::ScopedNamespace), LeavesOut::Something);
}

#[test]
fn globs_that_leave_something_out_are_a_scope() {
    let scopes: [&[&str]; 5] = [&["dev-*", "pr-*"], &["??*"], &["*-*"], &["[!k]*", "k?*"], &["[a-z]*"]];
    for globs in scopes {
        assert_eq!(leaves_out(globs, PatternKind::ScopedNamespace), LeavesOut::Something, "{globs:?}");
    }
}

#[test]
fn what_would_take_too_long_to_tell_is_not_reported() {
    // Which of the last twenty characters were letters up to m: a million states.
    let mut globs = (1..=20).map(|length| "?".repeat(length)).collect::<Vec<_>>();
    globs.push(format!("*[a-m]{}", "?".repeat(19)));
    let globs = globs.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(leaves_out(&globs, PatternKind::ScopedNamespace), LeavesOut::Unclear);
}

#[test]
fn the_answers_are_those_of_matching_every_short_name() {
    let names = short_names();
    let mut random = Random::new(1);
    let parts = ["a", "b", "z", "-", ".", "*", "?", "[ab]", "[!a]", "{a,-}", "{b,}", "{a*,?}", "B"];
    for _ in 0..400 {
        let glob = (0..=random.below(3)).map(|_| random.one_of(&parts)).collect::<String>();
        let matcher = compile(&glob, Wildcards::WithinNames).unwrap().compile_matcher();
        let any = names.iter().any(|name| matcher.is_match(name));
        let all = names.iter().all(|name| matcher.is_match(name));
        assert_eq!(can_match(&glob, PatternKind::Release) == CanMatch::Yes, any, "{glob}");
        assert_eq!(leaves_out(&[&glob], PatternKind::Release) == LeavesOut::Nothing, all, "{glob}");
    }
}

#[test]
fn two_globs_overlap_where_a_short_name_matches_both() {
    let names = short_names();
    let mut random = Random::new(3);
    let parts = ["a", "b", "z", "-", ".", "*", "?", "[ab]", "[!a]", "{a,-}", "{b,}", "{a*,?}", "B"];
    for _ in 0..600 {
        let mut glob = || (0..=random.below(3)).map(|_| random.one_of(&parts)).collect::<String>();
        let (one, other) = (glob(), glob());
        let matcher = |glob: &str| compile(glob, Wildcards::WithinNames).unwrap().compile_matcher();
        let (ours, theirs) = (matcher(&one), matcher(&other));
        let any = names.iter().any(|name| ours.is_match(name) && theirs.is_match(name));
        let (found, _) = automaton(&[&one]).overlaps(&automaton(&[&other]), PatternKind::Release);
        assert_eq!(found, any, "{one} {other}");
    }
}

#[test]
fn globs_that_share_only_names_that_are_too_long_do_not_overlap() {
    let (long, longer) = (format!("*{}", "a".repeat(40)), format!("*{}*", "b".repeat(24)));
    assert!(!automaton(&[&long]).overlaps(&automaton(&[&longer]), PatternKind::ScopedNamespace).0);
    let short = format!("*{}*", "b".repeat(23));
    assert!(automaton(&[&long]).overlaps(&automaton(&[&short]), PatternKind::ScopedNamespace).0);
}

/// Every release name of up to five of these characters; longer ones tell no more about four parts of a glob.
fn short_names() -> Vec<String> {
    let mut texts = vec![String::new()];
    for _ in 0..5 {
        let longer = texts.iter().flat_map(|text| "abz-.".chars().map(move |next| format!("{text}{next}")));
        texts = std::iter::once(String::new()).chain(longer).collect();
    }
    texts.into_iter().filter(|text| text.parse::<ReleaseName>().is_ok()).collect()
}

fn is_legal(names: PatternKind, text: &str) -> bool {
    let end = text.bytes().try_fold(Prefix::start(names), Prefix::step);
    text.len() <= names.longest() && end.is_some_and(Prefix::may_end)
}

/// Every text of up to four of these characters.
fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        let longer = texts.iter().flat_map(|text| "a9-.A_/".chars().map(move |next| format!("{text}{next}")));
        texts = std::iter::once(String::new()).chain(longer).collect();
    }
    texts
}

#[test]
fn the_rules_are_those_of_the_names_themselves() {
    let long = ["x".repeat(53), "x".repeat(54), "x".repeat(63), "x".repeat(64)];
    for text in texts().into_iter().chain(long) {
        assert_eq!(is_legal(PatternKind::Namespace, &text), text.parse::<Namespace>().is_ok(), "{text}");
        assert_eq!(is_legal(PatternKind::Release, &text), text.parse::<ReleaseName>().is_ok(), "{text}");
    }
}

#[test]
fn the_namespaces_of_the_system_are_no_names_for_a_glob_of_the_scope() {
    for name in SYSTEM_NAMESPACES {
        assert!(!is_legal(PatternKind::ScopedNamespace, name), "{name}");
        assert!(is_legal(PatternKind::Namespace, name), "{name}");
        assert!(is_legal(PatternKind::ScopedNamespace, &format!("{name}s")), "{name}s");
        assert!(is_legal(PatternKind::ScopedNamespace, &name[..name.len() - 1]), "{name}");
    }
}

#[test]
fn charts_have_capitals_and_servers_a_scheme() {
    assert!(is_legal(PatternKind::Chart, "My_Chart.2"));
    assert!(!is_legal(PatternKind::Chart, "bitnami/redis"));
    assert!(is_legal(PatternKind::Server, "https://10.0.0.1:6443"));
    assert!(!is_legal(PatternKind::Server, "https://"));
    assert!(is_legal(PatternKind::Context, "arn:aws:eks:eu-west-1:123:cluster/dev"));
}
