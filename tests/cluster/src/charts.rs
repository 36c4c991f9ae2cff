//! The charts beside this package, of the shapes that people know.
//!
//! Must not install them: that is [`Cluster::install`](crate::Cluster::install).

use std::fmt;
use std::path::{Path, PathBuf};

/// A chart in `tests/charts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chart {
    /// Deployment, Service, `ConfigMap` and `ServiceAccount`.
    Nginx,
    /// `StatefulSet` with a claim, two Services, a Secret, and a `ConfigMap` that an uninstall leaves behind.
    Redis,
    /// `StatefulSet` with a claim, Service, Secret, `ConfigMap`, and a Job before it is deleted.
    Mysql,
    /// Its Job before deletion fails, and so does every uninstall that runs hooks.
    Failing,
    /// `count` `ConfigMap`s and nothing else.
    Tiny,
    /// A `CustomResourceDefinition` among its templates; with `widget=true`, in an upgrade, an object of that kind.
    Definition,
    /// A `ConfigMap` in the namespace that the value `namespace` names, and one in its own.
    Wanderer,
    /// A `Namespace` among its templates, called like the release's own with `-house` behind it.
    House,
    /// Two claims as objects of the chart; an uninstall leaves the second one behind, unless `keepArchive=false`.
    Claim,
    /// A `Deployment`, and in its `crds` folder the definition of `Gadget`s, which every release of it shares.
    Operator,
    /// A `Gadget` with a finalizer, the value `finalizer`, and a `ConfigMap`. Needs the definition of [`Chart::Operator`].
    Gadget,
}

impl Chart {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Nginx,
        Self::Redis,
        Self::Mysql,
        Self::Failing,
        Self::Tiny,
        Self::Definition,
        Self::Wanderer,
        Self::House,
        Self::Claim,
        Self::Operator,
        Self::Gadget,
    ];

    /// The name in its `Chart.yaml`, and of its folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Redis => "redis",
            Self::Mysql => "mysql",
            Self::Failing => "failing",
            Self::Tiny => "tiny",
            Self::Definition => "definition",
            Self::Wanderer => "wanderer",
            Self::House => "house",
            Self::Claim => "claim",
            Self::Operator => "operator",
            Self::Gadget => "gadget",
        }
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The chart's folder, ready for `helm install`.
#[must_use]
pub fn path(chart: Chart) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("charts").join(chart.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chart_has_a_folder_named_like_itself() {
        for chart in Chart::ALL {
            let description = std::fs::read_to_string(path(chart).join("Chart.yaml")).expect("every chart has one");
            assert!(description.contains(&format!("name: {chart}\n")), "{chart}: {description}");
        }
    }
}
