//! What can be asked of the whole cluster before it is known which releases there are, and what is asked after that.

use std::collections::{BTreeMap, BTreeSet};

use super::{Protection, SeenMarks, argo, flux, in_question};
use crate::cluster::{ApiError, Application, Client, HelmRelease, NamespaceFacts, OptOutConfigMap};
use crate::inventory::{Listing, Unlisted};
use crate::parallel::join;
use crate::policy::PolicyScope;
use crate::release::Namespace;

/// A refusal is about half as long.
const LONGEST_WORDS: usize = 400;

/// The answers about the whole cluster, each with the reason where there is none.
#[derive(Debug)]
pub struct ClusterWide {
    marks: Result<Vec<OptOutConfigMap>, ApiError>,
    helm_releases: Result<Vec<HelmRelease>, ApiError>,
    applications: Result<Vec<Application>, ApiError>,
}

/// Facts of namespaces, or why there are none.
type Facts = BTreeMap<Namespace, Result<NamespaceFacts, String>>;

impl ClusterWide {
    /// Asks everything at the same time. Needs nothing that other looks bring.
    pub fn ask(client: &Client) -> Self {
        let with_applications = || join(|| client.applications(), || client.keep_marks());
        let (helm_releases, (applications, marks)) = join(|| client.helm_releases(), with_applications);
        Self { marks, helm_releases: answered(helm_releases), applications: answered(applications) }
    }

    /// Where nobody could ask.
    pub fn unanswered() -> Self {
        Self { marks: Err(panicked()), helm_releases: Err(panicked()), applications: Err(panicked()) }
    }

    /// With the releases known, asks namespace by namespace for what was refused for all of them at once.
    pub(in crate::inventory) fn complete(self, client: &Client, fence: &PolicyScope, listing: &Listing) -> Protection {
        let namespaces = in_question(listing, fence);
        let ask = || facts(client, listing, &namespaces);
        let (facts, mut seen) = join(ask, || all_marks(self.marks, client, &namespaces));
        let facts = facts.unwrap_or_else(|_| unknown(&namespaces, &panicked().to_string()));
        seen.marks.retain(|mark| mark.namespace.parse().is_ok_and(|namespace| fence.matches(&namespace).is_some()));
        let flux = self.helm_releases.map(|objects| flux::managed(&objects)).map_err(|error| words(&error));
        let argo = self.applications.map(|objects| argo::managed(&objects, fence)).map_err(|error| words(&error));
        Protection::of(facts, seen, flux, argo)
    }
}

/// What the list of namespaces says, and of those that it does not have what they say themselves.
fn facts(client: &Client, listing: &Listing, namespaces: &BTreeSet<Namespace>) -> Facts {
    let mut facts: Facts = listing.namespaces.iter().map(|(name, facts)| (name.clone(), Ok(facts.clone()))).collect();
    let missing = namespaces.iter().filter(|namespace| !facts.contains_key(namespace)).cloned().collect::<Vec<_>>();
    if missing.is_empty() {
        return facts;
    }
    match client.namespaces_by_name(missing.clone()) {
        Ok(found) => {
            let said = |answer: Result<_, ApiError>| answer.map_err(|error| words(&error));
            facts.extend(found.into_iter().map(|(namespace, answer)| (namespace, said(answer))));
        }
        Err(error) => facts.extend(unknown(&missing, &words(&error))),
    }
    facts
}

fn unknown<'a>(namespaces: impl IntoIterator<Item = &'a Namespace>, why: &str) -> Facts {
    namespaces.into_iter().map(|namespace| (namespace.clone(), Err(why.to_owned()))).collect()
}

/// All marks that can be seen, and the namespaces in which there may be more.
fn all_marks(
    cluster_wide: Result<Vec<OptOutConfigMap>, ApiError>,
    client: &Client,
    namespaces: &BTreeSet<Namespace>,
) -> SeenMarks {
    let unseen = |namespace: &Namespace, error: &ApiError| Unlisted { namespace: namespace.clone(), why: words(error) };
    let one_by_one = match cluster_wide {
        Ok(marks) => return SeenMarks { marks, unseen: Vec::new() },
        Err(ApiError::Forbidden(_)) => client.keep_marks_in(namespaces.iter().cloned().collect()),
        Err(error) => Err(error),
    };
    match one_by_one {
        Err(error) => {
            let unseen = namespaces.iter().map(|namespace| unseen(namespace, &error)).collect();
            SeenMarks { marks: Vec::new(), unseen }
        }
        Ok(answers) => {
            let mut seen = SeenMarks::default();
            for (namespace, answer) in answers {
                match answer {
                    Ok(found) => seen.marks.extend(found),
                    Err(error) => seen.unseen.push(unseen(&namespace, &error)),
                }
            }
            seen
        }
    }
}

fn answered<T>(look: std::thread::Result<Result<T, ApiError>>) -> Result<T, ApiError> {
    look.unwrap_or_else(|_| Err(panicked()))
}

/// In the server's words, which may quote an object: so much of them as fits into a sentence.
fn words(error: &ApiError) -> String {
    let words = error.to_string();
    match words.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

fn panicked() -> ApiError {
    ApiError::Failed("a look at the cluster panicked".to_owned())
}
