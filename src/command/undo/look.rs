//! Looks for what purges have left in a cluster.

use std::collections::BTreeSet;

use crate::cli::UndoArguments;
use crate::cluster::Connection;
use crate::command::prepare::facts::{Asked, Gathered, gather};
use crate::command::prepare::narrow::find_scope;
use crate::command::prepare::policies::read_policies;
use crate::command::prepare::shard::shard;
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::guard::{Interactivity, Scope};
use crate::history_tag::HistoryTag;
use crate::inventory::{Contents, Found, HistoryStore, InventoryError, ObjectLists, single};
use crate::policy::{Policy, PolicySet, ScopeMatch};
use crate::release::{Content, Known, Namespace, Release, ReleaseId, Status};
use crate::settings::ConnectionOptions;
use crate::shard::Shard;
use crate::undo::{RestorableRelease, Verdict, beyond_reach, is_failed_rollback, judge};

/// So many attempts to restore a release may have failed one after the other.
const MOST_FAILED: usize = 5;

/// What was found, and everything that is needed to do something about it.
pub(super) struct LookedBack {
    pub(super) policies: PolicySet,
    pub(super) connection: Connection,
    pub(super) gathered: Gathered,
    pub(super) records: HistoryStore,
    pub(super) scope: Scope,
    /// The part of the fence, where several share it.
    pub(super) shard: Option<Shard>,
    pub(super) candidates: Vec<RestorableRelease>,
    /// What could not be understood or looked at, and why.
    pub(super) unreadable: Vec<(String, String)>,
}

/// From the command line to what these policies' purges have left.
pub(super) fn look_back(
    arguments: &UndoArguments,
    wish: &ConnectionOptions,
    attendance: Interactivity,
    app: &mut App,
) -> Result<LookedBack, CommandError> {
    let policies = read_policies(&arguments.files)?;
    let shard = shard(&arguments.shard, &app.environment)?;
    let connection = Connection::resolve(wish)?;
    app.listen()?;
    let looked = look(policies, shard, connection, arguments, attendance, app);
    app.unless_interrupted(looked)
}

impl LookedBack {
    /// The same once more: some time has passed.
    pub(super) fn again(
        self,
        arguments: &UndoArguments,
        attendance: Interactivity,
        app: &mut App,
    ) -> Result<Self, CommandError> {
        let looked = look(self.policies, self.shard, self.connection, arguments, attendance, app);
        app.unless_interrupted(looked)
    }
}

fn look(
    policies: PolicySet,
    shard: Option<Shard>,
    connection: Connection,
    arguments: &UndoArguments,
    attendance: Interactivity,
    app: &mut App,
) -> Result<LookedBack, CommandError> {
    let gathered = gather(Asked { policies: &policies, connection: &connection, attendance }, app)?;
    let namespace = arguments.namespace.as_deref();
    let scope = find_scope(namespace, arguments.all_namespaces, &connection, app)?;
    let records = gathered.inventory.histories().ok_or_else(no_api)?;
    let looking = Looking { policies: &policies, gathered: &gathered, records: &records, scope: &scope, shard };
    let Seen { candidates, unreadable } = looking.look()?;
    Ok(LookedBack { policies, connection, gathered, records, scope, shard, candidates, unreadable })
}

fn no_api() -> CommandError {
    let text = "what purges have kept can only be seen through the API, and it could not be asked";
    let hint = Some("`helm rollback NAME REVISION` by hand brings back a release whose history was kept".to_owned());
    CommandError::Error { code: ExitCode::Preflight, error: Box::from(text), hint }
}

struct Looking<'a> {
    policies: &'a PolicySet,
    gathered: &'a Gathered,
    records: &'a HistoryStore,
    scope: &'a Scope,
    shard: Option<Shard>,
}

/// What a look has brought.
#[derive(Default)]
struct Seen {
    candidates: Vec<RestorableRelease>,
    unreadable: Vec<(String, String)>,
}

/// A record that one of these policies has left.
struct Marked {
    kept: Release,
    content: Content,
    mark: HistoryTag,
}

