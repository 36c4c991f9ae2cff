//! The top level, and what says which policy and which cluster.

use super::bounds::{LIMITS, OPT_OUT, WINDOW};
use super::choice::{KEEP, NAMESPACE_SELECTOR, ORDER, RULE, SELECTING};
use super::form::{Condition, Form, Items, Labels, Shaped};
use super::handling::DEFAULTS;
use super::{Level, key};

pub(crate) static TOP: Level = Level {
    place: "at the top level",
    keys: &[
        key("apiVersion", "helm-purge/v1")
            .is(Form::Exactly("helm-purge/v1"), "The version of the language. There is one.")
            .required(),
        key("kind", "PurgePolicy").is(Form::Exactly("PurgePolicy"), "Says that the file is a policy.").required(),
        key("metadata", "{name: end-of-day}")
            .is(Form::Keys(&METADATA, Condition::None), "Which policy it is.")
            .required(),
        key("clusters", "[\"dev-*\"]")
            .is(
                Form::List(
                    &Form::Either(
                        &Form::Shaped(Shaped::Glob),
                        &Form::Keys(&CLUSTER, Condition::AnyOf(&["context", "server", "uid"])),
                    ),
                    Items::Some,
                ),
                "Where it may act: one entry that matches is enough. A text is a glob over context names.",
            )
            .required(),
        key("timeZone", "Europe/Amsterdam")
            .is(
                Form::Shaped(Shaped::Zone),
                "The zone of its dates and of its window, by its name in the IANA database. A date lasts to the end of that day there.",
            )
            .default("UTC"),
        key("namespaces", "[\"dev-*\"]")
            .is(
                Form::List(&Form::Shaped(Shaped::Glob), Items::Some),
                "The fence: releases in other namespaces are never touched. Namespaces of the system are meant only by their exact names. What matches every namespace needs `limits`.",
            )
            .required(),
        key("namespaceSelector", "{matchLabels: {env: dev}}").is(
            Form::Keys(&NAMESPACE_SELECTOR, Condition::AnyOf(&["matchLabels", "matchExpressions"])),
            "Labels that a namespace of the fence must have as well. Never instead of `namespaces`.",
        ),
        key("keep", "[\"*/vault\"]")
            .is(
                Form::List(
                    &Form::Either(
                        &Form::Shaped(Shaped::NamespaceAndRelease),
                        &Form::Keys(&KEEP, Condition::AnyOf(SELECTING)),
                    ),
                    Items::Any,
                ),
                "What stays, whatever else is said. A text is `namespace/release`, each a glob.",
            )
            .default("[]"),
        key("workers", "16")
            .is(Form::Number(64), "How many helm processes run at the same time.")
            .default("16"),
        key("retries", "3")
            .is(
                Form::Count(10),
                "How often a release is tried again whose helm found the API server in trouble, or not at all: 0 to 10. What a release fails with by itself, such as a hook or a missing right, is never tried again.",
            )
            .default("3"),
        key("defaults", "{timeout: 5m}")
            .is(Form::Keys(&DEFAULTS, Condition::None), "How releases are uninstalled where no rule says otherwise."),
        key("rules", "[{name: old-previews, namespaces: [\"pr-*\"], olderThan: 3d}]").is(
            Form::List(&Form::Keys(&RULE, Condition::OnlyWith("ageFrom", "olderThan")), Items::Any),
            "Which releases of the fence go: any rule that says yes is enough. Without the key all of them go, with an empty list none.",
        ),
        key("order", "{last: [{charts: [\"*-operator\"]}]}").is(
            Form::Keys(&ORDER, Condition::AnyOf(&["first", "last"])),
            "What goes before everything else, and what after it.",
        ),
        key("limits", "{maxReleases: 300}").is(
            Form::Keys(&LIMITS, Condition::AnyOf(&["maxReleases", "maxNamespaces", "maxPercent"])),
            "How much may go at once. A run that would take more purges nothing.",
        ),
        key("minAge", "30m").is(
            Form::Shaped(Shaped::Duration),
            "Leave alone what was deployed more recently than this. Without it age alone keeps nothing.",
        ),
        key("pendingGrace", "1h")
            .is(
                Form::Shaped(Shaped::Duration),
                "A release that is pending for longer than this is `stuck`. For less it is somebody's install, and stays.",
            )
            .default("1h"),
        key("window", "{days: [mon, tue], from: \"19:00\", to: \"06:00\"}").is(
            Form::Keys(&WINDOW, Condition::None),
            "When a run may happen. Outside of it `run` refuses; when it closes, nothing more is begun.",
        ),
        key("optOut", "{max: 14d}")
            .is(Form::Keys(&OPT_OUT, Condition::None), "What is expected of people's own opt-outs."),
        key("$schema", "helm-purge.schema.json")
            .is(Form::Text(2_000), "Where an editor finds the schema of policies. The program does not read it."),
    ],
};

pub(crate) static METADATA: Level = Level {
    place: "under `metadata`",
    keys: &[
        key("name", "end-of-day")
            .is(
                Form::Shaped(Shaped::Name),
                "What reports call the policy. Made of lower-case letters, digits and `-`, at most 63 of them. No two policies of a run have the same.",
            )
            .required(),
        key("labels", "{team: platform}")
            .is(Form::Labels(Labels::Ignored), "For other tools. The program does not look at them."),
        key("annotations", "{owner: platform}")
            .is(Form::Labels(Labels::Ignored), "For other tools. The program does not look at them."),
    ],
};

pub(crate) static CLUSTER: Level = Level {
    place: "in an entry of `clusters`",
    keys: &[
        key("context", "\"dev-*\"")
            .is(Form::Shaped(Shaped::Glob), "A glob over the names of contexts. They are private to a laptop."),
        key("server", "\"https://dev.example.com*\"").is(
            Form::Shaped(Shaped::Glob),
            "A glob over the addresses of API servers. In a pod it is the same in many clusters.",
        ),
        key("uid", "6f1c0c2e-5f3a-4c1e-9a53-0b8f1d2e3a4b").is(
            Form::Shaped(Shaped::Uid),
            "The UID of the namespace `kube-system`, which is another in every cluster.",
        ),
    ],
};
