//! `doctor`: what works and what is missing, before anything is deleted. Changes nothing in the cluster.

use super::check::{self, Places};
use super::namespaces;
use crate::cli::DoctorArguments;
use crate::cluster::{ApiError, Client, Connection};
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::operation;
use crate::operation::find_helm;
use crate::operation::read_policies;
use crate::policy::PolicySet;
use crate::release::Namespace;
use crate::report::{FindingsDocument, plural, render_findings};
use crate::rights::{Account, DoctorCheck, Purpose, exit_code};
use crate::sanitize;
use crate::settings::ConnectionOptions;

/// Looks at everything that a run needs, in the order in which a run would miss it.
pub(in crate::command) fn doctor(
    arguments: &DoctorArguments,
    wish: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let policies = read_policies(&arguments.files)?;
    let lock =
        arguments.lock_namespace.as_deref().map(|text| operation::namespace("--lock-namespace", text)).transpose()?;
    app.listen()?;
    let findings = look(&policies, arguments.purpose, lock.as_ref(), wish, app);
    let findings = app.unless_interrupted(Ok(findings))?;
    app.emit(arguments.output, || FindingsDocument::of(&findings), |styles| render_findings(&findings, styles))?;
    Ok(exit_code(&findings))
}

fn look(
    policies: &PolicySet,
    purpose: Purpose,
    lock: Option<&Namespace>,
    wish: &ConnectionOptions,
    app: &App,
) -> Vec<DoctorCheck> {
    let named = policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut findings = vec![DoctorCheck::good("policy", format!("{named}: nothing is wrong with what is written"))];
    let connection = match Connection::resolve(wish) {
        Ok(connection) => connection,
        Err(error) => {
            let hint = error.hint().unwrap_or_else(|| "name a kubeconfig or a context".to_owned());
            findings.push(DoctorCheck::missing("cluster", ExitCode::Preflight, error.to_string(), hint));
            return findings;
        }
    };
    findings.push(helm(&connection, app));
    match Client::new(&connection, app.interrupts.stop().clone()) {
        Ok(client) => findings.extend(cluster(policies, purpose, lock, &connection, &client)),
        Err(error) => {
            let hint = "raise the limits of processes and of open files";
            findings.push(DoctorCheck::missing("cluster", ExitCode::Preflight, error.to_string(), hint));
        }
    }
    findings.push(check::journal(&app.environment));
    findings
}

fn helm(connection: &Connection, app: &App) -> DoctorCheck {
    match find_helm(connection, app) {
        Ok(helm) => DoctorCheck::good("helm", format!("v{} ({})", helm.version(), helm.path().display())),
        Err(CommandError::Error { code, error, hint }) => {
            DoctorCheck::missing("helm", code, error.to_string(), hint.unwrap_or_default())
        }
        Err(_) => DoctorCheck::missing("helm", ExitCode::Preflight, "it could not be looked for", "run it again"),
    }
}

fn cluster(
    policies: &PolicySet,
    purpose: Purpose,
    lock: Option<&Namespace>,
    connection: &Connection,
    client: &Client,
) -> Vec<DoctorCheck> {
    let (context, server) = (connection.context().as_str(), connection.server().as_str());
    let mut findings = Vec::new();
    let identity = match client.identity() {
        Ok(identity) => {
            let found = format!("{context} ({server}), uid {}", identity.0);
            findings.push(DoctorCheck::good("cluster", found));
            Some(identity)
        }
        Err(error @ ApiError::Forbidden(_)) => {
            let found = format!("{context} ({server}); its uid may not be read: {error}");
            let hint = "without it a policy can name the cluster by its `server` only, and in a pod not at all";
            findings.push(DoctorCheck::warning("cluster", found, hint));
            None
        }
        Err(error) => {
            let found = format!("{context} ({server}) does not answer: {error}");
            let hint = "is it the right context? `kubectl cluster-info` asks the same";
            findings.push(DoctorCheck::missing("cluster", ExitCode::Preflight, found, hint));
            return findings;
        }
    };
    findings.extend(check::cluster(policies, connection, identity.as_ref()));
    // Older API servers do not say it: nothing is found then.
    let user = client.whoami().ok();
    findings.extend(
        user.iter().map(|user| DoctorCheck::good("account", format!("{}, whose rights follow", sanitize::line(user)))),
    );
    let fences = match namespaces::of_fences(policies, || Ok(client.clone())) {
        Ok(fences) => fences,
        Err(error) => {
            let found = format!("which namespaces the globs mean cannot be told: {error}");
            let hint = "name the namespaces in full, or grant the right to list them: `helm purge rbac`";
            findings.push(DoctorCheck::missing("fence", ExitCode::Preflight, found, hint));
            return findings;
        }
    };
    findings.push(fence(&fences));
    let of_pod = connection.is_in_cluster().then(|| connection.default_namespace());
    let lock = lock.map(Namespace::as_str).or(of_pod);
    let account = user.as_deref().and_then(Account::of_user);
    let journal = of_pod.or_else(|| account.as_ref().map(|account| account.namespace.as_str()));
    findings.extend(check::rights(policies, purpose, &Places { fences: &fences, lock, journal }, client));
    if lock.is_none() {
        let hint = "name a namespace for it with `run --lock-namespace`";
        findings.push(DoctorCheck::warning(
            "lock",
            "outside a pod there is none: two runs can meet, which does no harm",
            hint,
        ));
    }
    findings
}

fn fence(fences: &[Vec<Namespace>]) -> DoctorCheck {
    match fences.iter().map(Vec::len).sum::<usize>() {
        0 => DoctorCheck::warning("fence", "no namespace of this cluster is in it", "is this the right cluster?"),
        count => DoctorCheck::good("fence", format!("{} in it", plural(count, "namespace"))),
    }
}
