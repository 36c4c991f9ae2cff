//! The language as a JSON Schema, for editors: made from the description of the keys, and never stricter than the
//! program.
//!
//! Draft 7: the newest that all editors know. What it cannot say (can a pattern match a name?) `validate` says.

#[cfg(test)]
mod checker;
#[cfg(test)]
mod reference_test;
#[cfg(test)]
mod schema_test;

use serde_json::{Map, Value, json};

use super::decode::schema::{self, Condition, Form, Items, Key, Labels, Level, Need, Shaped};

/// In characters: the longest pattern.
const LONGEST_GLOB: u32 = 200;

/// A plain word can be a number or a truth to an editor, and is the same text to the program.
const TEXT: [&str; 3] = ["string", "number", "boolean"];

/// The schema of a policy file, indented, with a line break at its end.
pub fn json_schema() -> String {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    whole.insert("title".to_owned(), json!("A policy of helm-purge"));
    whole.extend(level(&schema::TOP, Condition::LimitsWithEverything));
    format!("{:#}\n", Value::Object(whole))
}

fn level(level: &Level, condition: Condition) -> Map<String, Value> {
    let properties = level.keys.iter().map(|key| (key.name.to_owned(), Value::Object(property(key))));
    let required = level.keys.iter().filter(|key| key.need == Need::Required).map(|key| key.name).collect::<Vec<_>>();
    let mut schema = object(json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties.collect::<Map<_, _>>(),
    }));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.extend(of_condition(condition));
    schema
}

fn of_condition(condition: Condition) -> Map<String, Value> {
    object(match condition {
        Condition::None => json!({}),
        Condition::AnyOf(keys) => {
            json!({"anyOf": keys.iter().map(|key| json!({"required": [key]})).collect::<Vec<_>>()})
        }
        Condition::OnlyWith(key, other) => json!({"dependencies": {key: [other]}}),
        Condition::LimitsWithEverything => json!({
            "if": {
                "required": ["namespaces"],
                "properties": {"namespaces": {"contains": {"enum": ["*", "**"]}}},
            },
            "then": {"required": ["limits"]},
        }),
        Condition::ValuesByOperator => json!({
            "if": {"properties": {"operator": {"enum": ["In", "NotIn"]}}},
            "then": {"required": ["values"]},
            "else": {"not": {"required": ["values"]}},
        }),
    })
}

fn property(key: &Key) -> Map<String, Value> {
    let mut schema = of_form(&key.form);
    schema.insert("description".to_owned(), json!(key.meaning));
    schema.insert("examples".to_owned(), json!([value(key.example)]));
    if let Need::Default(default) = key.need {
        schema.insert("default".to_owned(), value(default));
    }
    schema
}

/// A value as it would be written in a policy.
fn value(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).expect("a test reads every example and default")
}

fn of_form(form: &Form) -> Map<String, Value> {
    object(match form {
        Form::Unsaid => json!({}),
        Form::Exactly(text) => json!({"const": text}),
        Form::Text(longest) => json!({"type": TEXT, "minLength": 1, "maxLength": longest}),
        Form::Shaped(shaped) => of_shaped(*shaped),
        Form::Words(words) => json!({"enum": words}),
        Form::Truth => json!({"type": "boolean"}),
        Form::Number(most) => json!({"type": "integer", "minimum": 1, "maximum": most}),
        Form::Count(most) => json!({"type": "integer", "minimum": 0, "maximum": most}),
        Form::Labels(Labels::Ignored) => json!({"type": "object", "additionalProperties": {"type": TEXT}}),
        Form::Labels(Labels::Matched) => json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": of_shaped(Shaped::LabelKey),
            "additionalProperties": of_shaped(Shaped::LabelValue),
        }),
        Form::Keys(keys, condition) => return level(keys, *condition),
        Form::List(item, items) => {
            let mut list = object(json!({"type": "array", "items": of_form(item)}));
            if *items != Items::Any {
                list.insert("minItems".to_owned(), json!(1));
            }
            if *items == Items::Distinct {
                list.insert("uniqueItems".to_owned(), json!(true));
            }
            return list;
        }
        Form::Either(short, long) => json!({"anyOf": [of_form(short), of_form(long)]}),
    })
}

/// What a text looks like. Only what has to be text whatever an editor takes it for is of no other type.
fn of_shaped(shaped: Shaped) -> Value {
    const NAME: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    const LABEL: &str = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?";
    match shaped {
        Shaped::Name => json!({"type": TEXT, "pattern": format!("^{NAME}$"), "maxLength": 63}),
        Shaped::Glob => json!({"type": TEXT, "minLength": 1, "maxLength": LONGEST_GLOB}),
        Shaped::NamespaceAndRelease => json!({"type": "string", "pattern": "^[^/]+/[^/]+$"}),
        Shaped::Duration => json!({"type": "string", "pattern": DURATION}),
        Shaped::Until => json!({"type": "string", "pattern": UNTIL}),
        Shaped::TimeOfDay => json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}),
        Shaped::Zone => json!({"type": "string", "pattern": "^[A-Za-z][-+A-Za-z0-9_]*(/[-+A-Za-z0-9_]+)*$"}),
        Shaped::Uid => {
            json!({"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"})
        }
        Shaped::LabelKey => json!({"type": TEXT, "pattern": format!("^([-a-z0-9.]+/)?{LABEL}$")}),
        Shaped::LabelValue => json!({"type": TEXT, "pattern": format!("^({LABEL})?$"), "maxLength": 63}),
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
