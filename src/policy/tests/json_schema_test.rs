//! The schema is held against the program, and its committed copy against the schema.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::json_checker::objection;
use crate::policy::Policy;
use crate::policy::json_schema::json_schema;
use crate::policy::schema::{KeyPresence, SECTIONS, Section, StringFormat, ValueType};

/// What is wrong with these, the schema can say as well.
const SEEN_BY_THE_SCHEMA: &[&str] = &[
    "a-block-of-text-instead-of-a-list",
    "a-list-instead-of-keys",
    "a-window-as-text",
    "a-window-without-space-after-a-colon",
    "a-word-instead-of-keys",
    "ages",
    "ages-of-the-policy",
    "ages-of-the-policy-left-out",
    "another-kind",
    "another-version",
    "clusters-that-are-none",
    "comma-in-a-number",
    "comments-only",
    "days-left-out",
    "days-that-are-none",
    "days-without-a-list",
    "days-without-an-entry",
    "duration-negative",
    "duration-of-a-clock",
    "duration-without-a-unit",
    "empty-lists",
    "empty-patterns",
    "ends-that-are-none",
    "every-cluster",
    "everything-with-limits-that-are-wrong",
    "everything-without-limits",
    "handling-that-is-not-offered",
    "hidden-characters",
    "item-indented-too-far",
    "keep-that-does-not-say-what",
    "keep-that-is-not-namespace-and-release",
    "keys-of-a-rule-elsewhere",
    "keys-of-another-level",
    "labels-that-are-none",
    "missing-keys",
    "more-numbers",
    "names-that-are-none",
    "negations",
    "no-space-after-a-colon-in-braces",
    "no-space-before-a-bracket-in-a-list",
    "nothing-but-a-document-mark",
    "numbers",
    "numbers-too-large",
    "opt-out-without-its-key",
    "order-as-a-list",
    "order-of-nothing",
    "order-with-keys-of-its-own",
    "orders-that-are-none",
    "percent-without-rules",
    "reasons",
    "required-that-is-neither",
    "rules-left-out",
    "rules-that-are-none",
    "rules-with-patterns-that-cannot-match",
    "rules-without-a-list",
    "selectors-without-a-label",
    "states-that-no-rule-asks-for",
    "tags",
    "time-zone-as-an-offset",
    "time-zone-of-another-shape",
    "times-of-the-day-left-out",
    "times-of-the-day-out-of-the-day",
    "times-of-the-day-that-are-none",
    "times-of-the-day-with-seconds",
    "unknown-keys",
    "values-left-out",
    "values-of-another-shape",
    "what-other-tools-want-in-another-shape",
    "words-that-are-not-offered",
];

pub(super) fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&json_schema()).expect("the schema is JSON"));

fn cases() -> Vec<(String, String)> {
    let cases = fs::read_dir(here("tests/policies")).expect("there are cases").map(|entry| entry.expect("a case"));
    let cases = cases.filter(|case| case.path().is_dir());
    let read =
        |path: &Path| String::from_utf8_lossy(&fs::read(path.join("policy.yaml")).expect("a policy")).into_owned();
    cases.map(|case| (case.file_name().to_string_lossy().into_owned(), read(&case.path()))).collect()
}

#[test]
fn every_policy_that_the_program_accepts_the_schema_accepts() {
    let accepted = cases().into_iter().filter(|(_, text)| Policy::read("policy.yaml", text.as_bytes()).is_ok());
    let examples =
        fs::read_dir(here("examples")).expect("there are examples").map(|entry| entry.expect("an example").path());
    let examples = examples.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let examples = examples.map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("an example")));
    let texts = accepted.chain(examples).collect::<Vec<_>>();
    assert!(texts.len() > 20, "{}", texts.len());
    for (name, text) in texts {
        let value = serde_yaml::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(objection(&SCHEMA, &value), None, "{name}");
    }
}

