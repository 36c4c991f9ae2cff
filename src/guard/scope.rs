//! Finds the `-n` that Helm does not pass on.
//!
//! `helm purge -n dev run` arrives as `run` with `HELM_NAMESPACE=dev`. Helm always sets that variable, if only to the
//! kubeconfig's default namespace. Ignored, it would turn one namespace into all of them. Obeyed, every plain `helm purge`
//! would cover one namespace. So this module reads the flag where it is certain. Pure.

use crate::release::{InvalidName, Namespace};
use crate::settings::{EntryPoint, ParentProcess};

/// Which part of the policies' scope a run covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Whole,
    Only(Namespace),
    /// It is not known whether the user gave a namespace.
    Unknown,
}

/// The facts that decide it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScopeFacts<'a> {
    pub entry_point: EntryPoint,
    /// `-n` as it reached this program.
    pub namespace_flag: Option<&'a str>,
    /// `-A`.
    pub all_namespaces: bool,
    /// `HELM_NAMESPACE`.
    pub helm_namespace: Option<&'a str>,
    /// The namespace that the kubeconfig's context names, or `default`.
    pub default_namespace: &'a str,
    pub parent: &'a ParentProcess,
    /// The name of this plugin in Helm.
    pub plugin_name: Option<&'a str>,
}

/// Finds out which part of the scope a run covers.
///
/// # Errors
/// If `-n` and `-A` were both given, or if `-n` is not a legal name.
pub(crate) fn scope(facts: &ScopeFacts<'_>) -> Result<Scope, String> {
    let under_helm = facts.entry_point == EntryPoint::Helm;
    let helm = Some(facts.parent).filter(|parent| under_helm && parent.is_helm_with(facts.plugin_name));
    let swallowed = || helm.and_then(|parent| namespace_in(parent.arguments.as_deref().unwrap_or_default()));
    let typed = facts.namespace_flag.map(str::to_owned).or_else(swallowed);
    match (typed, facts.all_namespaces) {
        (Some(namespace), true) => {
            let text = format!("`-n {namespace}` and `-A` contradict each other: use one of them");
            return Err(text);
        }
        (Some(namespace), false) => return only(&namespace),
        (None, true) => return Ok(Scope::Whole),
        (None, false) => {}
    }
    let Some(namespace) = facts.helm_namespace else { return Ok(Scope::Whole) };
    if namespace.is_empty() {
        return Err("HELM_NAMESPACE is set and empty: unset it, name a namespace with -n, or pass -A".to_owned());
    }
    // The user set it, by flag or variable, because it differs from the kubeconfig.
    if namespace != facts.default_namespace || !under_helm {
        return only(namespace);
    }
    // Under Helm it is always set. Only the parent process shows whether the user set it.
    match helm.and_then(|parent| parent.has_namespace) {
        Some(true) => only(namespace),
        Some(false) => Ok(Scope::Whole),
        None => Ok(Scope::Unknown),
    }
}

fn only(namespace: &str) -> Result<Scope, String> {
    namespace.parse().map(Scope::Only).map_err(|error: InvalidName| format!("`-n {namespace}`: {error}"))
}

