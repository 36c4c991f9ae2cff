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
        key("timeZone", "Europe/Amsterdam"),
        key("namespaces", "[\"dev-*\"]"),
        key("namespaceSelector", "{matchLabels: {env: dev}}"),
        key("keep", "[\"*/vault\"]"),
        key("workers", "16"),
        key("defaults", "{timeout: 5m}"),
        key("rules", "[{name: old-previews, namespaces: [\"pr-*\"], olderThan: 3d}]"),
        key("order", "{last: [{charts: [\"*-operator\"]}]}"),
        key("limits", "{maxReleases: 300}"),
        key("minAge", "30m"),
        key("pendingGrace", "1h"),
        key("window", "{days: [mon, tue], from: \"19:00\", to: \"06:00\"}"),
        key("optOut", "{max: 14d}"),
        key("$schema", "https://example.com/schema.json"),
    ],
};

pub(crate) static METADATA: Level = Level {
    place: "under `metadata`",
    keys: &[key("name", "end-of-day"), key("labels", "{team: platform}"), key("annotations", "{owner: platform}")],
};

pub(crate) static CLUSTER: Level = Level {
    place: "in an entry of `clusters`",
    keys: &[
        key("context", "\"dev-*\""),
        key("server", "\"https://dev.example.com*\""),
        key("uid", "6f1c0c2e-5f3a-4c1e-9a53-0b8f1d2e3a4b"),
    ],
};

pub(crate) static NAMESPACE_SELECTOR: Level = Level {
    place: "under `namespaceSelector`",
    keys: &[
        key("matchLabels", "{env: dev}"),
        key("matchExpressions", "[{key: env, operator: In, values: [dev, test]}]"),
    ],
};

pub(crate) static EXPRESSION: Level = Level {
    place: "in an entry of `matchExpressions`",
    keys: &[key("key", "env"), key("operator", "In"), key("values", "[dev, test]")],
};

const NAMESPACES: Key = key("namespaces", "[\"dev-*\"]");
const RELEASES: Key = key("releases", "[\"*-vault\"]");
const CHARTS: Key = key("charts", "[cert-manager]");

pub(crate) static KEEP: Level = Level {
    place: "in an entry of `keep`",
    keys: &[
        NAMESPACES,
        RELEASES,
        CHARTS,
        key("until", "2026-12-01"),
        key("required", "true"),
        key("reason", "shared by everyone"),
    ],
};

const TIMEOUT: Key = key("timeout", "5m");
const HOOKS: Key = key("hooks", "run");
const WAIT: Key = key("wait", "false");
const CASCADE: Key = key("cascade", "background");
const REACH: Key = key("reach", "namespace");
const DATA_LOSS: Key = key("dataLoss", "keep");

pub(crate) static DEFAULTS: Level =
    Level { place: "under `defaults`", keys: &[TIMEOUT, HOOKS, WAIT, CASCADE, REACH, DATA_LOSS] };

pub(crate) static RULE: Level = Level {
    place: "in an entry of `rules`",
    keys: &[
        key("name", "old-previews"),
        NAMESPACES,
        key("namespaceSelector", "{matchLabels: {env: dev}}"),
        RELEASES,
        CHARTS,
        key("olderThan", "3d"),
        key("ageFrom", "lastDeploy"),
        key("statuses", "[deployed, failed]"),
        key("workers", "4"),
        TIMEOUT,
        HOOKS,
        WAIT,
        CASCADE,
        REACH,
        DATA_LOSS,
    ],
};

pub(crate) static ORDER: Level = Level {
    place: "under `order`",
    keys: &[key("first", "[{releases: [\"loadtest-*\"]}]"), key("last", "[{charts: [\"*-operator\"]}]")],
};

pub(crate) static ORDERED: Level = Level { place: "in an entry of `order`", keys: &[NAMESPACES, RELEASES, CHARTS] };

pub(crate) static LIMITS: Level = Level {
    place: "under `limits`",
    keys: &[key("maxReleases", "300"), key("maxNamespaces", "60"), key("maxPercent", "50")],
};

pub(crate) static WINDOW: Level = Level {
    place: "under `window`",
    keys: &[key("days", "[mon, tue, wed, thu, fri]"), key("from", "\"19:00\""), key("to", "\"06:00\"")],
};

pub(crate) static OPT_OUT: Level = Level { place: "under `optOut`", keys: &[key("max", "14d")] };

/// Where else a key that is unknown on its level may belong; of several, the first.
pub(crate) static LEVELS: [&Level; 13] = [
    &TOP,
    &METADATA,
    &CLUSTER,
    &KEEP,
    &DEFAULTS,
    &RULE,
    &NAMESPACE_SELECTOR,
    &EXPRESSION,
    &ORDER,
    &ORDERED,
    &LIMITS,
    &WINDOW,
    &OPT_OUT,
];

/// Keys that are spoken for, on whichever level: this version does nothing with them.
pub(crate) static NOT_SUPPORTED: [&str; 2] = ["keepHistory", "retries"];

impl Key {
    /// What would be right as an item, where the value is a list.
    pub(crate) fn example_of_item(&self) -> &'static str {
        self.example.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(self.example)
    }
}

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

    #[test]
    fn what_is_not_supported_is_no_key() {
        for name in NOT_SUPPORTED {
            assert!(LEVELS.iter().all(|level| level.key(name).is_none()), "{name}");
        }
    }
}
