//! Which object is meant, and JSON in the client's own types.
//!
//! Must not talk to the cluster.

use std::fmt;

use kube::api::DynamicObject;
use serde_json::Value;

use super::kind::Kind;
use crate::Error;

/// Of a wrong object, for the error about it.
const LETTERS_TOLD: usize = 200;

/// Where objects are looked for. Means nothing for kinds that live outside namespaces.
#[derive(Clone, Copy, Debug)]
pub(super) enum Within<'a> {
    Namespace(&'a str),
    /// As for kubectl without `-n`: the namespace `default`.
    Default,
    Everywhere,
}

/// An object's kind, namespace and name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: &'a str,
}

impl<'a> Address<'a> {
    /// As it stands in the object itself.
    pub(super) fn of(object: &'a Value) -> Result<Self, Error> {
        let text = |value: &'a Value, what: &str| {
            value.as_str().ok_or_else(|| not_an_object(format!("it has no {what}"), object))
        };
        let kind = Kind::new(text(&object["apiVersion"], "apiVersion")?, text(&object["kind"], "kind")?);
        let name = text(&object["metadata"]["name"], "metadata.name")?;
        Ok(Self { kind, namespace: object["metadata"]["namespace"].as_str(), name })
    }

    pub(super) fn within(self) -> Within<'a> {
        self.namespace.map_or(Within::Default, Within::Namespace)
    }
}

impl fmt::Display for Address<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace {
            Some(namespace) => write!(formatter, "{} {namespace}/{}", self.kind, self.name),
            None => write!(formatter, "{} {}", self.kind, self.name),
        }
    }
}

pub(super) fn dynamic(object: &Value) -> Result<DynamicObject, Error> {
    serde_json::from_value(object.clone()).map_err(|fault| not_an_object(fault.to_string(), object))
}

pub(super) fn to_json(object: &DynamicObject) -> Result<Value, Error> {
    serde_json::to_value(object).map_err(|fault| not_an_object(fault.to_string(), &Value::Null))
}

fn not_an_object(reason: String, object: &Value) -> Error {
    Error::NotAnObject { reason, object: object.to_string().chars().take(LETTERS_TOLD).collect() }
}
