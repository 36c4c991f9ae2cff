//! The `-n` that Helm swallowed.
//!
//! `helm purge -n dev run` arrives as `run`, with `HELM_NAMESPACE=dev`; but that variable is always set, to the
//! kubeconfig's default namespace if nothing else. Taken for nothing, it would turn "my namespace" into "all of
//! them"; taken for a wish, every plain `helm purge` would only see one. So the wish is looked for where it is
//! certain. Pure.

use crate::release::{InvalidName, Namespace};
use crate::settings::FrontDoor;

/// Which part of the fence is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    WholeFence,
    /// Only this namespace.
    Only(Namespace),
    /// It cannot be told whether a namespace was asked for.
    CannotTell,
}

/// What there is to tell it from.
#[derive(Debug, Clone, Copy)]
pub struct ScopeFacts<'a> {
    /// How this program was called.
    pub front_door: FrontDoor,
    /// `-n` as it reached this program.
    pub namespace_flag: Option<&'a str>,
    /// `-A`.
    pub all_namespaces: bool,
    /// `HELM_NAMESPACE`.
    pub helm_namespace: Option<&'a str>,
    /// The namespace that the kubeconfig's context names, or `default`.
    pub default_namespace: &'a str,
    /// The parent's command line, where it could be read.
    pub parent: Option<&'a [String]>,
    /// What Helm calls this plugin.
    pub plugin_name: Option<&'a str>,
}

/// Why a scope makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeError {
    /// `-n` and `-A` together.
    Contradiction(String),
    /// What was given as a namespace cannot be one.
    NotANamespace(String, InvalidName),
}

/// Finds out which part of the fence is meant.
///
/// # Errors
/// Where `-n` and `-A` were both given, or `-n` names nothing that can be a namespace.
pub fn scope(facts: &ScopeFacts<'_>) -> Result<Scope, ScopeError> {
    let parent = facts.parent.filter(|arguments| is_our_helm(arguments, facts.plugin_name));
    let typed = match (facts.namespace_flag, parent) {
        (Some(flag), _) => Some(flag.to_owned()),
        (None, Some(arguments)) if facts.front_door == FrontDoor::Helm => namespace_in(arguments),
        (None, _) => None,
    };
    match (typed, facts.all_namespaces) {
        (Some(namespace), true) => return Err(ScopeError::Contradiction(namespace)),
        (Some(namespace), false) => return only(&namespace),
        (None, true) => return Ok(Scope::WholeFence),
        (None, false) => {}
    }
    match facts.helm_namespace {
        // Somebody set it, by flag or variable: the kubeconfig says something else.
        Some(namespace) if namespace != facts.default_namespace => only(namespace),
        // Under Helm it is always set: only the parent's command line tells a wish from the default.
        Some(_) if facts.front_door == FrontDoor::Helm && parent.is_none() => Ok(Scope::CannotTell),
        Some(namespace) if facts.front_door != FrontDoor::Helm => only(namespace),
        Some(_) | None => Ok(Scope::WholeFence),
    }
}

fn only(namespace: &str) -> Result<Scope, ScopeError> {
    let parsed = namespace.parse().map_err(|error| ScopeError::NotANamespace(namespace.to_owned(), error))?;
    Ok(Scope::Only(parsed))
}

/// A parent that has our plugin's name among its arguments is the helm that started us, not a shell or a
/// process that took us over when helm died.
fn is_our_helm(arguments: &[String], plugin_name: Option<&str>) -> bool {
    arguments.iter().skip(1).any(|argument| Some(argument.as_str()) == plugin_name)
}

/// The last `-n` in Helm's own arguments. Helm takes it wherever it stands, even behind `--`.
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
    found.filter(|namespace| !namespace.is_empty())
}

impl std::fmt::Display for ScopeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ScopeError::Contradiction(namespace) => {
                write!(f, "`-n {namespace}` and `-A` say different things: one namespace, or the whole fence")
            }
            ScopeError::NotANamespace(text, error) => write!(f, "`-n {text}`: {error}"),
        }
    }
}

impl std::error::Error for ScopeError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> ScopeFacts<'static> {
        ScopeFacts {
            front_door: FrontDoor::Helm,
            namespace_flag: None,
            all_namespaces: false,
            helm_namespace: Some("default"),
            default_namespace: "default",
            parent: None,
            plugin_name: Some("purge"),
        }
    }

    fn dev() -> Scope {
        Scope::Only("dev".parse().expect("a legal name"))
    }

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
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
            let parent = words(line);
            let facts =
                ScopeFacts { parent: Some(&parent), helm_namespace: Some("dev"), default_namespace: "dev", ..facts() };
            assert_eq!(scope(&facts), Ok(dev()), "{line}");
        }
    }

    #[test]
    fn without_a_flag_the_whole_fence_is_meant() {
        let parent = words("helm purge run --namespaces a");
        assert_eq!(scope(&ScopeFacts { parent: Some(&parent), ..facts() }), Ok(Scope::WholeFence));
        let direct = ScopeFacts { front_door: FrontDoor::Direct, helm_namespace: None, ..facts() };
        assert_eq!(scope(&direct), Ok(Scope::WholeFence));
    }

    #[test]
    fn a_namespace_that_differs_from_the_kubeconfigs_was_asked_for() {
        assert_eq!(scope(&ScopeFacts { helm_namespace: Some("dev"), ..facts() }), Ok(dev()));
        let direct = ScopeFacts {
            front_door: FrontDoor::Direct,
            helm_namespace: Some("dev"),
            default_namespace: "dev",
            ..facts()
        };
        assert_eq!(scope(&direct), Ok(dev()));
    }

    #[test]
    fn without_the_parents_command_line_it_cannot_be_told() {
        assert_eq!(scope(&facts()), Ok(Scope::CannotTell));
        let shell = words("-bash");
        assert_eq!(scope(&ScopeFacts { parent: Some(&shell), ..facts() }), Ok(Scope::CannotTell));
    }

    #[test]
    fn all_namespaces_means_the_whole_fence_in_all_three_ways_in_and_never_beside_a_namespace() {
        for front_door in [FrontDoor::Helm, FrontDoor::Kubectl, FrontDoor::Direct] {
            let facts = ScopeFacts { front_door, all_namespaces: true, ..facts() };
            assert_eq!(scope(&facts), Ok(Scope::WholeFence));
            let both = ScopeFacts { namespace_flag: Some("dev"), ..facts };
            assert_eq!(scope(&both), Err(ScopeError::Contradiction("dev".to_owned())));
        }
        let parent = words("helm purge run -A -n dev");
        assert!(scope(&ScopeFacts { parent: Some(&parent), all_namespaces: true, ..facts() }).is_err());
    }

    #[test]
    fn what_cannot_be_a_namespace_is_refused() {
        assert!(scope(&ScopeFacts { namespace_flag: Some("Dev"), ..facts() }).is_err());
    }
}
