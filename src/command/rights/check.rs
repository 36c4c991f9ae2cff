//! The single checks of a doctor. Each gives findings, and none ends the others.

use crate::cluster::{Client, Connection, Identity};
use crate::exit_code::ExitCode;
use crate::guard::{self, ClusterFacts, Interactivity};
use crate::journal::JournalLocation;
use crate::policy::PolicySet;
use crate::release::Namespace;
use crate::rights::{Answers, DoctorCheck, MissingPermissions, Needs, Purpose, Scope, lack, questions};
use crate::settings::Environment;

/// So many namespaces are named in one finding.
const NAMED: usize = 5;
/// Who may give what is missing.
const GRANT: &str = "`helm purge rbac` prints the roles and bindings; somebody with the right to must apply them";

/// Whether the policies name this cluster, as they must where nobody looks.
pub(super) fn cluster(policies: &PolicySet, connection: &Connection, identity: Option<&Identity>) -> Vec<DoctorCheck> {
    let attendance = if connection.is_in_cluster() { Interactivity::InPod } else { Interactivity::Unattended };
    let facts = ClusterFacts { connection, identity };
    let of_policy = |policy: &crate::policy::Policy| match guard::cluster(policy, &facts, attendance) {
        Ok(()) => DoctorCheck::good("policy", format!("{} names this cluster by more than its context", policy.name)),
        Err(refusal) => DoctorCheck::missing("policy", ExitCode::Refused, refusal.to_string(), refusal.hint()),
    };
    policies.iter().map(of_policy).collect()
}

/// Whether a journal can be kept on this machine.
pub(super) fn journal(environment: &Environment) -> DoctorCheck {
    let Some(place) = environment.state_home.as_deref().map(JournalLocation::usual) else {
        let hint = "name a file or folder with `run --journal`, or say --no-journal";
        return DoctorCheck::warning(
            "journal",
            "there is no folder for it: neither XDG_STATE_HOME nor HOME is set",
            hint,
        );
    };
    match place.check() {
        Ok(()) => DoctorCheck::good("journal", "it can be kept on this machine"),
        Err(error) => {
            let hint = "name a file or folder that can be written to with `run --journal`";
            DoctorCheck::warning("journal", error.to_string(), hint)
        }
    }
}

/// Where rights are needed.
pub(super) struct Places<'a> {
    /// Those of each policy's fence.
    pub(super) fences: &'a [Vec<Namespace>],
    /// That of the lock, where there is going to be one.
    pub(super) lock: Option<&'a str>,
    /// That of the journals, where the account is one of pods.
    pub(super) journal: Option<&'a str>,
}

/// Whether whoever is logged in has the rights that each policy needs.
pub(super) fn rights<'a>(
    policies: &PolicySet,
    purpose: Purpose,
    places: &Places<'a>,
    client: &Client,
) -> Vec<DoctorCheck> {
    let needs = policies.iter().map(|policy| Needs::of(policy, purpose)).collect::<Vec<_>>();
    let fences = needs.iter().zip(places.fences);
    let in_fences = fences
        .flat_map(|(needs, fence)| fence.iter().map(move |name| (needs, Scope::PolicyScope, Some(name.as_str()))));
    let everywhere = needs.iter().map(|needs| (needs, Scope::Cluster, None));
    let in_place = |scope: Scope, place: Option<&'a str>| {
        needs.iter().filter(move |_| place.is_some()).map(move |needs| (needs, scope, place))
    };
    let for_runs = in_place(Scope::Lock, places.lock).chain(in_place(Scope::Journal, places.journal));
    let all = everywhere.chain(in_fences).chain(for_runs).collect::<Vec<_>>();
    let deeds = all.iter().flat_map(|(needs, scope, namespace)| questions(needs, *scope, *namespace));
    match client.may(deeds.collect()) {
        Ok(answers) => judge(&all, &answers),
        Err(error) => {
            let found = format!("what this account may do could not be asked: {error}");
            vec![DoctorCheck::missing(
                "rights",
                ExitCode::Preflight,
                found,
                "look at the connection with `kubectl auth whoami`",
            )]
        }
    }
}

