//! Random bytes for the readers of untrusted text: noise, and what others wrote with a little of it
//! changed.
//!
//! How many are tried is `PROPTEST_CASES`; what once failed is in `proptest-regressions` and is tried first.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What is put in: signs of JSON, YAML and Go, numbers too large, what moves a terminal, what ends a text.
const SNIPPETS: &[&str] = &[
    "\"",
    "'",
    "\\",
    "/",
    ",",
    ":",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "[]",
    "- ",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "!x ",
    "? ",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "~",
    "null",
    "true",
    "0",
    "-0",
    "1e999",
    "-1",
    "4294967296",
    "99999999999999999999999",
    "3.0",
    "\\u0000",
    "\\ud800",
    "\\u202e",
    "\0",
    "\u{1b}[2J",
    "\u{9b}1m",
    "\u{1b}]0;x\u{7}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{17f}",
    "\u{212a}",
    "é",
    "👩\u{200d}🚀",
    "*",
    "?",
    "[!a-z]",
    "{a,b}",
    "--no-hooks",
    "--",
    "-n",
    "../",
    "$(x)",
    "`x`",
    ";",
    "kube-system",
    "release \"a\" uninstalled\n",
    "release \"b\" uninstalled\n",
    "release \"c\" uninstalled\n",
    "Error: ",
    "[debug] ",
    "level=DEBUG ",
    "namespaces: ",
    "keep: ",
    "rules: ",
    "Namespace",
    "Manifest",
    "\"manifest\":",
    "\"hooks\":[null],",
];

/// One change.
#[derive(Debug, Clone)]
enum Change {
    Insert(Index, &'static str),
    Byte(Index, u8),
    Remove(Index, usize),
    /// A part stands there so many times.
    Repeat(Index, usize, usize),
    Cut(Index),
    /// All of it in another encoding.
    Encode(Encoding),
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Utf16LittleEndian,
    Utf16BigEndian,
    Latin1,
    WithMark,
}

fn any_change() -> impl Strategy<Value = Change> {
    let encoding =
        select(&[Encoding::Utf16LittleEndian, Encoding::Utf16BigEndian, Encoding::Latin1, Encoding::WithMark][..]);
    prop_oneof![
        8 => (any::<Index>(), select(SNIPPETS)).prop_map(|(at, snippet)| Change::Insert(at, snippet)),
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        3 => (any::<Index>(), 1_usize..30).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (any::<Index>(), 1_usize..40, 2_usize..200).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => encoding.prop_map(Change::Encode),
    ]
}

/// Noise, or one of these texts with a few changes.
pub(crate) fn any_like(texts: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changed = (select(texts), vec(any_change(), 0..6));
    prop_oneof![
        1 => vec(any::<u8>(), 0..200),
        1 => vec(select(SNIPPETS), 0..60).prop_map(|snippets| snippets.concat().into_bytes()),
        8 => changed.prop_map(|(text, changes)| changes.iter().fold(text, apply)),
    ]
}

fn apply(mut text: Vec<u8>, change: &Change) -> Vec<u8> {
    let place = |at: &Index| at.index(text.len() + 1);
    match change {
        Change::Insert(at, snippet) => drop(text.splice(place(at)..place(at), snippet.bytes())),
        Change::Byte(at, byte) => text.insert(place(at), *byte),
        Change::Remove(at, length) => drop(text.splice(place(at)..(place(at) + length).min(text.len()), [])),
        Change::Repeat(at, length, times) => {
            let (from, to) = (place(at), (place(at) + length).min(text.len()));
            let part = text[from..to].repeat(*times);
            drop(text.splice(from..to, part));
        }
        Change::Cut(at) => text.truncate(place(at)),
        Change::Encode(encoding) => return encoded(&text, *encoding),
    }
    text
}

fn encoded(text: &[u8], encoding: Encoding) -> Vec<u8> {
    let characters = String::from_utf8_lossy(text);
    match encoding {
        Encoding::Utf16LittleEndian => characters.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16BigEndian => characters.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Latin1 => characters.chars().map(|character| u32::from(character).to_le_bytes()[0]).collect(),
        Encoding::WithMark => format!("\u{feff}{characters}").into_bytes(),
    }
}

/// Every file in a folder of `tests/corpus`, in the order of their names.
pub(crate) fn corpus(folder: &str) -> Vec<Vec<u8>> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder))
}

/// Every policy that the tests have.
pub(crate) fn policies() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies");
    let entries = fs::read_dir(folder).expect("it is in the repository").flatten();
    let mut folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect::<Vec<_>>();
    folders.sort();
    let policies = folders.iter().filter_map(|folder| fs::read(folder.join("policy.yaml")).ok()).collect::<Vec<_>>();
    assert!(policies.len() > 50, "only {} policies were found", policies.len());
    policies
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).expect("it is in the repository").flatten();
    let mut paths = entries.map(|entry| entry.path()).collect::<Vec<_>>();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.iter().map(|path| fs::read(path).expect("it is in the repository")).collect()
}
