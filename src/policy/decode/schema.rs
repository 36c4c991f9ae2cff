//! Every key of a policy, by the level it stands on. A new key is a line here and a file in `keys`.

/// A mapping with a fixed set of keys.
#[derive(Debug)]
pub(crate) struct Level {
    /// Where its keys stand, as in "belongs …".
    pub(crate) place: &'static str,
    pub(crate) keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// A value that would be right.
    pub(crate) example: &'static str,
}

/// A key and an example of its value.
pub(crate) const fn key(name: &'static str, example: &'static str) -> Key {
    Key { name, example }
}

pub(crate) static TOP: Level = Level {
    place: "at the top level",
    keys: &[
        key("apiVersion", "helm-purge/v1"),
        key("kind", "PurgePolicy"),
        key("metadata", "{name: end-of-day}"),
        key("clusters", "[\"dev-*\"]"),
        key("namespaces", "[\"dev-*\"]"),
        key("keep", "[\"*/vault\"]"),
        key("workers", "16"),
        key("defaults", "{timeout: 5m}"),
        key("limits", "{maxReleases: 300}"),
    ],
};

pub(crate) static METADATA: Level = Level { place: "under `metadata`", keys: &[key("name", "end-of-day")] };

pub(crate) static CLUSTER: Level = Level {
    place: "in an entry of `clusters`",
    keys: &[
        key("context", "\"dev-*\""),
        key("server", "\"https://dev.example.com*\""),
        key("uid", "6f1c0c2e-5f3a-4c1e-9a53-0b8f1d2e3a4b"),
    ],
};

pub(crate) static KEEP: Level = Level {
    place: "in an entry of `keep`",
    keys: &[
        key("namespaces", "[\"dev-*\"]"),
        key("releases", "[\"*-vault\"]"),
        key("charts", "[cert-manager]"),
        key("reason", "shared by everyone"),
    ],
};

pub(crate) static DEFAULTS: Level = Level {
    place: "under `defaults`",
    keys: &[key("timeout", "5m"), key("reach", "namespace"), key("dataLoss", "keep")],
};

pub(crate) static LIMITS: Level = Level {
    place: "under `limits`",
    keys: &[key("maxReleases", "300"), key("maxNamespaces", "60"), key("maxPercent", "50")],
};

/// Where else a key that is unknown on its level may belong.
pub(crate) static LEVELS: [&Level; 6] = [&TOP, &METADATA, &CLUSTER, &KEEP, &DEFAULTS, &LIMITS];

impl Level {
    /// A key of this level.
    pub(crate) fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_listed_and_no_key_stands_twice_on_one() {
        for level in LEVELS {
            for key in level.keys {
                assert_eq!(level.keys.iter().filter(|other| other.name == key.name).count(), 1, "{}", key.name);
                assert!(!key.example.is_empty(), "{}", key.name);
            }
        }
    }
}
