//! Every key of a policy, by the section it stands in: its name, type, bounds, default, example and meaning.
//!
//! The one description of the language. The decoder takes names, types and bounds from here; `helm purge schema` and
//! the tables of docs/policy.md are made from it. A new key is an entry here, and is read in the file of its type.

use super::duration::DurationRange;

/// A mapping with a fixed set of keys.
#[derive(Debug)]
pub(crate) struct Section {
    /// Where its keys stand, as in "belongs …".
    pub(crate) title: &'static str,
    pub(crate) keys: &'static [KeySpec],
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct KeySpec {
    pub(crate) name: &'static str,
    pub(crate) value_type: ValueType,
    /// A valid value.
    pub(crate) example: &'static str,
    /// A few sentences; empty for a key that is described elsewhere.
    pub(crate) meaning: &'static str,
    pub(crate) presence: KeyPresence,
}

/// Whether a key may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyPresence {
    Required,
    /// Without the key, this value holds.
    Default(&'static str),
    Optional,
}

/// The type of a key's value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ValueType {
    /// This text, letter by letter.
    Exactly(&'static str),
    Text,
    /// Text of one character up to this number of them.
    ShortText(usize),
    Formatted(StringFormat),
    Duration(DurationRange),
    OneOf(&'static [&'static str]),
    Boolean,
    /// A whole number.
    Number {
        least: u32,
        most: u32,
    },
    /// A mapping whose keys people choose themselves.
    Mapping(&'static ValueType),
    /// Labels by Kubernetes' rules, at least one.
    MatchLabels,
    Section(&'static Section, KeyConstraint),
    List(&'static ValueType, ListSize),
    ShortOrLong(&'static ValueType, &'static ValueType),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StringFormat {
    /// A name for reports, by the rules of a namespace's name.
    Name,
    /// A glob over names, contexts or servers.
    Glob,
    /// `namespace/release`, each a glob.
    NamespaceAndRelease,
    /// A date, or a time with its offset.
    Until,
    /// Hours and minutes.
    TimeOfDay,
    /// The name of a zone in the IANA database.
    Zone,
    /// A UUID.
    Uid,
    LabelKey,
    LabelValue,
}

/// How many items a list may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListSize {
    Any,
    AtLeastOne,
    /// At least one, and no item twice.
    Distinct,
}

/// How the keys of a section depend on each other: the part of the rules that a JSON Schema can express.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyConstraint {
    None,
    /// At least one of these keys is needed.
    AnyOf(&'static [&'static str]),
    /// The first has no meaning without the second.
    OnlyWith(&'static str, &'static str),
    /// A scope of every namespace needs `limits`, as far as one pattern alone shows that, and `limits.maxPercent` needs
    /// `rules`.
    WholePolicy,
    /// `values` goes with `In` and `NotIn`, and not with the other operators.
    ValuesByOperator,
}

pub(crate) const fn key(name: &'static str, value_type: ValueType, example: &'static str) -> KeySpec {
    KeySpec { name, value_type, example, meaning: "", presence: KeyPresence::Optional }
}

impl KeySpec {
    const fn means(self, meaning: &'static str) -> Self {
        Self { meaning, ..self }
    }

    const fn required(self) -> Self {
        Self { presence: KeyPresence::Required, ..self }
    }

    /// What holds without the key, as a user would write it.
    const fn default(self, value: &'static str) -> Self {
        Self { presence: KeyPresence::Default(value), ..self }
    }

    /// Another key decides the value without this one.
    const fn without_default(self) -> Self {
        Self { presence: KeyPresence::Optional, ..self }
    }

    /// A valid item, if the value is a list.
    pub(crate) fn example_of_item(&self) -> &'static str {
        self.example.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(self.example)
    }
}

impl Section {
    pub(crate) fn key(&self, name: &str) -> Option<&KeySpec> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl ValueType {
    /// The section of a mapping, or of the long form.
    pub(crate) fn section(&self) -> Option<&'static Section> {
        match self {
            ValueType::Section(section, _) => Some(section),
            ValueType::ShortOrLong(_, long) => long.section(),
            _ => None,
        }
    }

    /// What an item of a list is, or the value under a key that people choose themselves; else the type itself.
    pub(crate) fn item(&'static self) -> &'static ValueType {
        match self {
            ValueType::List(item, _) | ValueType::Mapping(item) => item,
            ValueType::MatchLabels => &LABEL_VALUE,
            _ => self,
        }
    }

    /// What messages call such a value.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            ValueType::Duration(_) => "a duration",
            ValueType::Boolean => "`true` or `false`",
            ValueType::Number { .. } => "a number",
            ValueType::Mapping(_) | ValueType::MatchLabels | ValueType::Section(..) => "a mapping",
            ValueType::List(..) => "a list",
            ValueType::ShortOrLong(..) => "a string or a mapping",
            _ => "a string",
        }
    }
}