#[test]
fn what_the_schema_can_say_it_says_of_the_errors_as_well() {
    let cases = cases();
    for name in SEEN_BY_THE_SCHEMA {
        let (_, text) = cases.iter().find(|(case, _)| case == name).unwrap_or_else(|| panic!("{name} is no case"));
        assert!(Policy::read("policy.yaml", text.as_bytes()).is_err(), "{name}");
        let value = serde_yaml::from_str::<Value>(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(objection(&SCHEMA, &value).is_some(), "{name}");
    }
}

#[test]
fn the_committed_copy_is_what_the_program_prints() {
    let (file, printed) = (here("docs/helm-purge.schema.json"), json_schema());
    if is_update() {
        fs::write(&file, &printed).expect("the copy can be written");
    }
    let committed = fs::read_to_string(&file).expect("there is a copy");
    assert!(committed == printed, "write it anew: UPDATE_EXPECTED=1 cargo test --lib policy::tests");
}

/// A policy in which a key of a section has a value. It may need others beside it.
fn with(section: &'static Section, key: &str, value: Value) -> Value {
    let entry = |mut join: Value| {
        join[key] = value.clone();
        join
    };
    let mut policy = json!({
        "apiVersion": "helm-purge/v1", "kind": "PurgePolicy", "metadata": {"name": "x"},
        "clusters": ["dev"], "namespaces": ["dev-*", "pr-*"],
    });
    match section.title {
        "at the top level" => policy[key] = value,
        "under `metadata`" => policy["metadata"] = entry(json!({"name": "x"})),
        "in an entry of `clusters`" => policy["clusters"] = json!([entry(json!({}))]),
        "in an entry of `keep`" => policy["keep"] = json!([entry(json!({"releases": ["a"]}))]),
        "under `defaults`" => policy["defaults"] = entry(json!({})),
        "in an entry of `rules`" => policy["rules"] = json!([entry(json!({"name": "r", "olderThan": "3d"}))]),
        "under `selector` or `namespaceSelector`" => {
            policy["namespaceSelector"] = entry(json!({}));
            policy["keep"] = json!([{"selector": entry(json!({}))}]);
        }
        "in an entry of `matchExpressions`" => {
            let join = match value.as_str() {
                Some("Exists" | "DoesNotExist") => json!({"key": "env"}),
                _ => json!({"key": "env", "operator": "In", "values": ["a"]}),
            };
            policy["namespaceSelector"] = json!({"matchExpressions": [entry(join)]});
        }
        "under `order`" => policy["order"] = entry(json!({})),
        "in an entry of `order`" => policy["order"] = json!({"last": [entry(json!({}))]}),
        "under `limits`" => {
            policy["limits"] = entry(json!({}));
            policy["rules"] = json!([{"name": "r"}]);
        }
        "under `window`" => policy["window"] = entry(json!({"days": ["mon"], "from": "19:01", "to": "06:01"})),
        "under `optOuts`" => policy["optOuts"] = entry(json!({})),
        other => panic!("how does a policy look with a key {other}?"),
    }
    policy
}

/// What program and schema say of a policy: nothing where they accept it.
fn said(policy: &Value) -> (Option<String>, Option<String>) {
    let program = Policy::read("policy.yaml", policy.to_string().as_bytes()).err().map(|faults| faults.to_string());
    (program, objection(&SCHEMA, policy))
}

#[test]
fn every_example_and_every_default_is_right_in_its_place() {
    for (section, key) in SECTIONS.iter().flat_map(|section| section.keys.iter().map(move |key| (*section, key))) {
        let default = if let KeyPresence::Default(default) = key.presence { Some(default) } else { None };
        for text in [Some(key.example), default].into_iter().flatten() {
            let value = serde_yaml::from_str::<Value>(text).unwrap_or_else(|error| panic!("{}: {error}", key.name));
            assert_eq!(said(&with(section, key.name, value)), (None, None), "{} {}: {text}", key.name, section.title);
        }
    }
}

/// Values that may be right or not, by what is expected.
fn probes(value_type: &ValueType) -> Vec<Value> {
    match value_type {
        ValueType::Number { most, .. } => [0, 1, *most, most + 1].map(Value::from).to_vec(),
        ValueType::OneOf(words) => words.iter().chain(&["x"]).map(|word| json!(word)).collect(),
        ValueType::Boolean => vec![json!(true), json!(false), json!("true")],
        ValueType::Exactly(text) => vec![json!(text), json!("x")],
        ValueType::ShortText(longest) => vec![json!("x".repeat(*longest)), json!("a b")],
        ValueType::Formatted(format) => texts(*format).iter().map(|text| json!(text)).collect(),
        ValueType::Duration(_) => DURATIONS.iter().map(|text| json!(text)).collect(),
        ValueType::List(item, _) => probes(item).into_iter().map(|item| json!([item])).chain([json!([])]).collect(),
        ValueType::ShortOrLong(short, _) => probes(short),
        ValueType::Mapping(_) | ValueType::MatchLabels => vec![json!({"a/b": "c"}), json!({})],
        ValueType::Section(..) => vec![json!({}), json!([])],
        ValueType::Text => Vec::new(),
    }
}

fn texts(format: StringFormat) -> &'static [&'static str] {
    match format {
        StringFormat::Name => &["a", "end-of-day", "0", "A", "a-", "-a", "a.b"],
        StringFormat::Glob => &["*-a", "pr-[0-9]*", "{a,b}-x", "[!A-Z]*x", "https://a*"],
        StringFormat::NamespaceAndRelease => &["*/vault", "a/*", "[a-c]/{x,y}", "a", "a/", "/a", "a/b/c"],
        StringFormat::Until => UNTILS,
        StringFormat::TimeOfDay => &["00:00", "09:30", "23:59", "24:00", "24:01", "9:30", "12:60", "12:00:00", "noon"],
        StringFormat::Zone => {
            &["UTC", "Etc/GMT+5", "America/Port-au-Prince", "America/Argentina/Salta", "Europe/Nowhere"]
        }
        StringFormat::Uid => &["6F1C0C2E-5f3a-4c1e-9a53-0b8f1d2e3a4b", "6f1c0c2e"],
        StringFormat::LabelKey | StringFormat::LabelValue => &["a", "A_b.c-1", "example.com/env", "a b", "-a", ""],
    }
}

