//! The language as a JSON Schema, for editors: made from the table of keys, and never stricter than the program.
//!
//! Draft 7: the newest that all editors know. `validate` checks what it cannot express (can a pattern match a name?).

use serde_json::{Map, Value, json};

use super::glob;
use super::label_selector::LONGEST_LABEL;
use super::schema::{self, KeyConstraint, KeyPresence, KeySpec, ListSize, Section, StringFormat, ValueType};
use crate::release::Namespace;

/// A plain word can be a number or a truth to an editor, and is the same text to the program.
const TEXT: [&str; 3] = ["string", "number", "boolean"];

/// The schema of a policy file, indented, with a line break at its end.
pub(crate) fn json_schema() -> String {
    let mut schema = of_type(&schema::POLICY);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("A policy of helm-purge");
    format!("{schema:#}\n")
}

fn of_section(section: &Section, constraint: KeyConstraint) -> Value {
    let properties = section.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect::<Map<_, _>>();
    let required = section.keys.iter().filter(|key| key.presence == KeyPresence::Required).map(|key| key.name);
    let required = required.collect::<Vec<_>>();
    let mut schema = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    match constraint {
        KeyConstraint::None => {}
        KeyConstraint::AnyOf(keys) => {
            schema["anyOf"] = keys.iter().map(|key| json!({"required": [key]})).collect();
        }
        KeyConstraint::OnlyWith(key, other) => schema["dependencies"] = json!({key: [other]}),
        KeyConstraint::WholePolicy => {
            let everything = json!({"namespaces": {"contains": {"enum": ["*", "**"]}}});
            schema["if"] = json!({"required": ["namespaces"], "properties": everything});
            schema["then"] = json!({"required": ["limits"]});
            let percent = json!({"limits": {"required": ["maxPercent"]}});
            let percent = json!({"required": ["limits"], "properties": percent});
            schema["allOf"] = json!([{"if": percent, "then": {"required": ["rules"]}}]);
        }
        KeyConstraint::ValuesByOperator => {
            schema["if"] = json!({"properties": {"operator": {"enum": ["In", "NotIn"]}}});
            schema["then"] = json!({"required": ["values"]});
            schema["else"] = json!({"not": {"required": ["values"]}});
        }
    }
    schema
}

fn property(key: &KeySpec) -> Value {
    let mut schema = of_type(&key.value_type);
    schema["description"] = json!(key.meaning);
    schema["examples"] = json!([value(key.example)]);
    if let KeyPresence::Default(default) = key.presence {
        schema["default"] = value(default);
    }
    schema
}

/// A value as it would be written in a policy.
fn value(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).expect("a test reads every example and default")
}

fn of_type(value_type: &ValueType) -> Value {
    match value_type {
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
        ValueType::Section(section, constraint) => of_section(section, *constraint),
        ValueType::List(item, ListSize::Any) => json!({"type": "array", "items": of_type(item)}),
        ValueType::List(item, ListSize::AtLeastOne) => json!({"type": "array", "items": of_type(item), "minItems": 1}),
        ValueType::List(item, ListSize::Distinct) => {
            json!({"type": "array", "items": of_type(item), "minItems": 1, "uniqueItems": true})
        }
        ValueType::ShortOrLong(short, long) => json!({"anyOf": [of_type(short), of_type(long)]}),
    }
}

/// The pattern of a text. If a value must be text although an editor may take it for another type, it has no other type.
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
