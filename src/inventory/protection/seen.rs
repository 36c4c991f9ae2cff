//! The opt-outs that somebody can see who may not see everything, with who wrote them; without any list of releases.

use super::{OptOut, marks};
use crate::cluster::{ApiError, Client, NamespaceFacts, OptOutConfigMap};
use crate::parallel::join;
use crate::release::Namespace;

/// The opt-outs in ConfigMaps and in annotations of namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenOptOuts {
    /// Sorted.
    pub opt_outs: Vec<SeenOptOut>,
    /// Where there may be more.
    pub unseen: Vec<UnseenOptOuts>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenOptOut {
    /// As it was written.
    pub opt_out: OptOut,
    /// Who says to have written it. Foreign text.
    pub by: Option<String>,
}

/// What could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnseenOptOuts {
    /// In words.
    pub what: String,
    /// In the API server's words.
    pub why: String,
}

impl SeenOptOuts {
    /// Those of the whole cluster: at once, or namespace by namespace where that is not allowed.
    ///
    /// # Errors
    /// Where none can be seen.
    pub fn of_cluster(client: &Client) -> Result<Self, ApiError> {
        let (namespaces, marks) = join(|| client.namespaces(), || client.keep_marks());
        let namespaces = namespaces.unwrap_or_else(|_| Err(panicked()));
        let mut seen = Self::default();
        match (marks, namespaces) {
            (Ok(marks), Ok(found)) => {
                seen.take_marks(marks);
                for (namespace, facts) in &found {
                    seen.take_annotations(namespace, facts);
                }
            }
            (Ok(marks), Err(error)) => {
                seen.take_marks(marks);
                seen.note("the annotations of namespaces".to_owned(), &error);
            }
            (Err(ApiError::Forbidden(_)), Ok(found)) => {
                return Self::of(client, found.into_keys().collect());
            }
            (Err(error), _) => return Err(error),
        }
        seen.opt_outs.sort();
        Ok(seen)
    }

    /// Those of some namespaces.
    ///
    /// # Errors
    /// Where the ConfigMaps of none of them can be seen.
    pub fn of(client: &Client, namespaces: Vec<Namespace>) -> Result<Self, ApiError> {
        let asked = namespaces.clone();
        let (facts, marks) = join(|| client.namespaces_by_name(asked), || client.keep_marks_in(namespaces));
        let facts = facts.unwrap_or_else(|_| Err(panicked()));
        let (marks, mut seen) = (marks?, Self::default());
        if marks.iter().all(|(_, answer)| answer.is_err())
            && let Some(error) = marks.iter().find_map(|(_, answer)| answer.as_ref().err())
        {
            return Err(error.clone());
        }
        for (namespace, answer) in marks {
            match answer {
                Ok(marks) => seen.take_marks(marks),
                Err(error) => seen.note(format!("the ConfigMaps of {namespace}"), &error),
            }
        }
        for (namespace, answer) in facts? {
            match answer {
                Ok(facts) => seen.take_annotations(&namespace, &facts),
                Err(error) => seen.note(format!("the annotations of {namespace}"), &error),
            }
        }
        seen.opt_outs.sort();
        Ok(seen)
    }

    fn take_marks(&mut self, marks: Vec<OptOutConfigMap>) {
        let read = |mark: OptOutConfigMap| {
            let by = mark.annotations.get(OptOutConfigMap::BY).filter(|by| !by.is_empty()).cloned();
            Some(SeenOptOut { by, opt_out: marks::in_config_map(mark)? })
        };
        self.opt_outs.extend(marks.into_iter().filter_map(read));
    }

    fn take_annotations(&mut self, namespace: &Namespace, facts: &NamespaceFacts) {
        let nobody = |opt_out| SeenOptOut { opt_out, by: None };
        self.opt_outs.extend(marks::in_namespace(namespace, facts).into_iter().map(nobody));
    }

    fn note(&mut self, what: String, why: &ApiError) {
        self.unseen.push(UnseenOptOuts { what, why: why.to_string() });
    }
}

fn panicked() -> ApiError {
    ApiError::Failed("a look at the cluster panicked".to_owned())
}
