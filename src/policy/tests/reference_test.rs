//! docs/policy.md is held against the language: its tables are made from the description of the keys, and every policy
//! in it is valid.

use std::fmt::Write;
use std::fs;

use super::json_schema_test::{here, is_update};
use crate::policy::Policy;
use crate::policy::schema::{KeyPresence, SECTIONS, Section, TOP};

const START: &str = "<!-- keys ";
const END: &str = "<!-- end of keys -->";

fn reference() -> String {
    fs::read_to_string(here("docs/policy.md")).expect("there is a reference")
}

fn table(section: &Section) -> String {
    let mut table = "\n| key | meaning | without it | for example |\n|---|---|---|---|\n".to_owned();
    for key in section.keys {
        let without = match key.presence {
            KeyPresence::Required => "an error".to_owned(),
            KeyPresence::Default(value) => format!("`{value}`"),
            KeyPresence::Optional => String::new(),
        };
        writeln!(table, "| `{}` | {} | {without} | `{}` |", key.name, key.meaning, key.example).expect("it is text");
    }
    table + "\n"
}

/// The reference with its tables as they should be.
fn with_tables(text: &str) -> String {
    let mut parts = text.split(START);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (place, rest) = part.split_once(" -->").expect("a mark ends");
        let (_, rest) = rest.split_once(END).unwrap_or_else(|| panic!("the keys {place} have no end"));
        let section =
            SECTIONS.iter().find(|section| section.title == place).unwrap_or_else(|| panic!("no section is {place}"));
        write!(whole, "{START}{place} -->\n{}{END}{rest}", table(section)).expect("it is text");
    }
    whole
}

#[test]
fn every_key_of_every_section_is_in_the_reference_and_nothing_else_is() {
    let text = reference();
    let expected = with_tables(&text);
    if is_update() {
        fs::write(here("docs/policy.md"), &expected).expect("the reference can be written");
    }
    assert!(reference() == expected, "write the tables anew: UPDATE_EXPECTED=1 cargo test --lib policy::tests");
    for section in SECTIONS {
        assert_eq!(text.matches(&format!("{START}{} -->", section.title)).count(), 1, "the keys {}", section.title);
    }
}

#[test]
fn every_policy_in_the_reference_is_valid() {
    let text = reference();
    let blocks = text.split("\n```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("yaml\n"));
    let blocks = blocks.collect::<Vec<_>>();
    assert!(blocks.len() > 8, "{}", blocks.len());
    for block in blocks {
        let whole = completed(block);
        Policy::read("docs/policy.md", whole.as_bytes()).unwrap_or_else(|faults| panic!("{faults}\n{whole}"));
    }
}

/// A part of a policy with the keys that have to be there.
fn completed(part: &str) -> String {
    let is_there = |key: &str| part.lines().any(|line| line.starts_with(&format!("{key}:")));
    let needed = TOP.keys.iter().filter(|key| key.presence == KeyPresence::Required && !is_there(key.name));
    needed.map(|key| format!("{}: {}\n", key.name, key.example)).chain([part.to_owned() + "\n"]).collect()
}
