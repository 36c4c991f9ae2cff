//! The state of the cluster in a case: releases, namespaces, opt-outs, what Flux manages, and the time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::names::{NamedRelease, UNKNOWN, namespace, refuse_twice, release_of, texts};
use super::releases;
use crate::cluster::{NamespaceFacts, OptOutConfigMap};
use crate::inventory::{Contents, Listing, ManagedRelease, Protection};
use crate::plan::{self, ClusterState, Filters};
use crate::policy::Policy;
use crate::policy::decode::{Decoded, Field, SectionFields};
use crate::release::{Namespace, Release, ReleaseId};
use crate::sanitize::quoted;

/// Everything that a plan is made from, besides the policies.
#[derive(Debug, Clone)]
pub(crate) struct GivenState {
    pub(crate) now: Timestamp,
    pub(crate) listing: Listing,
    /// What each release holds, whether a plan reads it or not.
    pub(crate) contents: Contents,
    /// What protects releases besides the policies.
    pub(crate) protection: Protection,
}

impl GivenState {
    /// Makes a plan from what these policies need. As in a purge, the plan knows only the contents that something depends
    /// on.
    pub(crate) fn with_facts<T>(&self, policies: &[Policy], make: impl FnOnce(ClusterState<'_>) -> T) -> T {
        let nothing = Contents::new();
        let Self { now, listing, protection, .. } = self;
        let unread = ClusterState { listing, contents: &nothing, protection, now: *now };
        let needed = plan::to_read(policies, unread, &Filters::default());
        let read = |release: &&Release| Some((release.id.clone(), self.contents.get(&release.id)?.clone()));
        let contents = needed.iter().filter_map(read).collect::<Contents>();
        make(ClusterState { contents: &contents, ..unread })
    }
}

/// Reads the state, and the names of its releases if those could be read.
pub(super) fn read(fields: &SectionFields<'_>) -> (Decoded<GivenState>, Option<Vec<ReleaseId>>) {
    let now = fields.required("now", read_now);
    // With an error in `now` the case is refused, whatever the ages are counted from.
    let counted_from = now.unwrap_or_default();
    let releases = fields.required("releases", |field| {
        let items = field.items()?;
        let releases = items.iter().map(|item| releases::read(item, counted_from)).collect::<Vec<_>>();
        let twice = refuse_twice(releases.iter().flatten().map(|given| &given.named), "given", field.decoder);
        let releases = releases.into_iter().collect::<Result<Vec<_>, _>>()?;
        twice.map(|()| releases)
    });
    let namespaces = fields.optional("namespaces", namespaces);
    let opt_outs = fields.optional("optOuts", |field| field.each(opt_out));
    let flux = fields.optional("flux", |field| field.each(release_of));
    let ids = releases.as_ref().ok().map(|releases| releases.iter().map(|given| given.named.id.clone()).collect());
    let given = || {
        let (now, releases, mut namespaces) = (now?, releases?, namespaces?.unwrap_or_default());
        for given in &releases {
            namespaces.entry(given.named.id.namespace.clone()).or_insert_with(|| Ok(NamespaceFacts::default()));
        }
        let flux = managed(flux?.unwrap_or_default());
        let opt_outs = opt_outs?.unwrap_or_default();
        let protection = Protection::of(namespaces, opt_outs, Vec::new(), Ok(flux), Ok(Vec::new()));
        let (mut listing, mut contents) = (Listing::default(), Contents::new());
        for given in releases {
            contents.insert(given.release.id.clone(), given.content);
            listing.releases.push(given.release);
        }
        listing.releases.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(GivenState { now, listing, contents, protection })
    };
    (given(), ids)
}

fn read_now(field: &Field<'_>) -> Decoded<Timestamp> {
    let written = field.text()?;
    written.text.parse().or_else(|_| {
        let label = "write date, time and offset, as in `2026-11-24T19:30:00+01:00`";
        field.refuse(format!("{} is no moment", quoted(&written.text)), label)
    })
}

fn managed(releases: Vec<NamedRelease>) -> Vec<ManagedRelease> {
    let managed = |named: NamedRelease| ManagedRelease { by: format!("HelmRelease {}", named.id), id: named.id };
    let mut managed = releases.into_iter().map(managed).collect::<Vec<_>>();
    managed.sort();
    managed
}

/// The facts about each namespace, or why they are unknown.
type NamespaceStates = BTreeMap<Namespace, Result<NamespaceFacts, String>>;

/// Why the facts about a namespace that the case calls unknown are missing.
const FORBIDDEN: &str = "it may not be read";

fn namespaces(field: &Field<'_>) -> Decoded<NamespaceStates> {
    let facts = field.entries(|name, field| {
        let namespace = namespace(name, field.key_span(), field.decoder);
        let facts = facts(field);
        Ok((namespace?, facts?))
    })?;
    Ok(facts.into_iter().collect())
}

fn facts(field: &Field<'_>) -> Decoded<Result<NamespaceFacts, String>> {
    match field.long_form()? {
        None if field.text()?.text == UNKNOWN => Ok(Err(FORBIDDEN.to_owned())),
        None => {
            let label = "give its `labels` and `annotations`, or write `unknown`";
            field.refuse(format!("{} says nothing of a namespace", quoted(&field.text()?.text)), label)
        }
        Some(fields) => {
            let labels = fields.optional("labels", texts);
            let annotations = fields.optional("annotations", texts);
            fields.complete()?;
            Ok(Ok(NamespaceFacts {
                labels: labels?.unwrap_or_default(),
                annotations: annotations?.unwrap_or_default(),
            }))
        }
    }
}

/// The name of every opt-out ConfigMap in a case.
const NAME: &str = "helm-purge-keep";

fn opt_out(field: &Field<'_>) -> Decoded<OptOutConfigMap> {
    let fields = field.section()?;
    let namespace = fields.required("namespace", |field| {
        let written = field.text()?;
        namespace(&written.text, field.span(), field.decoder)
    });
    let annotations = ["releases", "until", "reason"].map(|key| {
        let text = fields.optional(key, |field| Ok(field.text()?.text.clone()));
        text.map(|text| text.map(|text| (format!("helm-purge/{key}"), text)))
    });
    fields.complete()?;
    let annotations = annotations.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(OptOutConfigMap { namespace: namespace?.to_string(), name: NAME.to_owned(), annotations })
}