/// The sections in which an unknown key may belong; of several, the first.
pub(crate) static SECTIONS: [&Section; 13] = [
    &TOP,
    &METADATA,
    &CLUSTER,
    &KEEP,
    &DEFAULTS,
    &RULE,
    &LABEL_SELECTOR,
    &EXPRESSION,
    &ORDER,
    &ORDERED,
    &LIMITS,
    &WINDOW,
    &OPT_OUT,
];

pub(crate) const API_VERSION: &str = "helm-purge/v1";
pub(crate) const KIND: &str = "PurgePolicy";

const GLOB: ValueType = ValueType::Formatted(StringFormat::Glob);
const GLOBS: ValueType = ValueType::List(&GLOB, ListSize::AtLeastOne);
const NAME: ValueType = ValueType::Formatted(StringFormat::Name);
const AGE: ValueType = ValueType::Duration(DurationRange::AGES);
const TIME_OF_DAY: ValueType = ValueType::Formatted(StringFormat::TimeOfDay);
const WORKERS: ValueType = ValueType::Number { least: 1, most: 64 };
/// The waits between retries grow, and what does not work after ten retries will not.
const RETRIES: ValueType = ValueType::Number { least: 0, most: 10 };
/// Far above what a cluster holds.
const LIMIT: ValueType = ValueType::Number { least: 1, most: 1_000_000 };
const PERCENT: ValueType = ValueType::Number { least: 1, most: 100 };
const LABEL_VALUE: ValueType = ValueType::Formatted(StringFormat::LabelValue);
const LABEL_VALUES: ValueType = ValueType::List(&LABEL_VALUE, ListSize::AtLeastOne);
const TEXTS: ValueType = ValueType::Mapping(&ValueType::Text);
/// An entry that has none of these would mean everything.
const SELECTING: KeyConstraint = KeyConstraint::AnyOf(&["namespaces", "releases", "charts"]);
const SELECTING_OR_LABELS: KeyConstraint = KeyConstraint::AnyOf(&["namespaces", "releases", "charts", "selector"]);
const LABELS: ValueType =
    ValueType::Section(&LABEL_SELECTOR, KeyConstraint::AnyOf(&["matchLabels", "matchExpressions"]));
const ORDERED_ENTRIES: ValueType = ValueType::List(&ValueType::Section(&ORDERED, SELECTING), ListSize::AtLeastOne);
const CLUSTER_ENTRY: ValueType = ValueType::Section(&CLUSTER, KeyConstraint::AnyOf(&["context", "server", "uid"]));
const KEEP_ENTRY: ValueType = ValueType::ShortOrLong(
    &ValueType::Formatted(StringFormat::NamespaceAndRelease),
    &ValueType::Section(&KEEP, SELECTING_OR_LABELS),
);
const RULE_ENTRY: ValueType = ValueType::Section(&RULE, KeyConstraint::OnlyWith("ageFrom", "olderThan"));

/// The whole file.
pub(crate) static POLICY: ValueType = ValueType::Section(&TOP, KeyConstraint::WholePolicy);

