//! `rbac`: the objects that grant what a policy needs.

use super::namespaces;
use crate::cli::{OutputFormat, RbacArguments};
use crate::cluster::{ApiError, Client, Connection};
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::operation;
use crate::operation::read_policies;
use crate::policy::{Policy, PolicySet, Reach};
use crate::release::Namespace;
use crate::report::{Format, GrantHead, render_grants, serialize_grants};
use crate::rights::{Account, Binding, Purpose, RbacManifest, binding, grants};
use crate::sanitize;
use crate::settings::ConnectionOptions;

/// Prints them. Asks the cluster only which namespaces a glob means.
pub(in crate::command) fn rbac(
    arguments: &RbacArguments,
    wish: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let account = arguments.account.service_account.parse::<Account>();
    let account = account.map_err(|why| no_account(&arguments.account.service_account, &why))?;
    let lock = arguments
        .account
        .lock_namespace
        .as_deref()
        .map(|name| operation::namespace("--lock-namespace", name))
        .transpose()?;
    let lock = lock.unwrap_or_else(|| account.namespace.clone());
    let policies = read_policies(&arguments.files)?;
    let purpose = arguments.purpose;
    if let Some(policy) = policies.iter().find(|policy| !purpose.fits(policy)) {
        let text = format!("the policy {} keeps no history: nothing of it can be restored", policy.name);
        return Err(CommandError::usage(text, "set `keepHistory: true` in its `defaults` or a rule"));
    }
    let bind = |policy| Binding { policy, purpose, account: &account, lock_namespace: &lock };
    let all: Vec<RbacManifest> = if let Some(name) = &arguments.for_namespace {
        let namespace = operation::namespace("--for-namespace", name)?;
        let inside = inside(&policies, &namespace, wish, app)?;
        inside.into_iter().map(|policy| binding(bind(policy), &namespace)).collect()
    } else {
        let fences = fences(&policies, wish, app)?;
        policies.iter().zip(&fences).flat_map(|(policy, namespaces)| grants(bind(policy), namespaces)).collect()
    };
    let text = match arguments.output {
        OutputFormat::Json => serialize_grants(&all, Format::Json),
        _ => render_grants(&head(&policies, &account, purpose), &all),
    };
    app.printer.data(&text.map_err(CommandError::internal)?);
    Ok(ExitCode::Done)
}

fn head<'a>(policies: &'a PolicySet, account: &'a Account, purpose: Purpose) -> GrantHead<'a> {
    let reaches = |policy: &&Policy| policy.rules.iter().any(|rule| rule.options.reach == Reach::Cluster);
    let reaching = policies.iter().filter(reaches).map(|policy| policy.name.as_str()).collect();
    GrantHead { policies: policies.iter().map(|policy| policy.name.as_str()).collect(), account, purpose, reaching }
}

/// The policies that may choose releases there. Only where one asks for labels, the cluster is asked for them.
fn inside<'a>(
    policies: &'a PolicySet,
    namespace: &Namespace,
    wish: &ConnectionOptions,
    app: &App,
) -> Result<Vec<&'a Policy>, CommandError> {
    let is_inside = |policy: &&Policy| policy.namespaces.matches(namespace).is_some();
    let mut inside = policies.iter().filter(is_inside).collect::<Vec<_>>();
    if inside.is_empty() {
        let text = format!("--for-namespace {namespace}: no policy has it in its `namespaces`");
        return Err(CommandError::usage(text, "nothing has to be bound there"));
    }
    if inside.iter().any(|policy| policy.namespaces.selector().is_some()) {
        let fences = fences(policies, wish, app)?;
        let holds = |policy: &Policy, fence: &[Namespace]| match policy.namespaces.selector() {
            Some(_) => fence.contains(namespace),
            None => policy.namespaces.matches(namespace).is_some(),
        };
        let all = policies.iter().zip(&fences);
        inside = all.filter(|(policy, fence)| holds(policy, fence)).map(|(policy, _)| policy).collect();
        if inside.is_empty() {
            let text = format!("--for-namespace {namespace}: no such namespace has the labels of `namespaceSelector`");
            return Err(CommandError::usage(
                text,
                "make it with its labels first; without them nothing has to be bound",
            ));
        }
    }
    Ok(inside)
}

fn fences(policies: &PolicySet, wish: &ConnectionOptions, app: &App) -> Result<Vec<Vec<Namespace>>, CommandError> {
    app.listen()?;
    let stop = app.interrupts.stop().clone();
    let mut unresolved = None;
    let client = || match Connection::resolve(wish) {
        Ok(connection) => Client::new(&connection, stop),
        Err(error) => {
            let why = error.to_string();
            unresolved = Some(error);
            Err(ApiError::NoConnection(why))
        }
    };
    let found = namespaces::of_fences(policies, client);
    if let Some(error) = unresolved {
        return Err(error.into());
    }
    let found = found.map_err(|error| CommandError::Error {
        code: ExitCode::Preflight,
        error: Box::from(format!("the namespaces could not be listed, to tell which ones the globs mean: {error}")),
        hint: Some("--for-namespace prints the binding of one namespace, and asks for labels only".to_owned()),
    });
    app.unless_interrupted(found)
}

fn no_account(text: &str, why: &str) -> CommandError {
    let text = sanitize::quoted(text);
    CommandError::usage(format!("--service-account {text}: {why}"), "names are lower case letters, digits and `-`")
}
