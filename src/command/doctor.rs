//! `doctor`: what works and what is missing, before anything is deleted. Changes nothing in the cluster.

use super::rbac::namespaces_in_scope;
use crate::app::{App, CommandError};
use crate::cli::DoctorArguments;
use crate::cluster::{ApiError, Client, Connection, Identity};
use crate::exit_code::ExitCode;
use crate::guard::{self, ClusterFacts, Interactivity};
use crate::journal::JournalLocation;
use crate::operation::{self, find_helm, read_policies};
use crate::policy::PolicySet;
use crate::rbac::{
    DoctorCheck, MissingPermissions, PermissionScope, RequiredPermissions, ServiceAccount, access_reviews, exit_code,
    missing_permissions,
};
use crate::release::Namespace;
use crate::report::{findings_document, list, plural, render_findings};
use crate::sanitize;
use crate::settings::{ConnectionOptions, Environment};

/// More namespaces than this are counted, not named.
const MAX_LISTED: usize = 5;
/// How a missing permission is granted.
const GRANT: &str = "`helm purge rbac` prints the roles and bindings; somebody with the right to must apply them";

/// Checks everything that a run needs, in the order in which a run needs it.
pub(super) fn doctor(
    arguments: &DoctorArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let policies = read_policies(&arguments.files)?;
    let lock = arguments.lock_namespace.as_deref();
    let lock = lock.map(|text| operation::namespace("--lock-namespace", text)).transpose()?;
    app.listen()?;
    let named = policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut checks = vec![DoctorCheck::good("policy", format!("{named}: nothing is wrong with what is written"))];
    match Connection::resolve(options) {
        Ok(connection) => {
            checks.push(check_helm(&connection, app));
            match Client::new(&connection, app.interrupts.stop().clone()) {
                Ok(client) => {
                    let required = policies.iter().map(|policy| RequiredPermissions::of(policy, arguments.purpose));
                    let required = required.collect::<Vec<_>>();
                    check_cluster(&policies, &required, lock.as_ref(), &connection, &client, &mut checks);
                }
                Err(error) => {
                    let hint = "raise the limits for processes and open files";
                    checks.push(DoctorCheck::missing("cluster", ExitCode::Preflight, error.to_string(), hint));
                }
            }
            checks.push(check_journal(&app.environment));
        }
        Err(error) => {
            let hint = error.hint.clone().unwrap_or_else(|| "name a kubeconfig or a context".to_owned());
            checks.push(DoctorCheck::missing("cluster", ExitCode::Preflight, error.to_string(), hint));
        }
    }
    let checks = app.unless_interrupted(Ok(checks))?;
    app.emit(arguments.output, || findings_document(&checks), |styles| render_findings(&checks, styles))?;
    Ok(exit_code(&checks))
}

fn check_helm(connection: &Connection, app: &App) -> DoctorCheck {
    match find_helm(connection, app) {
        Ok(helm) => DoctorCheck::good("helm", format!("v{} ({})", helm.version, helm.path.display())),
        Err(CommandError::Error { code, error, hint }) => {
            DoctorCheck::missing("helm", code, error.to_string(), hint.unwrap_or_default())
        }
        Err(_) => DoctorCheck::missing("helm", ExitCode::Preflight, "it could not be looked for", "run it again"),
    }
}

