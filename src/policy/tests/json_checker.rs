//! Holds a value against a JSON Schema: the part of draft 7 that the schema of policies is made of. A keyword that is
//! not known here panics, so that none is passed over.

use regex::Regex;
use serde_json::{Map, Value};

/// What a schema has against a value: nothing, or the first thing, with its place.
pub(super) fn objection(schema: &Value, value: &Value) -> Option<String> {
    let schema = schema.as_object().unwrap_or_else(|| panic!("a schema: {schema}"));
    schema.iter().find_map(|(keyword, rule)| of_keyword(keyword, rule, schema, value))
}

fn of_keyword(keyword: &str, rule: &Value, schema: &Map<String, Value>, value: &Value) -> Option<String> {
    let holds = match keyword {
        "$schema" | "title" | "description" | "default" | "examples" | "then" | "else" => true,
        "type" => match rule {
            Value::Array(types) => types.iter().any(|name| is_of_type(value, name)),
            name => is_of_type(value, name),
        },
        "const" => rule == value,
        "enum" => list(rule).contains(value),
        "pattern" => value.as_str().is_none_or(|text| pattern(rule).is_match(text)),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= number(rule)),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= number(rule)),
        "minimum" => value.as_f64().is_none_or(|value| value >= rule.as_f64().expect("a number")),
        "maximum" => value.as_f64().is_none_or(|value| value <= rule.as_f64().expect("a number")),
        "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= number(rule)),
        "uniqueItems" => {
            value.as_array().is_none_or(|items| items.iter().enumerate().all(|(at, item)| !items[..at].contains(item)))
        }
        "minProperties" => value.as_object().is_none_or(|fields| fields.len() as u64 >= number(rule)),
        "required" => value.as_object().is_none_or(|fields| texts(rule).all(|key| fields.contains_key(key))),
        "contains" => value.as_array().is_none_or(|items| items.iter().any(|item| objection(rule, item).is_none())),
        "allOf" => return list(rule).iter().find_map(|schema| objection(schema, value)),
        "anyOf" => list(rule).iter().any(|schema| objection(schema, value).is_none()),
        "not" => objection(rule, value).is_some(),
        "if" => {
            let branch = if objection(rule, value).is_none() { "then" } else { "else" };
            return schema.get(branch).and_then(|schema| objection(schema, value));
        }
        "dependencies" => {
            let held = |(key, others): (&String, &Value)| {
                value.get(key).is_none() || texts(others).all(|other| value.get(other).is_some())
            };
            rule.as_object().expect("a mapping").iter().all(held)
        }
        "items" => return at_each(value.as_array().into_iter().flatten().enumerate(), |_| rule),
        "propertyNames" => {
            let names = value.as_object().into_iter().flatten().map(|(key, _)| Value::String(key.clone()));
            return names.into_iter().find_map(|name| objection(rule, &name));
        }
        "properties" => {
            let known = value.as_object().into_iter().flatten().filter(|(key, _)| rule.get(key).is_some());
            return at_each(known, |key| &rule[key]);
        }
        "additionalProperties" => {
            let known = schema.get("properties").and_then(Value::as_object);
            let fields = value.as_object().into_iter().flatten();
            let mut others = fields.filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
            match rule {
                Value::Bool(false) => others.next().is_none(),
                rule => return at_each(others, |_| rule),
            }
        }
        _ => panic!("the keyword {keyword} is not known"),
    };
    (!holds).then(|| format!("{keyword} {rule}: {value}"))
}

fn at_each<'v, 's, K: std::fmt::Display>(
    values: impl Iterator<Item = (K, &'v Value)>,
    schema: impl Fn(&K) -> &'s Value,
) -> Option<String> {
    values.into_iter().find_map(|(key, value)| Some(format!("{key}: {}", objection(schema(&key), value)?)))
}

fn is_of_type(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("the name of a type") {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is not known"),
    }
}

fn pattern(rule: &Value) -> Regex {
    Regex::new(rule.as_str().expect("a text")).expect("a regular expression")
}

fn number(rule: &Value) -> u64 {
    rule.as_u64().expect("a number")
}

fn list(rule: &Value) -> &Vec<Value> {
    rule.as_array().expect("a list")
}

fn texts(rule: &Value) -> impl Iterator<Item = &str> {
    list(rule).iter().map(|key| key.as_str().expect("a text"))
}
