//! Every key of a `case.yaml`, by its section.

use crate::guard::Refusal;
use crate::policy::schema::{KeyConstraint, ListSize, Section, ValueType, key};

const TEXTS: ValueType = ValueType::List(&ValueType::Text, ListSize::Any);
const LABELS: ValueType = ValueType::Mapping(&ValueType::Text);
const RELEASE_ENTRY: ValueType =
    ValueType::ShortOrLong(&ValueType::Text, &ValueType::Section(&RELEASE, KeyConstraint::None));
const NAMESPACE_ENTRY: ValueType =
    ValueType::ShortOrLong(&ValueType::Text, &ValueType::Section(&NAMESPACE, KeyConstraint::None));
const OPT_OUT_ENTRY: ValueType = ValueType::Section(&OPT_OUT, KeyConstraint::None);

/// The whole file.
pub(super) static CASE: ValueType = ValueType::Section(&TOP, KeyConstraint::None);

pub(super) static TOP: Section = Section {
    title: "at the top level",
    keys: &[
        key("now", ValueType::Text, "2026-11-24T19:30:00+01:00"),
        key("policies", ValueType::List(&ValueType::Text, ListSize::AtLeastOne), "[../helm-purge.yaml]"),
        key("releases", ValueType::List(&RELEASE_ENTRY, ListSize::Any), "[dev-alice/web]"),
        key("namespaces", ValueType::Mapping(&NAMESPACE_ENTRY), "{dev-alice: {labels: {env: dev}}}"),
        key("optOuts", ValueType::List(&OPT_OUT_ENTRY, ListSize::Any), "[{namespace: dev-alice, until: 2026-12-01}]"),
        key("flux", TEXTS, "[dev-alice/web]"),
        key("expect", ValueType::Section(&EXPECT, KeyConstraint::None), "{purge: [dev-alice/web]}"),
    ],
};

pub(super) static RELEASE: Section = Section {
    title: "in an entry of `releases`",
    keys: &[
        key("release", ValueType::Text, "dev-alice/web"),
        key("chart", ValueType::Text, "web-1.2.3"),
        key("age", ValueType::Text, "3d"),
        key("firstAge", ValueType::Text, "30d"),
        key("status", ValueType::Text, "deployed"),
        key("revision", ValueType::Number { least: 1, most: u32::MAX }, "4"),
        key("labels", LABELS, "{helm-purge-keep: demo}"),
        key("holds", TEXTS, "[PersistentVolumeClaim data]"),
        key("defines", TEXTS, "[Widget.example.com]"),
        key("uses", TEXTS, "[Widget.example.com]"),
        key("managedBy", ValueType::Text, "HelmRelease flux-system/web"),
        key("unreadable", ValueType::Text, "its record is cut off"),
    ],
};

pub(super) static NAMESPACE: Section = Section {
    title: "in an entry of `namespaces`",
    keys: &[key("labels", LABELS, "{env: dev}"), key("annotations", LABELS, "{helm-purge/keep: demo}")],
};

pub(super) static OPT_OUT: Section = Section {
    title: "in an entry of `optOuts`",
    keys: &[
        key("namespace", ValueType::Text, "dev-alice"),
        key("releases", ValueType::Text, "\"web*\""),
        key("until", ValueType::Text, "2026-12-01"),
        key("reason", ValueType::Text, "customer demo"),
    ],
};

pub(super) static EXPECT: Section = Section {
    title: "under `expect`",
    keys: &[
        key("purge", TEXTS, "[dev-alice/web]"),
        key("keep", TEXTS, "{dev-alice/vault: \"*/vault\"}"),
        key("outside", TEXTS, "[prod/web]"),
        key("refusals", ValueType::List(&ValueType::OneOf(&Refusal::GUARDS_OF_A_PLAN), ListSize::Any), "[window]"),
        key("order", ValueType::Section(&ORDER, KeyConstraint::None), "{last: [dev-alice/operator]}"),
    ],
};

pub(super) static ORDER: Section = Section {
    title: "under `order`",
    keys: &[key("first", TEXTS, "[dev-alice/loadtest]"), key("last", TEXTS, "[dev-alice/operator]")],
};

/// The sections in which an unknown key may belong.
pub(super) static SECTIONS: [&Section; 6] = [&TOP, &RELEASE, &NAMESPACE, &OPT_OUT, &EXPECT, &ORDER];