/// The last `-n` in Helm's own arguments. Helm takes it anywhere, even behind `--`. An empty one counts too: `-n
/// "$NAMESPACE"` with an empty variable must not mean all namespaces.
fn namespace_in(arguments: &[String]) -> Option<String> {
    let mut found = None;
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        if argument == "-n" || argument == "--namespace" {
            found = rest.next().cloned();
        } else if let Some(value) = argument.strip_prefix("--namespace=") {
            found = Some(value.to_owned());
        } else if let Some(value) = argument.strip_prefix("-n").filter(|value| !value.is_empty()) {
            found = Some(value.strip_prefix('=').unwrap_or(value).to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// helm with these arguments, and nothing in its environment.
    fn helm(line: &str) -> ParentProcess {
        let arguments = line.split(' ').map(str::to_owned).collect();
        ParentProcess { pid: 7, arguments: Some(arguments), has_namespace: Some(false) }
    }

    fn facts(parent: &ParentProcess) -> ScopeFacts<'_> {
        ScopeFacts {
            entry_point: EntryPoint::Helm,
            namespace_flag: None,
            all_namespaces: false,
            helm_namespace: Some("default"),
            default_namespace: "default",
            parent,
            plugin_name: Some("purge"),
        }
    }

    fn not_a_namespace(text: &str, why: &InvalidName) -> Result<Scope, String> {
        Err(format!("`-n {text}`: {why}"))
    }

    fn contradiction() -> Result<Scope, String> {
        Err("`-n dev` and `-A` contradict each other: use one of them".to_owned())
    }

    fn dev() -> Scope {
        Scope::Only("dev".parse().expect("a legal name"))
    }

    #[test]
    fn a_swallowed_flag_is_found_in_the_parents_command_line_wherever_it_stands() {
        for line in [
            "helm purge -n dev run",
            "helm -n dev purge run",
            "helm purge run --namespace=dev",
            "helm purge run --namespace dev",
            "helm purge run -ndev",
            "helm purge run -n x -n dev",
            "helm purge run -- -n dev",
        ] {
            let parent = helm(line);
            let facts = ScopeFacts { helm_namespace: Some("dev"), default_namespace: "dev", ..facts(&parent) };
            assert_eq!(scope(&facts), Ok(dev()), "{line}");
        }
    }

    #[test]
    fn an_empty_namespace_is_an_error_and_never_all_of_them() {
        for line in ["helm purge run -n ", "helm purge run --namespace=", "helm purge run --namespace  -f"] {
            let parent = helm(line);
            assert_eq!(scope(&facts(&parent)), not_a_namespace("", &InvalidName::Empty), "{line:?}");
        }
        let shell = ParentProcess::default();
        let facts = ScopeFacts { namespace_flag: Some(""), ..facts(&shell) };
        assert_eq!(scope(&facts), not_a_namespace("", &InvalidName::Empty));
    }

    #[test]
    fn without_a_flag_the_whole_scope_is_meant() {
        let parent = helm("helm purge run --namespaces a");
        assert_eq!(scope(&facts(&parent)), Ok(Scope::Whole));
        let direct = ScopeFacts { entry_point: EntryPoint::Direct, helm_namespace: None, ..facts(&parent) };
        assert_eq!(scope(&direct), Ok(Scope::Whole));
    }

    #[test]
    fn a_namespace_that_differs_from_the_kubeconfigs_was_asked_for() {
        let parent = helm("helm purge run");
        assert_eq!(scope(&ScopeFacts { helm_namespace: Some("dev"), ..facts(&parent) }), Ok(dev()));
    }

    #[test]
    fn an_exported_namespace_was_asked_for_also_where_it_is_the_kubeconfigs_own() {
        let exported = ParentProcess { has_namespace: Some(true), ..helm("helm purge run") };
        let own = ScopeFacts { helm_namespace: Some("dev"), default_namespace: "dev", ..facts(&exported) };
        assert_eq!(scope(&own), Ok(dev()));
        for entry_point in [EntryPoint::Direct, EntryPoint::Kubectl] {
            assert_eq!(scope(&ScopeFacts { entry_point, ..own }), Ok(dev()));
        }
    }

    #[test]
    fn where_the_parent_cannot_be_read_it_cannot_be_told() {
        let unreadable = ParentProcess { has_namespace: None, ..helm("helm purge run") };
        for parent in [unreadable, helm("-bash"), ParentProcess::default()] {
            assert_eq!(scope(&facts(&parent)), Ok(Scope::Unknown), "{parent:?}");
        }
    }

    #[test]
    fn all_namespaces_means_the_whole_scope_in_all_three_ways_in_and_never_beside_a_namespace() {
        let parent = helm("helm purge run -A");
        for entry_point in [EntryPoint::Helm, EntryPoint::Kubectl, EntryPoint::Direct] {
            let facts = ScopeFacts { entry_point, all_namespaces: true, ..facts(&parent) };
            assert_eq!(scope(&facts), Ok(Scope::Whole));
            let both = ScopeFacts { namespace_flag: Some("dev"), ..facts };
            assert_eq!(scope(&both), contradiction());
        }
        let parent = helm("helm purge run -A -n dev");
        let both = ScopeFacts { all_namespaces: true, ..facts(&parent) };
        assert_eq!(scope(&both), contradiction());
    }

    #[test]
    fn an_empty_variable_is_an_error_unless_the_command_line_says_what_is_meant() {
        let parent = ParentProcess::default();
        let direct = ScopeFacts { entry_point: EntryPoint::Direct, helm_namespace: Some(""), ..facts(&parent) };
        let expected = "HELM_NAMESPACE is set and empty: unset it, name a namespace with -n, or pass -A";
        assert_eq!(scope(&direct), Err(expected.to_owned()));
        assert_eq!(scope(&ScopeFacts { all_namespaces: true, ..direct }), Ok(Scope::Whole));
        assert_eq!(scope(&ScopeFacts { namespace_flag: Some("dev"), ..direct }), Ok(dev()));
    }

    #[test]
    fn what_cannot_be_a_namespace_is_refused() {
        let parent = helm("helm purge run");
        let facts = ScopeFacts { namespace_flag: Some("Dev"), ..facts(&parent) };
        assert_eq!(scope(&facts), not_a_namespace("Dev", &InvalidName::Character));
    }
}
