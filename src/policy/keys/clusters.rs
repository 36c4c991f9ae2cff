//! `clusters`: where a policy may act.

use super::Uid;
use crate::location::Location;
use crate::policy::decode::{EmptyList, Fields, Reader, Slot, TextOrFields, schema};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::pattern::{ClusterPattern, ClusterText, Reach, Written};

/// One cluster, or a family of them: every field that is given must match.
#[derive(Debug, Clone)]
pub struct ClusterEntry {
    context: Option<ClusterPattern>,
    server: Option<ClusterPattern>,
    uid: Option<Uid>,
    place: Location,
}

/// Whether an entry names a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterMatch {
    /// Every field that is given matches.
    Matches,
    /// This field does not.
    Differs(ClusterField),
    /// The entry asks for a UID, and that of the cluster is not known.
    UidUnknown,
}

/// A field of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterField {
    /// The name of a context in a kubeconfig.
    Context,
    /// The URL of the API server.
    Server,
    /// The UID of the namespace kube-system.
    Uid,
}

/// How sure an entry makes that it means one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identification {
    /// By a context alone, which is private to a laptop and the same in every pod.
    ContextOnly,
    /// By its server or its UID.
    ServerOrUid,
}

impl ClusterEntry {
    /// Compares a cluster with every field that is given; context first, UID last.
    pub fn matches(&self, context: &str, server: &str, uid: Option<&str>) -> ClusterMatch {
        if self.context.as_ref().is_some_and(|pattern| !pattern.matches(context)) {
            return ClusterMatch::Differs(ClusterField::Context);
        }
        if self.server.as_ref().is_some_and(|pattern| !pattern.matches(server)) {
            return ClusterMatch::Differs(ClusterField::Server);
        }
        match (&self.uid, uid) {
            (None, _) => ClusterMatch::Matches,
            (Some(_), None) => ClusterMatch::UidUnknown,
            (Some(ours), Some(uid)) if ours.is(uid) => ClusterMatch::Matches,
            (Some(_), Some(_)) => ClusterMatch::Differs(ClusterField::Uid),
        }
    }

    /// Whether there can be a cluster that both name.
    pub fn meets(&self, other: &Self) -> bool {
        let meet = |ours: &Option<ClusterPattern>, theirs: &Option<ClusterPattern>, over| match (ours, theirs) {
            (Some(ours), Some(theirs)) => ours.meets(theirs, over),
            _ => true,
        };
        let same_uid = self.uid.as_ref().zip(other.uid.as_ref()).is_none_or(|(ours, theirs)| ours == theirs);
        same_uid
            && meet(&self.context, &other.context, ClusterText::Context)
            && meet(&self.server, &other.server, ClusterText::Server)
    }

    /// Whether it names the cluster by more than its context.
    pub fn identification(&self) -> Identification {
        if self.server.is_some() || self.uid.is_some() {
            Identification::ServerOrUid
        } else {
            Identification::ContextOnly
        }
    }

    /// The context it asks for.
    pub fn context(&self) -> Option<&ClusterPattern> {
        self.context.as_ref()
    }

    /// The server it asks for.
    pub fn server(&self) -> Option<&ClusterPattern> {
        self.server.as_ref()
    }

    /// The UID it asks for.
    pub fn uid(&self) -> Option<&Uid> {
        self.uid.as_ref()
    }

    /// Where it is written.
    pub fn place(&self) -> &Location {
        &self.place
    }
}

pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Vec<ClusterEntry>, ErrorReported> {
    fields.required("clusters", reader, |slot, reader| slot.each(EmptyList::Refused, reader, read_entry))
}

fn read_entry(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<ClusterEntry, ErrorReported> {
    let place = reader.place(slot.span());
    let entry = match slot.text_or_fields(&schema::CLUSTER, reader)? {
        TextOrFields::Text(scalar) => {
            let context = ClusterPattern::read(&Written::all(scalar), ClusterText::Context, reader)?;
            ClusterEntry { context: Some(context), server: None, uid: None, place }
        }
        TextOrFields::Fields(fields) => read_long(fields, place, reader)?,
    };
    let any_context = entry.context.as_ref().is_none_or(|pattern| pattern.reach() == Reach::All);
    if any_context && entry.identification() == Identification::ContextOnly {
        let message =
            if entry.context.is_some() { "this entry names every cluster" } else { "this entry names no cluster" };
        let label = "say which: give a `context` such as `dev-*`, a `server` or a `uid`";
        return reader.refuse(Diagnostic::at(slot.span(), message).label(label));
    }
    Ok(entry)
}

fn read_long(mut fields: Fields<'_>, place: Location, reader: &mut Reader<'_>) -> Result<ClusterEntry, ErrorReported> {
    let context = fields.optional("context", reader, |slot, reader| pattern(slot, ClusterText::Context, reader));
    let server = fields.optional("server", reader, server);
    let uid = fields.optional("uid", reader, Uid::read);
    fields.complete()?;
    Ok(ClusterEntry { context: context?, server: server?, uid: uid?, place })
}

fn pattern(slot: &Slot<'_>, over: ClusterText, reader: &mut Reader<'_>) -> Result<ClusterPattern, ErrorReported> {
    ClusterPattern::read(&Written::all(slot.text(reader)?), over, reader)
}

/// A server that is any server would make an entry look as if it meant one cluster.
fn server(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<ClusterPattern, ErrorReported> {
    let server = pattern(slot, ClusterText::Server, reader)?;
    if server.reach() == Reach::All {
        let fault = Diagnostic::at(slot.span(), "this pattern names every server");
        return reader.refuse(fault.label("name the server, or remove `server`"));
    }
    Ok(server)
}
