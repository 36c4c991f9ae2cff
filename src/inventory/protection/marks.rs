//! From ConfigMaps and namespaces to the opt-outs in them. Pure.

use super::opt_out::{asks, reason};
use super::{KeptReleases, OptOut, OptOutSource, Until};
use crate::cluster::{NamespaceFacts, OptOutConfigMap};
use crate::inventory::Unlisted;
use crate::release::Namespace;

const KEEP: &str = "helm-purge/keep";
const KEEP_UNTIL: &str = "helm-purge/keep-until";

/// What a text ends in that was cut off.
const CUT: char = '…';

/// The ConfigMaps with opt-outs, as far as they could be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenMarks {
    /// Those that were.
    pub marks: Vec<OptOutConfigMap>,
    /// Namespaces in which there may be more, each once.
    pub unseen: Vec<Unlisted>,
}

/// The opt-out in a ConfigMap.
pub(super) fn in_config_map(mark: OptOutConfigMap) -> Option<OptOut> {
    let OptOutConfigMap { namespace, name, mut annotations } = mark;
    Some(OptOut {
        // The API server lets no other in.
        namespace: namespace.parse().ok()?,
        releases: annotations.get(OptOutConfigMap::RELEASES).map_or(KeptReleases::All, |globs| kept_releases(globs)),
        until: annotations.remove(OptOutConfigMap::UNTIL).map_or(Until::Never, Until::At),
        reason: annotations.remove(OptOutConfigMap::REASON).filter(|reason| !reason.is_empty()),
        source: OptOutSource::ConfigMap(name),
    })
}

/// The opt-outs in the annotations of a namespace. Both together are two: that one of them ends does not end the other.
pub(super) fn in_namespace(namespace: &Namespace, facts: &NamespaceFacts) -> Vec<OptOut> {
    let opt_out = |source, until, reason| OptOut {
        namespace: namespace.clone(),
        releases: KeptReleases::All,
        until,
        reason,
        source: OptOutSource::NamespaceAnnotation(source),
    };
    let keep = facts.annotations.get(KEEP).filter(|value| asks(value));
    let keep = keep.map(|value| opt_out(KEEP, Until::Never, reason(value)));
    let until = facts.annotations.get(KEEP_UNTIL);
    let until = until.map(|date| opt_out(KEEP_UNTIL, Until::At(date.clone()), None));
    keep.into_iter().chain(until).collect()
}

/// Who wrote an empty list wanted something kept; and a list that was cut off has lost some.
fn kept_releases(globs: &str) -> KeptReleases {
    let listed = globs.split(|character: char| character == ',' || character.is_whitespace());
    let listed = listed.filter(|glob| !glob.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    if listed.is_empty() || globs.ends_with(CUT) { KeptReleases::All } else { KeptReleases::Matching(listed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotations(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
        pairs.iter().map(|(key, text)| (format!("helm-purge/{key}"), (*text).to_owned())).collect()
    }

    fn by_config_map(pairs: &[(&str, &str)]) -> OptOut {
        let mark = OptOutConfigMap { namespace: "dev-a".into(), name: "mine".into(), annotations: annotations(pairs) };
        in_config_map(mark).expect("the namespace has a legal name")
    }

    fn by_namespace(pairs: &[(&str, &str)]) -> Vec<(Until, Option<String>)> {
        let facts = NamespaceFacts { annotations: annotations(pairs), ..NamespaceFacts::default() };
        let opt_outs = in_namespace(&"dev-a".parse().expect("a legal name"), &facts);
        assert!(opt_outs.iter().all(|opt_out| opt_out.releases == KeptReleases::All));
        opt_outs.into_iter().map(|opt_out| (opt_out.until, opt_out.reason)).collect()
    }

    #[test]
    fn a_config_map_without_annotations_keeps_everything_for_ever() {
        let opt_out = by_config_map(&[]);
        assert_eq!((opt_out.releases, opt_out.until, opt_out.reason), (KeptReleases::All, Until::Never, None));
        assert_eq!(opt_out.source, OptOutSource::ConfigMap("mine".to_owned()));
    }

    #[test]
    fn what_is_written_in_a_config_map_is_handed_on_as_it_is() {
        let opt_out = by_config_map(&[("releases", " web,*-db\n cache ,"), ("until", "soon"), ("reason", "a demo")]);
        let globs = ["web", "*-db", "cache"].map(str::to_owned).to_vec();
        assert_eq!(opt_out.releases, KeptReleases::Matching(globs));
        assert_eq!((opt_out.until, opt_out.reason.as_deref()), (Until::At("soon".to_owned()), Some("a demo")));
        assert_eq!(by_config_map(&[("until", "")]).until, Until::At(String::new()), "no date is not no end");
    }

    #[test]
    fn a_list_of_releases_that_is_empty_or_was_cut_off_means_all_of_them() {
        for globs in ["", " ", ",\n,", "web,cach…"] {
            assert_eq!(by_config_map(&[("releases", globs)]).releases, KeptReleases::All, "{globs:?}");
        }
    }

    #[test]
    fn a_namespace_asks_with_anything_but_false() {
        assert!(by_namespace(&[]).is_empty() && by_namespace(&[("keep", "false")]).is_empty());
        for (value, reason) in [("true", None), ("", None), ("False", Some("False")), ("a demo", Some("a demo"))] {
            let expected = (Until::Never, reason.map(str::to_owned));
            assert_eq!(by_namespace(&[("keep", value)]), [expected], "{value:?}");
        }
    }

    #[test]
    fn the_end_of_one_annotation_is_not_the_end_of_the_other() {
        let date = || (Until::At("2026-12-01".to_owned()), None);
        assert_eq!(by_namespace(&[("keep-until", "2026-12-01"), ("keep", "false")]), [date()]);
        let both = by_namespace(&[("keep-until", "2026-12-01"), ("keep", "demo")]);
        assert_eq!(both, [(Until::Never, Some("demo".to_owned())), date()]);
    }
}
