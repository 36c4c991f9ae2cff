//! What the newest revision of a release holds, as far as it matters for an uninstall.

use std::fmt;
use std::sync::Arc;

use super::{Chart, CrdUsage, Known, ObjectKinds, ObjectRef};

/// What an uninstall of a release would take along.
///
/// Objects that carry `helm.sh/resource-policy: keep` stay, and are not in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The chart, with its name and version apart.
    pub chart: Known<Chart>,
    /// Objects that take others along, wherever those are: definitions of custom resources, namespaces, API
    /// services.
    pub sweeping: Vec<Object>,
    /// Objects in another namespace than the release's own.
    pub elsewhere: Vec<Object>,
    /// Volume claims that go, and the data in them: the chart's own, and those of a StatefulSet that takes its
    /// claims along.
    pub claims: Vec<Object>,
    /// StatefulSets whose volume claims stay behind.
    pub claims_stay: Vec<Object>,
    /// What makes this release again when it goes, where its objects say so: `HelmRelease NAMESPACE/NAME`. Foreign text.
    pub managed_by: Option<String>,
    /// When its first revision was deployed.
    pub first_deployed: Known<jiff::Timestamp>,
    /// What its record is described as. Foreign text.
    pub description: String,
    /// Objects that hooks of its installation have made. Helm does not make them again when it rolls back.
    pub made_by_hooks: Vec<Object>,
    /// What the hooks of its deletion make; unknown where a hook does not say what it is.
    pub hooks: Known<Vec<ObjectRef>>,
    /// The kinds of all objects that go, and of those that hooks make. Many releases have the same.
    pub kinds: Arc<ObjectKinds>,
    /// What it is to other releases. Here objects that stay count where they define a kind.
    pub ties: CrdUsage,
}

/// An object of a manifest. Foreign text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its kind, without the group.
    pub kind: String,
    /// The namespace that the manifest gives it, where it gives one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl Content {
    /// Nothing that an uninstall has to be careful about.
    pub fn of_chart(chart: Known<Chart>) -> Self {
        Self {
            chart,
            sweeping: Vec::new(),
            elsewhere: Vec::new(),
            claims: Vec::new(),
            claims_stay: Vec::new(),
            managed_by: None,
            first_deployed: Known::Unknown,
            description: String::new(),
            made_by_hooks: Vec::new(),
            hooks: Known::Is(Vec::new()),
            kinds: Arc::new(ObjectKinds::none()),
            ties: CrdUsage::none(),
        }
    }

    /// Takes down an object of a release of the namespace `own`. Helm finds a kind however its letters are cased.
    pub fn add(&mut self, object: Object, own: &str) {
        match object.kind.to_ascii_lowercase().as_str() {
            "customresourcedefinition" | "namespace" | "apiservice" => self.sweeping.push(object.clone()),
            "persistentvolumeclaim" => self.claims.push(object.clone()),
            _ => {}
        }
        if object.namespace.as_ref().is_some_and(|namespace| namespace != own) {
            self.elsewhere.push(object);
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}