impl Looking<'_> {
    fn look(&self) -> Result<Seen, CommandError> {
        let mut seen = Seen::default();
        let kept = self.kept(&mut seen)?;
        let contents = self.gathered.inventory.contents(&kept.iter().collect::<Vec<_>>(), ObjectLists::Wanted)?;
        let marked = self.marked(kept, contents, &mut seen);
        let newest = self.newest(&marked)?;
        for Marked { kept, content, mark } in marked {
            match self.gathered.listing.find(&kept.id) {
                Found::Release(now) => {
                    let description = newest.get(&now.id).and_then(|content| content.as_ref().ok());
                    let verdict = judge(&kept, now, description.map(|content| content.description.as_str()));
                    let verdict = self.beyond_reach(&content, &mark).unwrap_or(verdict);
                    seen.candidates.push(RestorableRelease { now: now.clone(), kept, content, mark, verdict });
                }
                Found::Unreadable(entry) => seen.unreadable.push((kept.id.to_string(), entry.why.clone())),
                Found::Unlisted(entry) => seen.unreadable.push((kept.id.to_string(), entry.why.clone())),
                Found::Nothing => {}
            }
        }
        Ok(seen)
    }

    /// The records that may be marked, whoever has left them.
    fn kept(&self, seen: &mut Seen) -> Result<Vec<Release>, CommandError> {
        let namespaces = self.gathered.listing.releases.iter().map(|release| release.id.namespace.clone());
        let namespaces = namespaces.filter(|namespace| self.may_concern(namespace)).collect::<BTreeSet<_>>();
        let found = self.records.uninstalled(&namespaces).map_err(InventoryError::Look)?;
        seen.unreadable.extend(found.unlisted.into_iter().map(|entry| (entry.namespace.to_string(), entry.why)));
        let mut kept = found.releases;
        kept.retain(|release| self.may_concern(&release.id.namespace));
        let behind = self.behind_failed_rollbacks(&kept)?;
        kept.extend(behind);
        Ok(kept)
    }

    fn marked(&self, kept: Vec<Release>, mut contents: Contents, seen: &mut Seen) -> Vec<Marked> {
        let mut marked = Vec::new();
        for kept in kept {
            match contents.remove(&kept.id) {
                Some(Ok(content)) => {
                    let mark = content.description.parse::<HistoryTag>().ok();
                    let mark = mark.filter(|mark| self.is_ours(&kept.id, mark));
                    marked.extend(mark.map(|mark| Marked { kept, content, mark }));
                }
                Some(Err(why)) => seen.unreadable.push((kept.id.to_string(), why)),
                None => {}
            }
        }
        marked
    }

    /// What the newest records say that are others than those that were kept.
    fn newest(&self, marked: &[Marked]) -> Result<Contents, CommandError> {
        let newer = marked.iter().filter_map(|Marked { kept, .. }| match self.gathered.listing.find(&kept.id) {
            Found::Release(now) if now.revision > kept.revision => Some(now),
            _ => None,
        });
        Ok(self.gathered.inventory.contents(&newer.collect::<Vec<_>>(), ObjectLists::NotWanted)?)
    }

    /// A rollback that fails marks the record that it came from as replaced, so that it is not among the uninstalled ones
    /// any more: of releases whose newest record is a rollback that failed, the one before those attempts.
    fn behind_failed_rollbacks(&self, known: &[Release]) -> Result<Vec<Release>, CommandError> {
        let known = known.iter().map(|release| &release.id).collect::<BTreeSet<_>>();
        let has_failed = |release: &&Release| release.status == Status::Failed && !known.contains(&release.id);
        let failed = self.gathered.listing.releases.iter().filter(has_failed);
        let mut now = failed.filter(|release| self.may_concern(&release.id.namespace)).cloned().collect::<Vec<_>>();
        let mut found = Vec::new();
        let histories = self.records.histories(&now.iter().map(|release| &release.id).collect::<Vec<_>>());
        for _ in 0..MOST_FAILED {
            let contents = self.gathered.inventory.contents(&now.iter().collect::<Vec<_>>(), ObjectLists::NotWanted)?;
            let mut before = Vec::new();
            for release in now {
                let description = match contents.get(&release.id) {
                    Some(Ok(content)) => content.description.as_str(),
                    _ => continue,
                };
                let history = histories.get(&release.id).and_then(|history| history.as_ref().ok());
                if is_failed_rollback(&release, description) {
                    let older =
                        history.into_iter().flatten().rfind(|record| record.revision < Some(release.revision.0));
                    before.extend(older.and_then(single));
                } else if description.parse::<HistoryTag>().is_ok() {
                    found.push(release);
                }
            }
            now = before;
        }
        Ok(found)
    }

    /// Whether a namespace is in a fence, and asked for.
    fn may_concern(&self, namespace: &Namespace) -> bool {
        let asked_for = !matches!(self.scope, Scope::Only(only) if only != namespace);
        let is_ours = self.shard.is_none_or(|shard| shard.holds(namespace));
        asked_for && is_ours && self.policies.iter().any(|policy| self.holds(policy, namespace))
    }

    fn holds(&self, policy: &Policy, namespace: &Namespace) -> bool {
        let facts = self.gathered.protection.facts(namespace);
        let labels = facts.map_or(Known::Unknown, |facts| Known::Is(&facts.labels));
        matches!(policy.namespaces.holds(namespace, labels), ScopeMatch::Inside(_))
    }

    fn beyond_reach(&self, content: &Content, mark: &HistoryTag) -> Option<Verdict> {
        let policy = self.policies.iter().find(|policy| policy.name == mark.policy)?;
        beyond_reach(content, policy)
    }

    /// Whether it was left by one of these policies, and is still in its fence.
    fn is_ours(&self, id: &ReleaseId, mark: &HistoryTag) -> bool {
        let policy = self.policies.iter().find(|policy| policy.name == mark.policy);
        policy.is_some_and(|policy| self.holds(policy, &id.namespace))
    }
}
