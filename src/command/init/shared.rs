//! Which charts look shared by everyone, by their names. Pure.

use std::collections::BTreeMap;

use super::look::Seen;

/// How the name of a chart that others depend on looks, and why it had better stay.
const SHARED: &[(Look, &str)] = &[
    (Look::Part("operator"), "an operator: what it looks after hangs without it"),
    (Look::Part("crds"), "definitions of custom resources"),
    (Look::Part("ingress"), "the way in for everyone"),
    (Look::Start("traefik"), "the way in for everyone"),
    (Look::Start("istio"), "the mesh of everyone"),
    (Look::Start("linkerd"), "the mesh of everyone"),
    (Look::Start("cert-manager"), "certificates of everyone"),
    (Look::Start("external-dns"), "names of everyone"),
    (Look::Start("external-secrets"), "secrets of everyone"),
    (Look::Start("sealed-secrets"), "secrets of everyone"),
    (Look::Start("vault"), "secrets of everyone"),
    (Look::Part("prometheus"), "monitoring of everyone"),
    (Look::Start("grafana"), "monitoring of everyone"),
    (Look::Start("loki"), "logs of everyone"),
    (Look::Start("metrics-server"), "monitoring of everyone"),
    (Look::Start("argo"), "it deploys for everyone"),
    (Look::Start("flux"), "it deploys for everyone"),
    (Look::Start("velero"), "backups of everyone"),
    (Look::Part("csi"), "storage of everyone"),
    (Look::Part("autoscaler"), "it scales for everyone"),
    (Look::Start("keda"), "it scales for everyone"),
    (Look::Start("karpenter"), "it scales for everyone"),
];

#[derive(Debug, Clone, Copy)]
enum Look {
    /// It starts like this.
    Start(&'static str),
    /// This is a part of it between two `-`.
    Part(&'static str),
}

/// An entry for `keep`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Proposal {
    pub(super) by: By,
    pub(super) reason: &'static str,
}

/// What it names: a chart, or a release where its chart could not be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    Chart(String),
    Release(String),
}

/// What looks shared among these releases, each chart once.
pub(super) fn proposals(releases: &[Seen]) -> Vec<Proposal> {
    let by = |seen: &Seen| match &seen.chart {
        Some(chart) => (By::Chart(chart.clone()), chart.clone()),
        None => (By::Release(seen.release.clone()), seen.release.clone()),
    };
    let named = releases.iter().map(by).filter(|(_, name)| is_plain(name));
    let shared = named.filter_map(|(by, name)| Some((by, looks_shared(&name)?)));
    shared.collect::<BTreeMap<_, _>>().into_iter().map(|(by, reason)| Proposal { by, reason }).collect()
}

fn looks_shared(name: &str) -> Option<&'static str> {
    let looks = |look: &Look| match look {
        Look::Start(start) => name.starts_with(start),
        Look::Part(part) => name.split('-').any(|own| own == *part),
    };
    SHARED.iter().find(|(look, _)| looks(look)).map(|(_, reason)| *reason)
}

/// Whether a name means itself in a policy. A chart may be called almost anything.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte != b'-');
    name.len() <= 53 && name.bytes().all(plain) && is_end(name.bytes().next()) && is_end(name.bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(release: &str, chart: Option<&str>) -> Seen {
        Seen { release: release.to_owned(), chart: chart.map(str::to_owned) }
    }

    #[test]
    fn what_others_depend_on_is_proposed_once_by_its_chart_or_else_by_its_release() {
        let releases = [
            seen("web", Some("web")),
            seen("nginx-a", Some("ingress-nginx")),
            seen("nginx-b", Some("ingress-nginx")),
            seen("my-operator", None),
            seen("kps", Some("kube-prometheus-stack")),
            seen("cooperator", None),
        ];
        let named = proposals(&releases).into_iter().map(|proposal| proposal.by).collect::<Vec<_>>();
        let chart = |name: &str| By::Chart(name.to_owned());
        let expected = [chart("ingress-nginx"), chart("kube-prometheus-stack"), By::Release("my-operator".to_owned())];
        assert_eq!(named, expected);
    }

    #[test]
    fn a_chart_whose_name_would_mean_something_else_in_a_policy_is_left_out() {
        for chart in ["Vault", "vault*", "vault-1.0", "vault\n- x", "vault, y", "", "-vault", "vault-", "\u{202e}vault"]
        {
            assert_eq!(proposals(&[seen("a", Some(chart))]), [], "{chart:?}");
        }
    }
}
