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
            ValueType::ShortOrLong(..) => "text or a mapping",
            _ => "text",
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
    &NAMESPACE_SELECTOR,
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
const LABELS: ValueType =
    ValueType::Section(&NAMESPACE_SELECTOR, KeyConstraint::AnyOf(&["matchLabels", "matchExpressions"]));
const ORDERED_ENTRIES: ValueType = ValueType::List(&ValueType::Section(&ORDERED, SELECTING), ListSize::AtLeastOne);
const CLUSTER_ENTRY: ValueType = ValueType::Section(&CLUSTER, KeyConstraint::AnyOf(&["context", "server", "uid"]));
const KEEP_ENTRY: ValueType = ValueType::ShortOrLong(
    &ValueType::Formatted(StringFormat::NamespaceAndRelease),
    &ValueType::Section(&KEEP, SELECTING),
);
const RULE_ENTRY: ValueType = ValueType::Section(&RULE, KeyConstraint::OnlyWith("ageFrom", "olderThan"));

/// The whole file.
pub(crate) static POLICY: ValueType = ValueType::Section(&TOP, KeyConstraint::WholePolicy);

pub(crate) static TOP: Section = Section {
    title: "at the top level",
    keys: &[
        key("apiVersion", ValueType::Exactly(API_VERSION), "helm-purge/v1")
            .means("The version of the language. There is one.")
            .required(),
        key("kind", ValueType::Exactly(KIND), "PurgePolicy").means("Says that the file is a policy.").required(),
        key("metadata", ValueType::Section(&METADATA, KeyConstraint::None), "{name: end-of-day}")
            .means("Which policy it is.")
            .required(),
        key("clusters", ValueType::List(&ValueType::ShortOrLong(&GLOB, &CLUSTER_ENTRY), ListSize::AtLeastOne), "[\"dev-*\"]")
            .means("Where it may act: one entry that matches is enough. A text is a glob over context names.")
            .required(),
        key("timeZone", ValueType::Formatted(StringFormat::Zone), "Europe/Amsterdam")
            .means("The zone of its dates and of its window, by its name in the IANA database. A date lasts to the end of that day there.")
            .default("UTC"),
        key("namespaces", GLOBS, "[\"dev-*\"]")
            .means("The scope: releases in other namespaces are never touched. Namespaces of the system are meant only by their exact names. What matches every namespace needs `limits`.")
            .required(),
        key("namespaceSelector", LABELS, "{matchLabels: {env: dev}}")
            .means("Labels that a namespace in scope must have as well. Never instead of `namespaces`."),
        key("keep", ValueType::List(&KEEP_ENTRY, ListSize::Any), "[\"*/vault\"]")
            .means("What stays, whatever else is said. A text is `namespace/release`, each a glob.")
            .default("[]"),
        key("workers", WORKERS, "16").means("How many helm processes run at the same time.").default("16"),
        key("retries", RETRIES, "3")
            .means("How often a release is tried again whose helm found the API server in trouble, or not at all: 0 to 10. What a release fails with by itself, such as a hook or a missing right, is never tried again.")
            .default("3"),
        key("defaults", ValueType::Section(&DEFAULTS, KeyConstraint::None), "{timeout: 5m}")
            .means("How releases are uninstalled where no rule says otherwise."),
        key("rules", ValueType::List(&RULE_ENTRY, ListSize::Any), "[{name: old-previews, namespaces: [\"pr-*\"], olderThan: 3d}]")
            .means("Which releases in scope go: any rule that says yes is enough. Without the key all of them go, with an empty list none."),
        key("order", ValueType::Section(&ORDER, KeyConstraint::AnyOf(&["first", "last"])), "{last: [{charts: [\"*-operator\"]}]}")
            .means("What goes before everything else, and what after it."),
        key("limits", ValueType::Section(&LIMITS, KeyConstraint::AnyOf(&["maxReleases", "maxNamespaces", "maxPercent"])), "{maxReleases: 300}")
            .means("How much may go at once. A run that would take more purges nothing."),
        key("minAge", AGE, "30m")
            .means("Leave alone what was deployed more recently than this. Without it age alone keeps nothing."),
        key("stuckAfter", AGE, "1h")
            .means("A release that is pending for longer than this is `stuck`. For less it is somebody's install, and stays.")
            .default("1h"),
        key("window", ValueType::Section(&WINDOW, KeyConstraint::None), "{days: [mon, tue], from: \"19:00\", to: \"06:00\"}")
            .means("When a run may happen. Outside of it `run` refuses; when it closes, nothing more is begun."),
        key("optOuts", ValueType::Section(&OPT_OUT, KeyConstraint::None), "{warnAfter: 14d}")
            .means("What is expected of people's own opt-outs."),
        key("$schema", ValueType::ShortText(2_000), "helm-purge.schema.json")
            .means("Where an editor finds the schema of policies. The program does not read it."),
    ],
};