const DURATIONS: &[&str] = &[
    "90s",
    "5m",
    "1h30m",
    "1h 30m",
    "1 hour, 30 minutes",
    "1.5h",
    "0.5 h",
    "PT5M",
    "pt1h30m",
    "PT90S",
    "PT1.5H",
    "P1D",
    "3d",
    "2w",
    "36h",
    "1d12h",
    "1 day 12 hrs",
    "1500ms",
    "3000000us",
    "3000000µs",
    "+5m",
    "-5m",
    "5m ago",
    "300",
    "1:30",
    "01:30:00",
    "five minutes",
    "",
    "m",
    "1mo",
    "1y",
    "P1M",
];

const UNTILS: &[&str] = &[
    "2099-12-01",
    "2099-12-01T18:00:00+01:00",
    "2099-12-01T17:00:00Z",
    "2099-12-01t17:00z",
    "2099-12-01 17:00+01",
    "20991201T170000Z",
    "2099-12-01T17:00Z[Europe/Amsterdam]",
    "2099-12-01T17:00:00.5-05:00",
    "2099-12-01T18:00:00",
    "2099-12",
    "20991201",
    "01.12.2099",
    "tomorrow",
    "14d",
];

#[test]
fn the_schema_is_never_stricter_than_the_program_and_as_strict_about_words_and_numbers() {
    let mut refused = 0;
    for (section, key) in SECTIONS.iter().flat_map(|section| section.keys.iter().map(move |key| (*section, key))) {
        for value in probes(&key.value_type) {
            let shown = format!("{} {}: {value}", key.name, section.title);
            let (program, schema) = said(&with(section, key.name, value));
            assert!(program.is_some() || schema.is_none(), "{shown}: {schema:?}");
            refused += usize::from(schema.is_some());
            if matches!(
                key.value_type,
                ValueType::Number { .. } | ValueType::OneOf(_) | ValueType::Boolean | ValueType::Exactly(_)
            ) {
                assert_eq!(program.is_some(), schema.is_some(), "{shown}: {program:?}");
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[expect(clippy::disallowed_methods, reason = "a switch for whoever changes the language, in a test only")]
pub(super) fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}
