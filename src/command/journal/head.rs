//! What a journal begins with.

use crate::command::Surroundings;
use crate::command::prepare::Prepared;
use crate::journal::{ClusterOfHead, Head, PlannedOfHead, PolicyOfHead, ProcessOfHead};
use crate::release::Release;
use crate::settings::machine_name;

/// Which run, by whom, where, and all that it is to purge.
pub(super) fn head(prepared: &Prepared, run: &str, surroundings: &Surroundings) -> Head {
    let connection = &prepared.connection;
    let host = machine_name();
    let user = surroundings.environment.user.as_deref().unwrap_or("?");
    let who = if connection.is_in_cluster() {
        format!("pod {}/{host}", connection.default_namespace())
    } else {
        format!("{user}@{host}")
    };
    let releases = prepared.plan.chosen().map(planned).collect::<Vec<_>>();
    Head {
        format: Head::FORMAT,
        run: run.to_owned(),
        at: jiff::Timestamp::now().to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        policies: prepared.policies.iter().map(policy).collect(),
        shard: prepared.narrowing.shard.map(|shard| shard.to_string()),
        cluster: ClusterOfHead {
            context: connection.context().to_string(),
            server: connection.server().to_string(),
            uid: prepared.identity.as_ref().map(|identity| identity.0.clone()),
        },
        who,
        process: ProcessOfHead { host, pid: std::process::id() },
        planned: releases.len(),
        left_out: 0,
        releases,
    }
}

fn policy(policy: &crate::policy::Policy) -> PolicyOfHead {
    let (name, file) = (policy.name.clone(), policy.file.to_string());
    PolicyOfHead { name, file, sha256: policy.digest.to_string() }
}

fn planned(release: &Release) -> PlannedOfHead {
    let (namespace, name) = (release.id.namespace.to_string(), release.id.name.to_string());
    PlannedOfHead { namespace, name, revision: release.revision.0 }
}