pub(crate) static TOP: Section = Section {
    title: "at the top level",
    keys: &[
        key("apiVersion", ValueType::Exactly(API_VERSION), "helm-purge/v1")
            .means("The version of the policy language. There is one.")
            .required(),
        key("kind", ValueType::Exactly(KIND), "PurgePolicy").means("Always `PurgePolicy`.").required(),
        key("metadata", ValueType::Section(&METADATA, KeyConstraint::None), "{name: end-of-day}")
            .means("Identifies the policy.")
            .required(),
        key(
            "clusters",
            ValueType::List(&ValueType::ShortOrLong(&GLOB, &CLUSTER_ENTRY), ListSize::AtLeastOne),
            "[\"dev-*\"]",
        )
        .means(
            "Clusters this policy may run on. One matching entry is enough. A plain string is a glob for context names.",
        )
        .required(),
        key("timeZone", ValueType::Formatted(StringFormat::Zone), "Europe/Amsterdam")
            .means(
                "The time zone of all dates and of the window, as an IANA name. A date lasts until the end of that day in this time zone.",
            )
            .default("UTC"),
        key("namespaces", GLOBS, "[\"dev-*\"]")
            .means(
                "The scope, as globs for namespace names. Releases in other namespaces are never purged. System namespaces match only by their exact names. Patterns that match every namespace require `limits`.",
            )
            .required(),
        key("namespaceSelector", LABELS, "{matchLabels: {env: dev}}").means(
            "Labels that a namespace must also have to be in scope. It narrows `namespaces` and does not replace it.",
        ),
        key("keep", ValueType::List(&KEEP_ENTRY, ListSize::Any), "[\"*/vault\"]")
            .means(
                "Releases that are never purged. Keep always wins. A plain string is `namespace/release`, with a \
                glob for each.",
            )
            .default("[]"),
        key("workers", WORKERS, "16").means("How many helm processes run at the same time.").default("16"),
        key("retries", RETRIES, "3")
            .means(
                "How many times to retry a release after an API server error: 0 to 10. Failures of the release \
                itself, such as a failed hook or a missing permission, are never retried.",
            )
            .default("3"),
        key("defaults", ValueType::Section(&DEFAULTS, KeyConstraint::None), "{timeout: 5m}")
            .means("How releases are uninstalled unless a rule sets something else."),
        key(
            "rules",
            ValueType::List(&RULE_ENTRY, ListSize::Any),
            "[{name: old-previews, namespaces: [\"pr-*\"], olderThan: 3d}]",
        )
        .means(
            "Which releases in scope are purged: one matching rule is enough. Without this key all of them \
                are purged; with an empty list, none.",
        ),
        key(
            "order",
            ValueType::Section(&ORDER, KeyConstraint::AnyOf(&["first", "last"])),
            "{last: [{charts: [\"*-operator\"]}]}",
        )
        .means("Which releases are purged first, and which last."),
        key(
            "limits",
            ValueType::Section(&LIMITS, KeyConstraint::AnyOf(&["maxReleases", "maxNamespaces", "maxPercent"])),
            "{maxReleases: 300}",
        )
        .means("Upper limits for one run. A run that would exceed a limit is refused and purges nothing."),
        key("minAge", AGE, "30m").means(
            "Keep releases that were deployed more recently than this. Without it, age alone keeps no release.",
        ),
        key("stuckAfter", AGE, "1h")
            .means(
                "A release that is pending for longer than this is `stuck`. Until then it is kept, because an \
                install or upgrade may be running.",
            )
            .default("1h"),
        key(
            "window",
            ValueType::Section(&WINDOW, KeyConstraint::None),
            "{days: [mon, tue], from: \"19:00\", to: \"06:00\"}",
        )
        .means(
            "When a run is allowed. Outside the window `run` is refused. When the window closes, no more \
                uninstalls are started; running ones finish.",
        ),
        key("optOuts", ValueType::Section(&OPT_OUT, KeyConstraint::None), "{warnAfter: 14d}")
            .means("When to warn about opt-outs."),
        key("$schema", ValueType::ShortText(2_000), "helm-purge.schema.json")
            .means("Where an editor finds the JSON Schema of policies. helm-purge ignores it."),
    ],
};

pub(crate) static METADATA: Section = Section {
    title: "under `metadata`",
    keys: &[
        key("name", NAME, "end-of-day")
            .means(
                "The name of the policy in reports: at most 63 lower-case letters, digits and `-`. It must be \
                unique among the policies of a run.",
            )
            .required(),
        key("labels", TEXTS, "{team: platform}").means("For other tools. helm-purge ignores them."),
        key("annotations", TEXTS, "{owner: platform}").means("For other tools. helm-purge ignores them."),
    ],
};

pub(crate) static CLUSTER: Section = Section {
    title: "in an entry of `clusters`",
    keys: &[
        key("context", GLOB, "\"dev-*\"")
            .means("A glob for context names. Context names come from each user's own kubeconfig."),
        key("server", GLOB, "\"https://dev.example.com*\"")
            .means("A glob for API server addresses. Inside a pod, many clusters have the same address."),
        key("uid", ValueType::Formatted(StringFormat::Uid), "6f1c0c2e-5f3a-4c1e-9a53-0b8f1d2e3a4b")
            .means("The UID of the namespace `kube-system`, which is unique to each cluster."),
    ],
};

const NAMESPACES: KeySpec = key("namespaces", GLOBS, "[\"dev-*\"]").means("Globs for namespace names.");
const RELEASES: KeySpec = key("releases", GLOBS, "[\"*-vault\"]").means("Globs for release names.");
const CHARTS: KeySpec = key("charts", GLOBS, "[cert-manager]").means("Globs for chart names, without their versions.");