pub(crate) static METADATA: Section = Section {
    title: "under `metadata`",
    keys: &[
        key("name", NAME, "end-of-day")
            .means("What reports call the policy. Made of lower-case letters, digits and `-`, at most 63 of them. No two policies of a run have the same.")
            .required(),
        key("labels", TEXTS, "{team: platform}").means("For other tools. The program does not look at them."),
        key("annotations", TEXTS, "{owner: platform}").means("For other tools. The program does not look at them."),
    ],
};

pub(crate) static CLUSTER: Section = Section {
    title: "in an entry of `clusters`",
    keys: &[
        key("context", GLOB, "\"dev-*\"").means("A glob over the names of contexts. They are private to a laptop."),
        key("server", GLOB, "\"https://dev.example.com*\"")
            .means("A glob over the addresses of API servers. In a pod it is the same in many clusters."),
        key("uid", ValueType::Formatted(StringFormat::Uid), "6f1c0c2e-5f3a-4c1e-9a53-0b8f1d2e3a4b")
            .means("The UID of the namespace `kube-system`, which is another in every cluster."),
    ],
};

const NAMESPACES: KeySpec = key("namespaces", GLOBS, "[\"dev-*\"]").means("Globs over namespaces.");
const RELEASES: KeySpec = key("releases", GLOBS, "[\"*-vault\"]").means("Globs over the names of releases.");
const CHARTS: KeySpec =
    key("charts", GLOBS, "[cert-manager]").means("Globs over the names of charts, without their versions.");

pub(crate) static KEEP: Section = Section {
    title: "in an entry of `keep`",
    keys: &[
        NAMESPACES,
        RELEASES,
        CHARTS,
        key("until", ValueType::Formatted(StringFormat::Until), "2026-12-01")
            .means("When it ends: a date, which lasts to the end of that day in `timeZone`, or a time with its offset. Without it there is no end."),
        key("required", ValueType::Boolean, "true")
            .means("Whether it has to keep something: where it keeps nothing, nothing is purged.")
            .default("false"),
        // In a column of the plan.
        key("reason", ValueType::ShortText(200), "shared by everyone").means("Why, in one line. The plan shows it."),
    ],
};

const TIMEOUT: KeySpec = key("timeout", ValueType::Duration(DurationRange::TIMEOUTS), "5m")
    .means("Helm's own bound for each hook of a release, and for each wait: 1s to 24h. A release has three times that and a minute (with `wait: true` four times) until its helm is ended.")
    .default("5m");
const HOOKS: KeySpec = key("hooks", ValueType::OneOf(&["run", "skip"]), "run")
    .means("Whether the release's own hooks for its deletion run.")
    .default("run");
const WAIT: KeySpec = key("wait", ValueType::Boolean, "false")
    .means("Whether helm waits until the objects of a release are gone. Such a release has a helm of its own.")
    .default("false");
const CASCADE: KeySpec = key("cascade", ValueType::OneOf(&["background", "foreground", "orphan"]), "background")
    .means("What becomes of what the objects own, such as the Pods of a Deployment: it goes after them, before them, or stays.")
    .default("background");
const BLAST_RADIUS: KeySpec = key("blastRadius", ValueType::OneOf(&["namespace", "cluster"]), "namespace")
    .means("With `namespace`, a release stays that holds a CustomResourceDefinition, a Namespace, an APIService, or an object in a namespace out of scope. With `cluster` it goes.")
    .default("namespace");
const DATA_LOSS: KeySpec = key("dataLoss", ValueType::OneOf(&["deny", "allow"]), "deny")
    .means(
        "With `deny`, a release that holds PersistentVolumeClaims is kept. With `allow`, it is purged with its data.",
    )
    .default("deny");
const KEEP_HISTORY: KeySpec = key("keepHistory", ValueType::Boolean, "true")
    .means("Whether the newest record of a release stays, marked with the run, so that `helm purge restore` brings the release back. Its older records are removed by helm-purge itself once the mark is verified: with them, `helm upgrade --install` would fail at some revisions.")
    .default("false");

pub(crate) static DEFAULTS: Section = Section {
    title: "under `defaults`",
    keys: &[TIMEOUT, HOOKS, WAIT, CASCADE, BLAST_RADIUS, DATA_LOSS, KEEP_HISTORY],
};

