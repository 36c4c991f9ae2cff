//! How a release is uninstalled: `defaults`, and the same keys in a rule.

use super::form::{Form, Shaped};
use super::{Key, Level, key};

pub(super) const TIMEOUT: Key = key("timeout", "5m")
    .is(
        Form::Shaped(Shaped::Duration),
        "Helm's own bound for each hook of a release, and for each wait: 1s to 24h. A release has three times that and a minute (with `wait: true` four times) until its helm is ended.",
    )
    .default("5m");

pub(super) const HOOKS: Key = key("hooks", "run")
    .is(Form::Words(&["run", "skip"]), "Whether the release's own hooks for its deletion run.")
    .default("run");

pub(super) const WAIT: Key = key("wait", "false")
    .is(
        Form::Truth,
        "Whether helm waits until the objects of a release are gone. Such a release has a helm of its own.",
    )
    .default("false");

pub(super) const CASCADE: Key = key("cascade", "background")
    .is(
        Form::Words(&["background", "foreground", "orphan"]),
        "What becomes of what the objects own, such as the Pods of a Deployment: it goes after them, before them, or stays.",
    )
    .default("background");

pub(super) const REACH: Key = key("reach", "namespace")
    .is(
        Form::Words(&["namespace", "cluster"]),
        "With `namespace`, a release stays that holds a CustomResourceDefinition, a Namespace, an APIService, or an object in a namespace outside the fence. With `cluster` it goes.",
    )
    .default("namespace");

pub(super) const DATA_LOSS: Key = key("dataLoss", "keep")
    .is(
        Form::Words(&["keep", "allow"]),
        "With `keep`, a release stays that holds PersistentVolumeClaims. With `allow` it goes, with its data.",
    )
    .default("keep");

pub(super) const KEEP_HISTORY: Key = key("keepHistory", "true")
    .is(
        Form::Truth,
        "Whether the newest record of a release stays, marked with the run, so that `helm purge restore` brings the release back. Its older records are removed by helm-purge itself once the mark is verified: with them, `helm upgrade --install` would fail at some revisions.",
    )
    .default("false");

pub(crate) static DEFAULTS: Level =
    Level { place: "under `defaults`", keys: &[TIMEOUT, HOOKS, WAIT, CASCADE, REACH, DATA_LOSS, KEEP_HISTORY] };