fn check_cluster(
    policies: &PolicySet,
    required: &[RequiredPermissions],
    lock: Option<&Namespace>,
    connection: &Connection,
    client: &Client,
    checks: &mut Vec<DoctorCheck>,
) {
    let name = format!("{} ({})", connection.context.as_str(), connection.server);
    let identity = client.identity();
    checks.push(match &identity {
        Ok(identity) => DoctorCheck::good("cluster", format!("{name}, uid {}", identity.0)),
        Err(error @ ApiError::Forbidden(_)) => {
            let hint = "without it a policy can name the cluster by its `server` only, and in a pod not at all";
            DoctorCheck::warning("cluster", format!("{name}; its uid may not be read: {error}"), hint)
        }
        Err(error) => {
            let hint = "is it the right context? `kubectl cluster-info` asks the same";
            checks.push(DoctorCheck::missing(
                "cluster",
                ExitCode::Preflight,
                format!("{name} does not answer: {error}"),
                hint,
            ));
            return;
        }
    });
    check_cluster_is_named(policies, connection, identity.ok().as_ref(), checks);
    // Older API servers do not have this request.
    let user = client.whoami().ok();
    let account = |user| DoctorCheck::good("account", format!("{}, whose rights follow", sanitize::line(user)));
    checks.extend(user.as_deref().map(account));
    let scopes = match namespaces_in_scope(policies, || client.namespaces()) {
        Ok(scopes) => scopes,
        Err(error) => {
            let found = format!("which namespaces the globs mean cannot be told: {error}");
            let hint = "name the namespaces in full, or grant the right to list them: `helm purge rbac`";
            return checks.push(DoctorCheck::missing("scope", ExitCode::Preflight, found, hint));
        }
    };
    checks.push(match scopes.iter().map(Vec::len).sum::<usize>() {
        0 => DoctorCheck::warning("scope", "no namespace of this cluster is in it", "is this the right cluster?"),
        count => DoctorCheck::good("scope", format!("{} in it", plural(count, "namespace"))),
    });
    let own_namespace = connection.is_in_cluster.then_some(connection.default_namespace.as_str());
    let lock = lock.map(Namespace::as_str).or(own_namespace);
    let account = user.as_deref().and_then(ServiceAccount::of_user);
    let journal = own_namespace.or_else(|| account.as_ref().map(|account| account.namespace.as_str()));
    check_permissions(&places(required, &scopes, lock, journal), client, checks);
    if lock.is_none() {
        let hint = "name a namespace for it with `run --lock-namespace`";
        let found = "outside a pod there is none: two runs can meet, which does no harm";
        checks.push(DoctorCheck::warning("lock", found, hint));
    }
}

/// Whether the policies name this cluster, as they must if the run is unattended.
fn check_cluster_is_named(
    policies: &PolicySet,
    connection: &Connection,
    identity: Option<&Identity>,
    checks: &mut Vec<DoctorCheck>,
) {
    let attendance = if connection.is_in_cluster { Interactivity::InPod } else { Interactivity::Unattended };
    for policy in policies.iter() {
        checks.push(match guard::cluster(policy, &ClusterFacts { connection, identity }, attendance) {
            Ok(()) => {
                DoctorCheck::good("policy", format!("{} names this cluster by more than its context", policy.name))
            }
            Err(refusal) => DoctorCheck::missing("policy", ExitCode::Refused, refusal.to_string(), refusal.hint),
        });
    }
}

/// Whether a journal can be written on this machine.
fn check_journal(environment: &Environment) -> DoctorCheck {
    let Some(location) = environment.state_home.as_deref().map(JournalLocation::usual) else {
        let hint = "name a file or folder with `run --journal`, or say --no-journal";
        let found = "there is no folder for it: neither XDG_STATE_HOME nor HOME is set";
        return DoctorCheck::warning("journal", found, hint);
    };
    match location.check() {
        Ok(()) => DoctorCheck::good("journal", "it can be kept on this machine"),
        Err(error) => {
            let hint = "name a file or folder that can be written to with `run --journal`";
            DoctorCheck::warning("journal", error.to_string(), hint)
        }
    }
}

/// Permissions of one policy, and where they are needed; without a namespace in the whole cluster.
type PermissionPlace<'a> = (&'a RequiredPermissions, PermissionScope, Option<&'a str>);

/// Everywhere that the policies need permissions: in their scopes, and for the lock and the journals of pods if there are
/// going to be any.
fn places<'a>(
    required: &'a [RequiredPermissions],
    scopes: &'a [Vec<Namespace>],
    lock: Option<&'a str>,
    journal: Option<&'a str>,
) -> Vec<PermissionPlace<'a>> {
    let mut all = required.iter().map(|of| (of, PermissionScope::Cluster, None)).collect::<Vec<_>>();
    for (of, namespaces) in required.iter().zip(scopes) {
        all.extend(namespaces.iter().map(|name| (of, PermissionScope::PolicyScope, Some(name.as_str()))));
    }
    for (scope, namespace) in [(PermissionScope::Lock, lock), (PermissionScope::Journal, journal)] {
        all.extend(required.iter().filter(|_| namespace.is_some()).map(|of| (of, scope, namespace)));
    }
    all
}

