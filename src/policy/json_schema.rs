//! The language as a JSON Schema, for editors: made from the table of keys, and never stricter than the program.
//!
//! Draft 7: the newest that all editors know. What it cannot say (can a pattern match a name?) `validate` says.

use serde_json::{Map, Value, json};

use super::glob;
use super::schema::{self, KeyConstraint, KeySpec, ListSize, Presence, Section, StringFormat, ValueType};
use super::selectors::LONGEST_LABEL;
use crate::release::Namespace;

/// A plain word can be a number or a truth to an editor, and is the same text to the program.
const TEXT: [&str; 3] = ["string", "number", "boolean"];

/// The schema of a policy file, indented, with a line break at its end.
pub(crate) fn json_schema() -> String {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    whole.insert("title".to_owned(), json!("A policy of helm-purge"));
    whole.extend(of_type(&schema::POLICY));
    format!("{:#}\n", Value::Object(whole))
}

fn of_section(section: &Section, constraint: KeyConstraint) -> Map<String, Value> {
    let properties = section.keys.iter().map(|key| (key.name.to_owned(), Value::Object(property(key))));
    let required =
        section.keys.iter().filter(|key| key.presence == Presence::Required).map(|key| key.name).collect::<Vec<_>>();
    let mut schema = object(json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties.collect::<Map<_, _>>(),
    }));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.extend(of_constraint(constraint));
    schema
}

fn of_constraint(constraint: KeyConstraint) -> Map<String, Value> {
    object(match constraint {
        KeyConstraint::None => json!({}),
        KeyConstraint::AnyOf(keys) => {
            json!({"anyOf": keys.iter().map(|key| json!({"required": [key]})).collect::<Vec<_>>()})
        }
        KeyConstraint::OnlyWith(key, other) => json!({"dependencies": {key: [other]}}),
        KeyConstraint::LimitsWithEverything => json!({
            "if": {
                "required": ["namespaces"],
                "properties": {"namespaces": {"contains": {"enum": ["*", "**"]}}},
            },
            "then": {"required": ["limits"]},
        }),
        KeyConstraint::ValuesByOperator => json!({
            "if": {"properties": {"operator": {"enum": ["In", "NotIn"]}}},
            "then": {"required": ["values"]},
            "else": {"not": {"required": ["values"]}},
        }),
    })
}

fn property(key: &KeySpec) -> Map<String, Value> {
    let mut schema = of_type(&key.value_type);
    schema.insert("description".to_owned(), json!(key.meaning));
    schema.insert("examples".to_owned(), json!([value(key.example)]));
    if let Presence::Default(default) = key.presence {
        schema.insert("default".to_owned(), value(default));
    }
    schema
}

/// A value as it would be written in a policy.
fn value(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).expect("a test reads every example and default")
}

fn of_type(value_type: &ValueType) -> Map<String, Value> {
    object(match value_type {
        ValueType::Exactly(text) => json!({"const": text}),
        ValueType::Text => json!({"type": TEXT}),
        ValueType::ShortText(longest) => json!({"type": TEXT, "minLength": 1, "maxLength": longest}),
        ValueType::Formatted(format) => of_format(*format),
        ValueType::Duration(_) => json!({"type": "string", "pattern": DURATION}),
        ValueType::OneOf(words) => json!({"enum": words}),
        ValueType::Boolean => json!({"type": "boolean"}),
        ValueType::Number { least, most } => json!({"type": "integer", "minimum": least, "maximum": most}),
        ValueType::Mapping(value) => json!({"type": "object", "additionalProperties": of_type(value)}),
        ValueType::MatchLabels => json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": of_format(StringFormat::LabelKey),
            "additionalProperties": of_format(StringFormat::LabelValue),
        }),
        ValueType::Section(section, constraint) => return of_section(section, *constraint),
        ValueType::List(item, size) => {
            let mut list = object(json!({"type": "array", "items": of_type(item)}));
            if *size != ListSize::Any {
                list.insert("minItems".to_owned(), json!(1));
            }
            if *size == ListSize::Distinct {
                list.insert("uniqueItems".to_owned(), json!(true));
            }
            return list;
        }
        ValueType::ShortOrLong(short, long) => json!({"anyOf": [of_type(short), of_type(long)]}),
    })
}

/// What a text looks like. Only what has to be text whatever an editor takes it for is of no other type.
fn of_format(format: StringFormat) -> Value {
    const NAME: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    const LABEL: &str = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?";
    match format {
        StringFormat::Name => json!({"type": TEXT, "pattern": format!("^{NAME}$"), "maxLength": Namespace::MAX_LENGTH}),
        StringFormat::Glob => json!({"type": TEXT, "minLength": 1, "maxLength": glob::LONGEST}),
        StringFormat::NamespaceAndRelease => json!({"type": "string", "pattern": "^[^/]+/[^/]+$"}),
        StringFormat::Until => json!({"type": "string", "pattern": UNTIL}),
        StringFormat::TimeOfDay => json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}),
        StringFormat::Zone => json!({"type": "string", "pattern": "^[A-Za-z][-+A-Za-z0-9_]*(/[-+A-Za-z0-9_]+)*$"}),
        StringFormat::Uid => {
            json!({"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"})
        }
        StringFormat::LabelKey => json!({"type": TEXT, "pattern": format!("^([-a-z0-9.]+/)?{LABEL}$")}),
        StringFormat::LabelValue => {
            json!({"type": TEXT, "pattern": format!("^({LABEL})?$"), "maxLength": LONGEST_LABEL})
        }
    }
}

/// `90s`, `1h30m`, `1 hour, 30 minutes`, `PT5M`: never a bare number, a clock face or something negative.
const DURATION: &str =
    "^[+]?([Pp][0-9TtWwDdHhMmSs.,]+|[0-9]+([.,][0-9]+)?\\s*[a-zµμ]+(,?\\s*[0-9]+([.,][0-9]+)?\\s*[a-zµμ]+)*)$";

/// A day, or a time with its offset.
const UNTIL: &str = "^([0-9]{4}-[0-9]{2}-[0-9]{2}|[-+]?[0-9]{4,6}-?[0-9]{2}-?[0-9]{2}[Tt ].*([Zz]|[-+][0-9]{2}).*)$";

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
