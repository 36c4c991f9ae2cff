//! Files with random content: reading any of them ends with a policy or with errors.

use std::time::{Duration, Instant};

use super::random::Random;
use crate::policy::{ExcerptStyle, Policy};

const VALID: &str = r#"apiVersion: helm-purge/v1
kind: PurgePolicy
metadata: {name: end-of-day}
clusters:
  - dev-*
  - {context: "*", server: "https://*.dev.example.com*", uid: 0f9d0000-0000-4000-8000-000000000000}
namespaces: ["dev-*", 'pr-[0-9]*']
keep:
  - "*/vault{,-0}" # a comment
  - charts: [cert-manager]
    reason: >
      shared
  - {namespaces: [dev-alice], until: 2026-12-01, required: true}
timeZone: Europe/Amsterdam
namespaceSelector:
  matchLabels: {env: dev}
  matchExpressions: [{key: example.com/tier, operator: NotIn, values: [prod, ""]}]
defaults: {timeout: 5m, hooks: run, wait: false, cascade: background, dataLoss: deny, blastRadius: namespace}
rules:
  - name: old-previews
    namespaces: ["pr-*"]
    olderThan: 3d
    ageFrom: firstDeploy
    statuses: [deployed, failed, stuck]
    maxWorkers: 4
  - {name: rest}
order: {first: [{releases: ["load-*"]}], last: [{charts: ["*-operator"]}]}
limits: {maxReleases: 300}
minAge: 30m
stuckAfter: P1D
window: {days: [mon, tue], from: 19:00, to: "06:00"}
optOuts: {warnAfter: 2w}
"#;

/// What mutations put in: the signs that YAML and globs are made of, and what must never reach a terminal.
const SNIPPETS: &[&str] = &[
    "*",
    "?",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ": ",
    "- ",
    "-",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\"",
    "'",
    "!",
    "!x ",
    "&a ",
    "*a",
    "#",
    " #",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "%YAML\n",
    "<<: ",
    "? ",
    "\\",
    "\\d",
    "/",
    "~",
    "null",
    "0",
    "300",
    "1e9d",
    "é",
    "\u{202e}",
    "\u{1b}[31m",
    "\u{9b}",
    "\0",
    "\u{200b}",
    "\u{feff}",
    "👩\u{200d}🚀",
    "{a,b}",
    "[!a-z]",
    "keep: ",
    "namespaces: ",
    "  ",
    "(a|b)+$",
    "rules: ",
    "- {name: rest}\n",
    "statuses: [",
    "until: 9999-12-31",
    "2026-02-30T25:61",
    "-292277022657-01-27",
    "999999999999w",
    "P9999999999D",
    "1mo",
    "24:00",
    "Etc/Unknown",
    "matchLabels: ",
    "keepHistory: ",
    "$schema: ",
];

fn mutated(random: &mut Random) -> Vec<u8> {
    let mut bytes = VALID.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..(at + random.below(20)).min(bytes.len()), [])),
            2 => bytes.insert(at, u8::try_from(random.below(256)).unwrap()),
            _ => drop(bytes.splice(at..at, random.one_of(SNIPPETS).bytes())),
        }
    }
    bytes
}

/// A screen holds no character that a terminal would act on.
fn assert_harmless(screen: &str) {
    let foreign = screen.chars().find(|character| *character != '\n' && crate::sanitize::is_hidden(*character));
    assert_eq!(foreign, None, "{screen}");
}

#[test]
fn mutations_of_a_policy_end_in_a_policy_or_in_errors_that_can_be_shown() {
    assert!(Policy::read("policy.yaml", VALID.as_bytes()).is_ok());
    let mut random = Random::new(7);
    for _ in 0..4_000 {
        let bytes = mutated(&mut random);
        if let Err(faults) = Policy::read("policy.yaml", &bytes) {
            assert!(!faults.errors.is_empty(), "{}", String::from_utf8_lossy(&bytes));
            assert_harmless(&faults.render(ExcerptStyle::Plain));
            faults
                .errors
                .iter()
                .for_each(|fault| assert!(fault.span.is_none_or(|span| faults.source.place(span.start).line > 0)));
        }
    }
}

#[test]
fn random_bytes_end_in_errors() {
    let mut random = Random::new(11);
    for _ in 0..10_000 {
        let bytes = (0..random.below(60)).map(|_| u8::try_from(random.below(256)).unwrap()).collect::<Vec<_>>();
        assert_harmless(
            &Policy::read("policy.yaml", &bytes).expect_err("noise is not a policy").render(ExcerptStyle::Plain),
        );
    }
}

