//! What selects releases: `keep`, `rules`, `order`, and labels of namespaces.

use super::form::{Condition, Form, Items, Labels, Shaped};
use super::handling::{CASCADE, DATA_LOSS, HOOKS, KEEP_HISTORY, REACH, TIMEOUT, WAIT};
use super::{Key, Level, key};

/// An entry that has none of these would mean everything.
pub(super) const SELECTING: &[&str] = &["namespaces", "releases", "charts"];

const GLOBS: Form = Form::List(&Form::Shaped(Shaped::Glob), Items::Some);

const NAMESPACES: Key = key("namespaces", "[\"dev-*\"]").is(GLOBS, "Globs over namespaces.");
const RELEASES: Key = key("releases", "[\"*-vault\"]").is(GLOBS, "Globs over the names of releases.");
const CHARTS: Key =
    key("charts", "[cert-manager]").is(GLOBS, "Globs over the names of charts, without their versions.");

pub(crate) static KEEP: Level = Level {
    place: "in an entry of `keep`",
    keys: &[
        NAMESPACES,
        RELEASES,
        CHARTS,
        key("until", "2026-12-01").is(
            Form::Shaped(Shaped::Until),
            "When it ends: a date, which lasts to the end of that day in `timeZone`, or a time with its offset. Without it there is no end.",
        ),
        key("required", "true")
            .is(Form::Truth, "Whether it has to keep something: where it keeps nothing, nothing is purged.")
            .default("false"),
        key("reason", "shared by everyone")
            .is(Form::Text(200), "Why, in one line. The plan shows it."),
    ],
};

pub(crate) static RULE: Level = Level {
    place: "in an entry of `rules`",
    keys: &[
        key("name", "old-previews")
            .is(Form::Shaped(Shaped::Name), "What reports call the rule. No two rules of a policy have the same.")
            .required(),
        key("namespaces", "[\"dev-*\"]").is(
            GLOBS,
            "Globs over namespaces. They narrow the fence, and must be able to match something in it.",
        ),
        key("namespaceSelector", "{matchLabels: {env: dev}}").is(
            Form::Keys(&NAMESPACE_SELECTOR, Condition::AnyOf(&["matchLabels", "matchExpressions"])),
            "Labels that the namespace must have.",
        ),
        RELEASES,
        CHARTS,
        key("olderThan", "3d").is(
            Form::Shaped(Shaped::Duration),
            "Only what is older. A day is 24 hours, a week seven of them. An age that is not known is kept.",
        ),
        key("ageFrom", "lastDeploy")
            .is(
                Form::Words(&["lastDeploy", "firstDeploy"]),
                "What the age is counted from: the newest revision, or the first one. Needs `olderThan`.",
            )
            .default("lastDeploy"),
        key("statuses", "[deployed, failed]")
            .is(
                Form::List(
                    &Form::Words(&["deployed", "failed", "superseded", "uninstalling", "stuck"]),
                    Items::Distinct,
                ),
                "Only releases in these states. `stuck` is pending for longer than `pendingGrace`, and only goes where it is listed.",
            )
            .default("[deployed, failed, superseded, uninstalling]"),
        key("workers", "4").is(
            Form::Number(64),
            "At most so many helm processes at the same time for the releases of this rule.",
        ),
        TIMEOUT.without_default(),
        HOOKS.without_default(),
        WAIT.without_default(),
        CASCADE.without_default(),
        REACH.without_default(),
        DATA_LOSS.without_default(),
        KEEP_HISTORY.without_default(),
    ],
};

pub(crate) static NAMESPACE_SELECTOR: Level = Level {
    place: "under `namespaceSelector`",
    keys: &[
        key("matchLabels", "{env: dev}")
            .is(Form::Labels(Labels::Matched), "Labels with their values. All of them have to be there."),
        key("matchExpressions", "[{key: env, operator: In, values: [dev, test]}]").is(
            Form::List(&Form::Keys(&EXPRESSION, Condition::ValuesByOperator), Items::Some),
            "Conditions on labels, as Kubernetes writes them. All of them have to hold.",
        ),
    ],
};

pub(crate) static EXPRESSION: Level = Level {
    place: "in an entry of `matchExpressions`",
    keys: &[
        key("key", "env").is(Form::Shaped(Shaped::LabelKey), "The label.").required(),
        key("operator", "In")
            .is(
                Form::Words(&["In", "NotIn", "Exists", "DoesNotExist"]),
                "What is asked of it. `NotIn` also takes namespaces that do not have the label.",
            )
            .required(),
        key("values", "[dev, test]").is(
            Form::List(&Form::Shaped(Shaped::LabelValue), Items::Some),
            "For `In` and `NotIn`: the values. The other operators have none.",
        ),
    ],
};

/// What `first` and `last` hold.
const ORDERED_ENTRIES: Form = Form::List(&Form::Keys(&ORDERED, Condition::AnyOf(SELECTING)), Items::Some);

pub(crate) static ORDER: Level = Level {
    place: "under `order`",
    keys: &[
        key("first", "[{releases: [\"loadtest-*\"]}]").is(ORDERED_ENTRIES, "What goes before everything else."),
        key("last", "[{charts: [\"*-operator\"]}]")
            .is(ORDERED_ENTRIES, "What goes after everything else. It wins where both name a release."),
    ],
};

pub(crate) static ORDERED: Level = Level { place: "in an entry of `order`", keys: &[NAMESPACES, RELEASES, CHARTS] };