const SELECTOR: KeySpec = key("selector", LABELS, "{matchLabels: {tier: shared}}")
    .means("Labels that the release must have, of `helm install --labels` (Helm 3.13 and later). If they are unknown, the release is kept.");

pub(crate) static KEEP: Section = Section {
    title: "in an entry of `keep`",
    keys: &[
        NAMESPACES,
        RELEASES,
        CHARTS,
        SELECTOR,
        key("until", ValueType::Formatted(StringFormat::Until), "2026-12-01").means(
            "When the entry expires: a date, which lasts until the end of that day in `timeZone`, or a time \
                with its offset. Without this key it never expires.",
        ),
        key("required", ValueType::Boolean, "true")
            .means(
                "Whether the entry must match a release; if not, the run is refused. Expired entries are not checked.",
            )
            .default("false"),
        // In a column of the plan.
        key("reason", ValueType::ShortText(200), "shared by everyone")
            .means("The reason, in one line. The plan shows it."),
    ],
};

const TIMEOUT: KeySpec = key("timeout", ValueType::Duration(DurationRange::TIMEOUTS), "5m")
    .means(
        "Helm's own timeout for each hook and each wait of a release: 1s to 24h. helm-purge stops the helm \
        process of a release after three times this (four times with `wait: true`) plus one minute.",
    )
    .default("5m");
const HOOKS: KeySpec = key("hooks", ValueType::OneOf(&["run", "skip"]), "run")
    .means("Whether the release's delete hooks run.")
    .default("run");
const WAIT: KeySpec = key("wait", ValueType::Boolean, "false")
    .means("Whether helm waits until the objects of a release are deleted. Such a release gets its own helm process.")
    .default("false");
const CASCADE: KeySpec = key("cascade", ValueType::OneOf(&["background", "foreground", "orphan"]), "background")
    .means(
        "How dependent objects, such as the Pods of a Deployment, are deleted: after their owner, before it, or \
        not at all. As in `helm uninstall --cascade`.",
    )
    .default("background");
const BLAST_RADIUS: KeySpec = key("blastRadius", ValueType::OneOf(&["namespace", "cluster"]), "namespace")
    .means(
        "With `namespace`, any release that contains a CustomResourceDefinition, a Namespace, an APIService, \
                    or an object in a namespace out of scope is kept. With `cluster`, it is purged.",
    )
    .default("namespace");
const DATA_LOSS: KeySpec = key("dataLoss", ValueType::OneOf(&["deny", "allow"]), "deny")
    .means("With `deny`, releases with PersistentVolumeClaims are kept. With `allow`, they are purged with their data.")
    .default("deny");
const KEEP_HISTORY: KeySpec = key("keepHistory", ValueType::Boolean, "true")
    .means(
        "Whether to keep the newest release record, labeled with the run, so that `helm purge restore` can \
        restore the release. helm-purge deletes older records once the label is verified, because `helm upgrade \
        --install` could fail with them.",
    )
    .default("false");

pub(crate) static DEFAULTS: Section = Section {
    title: "under `defaults`",
    keys: &[TIMEOUT, HOOKS, WAIT, CASCADE, BLAST_RADIUS, DATA_LOSS, KEEP_HISTORY],
};

pub(crate) static RULE: Section = Section {
    title: "in an entry of `rules`",
    keys: &[
        key("name", NAME, "old-previews")
            .means("The name of the rule in reports. It must be unique in the policy.")
            .required(),
        key("namespaces", GLOBS, "[\"dev-*\"]")
            .means("Globs for namespace names. They narrow the scope, and must be able to match a namespace in it."),
        key("namespaceSelector", LABELS, "{matchLabels: {env: dev}}").means("Labels that the namespace must have."),
        RELEASES,
        CHARTS,
        SELECTOR,
        key("olderThan", AGE, "3d").means(
            "Selects only releases that are older than this. A day is 24 hours, a week seven days. A release \
                of unknown age is kept.",
        ),
        key("ageFrom", ValueType::OneOf(&["lastDeploy", "firstDeploy"]), "lastDeploy")
            .means("Which revision the age is counted from: the newest or the first. Requires `olderThan`.")
            .default("lastDeploy"),
        key("statuses", ValueType::List(&STATUS, ListSize::Distinct), "[deployed, failed]")
            .means(
                "Selects only releases with these statuses. `stuck` means pending for longer than `stuckAfter`. A \
                stuck release is purged only if a rule lists `stuck`.",
            )
            .default("[deployed, failed, superseded, uninstalling]"),
        key("maxWorkers", WORKERS, "4")
            .means("The most helm processes that run at the same time for the releases of this rule."),
        TIMEOUT.without_default(),
        HOOKS.without_default(),
        WAIT.without_default(),
        CASCADE.without_default(),
        BLAST_RADIUS.without_default(),
        DATA_LOSS.without_default(),
        KEEP_HISTORY.without_default(),
    ],
};

