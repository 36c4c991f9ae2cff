//! When each release goes: what the policy says, and that what defines a kind goes after what uses it. Pure.

use std::collections::BTreeSet;

use super::decision::{Entry, Subject};
use crate::inventory::Contents;
use crate::policy::Phase;
use crate::release::{Dependents, ReleaseId};

/// An operator that goes before the objects it looks after leaves them behind: their finalizers wait for it for ever.
/// So a release that defines kinds goes last where another release that goes holds objects of them, whatever the
/// policy says.
pub(super) fn put_in_order(entries: &mut [Entry], contents: &Contents) {
    let ties = |id: &ReleaseId| contents.get(id).and_then(|content| content.as_ref().ok()).map(|content| &content.ties);
    let going = entries.iter().filter(|entry| entry.going.is_some()).filter_map(id);
    let going = going.filter_map(|id| Some((id, ties(id)?))).collect::<Vec<_>>();
    let users = Dependents::of(going.iter().copied());
    let needed = going.iter().filter(|(id, own)| users.need(id, own));
    let needed = needed.map(|(id, _)| (*id).clone()).collect::<BTreeSet<_>>();
    for entry in entries {
        if id(entry).is_some_and(|id| needed.contains(id))
            && let Some(going) = &mut entry.going
        {
            going.phase = Phase::Last;
        }
    }
}

fn id(entry: &Entry) -> Option<&ReleaseId> {
    match &entry.subject {
        Subject::Release(release) => Some(&release.id),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    }
}
