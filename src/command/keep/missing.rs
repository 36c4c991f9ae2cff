//! Whether there is what was named: a typing mistake protects nothing, and nobody would notice.

use std::collections::BTreeSet;

use super::target::Target;
use crate::cluster::{Client, Record};
use crate::command::App;
use crate::operation::record_store;
use crate::release::Namespace;
use crate::report::none_of;

/// Warns of each target that names no release. Where the releases cannot be listed, nothing can be said.
pub(super) fn warn_of_missing(client: &Client, targets: &[Target], app: &App) {
    let Ok(store) = record_store(app.environment.helm_driver.as_deref()) else { return };
    let namespaces = targets.iter().map(|target| target.namespace.clone()).collect::<BTreeSet<_>>();
    let Ok(found) = client.records_in(store, namespaces.into_iter().collect()) else { return };
    for target in targets {
        let Some(listed) = found.iter().find(|found| found.namespace == target.namespace) else { continue };
        match &listed.listed {
            Ok(records) => {
                if let Some(warning) = warning(target, &names(records)) {
                    app.printer.warn(warning);
                }
            }
            Err(error) => {
                let namespace: &Namespace = &target.namespace;
                app.printer.verbose_note(format_args!("the releases of {namespace} could not be listed: {error}"));
            }
        }
    }
}

fn names(records: &[Record]) -> BTreeSet<&str> {
    records.iter().filter_map(|record| record.release.as_deref()).collect()
}

fn warning(target: &Target, names: &BTreeSet<&str>) -> Option<String> {
    let found = names.iter().any(|name| target.names(name));
    (!found).then(|| none_of(&target.to_string(), names))
}
