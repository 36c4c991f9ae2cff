//! A whole policy: which keys there are.

use std::sync::Arc;

use super::{ClusterEntry, Defaults, Fence, KeepEntry, Limits, Workers};
use super::{clusters, defaults, envelope, fence, keep, limits, workers};
use crate::policy::decode::{Reader, Slot, schema};
use crate::policy::document::Node;
use crate::policy::fault::Reported;

/// A policy that was understood completely.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `metadata.name`: what locks, journals and reports call it.
    pub name: String,
    /// The file as it was named on the command line, or `-` for standard input.
    pub file: Arc<str>,
    /// Where it may act; one entry that matches suffices.
    pub clusters: Vec<ClusterEntry>,
    /// The namespaces outside of which nothing is chosen.
    pub namespaces: Fence,
    /// What stays, whatever else is said.
    pub keep: Vec<KeepEntry>,
    /// How many helm processes run at the same time.
    pub workers: Workers,
    /// How releases are uninstalled where nothing else says so.
    pub defaults: Defaults,
    /// More than this at once is refused.
    pub limits: Limits,
}

/// Reads all keys before it gives up on any, so that all faults are found.
pub(crate) fn read(root: &Node, reader: &mut Reader<'_>) -> Result<Policy, Reported> {
    let document = Slot::of_document(root);
    envelope::refuse_other_documents(&document, reader)?;
    let mut fields = document.fields(&schema::TOP, reader)?;
    let envelope = envelope::check(&mut fields, reader);
    let name = envelope::name(&mut fields, reader);
    let clusters = clusters::read(&mut fields, reader);
    let limits = limits::read(&mut fields, reader);
    let namespaces = fence::read(&mut fields, &limits, reader);
    let keep = keep::read(&mut fields, reader);
    let workers = workers::read(&mut fields, reader);
    let defaults = defaults::read(&mut fields, reader);
    envelope?;
    Ok(Policy {
        name: name?,
        file: Arc::clone(reader.source().file()),
        clusters: clusters?,
        namespaces: namespaces?,
        keep: keep?,
        workers: workers?,
        defaults: defaults?,
        limits: limits?,
    })
}
