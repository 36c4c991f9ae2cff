//! Parts that this machine has already, outside our cache.
//!
//! Must not build, nor take what does not fit.

use std::path::PathBuf;

use super::fit;
use super::recipe::Part;
use crate::environment;

/// The first program that fits: in `KUBEBUILDER_ASSETS`, then on PATH.
pub(super) fn find(part: Part) -> Option<PathBuf> {
    in_assets(part).into_iter().chain(on_path(part)).find(|program| fit::fits(part, program))
}

fn in_assets(part: Part) -> Option<PathBuf> {
    match part {
        Part::Etcd | Part::ApiServer | Part::Kubectl => {
            environment::kubebuilder_assets().map(|folder| folder.join(part.program())).filter(|file| file.is_file())
        }
        Part::ControllerManager
        | Part::Scheduler
        | Part::Helm3
        | Part::Helm4
        | Part::Kwok
        | Part::HelmLibrary
        | Part::Krew
        | Part::KrewValidator => None,
    }
}

/// All of that name: an old kubectl may lie in front of a fitting one.
fn on_path(part: Part) -> Vec<PathBuf> {
    names(part)
        .iter()
        .filter_map(|name| which::which_in_global(name, Some(environment::search_path())).ok())
        .flatten()
        .collect()
}

/// People who have both helms give at least one of them its number.
fn names(part: Part) -> &'static [&'static str] {
    match part {
        Part::Etcd => &["etcd"],
        Part::ApiServer => &["kube-apiserver"],
        Part::ControllerManager => &["kube-controller-manager"],
        Part::Scheduler => &["kube-scheduler"],
        Part::Kubectl => &["kubectl"],
        Part::Helm3 => &["helm", "helm3"],
        Part::Helm4 => &["helm", "helm4"],
        Part::Kwok => &["kwok"],
        // A user's own krew is a plugin of kubectl, and its root is the user's.
        Part::HelmLibrary | Part::Krew | Part::KrewValidator => &[],
    }
}
