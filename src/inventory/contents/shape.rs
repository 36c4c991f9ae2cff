//! The shape that a record has to have, or Helm cannot decode it, says nothing, and acts on an older one.
//!
//! Nothing of it is kept: of small things that are worth nothing, a record can hold very many.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

type Mapping = MapOf<IgnoredAny>;
type Texts = Option<ListOf<Option<String>>>;

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Record {
    info: Option<Info>,
    config: Option<Mapping>,
    labels: Option<MapOf<Option<String>>>,
    chart: Option<Chart>,
    hooks: Option<ListOf<Option<Hook>>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Info {
    first_deployed: Option<Time>,
    last_deployed: Option<Time>,
    deleted: Option<Time>,
    description: Option<String>,
    notes: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Chart {
    metadata: Option<Metadata>,
    templates: Option<ListOf<Option<File>>>,
    files: Option<ListOf<Option<File>>>,
    values: Option<Mapping>,
    schema: Option<Bytes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Metadata {
    home: Option<String>,
    sources: Texts,
    description: Option<String>,
    keywords: Texts,
    maintainers: Option<ListOf<Option<Mapping>>>,
    icon: Option<String>,
    api_version: Option<String>,
    condition: Option<String>,
    tags: Option<String>,
    app_version: Option<String>,
    deprecated: Option<bool>,
    annotations: Option<MapOf<Option<String>>>,
    kube_version: Option<String>,
    dependencies: Option<ListOf<Option<Mapping>>>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct File {
    name: Option<String>,
    data: Option<Bytes>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Hook {
    name: Option<String>,
    kind: Option<String>,
    path: Option<String>,
    weight: Option<i64>,
    delete_policies: Texts,
    output_log_policies: Texts,
    last_run: Option<LastRun>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct LastRun {
    started_at: Option<Time>,
    completed_at: Option<Time>,
    phase: Option<String>,
}

/// A list of these.
struct ListOf<T>(PhantomData<T>);

/// A mapping of texts to these.
struct MapOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ListOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListOf<T> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<T>()?.is_some() {}
        Ok(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for MapOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for MapOf<T> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<String, T>()?.is_some() {}
        Ok(self)
    }
}

/// Empty where there is none.
struct Time;

/// As Go writes bytes.
struct Bytes;

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let is_time = text.is_empty() || text.parse::<jiff::Timestamp>().is_ok();
        if is_time { Ok(Self) } else { Err(Error::custom(format!("{text:?} is no time"))) }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(|_| Self).map_err(|error| Error::custom(format!("no base64: {error}")))
    }
}

/// Whether Helm can decode a record, as far as its fields are of the right kind.
pub(super) fn check(json: &str) -> Result<(), String> {
    serde_json::from_str::<Record>(json).map(|_| ()).map_err(|error| error.to_string())
}
