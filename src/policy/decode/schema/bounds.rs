//! How much may go, when, and what is expected of opt-outs.

use super::form::{Form, Items, Shaped};
use super::{Level, key};

pub(crate) static LIMITS: Level = Level {
    place: "under `limits`",
    keys: &[
        key("maxReleases", "300").is(Form::Number(1_000_000), "The most releases that may go by this policy."),
        key("maxNamespaces", "60").is(Form::Number(1_000_000), "The most namespaces that may lose a release."),
        key("maxPercent", "50").is(
            Form::Number(100),
            "The largest part of all releases in the cluster that can be seen, inside and outside the fence. Kept histories do not count.",
        ),
    ],
};

pub(crate) static WINDOW: Level = Level {
    place: "under `window`",
    keys: &[
        key("days", "[mon, tue, wed, thu, fri]")
            .is(
                Form::List(&Form::Words(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), Items::Distinct),
                "The days on which it opens. It belongs to the day on which it opens.",
            )
            .required(),
        key("from", "\"19:00\"").is(Form::Shaped(Shaped::TimeOfDay), "When it opens, in `timeZone`.").required(),
        key("to", "\"06:00\"")
            .is(
                Form::Shaped(Shaped::TimeOfDay),
                "When it closes: the next day, where it is not after `from`. `24:00` is the end of the day.",
            )
            .required(),
    ],
};

pub(crate) static OPT_OUT: Level = Level {
    place: "under `optOut`",
    keys: &[key("max", "14d")
        .is(
            Form::Shaped(Shaped::Duration),
            "An opt-out for longer than this, or without an end, is shown at the top of every plan. It keeps all the same.",
        )
        .required()],
};
