//! A whole policy: which keys there are.

use std::sync::Arc;
use std::time::Duration;

use super::choice::{Around, read_fence, read_keep, read_order, read_rules};
use super::time::{read_min_age, read_opt_out_max, read_pending_grace, read_window, read_zone};
use super::{ClusterEntry, KeepEntry, Limits, Order, PolicyScope, PurgeOptions, Retries, Rule, Window, Workers, Zone};
use super::{clusters, envelope, handling, limits, retries, workers};
use crate::location::{Location, Spanned};
use crate::policy::decode::{Reader, Slot, schema};
use crate::policy::digest::Digest;
use crate::policy::document::Node;
use crate::policy::fault::ErrorReported;

/// A policy that was understood completely.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `metadata.name`: what locks, journals and reports call it.
    pub name: String,
    /// Where that is written.
    pub name_place: Location,
    /// The file as it was named on the command line, or `-` for standard input.
    pub file: Arc<str>,
    /// What tells its text from every other: that of the file's bytes.
    pub digest: Digest,
    /// Where it may act; one entry that matches suffices.
    pub clusters: Vec<ClusterEntry>,
    /// The zone in which its dates and times of the day are meant.
    pub time_zone: Zone,
    /// The namespaces outside of which nothing is chosen.
    pub namespaces: PolicyScope,
    /// What stays, whatever else is said.
    pub keep: Vec<KeepEntry>,
    /// How many helm processes run at the same time.
    pub workers: Workers,
    /// How often a release is tried again where that may help.
    pub retries: Retries,
    /// How releases are uninstalled where no rule says so.
    pub defaults: PurgeOptions,
    /// Which releases of the fence go: all of them by one rule, where the file has no `rules`.
    pub rules: Vec<Rule>,
    /// What goes first and what goes last.
    pub order: Order,
    /// More than this at once is refused.
    pub limits: Limits,
    /// What was deployed more recently than this stays.
    pub min_age: Option<Spanned<Duration>>,
    /// A pending release is stuck once it has been so for longer than this.
    pub pending_grace: Duration,
    /// When a run may happen.
    pub window: Option<Window>,
    /// An opt-out for longer than this, or without an end, is shown at the top of every plan.
    pub opt_out_max: Option<Spanned<Duration>>,
}

/// Reads all keys before it gives up on any, so that all faults are found.
pub(crate) fn read(root: &Node, digest: Digest, reader: &mut Reader<'_>) -> Result<Policy, ErrorReported> {
    let document = Slot::of_document(root);
    envelope::refuse_other_documents(&document, reader)?;
    let mut fields = document.fields(&schema::TOP, reader)?;
    let envelope = envelope::check(&mut fields, reader);
    let name = envelope::name(&mut fields, reader);
    let clusters = clusters::read(&mut fields, reader);
    let limits = limits::read(&mut fields, reader);
    let namespaces = read_fence(&mut fields, &limits, reader);
    let time_zone = read_zone(&mut fields, reader);
    let keep = read_keep(&mut fields, time_zone.as_ref().ok(), reader);
    let workers = workers::read(&mut fields, reader);
    let retries = retries::read(&mut fields, reader);
    let defaults = handling::read(&mut fields, reader);
    let options = defaults.unwrap_or_default();
    let around = Around::new(&options, namespaces.as_ref().ok());
    let rules = read_rules(&mut fields, &around, document.place_of("namespaces", reader), reader);
    let order = read_order(&mut fields, reader);
    let min_age = read_min_age(&mut fields, reader);
    let pending_grace = read_pending_grace(&mut fields, reader);
    let window = read_window(&mut fields, reader);
    let opt_out_max = read_opt_out_max(&mut fields, reader);
    envelope.and(envelope::ignore_schema(&mut fields, reader))?;
    let name = name?;
    Ok(Policy {
        name_place: name.place,
        name: name.value,
        file: Arc::clone(reader.source().file()),
        digest,
        clusters: clusters?,
        time_zone: time_zone?,
        namespaces: namespaces?,
        keep: keep?,
        workers: workers?.unwrap_or_default(),
        retries: retries?.unwrap_or_default(),
        rules: rules?,
        defaults: defaults?,
        order: order?,
        limits: limits?,
        min_age: min_age?,
        pending_grace: pending_grace?,
        window: window?,
        opt_out_max: opt_out_max?,
    })
}