pub(crate) static RULE: Section = Section {
    title: "in an entry of `rules`",
    keys: &[
        key("name", NAME, "old-previews")
            .means("What reports call the rule. No two rules of a policy have the same.")
            .required(),
        key("namespaces", GLOBS, "[\"dev-*\"]")
            .means("Globs over namespaces. They narrow the scope, and must be able to match something in it."),
        key("namespaceSelector", LABELS, "{matchLabels: {env: dev}}").means("Labels that the namespace must have."),
        RELEASES,
        CHARTS,
        key("olderThan", AGE, "3d")
            .means("Only what is older. A day is 24 hours, a week seven of them. An age that is not known is kept."),
        key("ageFrom", ValueType::OneOf(&["lastDeploy", "firstDeploy"]), "lastDeploy")
            .means("What the age is counted from: the newest revision, or the first one. Needs `olderThan`.")
            .default("lastDeploy"),
        key("statuses", ValueType::List(&STATUS, ListSize::Distinct), "[deployed, failed]")
            .means("Only releases in these states. `stuck` is pending for longer than `stuckAfter`, and only goes where it is listed.")
            .default("[deployed, failed, superseded, uninstalling]"),
        key("maxWorkers", WORKERS, "4")
            .means("At most so many helm processes at the same time for the releases of this rule."),
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

pub(crate) static NAMESPACE_SELECTOR: Section = Section {
    title: "under `namespaceSelector`",
    keys: &[
        key("matchLabels", ValueType::MatchLabels, "{env: dev}")
            .means("Labels with their values. All of them have to be there."),
        key(
            "matchExpressions",
            ValueType::List(&EXPRESSION_ENTRY, ListSize::AtLeastOne),
            "[{key: env, operator: In, values: [dev, test]}]",
        )
        .means("Conditions on labels, as Kubernetes writes them. All of them have to hold."),
    ],
};

const EXPRESSION_ENTRY: ValueType = ValueType::Section(&EXPRESSION, KeyConstraint::ValuesByOperator);

pub(crate) static EXPRESSION: Section = Section {
    title: "in an entry of `matchExpressions`",
    keys: &[
        key("key", ValueType::Formatted(StringFormat::LabelKey), "env").means("The label.").required(),
        key("operator", ValueType::OneOf(&["In", "NotIn", "Exists", "DoesNotExist"]), "In")
            .means("What is asked of it. `NotIn` also takes namespaces that do not have the label.")
            .required(),
        key("values", LABEL_VALUES, "[dev, test]")
            .means("For `In` and `NotIn`: the values. The other operators have none."),
    ],
};

pub(crate) static ORDER: Section = Section {
    title: "under `order`",
    keys: &[
        key("first", ORDERED_ENTRIES, "[{releases: [\"loadtest-*\"]}]").means("What goes before everything else."),
        key("last", ORDERED_ENTRIES, "[{charts: [\"*-operator\"]}]")
            .means("What goes after everything else. It wins where both name a release."),
    ],
};

pub(crate) static ORDERED: Section = Section { title: "in an entry of `order`", keys: &[NAMESPACES, RELEASES, CHARTS] };

pub(crate) static LIMITS: Section = Section {
    title: "under `limits`",
    keys: &[
        key("maxReleases", LIMIT, "300").means("The most releases that may go by this policy."),
        key("maxNamespaces", LIMIT, "60").means("The most namespaces that may lose a release."),
        key("maxPercent", PERCENT, "50")
            .means("The largest part of the releases in scope that may be purged. Kept histories do not count. Only together with `rules`: without them everything in scope is selected, and `maxReleases` limits it."),
    ],
};

pub(crate) static WINDOW: Section = Section {
    title: "under `window`",
    keys: &[
        key("days", ValueType::List(&DAY, ListSize::Distinct), "[mon, tue, wed, thu, fri]")
            .means("The days on which it opens. It belongs to the day on which it opens.")
            .required(),
        key("from", TIME_OF_DAY, "\"19:00\"").means("When it opens, in `timeZone`.").required(),
        key("to", TIME_OF_DAY, "\"06:00\"")
            .means("When it closes: the next day, where it is not after `from`. `24:00` is the end of the day.")
            .required(),
    ],
};

const DAY: ValueType = ValueType::OneOf(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);

pub(crate) static OPT_OUT: Section = Section {
    title: "under `optOuts`",
    keys: &[key("warnAfter", AGE, "14d")
        .means("An opt-out for longer than this, or without an end, is shown at the top of every plan. It keeps all the same.")
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
