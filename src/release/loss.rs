//! What a restore does not bring back, whatever is kept of a release.

use std::fmt;

use super::{Content, Object};

/// Something of a release that is lost with an uninstall, also where its history is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The data in it: the object comes back empty.
    Data(Object),
    /// What goes with it: all objects of the kind that it defines, or all that lies in it.
    Swept(Object),
    /// The object itself, which a hook has made: a rollback does not run that hook. Where nothing deletes it, it stays.
    MadeByHook(Object),
}

impl Content {
    /// What does not come back of a release that goes with its history kept.
    pub fn losses(&self) -> Vec<Loss> {
        let data = self.claims.iter().cloned().map(Loss::Data);
        let swept = self.sweeping.iter().cloned().map(Loss::Swept);
        data.chain(swept).chain(self.made_by_hooks.iter().cloned().map(Loss::MadeByHook)).collect()
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loss::Data(object) => write!(f, "the data of {object}"),
            Loss::Swept(object) => write!(f, "what goes with {object}"),
            Loss::MadeByHook(object) => write!(f, "{object}, which a hook made"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::Known;

    #[test]
    fn data_what_is_swept_along_and_what_hooks_made_does_not_come_back() {
        let object = |kind: &str, name: &str| Object { kind: kind.to_owned(), namespace: None, name: name.to_owned() };
        let mut content = Content::of_chart(Known::Unknown);
        for (kind, name) in [("PersistentVolumeClaim", "data"), ("CustomResourceDefinition", "w"), ("Secret", "s")] {
            content.add(object(kind, name), "dev-a");
        }
        content.made_by_hooks.push(object("Job", "init"));
        let said = content.losses().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said,
            [
                "the data of PersistentVolumeClaim data",
                "what goes with CustomResourceDefinition w",
                "Job init, which a hook made"
            ]
        );
    }
}
