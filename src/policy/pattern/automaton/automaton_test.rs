//! The automaton against globset itself, over every short name.

use super::overlap::{Overlap, overlap};
use super::{Automaton, CanMatch, LeavesOut};
use crate::policy::pattern::Names;
use crate::policy::pattern::glob::{Wildcards, compile};
use crate::policy::random::Random;
use crate::release::ReleaseName;

fn automaton(globs: &[&str]) -> Automaton {
    let globs = globs.iter().map(|glob| compile(glob, Wildcards::WithinNames).unwrap()).collect::<Vec<_>>();
    Automaton::of(&globs.iter().collect::<Vec<_>>()).unwrap()
}

fn can_match(glob: &str, names: Names) -> CanMatch {
    automaton(&[glob]).can_match(names)
}

fn leaves_out(globs: &[&str], names: Names) -> LeavesOut {
    automaton(globs).leaves_out(names)
}

#[test]
fn a_glob_that_fits_a_legal_name_can_match() {
    for glob in ["dev-*", "*", "**", "?", "a{,b}", "[a-z]*", "*-?*", "[!a]", "x{-,y}z", "kube-*", "{a,B}"] {
        assert_eq!(can_match(glob, Names::Fenced), CanMatch::Yes, "{glob}");
    }
    assert_eq!(can_match("my.app", Names::Releases), CanMatch::Yes);
    assert_eq!(can_match("My_Chart*", Names::Charts), CanMatch::Yes);
}

#[test]
fn a_glob_that_fits_none_cannot() {
    for glob in
        ["-*", "*-", "A*", "a b", "a_b", "*.*", "dev-{A,B}", "[A-Z]", "{}", "a/*", "kube-system", "[k]ube-public"]
    {
        assert_eq!(can_match(glob, Names::Fenced), CanMatch::No, "{glob}");
    }
    assert_eq!(can_match("*-.*", Names::Releases), CanMatch::No);
    assert_eq!(can_match("a..b", Names::Releases), CanMatch::No);
}

#[test]
fn a_glob_that_is_longer_than_any_name_is_told_apart() {
    assert_eq!(can_match(&"?".repeat(63), Names::Fenced), CanMatch::Yes);
    assert_eq!(can_match(&format!("*{}", "?".repeat(64)), Names::Fenced), CanMatch::OnlyTooLong(64));
    assert_eq!(can_match(&"x".repeat(54), Names::Releases), CanMatch::OnlyTooLong(54));
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
        assert_eq!(leaves_out(globs, Names::Fenced), LeavesOut::Nothing, "{globs:?}");
    }
    // All names there can be, though not all texts.
    let up_to_63 = (1..=63).map(|length| "?".repeat(length)).collect::<Vec<_>>();
    let up_to_63 = up_to_63.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(leaves_out(&up_to_63, Names::Fenced), LeavesOut::Nothing);
    assert_eq!(leaves_out(&up_to_63[..62], Names::Fenced), LeavesOut::Something);
}

#[test]
fn globs_that_leave_something_out_are_a_fence() {
    let fences: [&[&str]; 5] = [&["dev-*", "pr-*"], &["??*"], &["*-*"], &["[!k]*", "k?*"], &["[a-z]*"]];
    for globs in fences {
        assert_eq!(leaves_out(globs, Names::Fenced), LeavesOut::Something, "{globs:?}");
    }
}

#[test]
fn what_would_take_too_long_to_tell_is_not_told() {
    // Which of the last twenty characters were letters up to m: a million states.
    let mut globs = (1..=20).map(|length| "?".repeat(length)).collect::<Vec<_>>();
    globs.push(format!("*[a-m]{}", "?".repeat(19)));
    let globs = globs.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(leaves_out(&globs, Names::Fenced), LeavesOut::Unclear);
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
        assert_eq!(can_match(&glob, Names::Releases) == CanMatch::Yes, any, "{glob}");
        assert_eq!(leaves_out(&[&glob], Names::Releases) == LeavesOut::Nothing, all, "{glob}");
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
        let (found, _) = overlap(&automaton(&[&one]), &automaton(&[&other]), Names::Releases);
        assert_eq!(found == Overlap::Possible, any, "{one} {other}");
    }
}

#[test]
fn globs_that_share_only_names_that_are_too_long_do_not_overlap() {
    let (long, longer) = (format!("*{}", "a".repeat(40)), format!("*{}*", "b".repeat(24)));
    assert_eq!(overlap(&automaton(&[&long]), &automaton(&[&longer]), Names::Fenced).0, Overlap::None);
    let short = format!("*{}*", "b".repeat(23));
    assert_eq!(overlap(&automaton(&[&long]), &automaton(&[&short]), Names::Fenced).0, Overlap::Possible);
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
