//! Kinds that a cluster does not serve on its own: those of controllers that people run in theirs.
//!
//! Must not bring the controllers, nor their checks: any object of such a kind is accepted, and nothing acts on it.

use serde_json::{Value, json};

use crate::{Cluster, Error, Kind, wait_until};

const DEFINITION: Kind<'static> = Kind::new("apiextensions.k8s.io/v1", "CustomResourceDefinition");

/// A kind, and how it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomKind {
    /// Its API group.
    pub group: &'static str,
    /// As in a manifest.
    pub kind: &'static str,
    /// As in a path.
    pub plural: &'static str,
    /// All are served, the first is stored.
    pub versions: &'static [&'static str],
}

impl CustomKind {
    /// Flux's, as its helm-controller 1.x serves it.
    pub const HELM_RELEASE: Self =
        Self { group: "helm.toolkit.fluxcd.io", kind: "HelmRelease", plural: "helmreleases", versions: &["v2"] };
    /// Argo CD's.
    pub const APPLICATION: Self =
        Self { group: "argoproj.io", kind: "Application", plural: "applications", versions: &["v1alpha1"] };
    /// Argo Workflows': of the same group, and nothing to do with the other.
    pub const WORKFLOW: Self =
        Self { group: "argoproj.io", kind: "Workflow", plural: "workflows", versions: &["v1alpha1"] };

    /// An object of this kind, as it is stored.
    #[must_use]
    pub fn object(&self, namespace: &str, name: &str, spec: &Value) -> Value {
        let metadata = json!({"namespace": namespace, "name": name});
        json!({"apiVersion": self.stored_as(), "kind": self.kind, "metadata": metadata, "spec": spec})
    }

    fn stored_as(&self) -> String {
        format!("{}/{}", self.group, self.versions.first().copied().unwrap_or_default())
    }

    fn definition(&self) -> Value {
        let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let version = |(number, name): (usize, &&str)| json!({"name": name, "served": true, "storage": number == 0, "schema": {"openAPIV3Schema": anything}});
        json!({
            "apiVersion": DEFINITION.api_version,
            "kind": DEFINITION.kind,
            "metadata": {"name": self.name()},
            "spec": {
                "group": self.group,
                "scope": "Namespaced",
                "names": {"kind": self.kind, "plural": self.plural, "singular": self.kind.to_lowercase()},
                "versions": self.versions.iter().enumerate().map(version).collect::<Vec<_>>(),
            },
        })
    }

    fn name(&self) -> String {
        format!("{}.{}", self.plural, self.group)
    }
}

impl Cluster {
    /// Serves a kind, from the moment when this returns.
    ///
    /// # Errors
    /// The API server refuses, or takes too long.
    pub fn serve(&self, kind: &CustomKind) -> Result<(), Error> {
        self.api().create(&kind.definition())?;
        let stored_as = kind.stored_as();
        let what = format!("the kind {}", kind.kind);
        // It is there when it can be found and listed, and not before.
        wait_until(&what, || Ok(self.api().list(Kind::new(&stored_as, kind.kind), None).ok())).map(drop)
    }

    /// Serves it no more; its objects go with it.
    ///
    /// # Errors
    /// It was not served, or does not go.
    pub fn withdraw(&self, kind: &CustomKind) -> Result<(), Error> {
        let name = kind.name();
        self.api().delete(DEFINITION, None, &name)?;
        let stored_as = kind.stored_as();
        let what = format!("the end of the kind {}", kind.kind);
        wait_until(&what, || {
            let is_defined = self.api().get(DEFINITION, None, &name)?.is_some();
            let is_served = self.api().list(Kind::new(&stored_as, kind.kind), None).is_ok();
            Ok((!is_defined && !is_served).then_some(()))
        })
    }
}