#[test]
fn random_text_of_yaml_and_globs_ends_in_errors() {
    let mut random = Random::new(13);
    for _ in 0..10_000 {
        let text = (0..random.below(40)).map(|_| random.one_of(SNIPPETS)).collect::<String>();
        assert_harmless(
            &Policy::read("policy.yaml", text.as_bytes())
                .expect_err("noise is not a policy")
                .render(ExcerptStyle::Plain),
        );
    }
}

/// The first line of what is printed about a file that is meant to wear the reader out.
fn refusal(text: &str) -> String {
    let start = Instant::now();
    let faults = Policy::read("policy.yaml", text.as_bytes()).expect_err("it must be refused");
    let screen = faults.render(ExcerptStyle::Plain);
    // Far more than it takes, also on a busy machine.
    assert!(start.elapsed() < Duration::from_mins(3), "{:?} for {}", start.elapsed(), &text[..text.len().min(60)]);
    assert!(screen.len() < 100_000, "{} bytes of screen", screen.len());
    screen.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn nesting_however_deep_is_refused_without_following_it() {
    for opening in ["[", "{a: ", "- ", "? ", "[{a: "] {
        assert_eq!(refusal(&opening.repeat(100_000)), "error: nested deeper than 32 levels", "{opening}");
    }
    let block = (0..1_000).map(|depth| format!("{}a:", " ".repeat(depth))).collect::<Vec<_>>();
    assert_eq!(refusal(&block.join("\n")), "error: nested deeper than 32 levels");
}

#[test]
fn aliases_are_refused_so_a_bomb_stays_as_small_as_it_is() {
    let line = |(last, next): (char, char)| format!("{next}: &{next} [{}]", vec![format!("*{last}"); 9].join(","));
    let lines = ('a'..'i').zip('b'..='i').map(line).collect::<Vec<_>>();
    let bomb = format!("a: &a [x,x,x,x,x,x,x,x,x]\n{}\n", lines.join("\n"));
    assert_eq!(refusal(&bomb), "error: unknown key `a`");
}

#[test]
fn a_list_without_end_is_refused_after_a_part_of_it() {
    let message = "error: the file holds more than 10000 values";
    assert_eq!(refusal(&format!("keep: [{}]", "a/b,".repeat(200_000))), message);
    assert_eq!(refusal(&format!("keep:\n{}", "- a/b\n".repeat(150_000))), message);
    assert_eq!(refusal(&"a: b\n".repeat(200_000)), message);
    assert_eq!(refusal(&format!("{{{}}}", "? a,".repeat(200_000))), message);
}

#[test]
fn one_text_of_a_mebibyte_is_refused_shortly() {
    let head = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\nnamespaces: [";
    let long = "x".repeat(1_000_000);
    assert_eq!(refusal(&format!("{head}\"{long}\"]\n")), "error: the pattern has 1000000 bytes");
    assert!(refusal(&format!("? {long}\n: b\n")).starts_with("error: unknown key `xxx"));
    assert!(refusal(&format!("{head}dev]\n{long}: b\n")).starts_with("error: this is neither a key"));
}

#[test]
fn patterns_that_take_long_to_check_are_given_up_on() {
    let head = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\nnamespaces: [dev]\nkeep:\n";
    let pattern = format!("- \"{}/x\"\n", "*{a,b}".repeat(32));
    assert_eq!(
        refusal(&format!("{head}{}", pattern.repeat(4_000))),
        "error: the patterns of this file take too long to check"
    );
}

#[test]
fn rules_that_take_long_to_hold_against_the_scope_are_given_up_on() {
    let head = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n";
    let scope = (0..200).map(|number| format!("\"*a*b*c*{number}-x*\"")).collect::<Vec<_>>().join(", ");
    let rule = |number| format!("- {{name: r{number}, namespaces: [\"*d*e*f*g*{number}-y\"]}}\n");
    let rules = (0..500).map(rule).collect::<Vec<_>>().concat();
    assert_eq!(
        refusal(&format!("{head}namespaces: [{scope}]\nrules:\n{rules}workers: 0\n")),
        "error: the patterns of this file take too long to check"
    );
}

#[test]
fn long_comments_and_many_lines_are_no_error() {
    let text = format!("{}{VALID}{}", "# a long comment\n".repeat(5_000), "\n".repeat(100_000));
    assert!(Policy::read("policy.yaml", text.as_bytes()).is_ok());
}
