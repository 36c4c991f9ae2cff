//! `rbac`: the objects that grant what a policy needs.

use std::collections::BTreeMap;

use crate::app::{App, CommandError};
use crate::cli::{OutputFormat, RbacArguments};
use crate::cluster::{Client, Connection, NamespaceFacts};
use crate::exit_code::ExitCode;
use crate::operation::{self, read_policies};
use crate::policy::{BlastRadius, Policy, PolicyScope, PolicySet, ScopeMatch};
use crate::rbac::{AccountPurpose, Grant, RbacManifest, ServiceAccount, manifests, namespace_binding};
use crate::release::{Known, Namespace};
use crate::report::{Format, RbacHeader, render_grants, serialize_grants};
use crate::sanitize;
use crate::settings::ConnectionOptions;

/// Prints the objects. Queries the cluster only for the namespaces that a glob matches.
pub(super) fn rbac(
    arguments: &RbacArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let account = arguments.service_account.parse::<ServiceAccount>().map_err(|why| {
        let text = sanitize::quoted(&arguments.service_account);
        CommandError::usage(format!("--service-account {text}: {why}"), "names are lower case letters, digits and `-`")
    })?;
    let lock = match &arguments.lock_namespace {
        Some(name) => operation::namespace("--lock-namespace", name)?,
        None => account.namespace.clone(),
    };
    let policies = read_policies(&arguments.files)?;
    let purpose = arguments.purpose;
    if let Some(policy) = policies.iter().find(|policy| !purpose.fits(policy)) {
        let text = format!("the policy {} keeps no history: nothing of it can be restored", policy.name);
        return Err(CommandError::usage(text, "set `keepHistory: true` in its `defaults` or a rule"));
    }
    let grant = |policy| Grant { policy, purpose, account: &account, lock_namespace: &lock };
    let all: Vec<RbacManifest> = if let Some(name) = &arguments.for_namespace {
        let namespace = operation::namespace("--for-namespace", name)?;
        let policies = policies_of_namespace(&policies, &namespace, options, app)?;
        policies.into_iter().map(|policy| namespace_binding(grant(policy), &namespace)).collect()
    } else {
        let scopes = scopes(&policies, options, app)?;
        policies.iter().zip(&scopes).flat_map(|(policy, namespaces)| manifests(grant(policy), namespaces)).collect()
    };
    let text = match arguments.output {
        OutputFormat::Json => serialize_grants(&all, Format::Json),
        _ => render_grants(&head(&policies, &account, purpose), &all),
    };
    app.printer.data(&text.map_err(CommandError::internal)?);
    Ok(ExitCode::Done)
}

fn head<'a>(policies: &'a PolicySet, account: &'a ServiceAccount, purpose: AccountPurpose) -> RbacHeader<'a> {
    let reaches = |policy: &&Policy| policy.rules.iter().any(|rule| rule.options.blast_radius == BlastRadius::Cluster);
    let reaching = policies.iter().filter(reaches).map(|policy| policy.name.as_str()).collect();
    RbacHeader { policies: policies.iter().map(|policy| policy.name.as_str()).collect(), account, purpose, reaching }
}

/// The policies that may select releases in a namespace. Queries the cluster only if one of them has a label selector.
fn policies_of_namespace<'a>(
    policies: &'a PolicySet,
    namespace: &Namespace,
    options: &ConnectionOptions,
    app: &App,
) -> Result<Vec<&'a Policy>, CommandError> {
    let is_named = |policy: &Policy| policy.namespaces.matches(namespace).is_some();
    let asks_for_labels = |policy: &Policy| policy.namespaces.selector.is_some();
    let named = policies.iter().filter(|policy| is_named(policy)).collect::<Vec<_>>();
    if named.is_empty() {
        let text = format!("--for-namespace {namespace}: no policy has it in its `namespaces`");
        return Err(CommandError::usage(text, "nothing has to be bound there"));
    }
    if !named.iter().any(|policy| asks_for_labels(policy)) {
        return Ok(named);
    }
    let scopes = scopes(policies, options, app)?;
    let holds = |(policy, scope): &(&Policy, &Vec<Namespace>)| {
        if asks_for_labels(policy) { scope.contains(namespace) } else { is_named(policy) }
    };
    let found = policies.iter().zip(&scopes).filter(holds).map(|(policy, _)| policy).collect::<Vec<_>>();
    if found.is_empty() {
        let text = format!("--for-namespace {namespace}: no such namespace has the labels of `namespaceSelector`");
        return Err(CommandError::usage(text, "make it with its labels first; without them nothing has to be bound"));
    }
    Ok(found)
}

fn scopes(policies: &PolicySet, options: &ConnectionOptions, app: &App) -> Result<Vec<Vec<Namespace>>, CommandError> {
    app.listen()?;
    let list = || {
        let connection = Connection::resolve(options)?;
        let client = Client::new(&connection, app.interrupts.stop().clone());
        client.and_then(|client| client.namespaces()).map_err(|error| {
            let error = format!("the namespaces could not be listed, to tell which ones the globs mean: {error}");
            let hint = "--for-namespace prints the binding of one namespace, and asks for labels only";
            CommandError::preflight(error, Some(hint.to_owned()))
        })
    };
    let found = namespaces_in_scope(policies, list);
    app.unless_interrupted(found)
}

/// The namespaces in the scope of each policy, in the order of the policies: those that it names, and for globs those
/// that match.
pub(super) fn namespaces_in_scope<E>(
    policies: &PolicySet,
    list: impl FnOnce() -> Result<BTreeMap<Namespace, NamespaceFacts>, E>,
) -> Result<Vec<Vec<Namespace>>, E> {
    let named = policies.iter().map(|policy| named_in_full(&policy.namespaces)).collect::<Option<Vec<_>>>();
    if let Some(named) = named {
        return Ok(named);
    }
    let all = list()?;
    let matching = |policy: &Policy| {
        let is_inside = |(namespace, facts): &(&Namespace, &NamespaceFacts)| {
            matches!(policy.namespaces.holds(namespace, Known::Is(&facts.labels)), ScopeMatch::Inside(_))
        };
        all.iter().filter(is_inside).map(|(namespace, _)| namespace.clone()).collect()
    };
    Ok(policies.iter().map(matching).collect())
}

/// All namespaces of a scope, if the scope has only full names and no label selector.
fn named_in_full(scope: &PolicyScope) -> Option<Vec<Namespace>> {
    let names = scope.patterns.iter().map(|pattern| pattern.as_str().parse().ok());
    names.collect::<Option<Vec<_>>>().filter(|_| scope.selector.is_none())
}
