//! When each release goes: what the policy says, and that what defines a kind goes after what uses it. Pure.

use std::collections::BTreeSet;

use super::decision::{Entry, Subject};
use crate::inventory::Contents;
use crate::policy::Phase;
use crate::release::{CustomKind, ReleaseId};

/// An operator that goes before the objects it looks after leaves them behind: their finalizers wait for it for ever.
/// So a release that defines kinds goes last where another release that goes holds objects of them, whatever the
/// policy says.
pub(super) fn put_in_order(entries: &mut [Entry], contents: &Contents) {
    let content = |id: &ReleaseId| contents.get(id).and_then(|content| content.as_ref().ok());
    let going = entries.iter().filter(|entry| entry.going.is_some()).filter_map(id);
    let going = going.cloned().collect::<Vec<_>>();
    let used_by_others = |id: &ReleaseId, kind: &CustomKind| {
        going.iter().any(|other| other != id && content(other).is_some_and(|content| content.uses.contains(kind)))
    };
    let defining = going.iter().filter(|id| content(id).is_some_and(|content| !content.defines.is_empty()));
    let needed = defining
        .filter(|id| content(id).is_some_and(|content| content.defines.iter().any(|kind| used_by_others(id, kind))));
    let needed = needed.cloned().collect::<BTreeSet<_>>();
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
