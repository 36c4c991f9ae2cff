//! The fields of a JSON object as Helm sees them.
//!
//! Go takes `Manifest` for `manifest`, and of several the last. A record in which two readers could see two things
//! is no record that Helm wrote: it is refused.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::keys::is_taken_for;

/// More fields, or entries of a list, than any record has: what has more was made to fill this program's memory.
const MOST: usize = 10_000;

/// The fields of an object, unread.
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Reads the keys. `known` are those that will be asked for.
    pub(super) fn read(json: &'a str, known: &[&str]) -> Result<Self, String> {
        let fields: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        for name in known {
            let spelled = fields.0.iter().map(|(key, _)| key).filter(|key| is_taken_for(key, name));
            match spelled.collect::<Vec<_>>().as_slice() {
                [] => {}
                [key] if key == name => {}
                _ => return Err(format!("the key `{name}` is there twice, or spelled in another way")),
            }
        }
        Ok(fields)
    }

    /// The value of a key, where there is one that is not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let value = self.0.iter().find(|(key, _)| key == name)?.1.get();
        (value != "null").then_some(value)
    }

    /// The value of a key as what it has to be; nothing and null are empty, as in Go.
    pub(super) fn value<T: Deserialize<'a> + Default>(&self, name: &str) -> Result<T, String> {
        let read = |json| serde_json::from_str(json).map_err(|error| format!("`{name}`: {error}"));
        self.get(name).map_or_else(|| Ok(T::default()), read)
    }

    /// The entries of a list, unread.
    pub(super) fn list(&self, name: &str) -> Result<Vec<&'a RawValue>, String> {
        self.value::<Entries<'a>>(name).map(|entries| entries.0)
    }
}

#[derive(Default)]
struct Entries<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    entries.push(entry);
                    bounded(entries.len())?;
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_seq(Collect)
    }
}

fn bounded<E: Error>(count: usize) -> Result<(), E> {
    if count > MOST { Err(E::custom(format!("there are more than {MOST}"))) } else { Ok(()) }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(Key(key)) = map.next_key()? {
                    fields.push((key, map.next_value()?));
                    bounded(fields.len())?;
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// Borrowed where nothing in it is escaped.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl<'de> Visitor<'de> for Take {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_would_take_for_a_known_key_must_be_that_key_once() {
        for json in [
            r#"{"manifest":"a","manifest":"b"}"#,
            r#"{"Manifest":"a"}"#,
            r#"{"manifest":"a","manife\u017ft":"b"}"#,
            r#"{"m\u0061nifest":"a","manifest":"b"}"#,
        ] {
            assert!(Fields::read(json, &["manifest"]).is_err(), "{json}");
        }
        let fields =
            Fields::read(r#"{"other":[1],"Other":2,"m\u0061nifest":"a","hooks":null}"#, &["manifest", "hooks"]);
        let fields = fields.expect("other keys are nobody's business");
        assert_eq!(fields.value::<String>("manifest").as_deref(), Ok("a"));
        assert_eq!(fields.value::<Vec<u8>>("hooks"), Ok(Vec::new()));
    }

    #[test]
    fn of_what_never_ends_only_the_beginning_is_read() {
        let many = "\"\":0,".repeat(MOST);
        assert!(Fields::read(&format!("{{{many}\"a\":0}}"), &[]).is_err());
        let json = format!("{{\"hooks\":[{}0]}}", "0,".repeat(MOST));
        assert!(Fields::read(&json, &["hooks"]).expect("one field").list("hooks").is_err());
    }
}