type Asked<'a> = (&'a Needs, Scope, Option<&'a str>);

fn judge(all: &[Asked<'_>], answers: &Answers) -> Vec<DoctorCheck> {
    let mut findings = Vec::new();
    for scope in [Scope::Cluster, Scope::PolicyScope, Scope::Lock, Scope::Journal] {
        let of_scope = all.iter().filter(|(_, of, _)| *of == scope);
        let lacks = of_scope.map(|(needs, _, namespace)| (*namespace, lack(needs, scope, *namespace, answers)));
        let lacks = lacks.collect::<Vec<_>>();
        if lacks.is_empty() {
            continue;
        }
        let before = findings.len();
        findings
            .extend(grouped(scope, &lacks, |lack| &lack.missing).map(|(what, places)| missing(scope, &what, &places)));
        findings.extend(grouped(scope, &lacks, |lack| &lack.partly).map(|(what, places)| {
            let found = format!("it may not {what} of every kind {places}, only of those that most charts hold");
            DoctorCheck::warning("rights", found, GRANT)
        }));
        if let Some(why) = lacks.iter().find_map(|(_, lack)| lack.unknown.as_deref()) {
            let found = format!("not everything about the account's rights could be told: {why}");
            findings.push(DoctorCheck::warning("rights", found, "run it again"));
        }
        if findings.len() == before {
            findings
                .push(DoctorCheck::good("rights", format!("all that is needed {}", everywhere(scope, lacks.len()))));
        }
    }
    findings
}

fn missing(scope: Scope, what: &str, places: &str) -> DoctorCheck {
    let found = format!("it may not {what} {places}");
    match scope {
        Scope::Lock => DoctorCheck::warning("lock", found, format!("a run goes on without; {GRANT}")),
        Scope::Journal => DoctorCheck::warning("journal", found, format!("a run in a pod leaves none there; {GRANT}")),
        Scope::Cluster | Scope::PolicyScope => DoctorCheck::missing("rights", ExitCode::Preflight, found, GRANT),
    }
}

/// The same lack in several namespaces is one finding.
fn grouped<'a>(
    scope: Scope,
    lacks: &'a [(Option<&'a str>, MissingPermissions)],
    of: impl Fn(&MissingPermissions) -> &Vec<String>,
) -> impl Iterator<Item = (String, String)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (namespace, lack) in lacks {
        let what = of(lack);
        if what.is_empty() {
            continue;
        }
        let what = what.join("; ");
        let namespace = namespace.unwrap_or_default();
        match groups.iter_mut().find(|(other, _)| *other == what) {
            Some((_, namespaces)) => namespaces.push(namespace),
            None => groups.push((what, vec![namespace])),
        }
    }
    let total = lacks.len();
    groups.into_iter().map(move |(what, namespaces)| {
        let places =
            if scope == Scope::Cluster { "in the whole cluster".to_owned() } else { named(&namespaces, total) };
        (what, places)
    })
}

fn named(namespaces: &[&str], total: usize) -> String {
    let shown = namespaces.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = namespaces.len() - namespaces.len().min(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let all = if namespaces.len() == total && total > 1 { ", which are all" } else { "" };
    format!("in {shown}{more}{all}")
}

fn everywhere(scope: Scope, places: usize) -> String {
    match (scope, places) {
        (Scope::Cluster, _) => "in the whole cluster is there".to_owned(),
        (Scope::PolicyScope, 1) => "in the one namespace of the fence is there".to_owned(),
        (Scope::PolicyScope, places) => format!("in the {places} namespaces of the fence is there"),
        (Scope::Lock, _) => "for the lock is there".to_owned(),
        (Scope::Journal, _) => "for the journals of its pods is there".to_owned(),
    }
}
