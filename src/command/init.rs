//! `init`: a commented policy for this cluster, on stdout.
//!
//! Where a cluster can be reached, the policy names it by server and uid; where none can, it says what to fill
//! in. What it prints is a valid policy either way.

use super::{Stopped, Surroundings};
use crate::cli::InitArguments;
use crate::cluster::{Client, Connection, Identity};
use crate::exit_code::ExitCode;
use crate::policy::Policy;
use crate::release::Namespace;
use crate::report::plural;
use crate::settings::ConnectionWish;
use crate::visible;

/// More namespaces than this are counted, not named.
const NAMED: usize = 12;

/// What a look at the cluster brought.
struct Found {
    connection: Connection,
    identity: Option<Identity>,
    namespaces: Vec<Namespace>,
}

/// Prints the policy.
pub(super) fn init(
    arguments: &InitArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    surroundings.listen()?;
    let found = look(wish, surroundings);
    surroundings.unless_interrupted(Ok(()))?;
    let text = policy_text(&arguments.name, found.as_ref());
    // A name that makes no policy is better told here than by the first `validate`.
    Policy::read("init", text.as_bytes()).map_err(|faults| {
        let first = faults.as_slice().first().map(|fault| fault.message.clone()).unwrap_or_default();
        Stopped::usage(format!("no policy can be made of this: {first}"), "choose another --name")
    })?;
    surroundings.printer.data(&text);
    Ok(ExitCode::Done)
}

fn look(wish: &ConnectionWish, surroundings: &mut Surroundings) -> Option<Found> {
    let connection = match Connection::resolve(wish) {
        Ok(connection) => connection,
        Err(error) => {
            let error = visible::sentence(&error.to_string());
            surroundings.printer.say(&format!("note: no cluster to look at: {error}; fill in `clusters` by hand"));
            return None;
        }
    };
    let client = Client::new(&connection, surroundings.interrupts.stop().clone());
    let mut note = |what: &str, error: &dyn std::fmt::Display| {
        let error = visible::sentence(&error.to_string());
        surroundings.printer.say(&format!("note: {what} could not be read: {error}"));
    };
    let (identity, namespaces) = match client {
        Err(error) => {
            note("the cluster", &error);
            (None, Vec::new())
        }
        Ok(client) => {
            let identity = client.identity().map_err(|error| note("the uid of namespace kube-system", &error)).ok();
            let namespaces = client.namespaces().map_err(|error| note("the namespaces", &error));
            (identity, namespaces.unwrap_or_default().namespaces.into_keys().collect())
        }
    };
    Some(Found { connection, identity, namespaces })
}

fn policy_text(name: &str, found: Option<&Found>) -> String {
    let clusters = found.map_or_else(placeholder, cluster_entry);
    let namespaces = found.map(|found| namespace_comment(&found.namespaces)).unwrap_or_default();
    format!(
        "\
# Which Helm releases `helm purge` uninstalls, and which it keeps. Begin with `helm purge plan`: it changes nothing.
apiVersion: helm-purge/v1
kind: PurgePolicy
metadata:
  name: {name}

# Where it may act. Every field of an entry has to match: `context` is a glob over names of your kubeconfig,
# `server` one over addresses, `uid` is that of the namespace kube-system. Unattended runs need `server` or `uid`.
clusters:
{clusters}

# The fence: releases anywhere else are never touched. Globs over namespaces, matched against the whole name.
{namespaces}namespaces:
  - \"dev-*\"

# What stays, whatever else is said: NAMESPACE/RELEASE, or an entry with namespaces, releases, charts.
keep:
  - \"*/vault\"
  - charts: [cert-manager, ingress-nginx]
    reason: shared by everyone

# Helm processes at the same time.
workers: 16

defaults:
  # Helm's own bound for each hook of a release.
  timeout: 5m
  # Releases that hold volume claims stay (keep), or go with their data (allow).
  dataLoss: keep
  # Releases that hold definitions of custom resources, namespaces, or objects beyond the fence: they stay
  # (namespace), or go (cluster).
  reach: namespace

# More than this and nothing is purged. Raise it here, where somebody reviews it.
limits:
  maxReleases: 200
  # maxNamespaces: 60
  # maxPercent: 80     of all the releases in the cluster
"
    )
}

fn placeholder() -> String {
    "  # No cluster could be looked at: write in your own.\n  - context: \"dev-*\"\n    server: \"https://dev.example.com*\"".to_owned()
}

fn cluster_entry(found: &Found) -> String {
    let context = quoted(found.connection.context().as_str()).map(|context| format!("context: {context}"));
    let server = quoted(found.connection.server().as_str()).map(|server| format!("server: {server}"));
    let uid = found.identity.as_ref().map(|identity| format!("uid: {}", identity.0));
    let fields = [context, server, uid].into_iter().flatten().collect::<Vec<_>>();
    format!("  - {}", fields.join("\n    "))
}

/// A glob that matches exactly this text, as a YAML scalar that JSON would accept as well. There is none for a
/// text with a backslash, which no pattern of a policy may have.
fn quoted(text: &str) -> Option<String> {
    (!text.contains('\\')).then(|| serde_json::Value::String(globset::escape(text)).to_string())
}

fn namespace_comment(namespaces: &[Namespace]) -> String {
    if namespaces.is_empty() {
        return String::new();
    }
    let mut names = namespaces.iter().take(NAMED).map(Namespace::as_str).collect::<Vec<_>>().join(", ");
    if namespaces.len() > NAMED {
        names = format!("{names} and {} more", namespaces.len() - NAMED);
    }
    format!("# This cluster has {}: {names}.\n", plural(namespaces.len(), "namespace"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_without_a_cluster_is_a_valid_policy() {
        let text = policy_text("end-of-day", None);
        let policy = Policy::read("init", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(policy.name, "end-of-day");
    }
}
