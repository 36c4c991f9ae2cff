//! Every key of a `case.yaml`, by the level it stands on.

use crate::policy::decode::schema::{Level, key};

pub(super) static TOP: Level = Level {
    place: "at the top level",
    keys: &[
        key("now", "2026-11-24T19:30:00+01:00"),
        key("policies", "[../helm-purge.yaml]"),
        key("releases", "[dev-alice/web]"),
        key("namespaces", "{dev-alice: {labels: {env: dev}}}"),
        key("optOuts", "[{namespace: dev-alice, until: 2026-12-01}]"),
        key("flux", "[dev-alice/web]"),
        key("expect", "{purge: [dev-alice/web]}"),
    ],
};

pub(super) static RELEASE: Level = Level {
    place: "in an entry of `releases`",
    keys: &[
        key("release", "dev-alice/web"),
        key("chart", "web-1.2.3"),
        key("age", "3d"),
        key("firstAge", "30d"),
        key("status", "deployed"),
        key("revision", "4"),
        key("labels", "{helm-purge-keep: demo}"),
        key("holds", "[PersistentVolumeClaim data]"),
        key("defines", "[Widget.example.com]"),
        key("uses", "[Widget.example.com]"),
        key("managedBy", "HelmRelease flux-system/web"),
        key("unreadable", "its record is cut off"),
    ],
};

pub(super) static NAMESPACE: Level = Level {
    place: "in an entry of `namespaces`",
    keys: &[key("labels", "{env: dev}"), key("annotations", "{helm-purge/keep: demo}")],
};

pub(super) static OPT_OUT: Level = Level {
    place: "in an entry of `optOuts`",
    keys: &[
        key("namespace", "dev-alice"),
        key("releases", "\"web*\""),
        key("until", "2026-12-01"),
        key("reason", "customer demo"),
    ],
};

pub(super) static EXPECT: Level = Level {
    place: "under `expect`",
    keys: &[
        key("purge", "[dev-alice/web]"),
        key("keep", "{dev-alice/vault: \"*/vault\"}"),
        key("outside", "[prod/web]"),
        key("refusals", "[window]"),
        key("order", "{last: [dev-alice/operator]}"),
    ],
};

pub(super) static ORDER: Level = Level {
    place: "under `order`",
    keys: &[key("first", "[dev-alice/loadtest]"), key("last", "[dev-alice/operator]")],
};

/// Where else a key that is unknown on its level may belong.
pub(super) static LEVELS: [&Level; 6] = [&TOP, &RELEASE, &NAMESPACE, &OPT_OUT, &EXPECT, &ORDER];
