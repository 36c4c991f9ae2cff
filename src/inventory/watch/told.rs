//! What watches have told of the namespaces of planned releases. Pure.

use std::collections::BTreeMap;

use crate::cluster::{KnownNamespace, NamespaceFacts, OptOutConfigMap, WatchNews};
use crate::release::Namespace;

/// The marks of a namespace, by their names.
pub(super) type Marks = BTreeMap<String, OptOutConfigMap>;

/// What is known of some namespaces.
#[derive(Debug)]
pub(super) struct Told<T> {
    known: BTreeMap<Namespace, T>,
    /// Whether everything that happens is told.
    live: bool,
}

/// What is known of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen<T> {
    /// This, and it is so now.
    Told(T),
    /// Nothing: it could not be seen from the beginning.
    Never,
    /// This, but whether it is so now has to be asked.
    Once(T),
}

impl<T: Clone> Told<T> {
    /// What was known in the beginning, of the namespaces of which anything could be.
    pub(super) fn new(known: BTreeMap<Namespace, T>) -> Self {
        Self { known, live: false }
    }

    pub(super) fn find(&self, namespace: &Namespace) -> Seen<T> {
        match self.known.get(namespace) {
            None => Seen::Never,
            Some(known) if self.live => Seen::Told(known.clone()),
            Some(known) => Seen::Once(known.clone()),
        }
    }
}

impl Told<Marks> {
    pub(super) fn take(&mut self, news: WatchNews<OptOutConfigMap>) {
        match news {
            WatchNews::Live => self.live = true,
            WatchNews::Lost => self.live = false,
            WatchNews::Written(mark) => self.note(mark),
            WatchNews::Deleted(mark) => drop(self.of(&mark).map(|marks| marks.remove(&mark.name))),
            WatchNews::Listed(listed) => {
                self.known.values_mut().for_each(BTreeMap::clear);
                for mark in listed {
                    self.note(mark);
                }
            }
        }
    }

    fn note(&mut self, mark: OptOutConfigMap) {
        if let Some(marks) = self.of(&mark) {
            marks.insert(mark.name.clone(), mark);
        }
    }

    fn of(&mut self, mark: &OptOutConfigMap) -> Option<&mut Marks> {
        self.known.get_mut(&mark.namespace.parse::<Namespace>().ok()?)
    }
}

impl Told<NamespaceFacts> {
    pub(super) fn take(&mut self, news: WatchNews<KnownNamespace>) {
        match news {
            WatchNews::Live => self.live = true,
            WatchNews::Lost => self.live = false,
            WatchNews::Written(namespace) => self.note(namespace),
            // With it go its releases; whoever makes it again is told of.
            WatchNews::Deleted(_) => {}
            WatchNews::Listed(listed) => listed.into_iter().for_each(|namespace| self.note(namespace)),
        }
    }

    fn note(&mut self, (namespace, facts): KnownNamespace) {
        if let Some(known) = self.known.get_mut(&namespace) {
            *known = facts;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespace(name: &str) -> Namespace {
        name.parse().expect("a legal name")
    }

    fn mark(namespace: &str, name: &str) -> OptOutConfigMap {
        OptOutConfigMap { namespace: namespace.to_owned(), name: name.to_owned(), annotations: BTreeMap::new() }
    }

    fn of_one_namespace() -> Told<Marks> {
        let mut told = Told::new([(namespace("dev-a"), Marks::new())].into());
        told.take(WatchNews::Live);
        told
    }

    #[track_caller]
    fn names(told: &Told<Marks>) -> Vec<String> {
        match told.find(&namespace("dev-a")) {
            Seen::Told(marks) => marks.into_keys().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn marks_come_and_go_and_those_of_other_namespaces_are_not_noted() {
        let mut told = of_one_namespace();
        for (namespace, name) in [("dev-a", "mine"), ("dev-a", "yours"), ("dev-b", "other"), ("No", "odd")] {
            told.take(WatchNews::Written(mark(namespace, name)));
        }
        assert_eq!(names(&told), ["mine", "yours"]);
        told.take(WatchNews::Deleted(mark("dev-a", "mine")));
        told.take(WatchNews::Deleted(mark("dev-b", "yours")));
        assert_eq!(names(&told), ["yours"]);
        assert_eq!(told.find(&namespace("dev-b")), Seen::Never);
    }

    #[test]
    fn nothing_is_sure_before_the_watch_is_there_or_after_it_broke() {
        let mut told = Told::new([(namespace("dev-a"), Marks::new())].into());
        assert_eq!(told.find(&namespace("dev-a")), Seen::Once(Marks::new()));
        told.take(WatchNews::Live);
        told.take(WatchNews::Written(mark("dev-a", "mine")));
        told.take(WatchNews::Lost);
        let once = |name: &str| Seen::Once(Marks::from([(name.to_owned(), mark("dev-a", name))]));
        assert_eq!(told.find(&namespace("dev-a")), once("mine"));
        assert_eq!(told.find(&namespace("dev-b")), Seen::Never, "what nobody could see is not asked for");
        told.take(WatchNews::Listed(vec![mark("dev-a", "new")]));
        assert_eq!(told.find(&namespace("dev-a")), once("new"), "a list is of a moment that is over");
        told.take(WatchNews::Live);
        assert_eq!(names(&told), ["new"], "what is not in the list was deleted meanwhile");
    }

    #[test]
    fn a_namespace_is_what_was_written_last() {
        let facts = |env: &str| NamespaceFacts {
            labels: [("env".to_owned(), env.to_owned())].into(),
            annotations: BTreeMap::new(),
        };
        let mut told = Told::new([(namespace("dev-a"), facts("dev"))].into());
        told.take(WatchNews::Live);
        assert_eq!(told.find(&namespace("dev-a")), Seen::Told(facts("dev")), "nothing was written");
        told.take(WatchNews::Written((namespace("dev-b"), facts("prod"))));
        told.take(WatchNews::Written((namespace("dev-a"), facts("prod"))));
        told.take(WatchNews::Deleted((namespace("dev-a"), facts("prod"))));
        assert_eq!(told.find(&namespace("dev-a")), Seen::Told(facts("prod")));
        assert_eq!(told.find(&namespace("dev-b")), Seen::Never);
        told.take(WatchNews::Listed(vec![(namespace("dev-a"), facts("test"))]));
        assert_eq!(told.find(&namespace("dev-a")), Seen::Told(facts("test")));
    }
}
