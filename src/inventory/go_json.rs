//! JSON as Go's decoder sees it.
//!
//! Go takes `Manifest` for `manifest`, a few letters beyond ASCII for others, and of several such keys the last. A record
//! in which two readers could see two things is not one that Helm wrote: it is refused. So is one whose fields are not of
//! the types that Helm's decoder expects, because Helm would skip it without a word and act on an older one.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

/// More fields, or items of a list, than any record has: a larger one was made to fill this program's memory.
const MOST: usize = 10_000;

/// The type that Go's decoder expects of a value. `null` is fine everywhere.
#[derive(Debug)]
pub(super) enum Shape {
    Text,
    Flag,
    Number,
    /// RFC 3339, or empty.
    Time,
    /// Base64.
    Bytes,
    Anything,
    List(&'static Shape),
    /// Of any keys to these values.
    Map(&'static Shape),
    /// Keys that Go's decoder knows, with the type of their values. It ignores others.
    Object(&'static [(&'static [&'static str], Shape)]),
}

impl Shape {
    /// Checks a whole JSON document. Keeps nothing of it.
    pub(super) fn check(&'static self, json: &str) -> Result<(), String> {
        let mut reader = serde_json::Deserializer::from_str(json);
        self.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|error| error.to_string())
    }
}

impl<'de> DeserializeSeed<'de> for &'static Shape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        match self {
            Shape::Text => Option::<Cow<'_, str>>::deserialize(value).map(drop),
            Shape::Flag => Option::<bool>::deserialize(value).map(drop),
            Shape::Number => Option::<i64>::deserialize(value).map(drop),
            Shape::Time => match Option::<Cow<'_, str>>::deserialize(value)? {
                Some(text) if !text.is_empty() && text.parse::<jiff::Timestamp>().is_err() => {
                    Err(Error::custom(format!("{text:?} is not a time")))
                }
                _ => Ok(()),
            },
            Shape::Bytes => match Option::<Cow<'_, str>>::deserialize(value)?.map(|text| STANDARD.decode(&*text)) {
                Some(Err(error)) => Err(Error::custom(format!("not base64: {error}"))),
                _ => Ok(()),
            },
            Shape::Anything => IgnoredAny::deserialize(value).map(drop),
            Shape::List(_) | Shape::Map(_) | Shape::Object(_) => value.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for &'static Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Shape::List(_)) { "a list" } else { "a mapping" })
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Shape::List(item) = self else { return Err(Error::invalid_type(Unexpected::Seq, &self)) };
        for _ in 0..=MOST {
            if list.next_element_seed(*item)?.is_none() {
                return Ok(());
            }
        }
        Err(Error::custom(format!("there are more than {MOST}")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        for _ in 0..=MOST {
            let Some(key) = fields.next_key::<String>()? else { return Ok(()) };
            let value = match self {
                Shape::Map(value) => *value,
                Shape::Object(known) => match known_key(known, &key) {
                    Some((name, _)) if name != key || !seen.insert(name) => {
                        let why = format!("the key `{name}` appears twice, or in another spelling");
                        return Err(Error::custom(why));
                    }
                    known => known.map_or(&Shape::Anything, |(_, value)| value),
                },
                _ => return Err(Error::invalid_type(Unexpected::Map, &self)),
            };
            fields.next_value_seed(value)?;
        }
        Err(Error::custom(format!("there are more than {MOST}")))
    }
}

/// The known key that Go takes a key for, and the type of its value.
fn known_key(known: &'static [(&[&'static str], Shape)], key: &str) -> Option<(&'static str, &'static Shape)> {
    let mut all = known.iter().flat_map(|(names, value)| names.iter().map(move |name| (*name, value)));
    all.find(|(name, _)| is_taken_for(key, name))
}

/// Whether Go would take one key for another.
fn is_taken_for(key: &str, name: &str) -> bool {
    let folded = |character: char| match character {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    key.chars().map(folded).eq(name.chars().map(folded))
}

/// The text of a key of a mapping, if there is one that is not empty. Anything but text is an error.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Result<Option<&'a str>, String> {
    match get(value, name)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        other => Err(format!("`{name}` is {other}, not a string")),
    }
}

/// The value of a key of a mapping; null if the mapping does not have it. A key that Go would take for it as well is an error.
pub(super) fn get<'a>(value: &'a Value, name: &str) -> Result<&'a Value, String> {
    let Value::Object(fields) = value else {
        return if value.is_null() { Ok(value) } else { Err(format!("`{name}` is missing or is not a mapping")) };
    };
    match fields.keys().find(|key| *key != name && is_taken_for(key, name)) {
        Some(key) => Err(format!("{key:?} could be mistaken for `{name}`")),
        None => Ok(fields.get(name).unwrap_or(&Value::Null)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Shape = Shape::Object(&[(&["manifest"], Shape::Text), (&["hooks"], Shape::List(&Shape::Number))]);

    fn check(json: &str) -> Result<(), String> {
        const { &KNOWN }.check(json)
    }

    #[test]
    fn what_go_would_take_for_a_known_key_must_be_that_key_once() {
        for json in [
            r#"{"manifest":"a","manifest":"b"}"#,
            r#"{"Manifest":"a"}"#,
            r#"{"manifest":"a","manife\u017ft":"b"}"#,
            r#"{"m\u0061nifest":"a","manifest":"b"}"#,
        ] {
            let why = check(json).expect_err(json);
            assert!(why.starts_with("the key `manifest` appears twice, or in another spelling"), "{why}");
        }
        assert_eq!(check(r#"{"other":[1],"Other":2,"m\u0061nifest":"a","hooks":null}"#), Ok(()));
    }

    #[test]
    fn of_what_never_ends_only_the_beginning_is_read() {
        let many = "\"\":0,".repeat(MOST);
        assert!(check(&format!("{{{many}\"a\":0}}")).is_err_and(|why| why.starts_with("there are more than")));
        let json = format!("{{\"hooks\":[{}0]}}", "0,".repeat(MOST));
        assert!(check(&json).is_err_and(|why| why.starts_with("there are more than")));
    }
}
