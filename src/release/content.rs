//! What the newest revision of a release holds, as far as it matters for an uninstall, and what a restore does not
//! bring back of it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::{Chart, CrdUsage, Known, ObjectRef};

/// What an uninstall of a release would take along.
///
/// Objects that carry `helm.sh/resource-policy: keep` stay, and are not in here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    /// What would install this release again, if its objects say so: `HelmRelease NAMESPACE/NAME`. Untrusted text.
    pub managed_by: Option<String>,
    /// When its first revision was deployed.
    pub first_deployed: Known<jiff::Timestamp>,
    /// The description in its record. Untrusted text.
    pub description: String,
    /// Objects that hooks of its installation have made. Helm does not make them again when it rolls back.
    pub made_by_hooks: Vec<Object>,
    /// What its hooks create on an uninstall; unknown if a hook does not say what it is.
    pub hooks: Known<Vec<ObjectRef>>,
    /// The kinds of all objects that go, and of those that hooks make. Many releases have the same.
    pub kinds: Arc<ObjectKinds>,
    /// Which kinds it defines and uses. A definition counts here also if the uninstall leaves it behind.
    pub crd_usage: CrdUsage,
}

/// An object of a manifest. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its kind, without the group.
    pub kind: String,
    /// The namespace in the manifest, if there is one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl Content {
    /// Nothing that an uninstall has to be careful about.
    pub fn of_chart(chart: Known<Chart>) -> Self {
        Self { chart, hooks: Known::Is(Vec::new()), ..Self::default() }
    }

    /// Adds an object of a release of the namespace `own`. Helm ignores the case of a kind's letters.
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

    /// What a restore does not bring back if the uninstall keeps the history.
    pub fn losses(&self) -> Vec<Loss> {
        let data = self.claims.iter().cloned().map(Loss::Data);
        let swept = self.sweeping.iter().cloned().map(Loss::Swept);
        data.chain(swept).chain(self.made_by_hooks.iter().cloned().map(Loss::MadeByHook)).collect()
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

/// Something of a release that an uninstall loses, even if it keeps the history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The data in it: the object comes back empty.
    Data(Object),
    /// What goes with it: all objects of the kind that it defines, or all that lies in it.
    Swept(Object),
    /// The object itself, which a hook made: a rollback does not run that hook. If nothing deletes it, it stays.
    MadeByHook(Object),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loss::Data(object) => write!(f, "the data of {object}"),
            Loss::Swept(object) => write!(f, "the contents of {object}"),
            Loss::MadeByHook(object) => write!(f, "{object}, created by a hook"),
        }
    }
}

/// A kind in one version of the API. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionedKind {
    /// Group and version: `v1`, `apps/v1`.
    pub api_version: String,
    /// The kind: `ConfigMap`.
    pub kind: String,
}

/// The kinds that an uninstall has to know, those of hooks as well; unknown if a manifest names too many, or something
/// that is not a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKinds(Known<BTreeSet<VersionedKind>>);

impl Default for ObjectKinds {
    /// No kinds yet.
    fn default() -> Self {
        Self(Known::Is(BTreeSet::new()))
    }
}

impl ObjectKinds {
    /// No chart has objects of so many.
    const MOST: usize = 200;
    /// The longest group, a slash and the longest version.
    const LONGEST: usize = 253 + 1 + 63;

    /// Those of releases with unknown content.
    pub fn unknown() -> Self {
        Self(Known::Unknown)
    }

    /// Adds the kind of an object.
    pub fn add(&mut self, api_version: &str, kind: &str) {
        let Known::Is(kinds) = &mut self.0 else { return };
        // Most objects are of a kind that is there already.
        if kinds.iter().any(|known| known.api_version == api_version && known.kind == kind) {
            return;
        }
        if kinds.len() == Self::MOST || !is_api_version(api_version) || kind.is_empty() || kind.len() > Self::LONGEST {
            self.0 = Known::Unknown;
        } else {
            kinds.insert(VersionedKind { api_version: api_version.to_owned(), kind: kind.to_owned() });
        }
    }

    /// Adds those of another release.
    pub fn add_all(&mut self, others: &Self) {
        match others.as_known() {
            Some(others) => others.iter().for_each(|kind| self.add(&kind.api_version, &kind.kind)),
            None => self.0 = Known::Unknown,
        }
    }

    /// All of them, if they are known.
    pub fn as_known(&self) -> Option<&BTreeSet<VersionedKind>> {
        self.0.as_known()
    }
}

/// `VERSION` or `GROUP/VERSION`, of letters, digits, dots and dashes, as in a URL and the name of a folder.
fn is_api_version(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        part.bytes().all(|byte| is_plain(byte) || byte == b'.' || byte == b'-')
            && part.bytes().next().is_some_and(is_plain)
    };
    let (group, version) = text.split_once('/').map_or((None, text), |(group, version)| (Some(group), version));
    text.len() <= ObjectKinds::LONGEST && is_part(version) && group.is_none_or(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kinds: &[(&str, &str)]) -> ObjectKinds {
        let mut all = ObjectKinds::default();
        for (api_version, kind) in kinds {
            all.add(api_version, kind);
        }
        all
    }

    #[test]
    fn what_is_no_version_of_the_api_makes_the_kinds_unknown() {
        for fine in ["v1", "apps/v1", "rbac.authorization.k8s.io/v1beta1", "a-b.example.com/v2"] {
            assert_eq!(of(&[(fine, "X"), (fine, "X")]).as_known().map(BTreeSet::len), Some(1), "{fine}");
        }
        for wrong in ["", "/", "v1/", "/v1", "..", "../v1", "a/..", "a/b/c", "a/./v1", "V1", "a b/v1", "v1\n", "ä/v1"]
        {
            assert_eq!(of(&[("v1", "X"), (wrong, "X")]).as_known(), None, "{wrong:?}");
        }
        assert_eq!(of(&[("v1", "")]).as_known(), None);
    }

    #[test]
    fn too_many_are_unknown_and_so_are_those_with_unknown_ones_among_them() {
        let names = (0..=ObjectKinds::MOST).map(|number| format!("X{number}")).collect::<Vec<_>>();
        let pairs = names.iter().map(|name| ("v1", name.as_str())).collect::<Vec<_>>();
        let most = of(&pairs[1..]);
        assert_eq!(most.as_known().map(BTreeSet::len), Some(ObjectKinds::MOST));
        assert_eq!(of(&pairs).as_known(), None);
        let mut joined = most;
        joined.add_all(&of(&pairs[1..2]));
        assert!(joined.as_known().is_some());
        joined.add_all(&of(&pairs));
        assert_eq!(joined.as_known(), None);
    }

    #[test]
    fn data_what_is_swept_along_and_what_hooks_made_does_not_return() {
        let object = |kind: &str, name: &str| Object { kind: kind.to_owned(), namespace: None, name: name.to_owned() };
        let mut content = Content::of_chart(Known::Unknown);
        for (kind, name) in [("PersistentVolumeClaim", "data"), ("CustomResourceDefinition", "w"), ("Secret", "s")] {
            content.add(object(kind, name), "dev-a");
        }
        content.made_by_hooks.push(object("Job", "init"));
        let said = content.losses().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said,
            [
                "the data of PersistentVolumeClaim data",
                "the contents of CustomResourceDefinition w",
                "Job init, created by a hook"
            ]
        );
    }
}
