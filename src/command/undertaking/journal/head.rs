//! What a journal begins with.

use crate::command::App;
use crate::command::undertaking::Undertaking;
use crate::journal::{ClusterRef, JournalHeader, PlannedRelease, PolicyRef, ProcessRef};
use crate::release::Release;

/// Which run, by whom, where, and all that it is about to do.
pub(in crate::command) fn head(undertaking: &Undertaking<'_>, run: &str, app: &App) -> JournalHeader {
    let connection = undertaking.connection;
    let environment = &app.environment;
    let host = environment.machine.clone();
    let user = environment.user.as_deref().unwrap_or("?");
    let who = if connection.is_in_cluster() {
        format!("pod {}/{host}", connection.default_namespace())
    } else {
        format!("{user}@{host}")
    };
    let releases = undertaking.releases.iter().map(|release| planned(release)).collect::<Vec<_>>();
    JournalHeader {
        format: JournalHeader::FORMAT,
        run: run.to_owned(),
        operation: undertaking.operation,
        takes_back: undertaking.takes_back.iter().map(ToString::to_string).collect(),
        at: environment.clock.now().to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        policies: undertaking.policies.iter().map(policy).collect(),
        shard: undertaking.shard.map(|shard| shard.to_string()),
        cluster: ClusterRef {
            context: connection.context().to_string(),
            server: connection.server().to_string(),
            uid: undertaking.identity.map(|identity| identity.0.clone()),
        },
        who,
        process: ProcessRef { host, pid: std::process::id() },
        planned: releases.len(),
        left_out: 0,
        releases,
    }
}

fn policy(policy: &crate::policy::Policy) -> PolicyRef {
    let (name, file) = (policy.name.clone(), policy.file.to_string());
    PolicyRef { name, file, sha256: policy.digest.to_string() }
}

fn planned(release: &Release) -> PlannedRelease {
    let (namespace, name) = (release.id.namespace.to_string(), release.id.name.to_string());
    PlannedRelease { namespace, name, revision: release.revision.0 }
}