const STATUS: ValueType = ValueType::OneOf(&["deployed", "failed", "superseded", "uninstalling", "stuck"]);

pub(crate) static LABEL_SELECTOR: Section = Section {
    title: "under `selector` or `namespaceSelector`",
    keys: &[
        key("matchLabels", ValueType::MatchLabels, "{env: dev}")
            .means("Labels with their values. All of them must match."),
        key(
            "matchExpressions",
            ValueType::List(&EXPRESSION_ENTRY, ListSize::AtLeastOne),
            "[{key: env, operator: In, values: [dev, test]}]",
        )
        .means("Conditions on labels, as in Kubernetes. All of them must be true."),
    ],
};

const EXPRESSION_ENTRY: ValueType = ValueType::Section(&EXPRESSION, KeyConstraint::ValuesByOperator);

pub(crate) static EXPRESSION: Section = Section {
    title: "in an entry of `matchExpressions`",
    keys: &[
        key("key", ValueType::Formatted(StringFormat::LabelKey), "env").means("The key of the label.").required(),
        key("operator", ValueType::OneOf(&["In", "NotIn", "Exists", "DoesNotExist"]), "In")
            .means("How the label is compared. `NotIn` also matches without the label.")
            .required(),
        key("values", LABEL_VALUES, "[dev, test]")
            .means("The values for `In` and `NotIn`. The other operators have no values."),
    ],
};

pub(crate) static ORDER: Section = Section {
    title: "under `order`",
    keys: &[
        key("first", ORDERED_ENTRIES, "[{releases: [\"loadtest-*\"]}]")
            .means("Releases that are purged before all others."),
        key("last", ORDERED_ENTRIES, "[{charts: [\"*-operator\"]}]")
            .means("Releases that are purged after all others. If a release matches both, `last` wins."),
    ],
};

pub(crate) static ORDERED: Section = Section { title: "in an entry of `order`", keys: &[NAMESPACES, RELEASES, CHARTS] };

pub(crate) static LIMITS: Section = Section {
    title: "under `limits`",
    keys: &[
        key("maxReleases", LIMIT, "300").means("The most releases that one run of this policy may purge."),
        key("maxNamespaces", LIMIT, "60").means("The most namespaces in which one run may purge releases."),
        key("maxPercent", PERCENT, "50").means(
            "The largest percentage of the releases in scope that may be purged. Kept histories do not count. \
                It requires `rules`: without rules everything in scope is selected, so use `maxReleases`.",
        ),
    ],
};

pub(crate) static WINDOW: Section = Section {
    title: "under `window`",
    keys: &[
        key("days", ValueType::List(&DAY, ListSize::Distinct), "[mon, tue, wed, thu, fri]")
            .means("The days on which the window opens. A window past midnight belongs to the day on which it opens.")
            .required(),
        key("from", TIME_OF_DAY, "\"19:00\"").means("When the window opens, in `timeZone`.").required(),
        key("to", TIME_OF_DAY, "\"06:00\"")
            .means(
                "When the window closes: on the next day if this is not after `from`. `24:00` is the end of the day.",
            )
            .required(),
    ],
};

const DAY: ValueType = ValueType::OneOf(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);

pub(crate) static OPT_OUT: Section = Section {
    title: "under `optOuts`",
    keys: &[key("warnAfter", AGE, "14d")
        .means(
            "An opt-out that lasts longer than this, or never expires, is shown at the top of every plan. It \
            still keeps the release.",
        )
        .required()],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_listed_and_no_key_stands_twice_in_one() {
        for section in SECTIONS {
            for key in section.keys {
                assert_eq!(section.keys.iter().filter(|other| other.name == key.name).count(), 1, "{}", key.name);
                assert!(!key.example.is_empty(), "{}", key.name);
            }
        }
    }

    #[test]
    fn every_key_is_described_in_whole_sentences() {
        for key in SECTIONS.iter().flat_map(|section| section.keys) {
            assert!(key.meaning.ends_with('.') && key.meaning.starts_with(char::is_uppercase), "{}", key.name);
            assert!(!key.meaning.contains(['|', '\n']), "it would break a table: {}", key.name);
        }
    }
}