/// Whether the current account has the permissions that each policy needs.
fn check_permissions(places: &[PermissionPlace<'_>], client: &Client, checks: &mut Vec<DoctorCheck>) {
    let reviews = places.iter().flat_map(|(required, scope, namespace)| access_reviews(required, *scope, *namespace));
    let answers = match client.review_access(reviews.collect()) {
        Ok(answers) => answers,
        Err(error) => {
            let found = format!("what this account may do could not be asked: {error}");
            let hint = "look at the connection with `kubectl auth whoami`";
            return checks.push(DoctorCheck::missing("rights", ExitCode::Preflight, found, hint));
        }
    };
    let scopes =
        [PermissionScope::Cluster, PermissionScope::PolicyScope, PermissionScope::Lock, PermissionScope::Journal];
    for scope in scopes {
        let in_scope = places.iter().filter(|(_, of, _)| *of == scope);
        let found = in_scope.map(|(required, _, namespace)| {
            (namespace.unwrap_or_default(), missing_permissions(required, scope, *namespace, &answers))
        });
        check_scope(scope, &found.collect::<Vec<_>>(), checks);
    }
}

fn check_scope(scope: PermissionScope, found: &[(&str, MissingPermissions)], checks: &mut Vec<DoctorCheck>) {
    let before = checks.len();
    checks.extend(grouped(scope, found, |found| &found.missing).map(|what| missing(scope, &what)));
    checks.extend(grouped(scope, found, |found| &found.partly).map(|(what, places)| {
        let found = format!("it may not {what} of every kind {places}, only of those that most charts hold");
        DoctorCheck::warning("rights", found, GRANT)
    }));
    checks.extend(found.iter().find_map(|(_, found)| found.unknown.as_deref()).map(|why| {
        let found = format!("not everything about the account's rights could be told: {why}");
        DoctorCheck::warning("rights", found, "run it again")
    }));
    if checks.len() == before && !found.is_empty() {
        let place = match (scope, found.len()) {
            (PermissionScope::Cluster, _) => "in the whole cluster",
            (PermissionScope::PolicyScope, 1) => "in the one namespace in scope",
            (PermissionScope::PolicyScope, places) => &format!("in the {places} namespaces in scope"),
            (PermissionScope::Lock, _) => "for the lock",
            (PermissionScope::Journal, _) => "for the journals of its pods",
        };
        checks.push(DoctorCheck::good("rights", format!("all that is needed {place} is there")));
    }
}

fn missing(scope: PermissionScope, (what, places): &(String, String)) -> DoctorCheck {
    let found = format!("it may not {what} {places}");
    match scope {
        PermissionScope::Lock => DoctorCheck::warning("lock", found, format!("a run goes on without; {GRANT}")),
        PermissionScope::Journal => {
            DoctorCheck::warning("journal", found, format!("a run in a pod leaves none there; {GRANT}"))
        }
        PermissionScope::Cluster | PermissionScope::PolicyScope => {
            DoctorCheck::missing("rights", ExitCode::Preflight, found, GRANT)
        }
    }
}

/// What is missing, and the places in words: the same in several namespaces is one check.
fn grouped<'a>(
    scope: PermissionScope,
    found: &'a [(&'a str, MissingPermissions)],
    of: impl Fn(&MissingPermissions) -> &Vec<String>,
) -> impl Iterator<Item = (String, String)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (namespace, found) in found.iter().filter(|(_, found)| !of(found).is_empty()) {
        let what = of(found).join("; ");
        match groups.iter_mut().find(|(other, _)| *other == what) {
            Some((_, namespaces)) => namespaces.push(namespace),
            None => groups.push((what, vec![namespace])),
        }
    }
    groups.into_iter().map(move |(what, namespaces)| {
        let all = if namespaces.len() == found.len() && found.len() > 1 { ", which are all" } else { "" };
        match scope {
            PermissionScope::Cluster => (what, "in the whole cluster".to_owned()),
            _ => (what, format!("in {}{all}", list(&namespaces, MAX_LISTED))),
        }
    })
}
