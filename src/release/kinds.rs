//! The kinds of a release's objects, as its manifest names them.

use std::collections::BTreeSet;

use super::Known;

/// A kind in one version of the API. Foreign text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionedKind {
    /// Group and version: `v1`, `apps/v1`.
    pub api_version: String,
    /// The kind: `ConfigMap`.
    pub kind: String,
}

/// The kinds that an uninstall has to know, hooks' as well; not known where a manifest names too many, or one that is
/// none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKinds(Known<BTreeSet<VersionedKind>>);

impl ObjectKinds {
    /// No chart has objects of so many.
    const MOST: usize = 200;
    /// The longest group, a slash and the longest version.
    const LONGEST: usize = 253 + 1 + 63;

    /// None yet.
    pub fn none() -> Self {
        Self(Known::Is(BTreeSet::new()))
    }

    /// Those of releases of which not all is known.
    pub fn unknown() -> Self {
        Self(Known::Unknown)
    }

    /// Adds the kind of an object.
    pub fn add(&mut self, api_version: &str, kind: &str) {
        let Known::Is(kinds) = &mut self.0 else { return };
        // Most objects are of a kind that is there already.
        if kinds.iter().any(|known| known.api_version == api_version && known.kind == kind) {
            return;
        }
        if kinds.len() == Self::MOST || !is_api_version(api_version) || kind.is_empty() || kind.len() > Self::LONGEST {
            self.0 = Known::Unknown;
        } else {
            kinds.insert(VersionedKind { api_version: api_version.to_owned(), kind: kind.to_owned() });
        }
    }

    /// Adds those of another release.
    pub fn add_all(&mut self, others: &Self) {
        match others.as_known() {
            Some(others) => others.iter().for_each(|kind| self.add(&kind.api_version, &kind.kind)),
            None => self.0 = Known::Unknown,
        }
    }

    /// All of them, where they are known.
    pub fn as_known(&self) -> Option<&BTreeSet<VersionedKind>> {
        self.0.as_known()
    }
}

/// `VERSION` or `GROUP/VERSION`, of letters, digits, dots and dashes, as in a URL and the name of a folder.
fn is_api_version(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        part.bytes().all(|byte| is_plain(byte) || byte == b'.' || byte == b'-')
            && part.bytes().next().is_some_and(is_plain)
    };
    let (group, version) = text.split_once('/').map_or((None, text), |(group, version)| (Some(group), version));
    text.len() <= ObjectKinds::LONGEST && is_part(version) && group.is_none_or(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kinds: &[(&str, &str)]) -> ObjectKinds {
        let mut all = ObjectKinds::none();
        for (api_version, kind) in kinds {
            all.add(api_version, kind);
        }
        all
    }

    #[test]
    fn what_is_no_version_of_the_api_makes_the_kinds_unknown() {
        for fine in ["v1", "apps/v1", "rbac.authorization.k8s.io/v1beta1", "a-b.example.com/v2"] {
            assert_eq!(of(&[(fine, "X"), (fine, "X")]).as_known().map(BTreeSet::len), Some(1), "{fine}");
        }
        for wrong in ["", "/", "v1/", "/v1", "..", "../v1", "a/..", "a/b/c", "a/./v1", "V1", "a b/v1", "v1\n", "ä/v1"]
        {
            assert_eq!(of(&[("v1", "X"), (wrong, "X")]).as_known(), None, "{wrong:?}");
        }
        assert_eq!(of(&[("v1", "")]).as_known(), None);
    }

    #[test]
    fn too_many_are_unknown_and_so_are_those_with_unknown_ones_among_them() {
        let names = (0..=ObjectKinds::MOST).map(|number| format!("X{number}")).collect::<Vec<_>>();
        let pairs = names.iter().map(|name| ("v1", name.as_str())).collect::<Vec<_>>();
        let most = of(&pairs[1..]);
        assert_eq!(most.as_known().map(BTreeSet::len), Some(ObjectKinds::MOST));
        assert_eq!(of(&pairs).as_known(), None);
        let mut joined = most;
        joined.add_all(&of(&pairs[1..2]));
        assert!(joined.as_known().is_some());
        joined.add_all(&of(&pairs));
        assert_eq!(joined.as_known(), None);
    }
}
