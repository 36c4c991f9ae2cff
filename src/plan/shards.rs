//! What a part of the fence must not decide alone. Pure.

use super::decision::{Decision, Entry, Kinds, Subject, Verdict};
use super::reason::Reason;
use crate::inventory::Contents;
use crate::policy::Phase;
use crate::release::Known;
use crate::shard::Shard;

/// What goes last waits for everything else, and no shard waits for another. So whatever goes last, by the policy or
/// because of what it defines, stays, and so does what defines kinds that releases of other shards may hold objects of: a
/// run over the whole fence, after all shards, takes it.
pub(super) fn keep_what_goes_last(entries: &mut [Entry], contents: &Contents, shard: Option<Shard>) {
    if shard.is_none_or(|shard| shard.of().get() == 1) {
        return;
    }
    for entry in entries {
        if entry.going.is_some_and(|going| going.phase == Phase::Last)
            || (entry.going.is_some() && defines(entry, contents))
        {
            entry.decision = Decision { verdict: Verdict::Keep, reasons: vec![Reason::AfterAllShards] };
            entry.going = None;
        }
    }
}

fn defines(entry: &Entry, contents: &Contents) -> bool {
    let Subject::Release(release) = &entry.subject else { return false };
    let content = contents.get(&release.id).and_then(|content| content.as_ref().ok());
    let has_kinds =
        content.is_some_and(|content| matches!(&content.ties.defines, Known::Is(kinds) if !kinds.is_empty()));
    has_kinds || entry.kinds == Kinds::Defined
}
