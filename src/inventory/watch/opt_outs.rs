//! What protects the namespaces of planned releases: by watches on opt-outs and namespaces, or by asking for one
//! namespace. Whether it keeps a release is not said here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::beginnings::Beginnings;
use super::records::lock;
use super::told::{Marks, Seen, Told};
use super::{CheckedAgainst, panicked};
use crate::cluster::{ApiError, Client, NamespaceFacts, OptOutConfigMap};
use crate::inventory::{Protection, SeenMarks};
use crate::parallel::join;
use crate::release::{Namespace, Release};

#[derive(Debug)]
pub(super) struct OptOutWatch {
    client: Client,
    marks: Arc<Mutex<Told<Marks>>>,
    facts: Arc<Mutex<Told<NamespaceFacts>>>,
}

impl OptOutWatch {
    /// What nobody could see when the releases were checked is not asked for again. Marks that were there then keep
    /// none of the planned releases, and never will as they are: an end is not put off by waiting for it.
    pub(super) fn begin(
        client: Client,
        planned: &[Release],
        checked: CheckedAgainst<'_>,
        beginnings: &mut Beginnings,
    ) -> Self {
        let CheckedAgainst { listing, protection } = checked;
        let namespaces = planned.iter().map(|release| &release.id.namespace).collect::<BTreeSet<_>>();
        let seen = namespaces.iter().filter(|namespace| !protection.unseen_marks.contains(namespace));
        let marks = Told::new(seen.map(|namespace| ((*namespace).clone(), Marks::new())).collect());
        let known = |namespace: &&Namespace| Some(((*namespace).clone(), protection.facts(namespace).ok()?.clone()));
        let facts = Told::new(namespaces.iter().filter_map(known).collect());
        let (marks, facts) = (Arc::new(Mutex::new(marks)), Arc::new(Mutex::new(facts)));
        // Without one of them each batch asks.
        if let Some(version) = protection.marks_version.clone() {
            let told = Arc::clone(&marks);
            let tell = beginnings.on_news(move |news| lock(&told).take(news));
            let _ = client.watch_keep_marks(version, tell);
        }
        if let Some(version) = listing.namespaces_version.clone() {
            let told = Arc::clone(&facts);
            let tell = beginnings.on_news(move |news| lock(&told).take(news));
            let _ = client.watch_namespaces(version, tell);
        }
        Self { client, marks, facts }
    }

    /// What protects a namespace now. May take the time of a request; two are made side by side.
    pub(super) fn look(&self, namespace: &Namespace) -> Result<Protection, ApiError> {
        let (facts, marks) = join(|| self.facts(namespace), || self.marks(namespace));
        let marks = SeenMarks { marks: marks?, ..SeenMarks::default() };
        let facts = facts.unwrap_or_else(|_| Err(panicked()))?;
        let facts = facts.ok_or_else(|| "it could not be read when the plan was checked".to_owned());
        let namespaces = BTreeMap::from([(namespace.clone(), facts)]);
        let controllers = || "controllers are not looked at again".to_owned();
        Ok(Protection::of(namespaces, marks, Err(controllers()), Err(controllers())))
    }

    fn marks(&self, namespace: &Namespace) -> Result<Vec<OptOutConfigMap>, ApiError> {
        let seen = lock(&self.marks).find(namespace);
        match seen {
            Seen::Told(marks) => Ok(marks.into_values().collect()),
            Seen::Never => Ok(Vec::new()),
            Seen::Once(_) => {
                let answers = self.client.keep_marks_in(vec![namespace.clone()])?;
                let answer = answers.into_iter().find(|(asked, _)| asked == namespace).map(|(_, answer)| answer);
                answer.unwrap_or_else(|| Err(ApiError::Failed(format!("nothing was answered for {namespace}"))))
            }
        }
    }

    fn facts(&self, namespace: &Namespace) -> Result<Option<NamespaceFacts>, ApiError> {
        let seen = lock(&self.facts).find(namespace);
        match seen {
            Seen::Told(facts) => Ok(Some(facts)),
            Seen::Never => Ok(None),
            // Where it is gone so are its releases, and nothing new protects them.
            Seen::Once(known) => Ok(Some(self.client.namespace(namespace)?.unwrap_or(known))),
        }
    }
}
