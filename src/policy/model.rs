//! A whole policy: its keys, which files are policies, and where a policy may act.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::decode::{Decoded, Decoder, Example, Field, SectionFields};
use super::diagnostic::Diagnostic;
use super::digest::Digest;
use super::pattern::NamePattern;
use super::pattern_proof::PatternKind;
use super::purge_options::{PurgeOptions, USUAL_RETRIES, USUAL_WORKERS, WrittenOptions, retries, workers};
use super::rules::{Order, Rule, RuleContext, read_name};
use super::schema::{API_VERSION, KIND, POLICY};
use super::scope::PolicyScope;
use super::selectors::KeepEntry;
use super::time::{Window, Zone};
use super::yaml::Node;
use crate::location::{Location, Spanned};
use crate::sanitize::quoted;

/// A valid policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `metadata.name`: what locks, journals and reports call it.
    pub name: String,
    pub(crate) name_place: Location,
    /// The file as it was named on the command line, or `-` for standard input.
    pub(crate) file: Arc<str>,
    /// The digest of the file's bytes.
    pub(crate) digest: Digest,
    /// One entry that matches suffices.
    pub(crate) clusters: Vec<ClusterEntry>,
    /// The zone of its dates and times of the day.
    pub time_zone: Zone,
    /// Outside of this scope nothing is purged.
    pub namespaces: PolicyScope,
    /// What is kept in any case.
    pub(crate) keep: Vec<KeepEntry>,
    /// How many helm processes run at the same time.
    pub workers: NonZeroUsize,
    /// How often a release is tried again if that may help.
    pub(crate) retries: u8,
    /// How releases are uninstalled, unless a rule changes it.
    pub defaults: PurgeOptions,
    pub(crate) written_defaults: WrittenOptions,
    /// Which releases of the scope are purged: all of them by one rule, if the file has no `rules`.
    pub(crate) rules: Vec<Rule>,
    pub(crate) order: Order,
    /// A run that would purge more is refused.
    pub(crate) limits: Limits,
    /// A release that was deployed more recently than this is kept.
    pub(crate) min_age: Option<Spanned<Duration>>,
    /// A pending release is stuck once it has been so for longer than this.
    pub(crate) stuck_after: Duration,
    /// When a run may happen.
    pub window: Option<Window>,
    /// An opt-out for longer than this, or without an end, is shown at the top of every plan.
    pub(crate) opt_outs_warn_after: Option<Spanned<Duration>>,
}

/// A pending release younger than this is being installed, by default.
const STUCK_AFTER: Duration = Duration::from_hours(1);

/// Reads all keys before any error ends the reading, so that all errors are found.
pub(super) fn read(root: &Node, digest: Digest, decoder: &Decoder<'_>) -> Decoded<Policy> {
    let document = Field::root("a policy", Example::Policy, &POLICY, root, decoder);
    refuse_other_documents(&document)?;
    let fields = document.section()?;
    let version = fields
        .required("apiVersion", |field| exactly(field, API_VERSION, "this version of helm-purge supports no other"));
    let kind = fields.required("kind", |field| exactly(field, KIND, ""));
    let name = fields.required("metadata", read_metadata);
    let clusters = fields.required("clusters", |field| field.each(ClusterEntry::read));
    // A key that is not recognized may be meant to be `rules`; it is an error already.
    let has_rules = fields.given("rules", |_| Ok(())).is_some() || fields.complete().is_err();
    let limits = fields.optional("limits", |field| Limits::read(field, has_rules)).map(Option::unwrap_or_default);
    // Limits with an error count as given: the error is reported already.
    let namespaces = PolicyScope::read(&fields, !limits.as_ref().is_ok_and(Limits::is_empty));
    let time_zone = fields.optional("timeZone", Zone::read).map(Option::unwrap_or_default);
    let zone = time_zone.as_ref().ok();
    let written_defaults = fields.value_or("defaults", WrittenOptions::default(), WrittenOptions::read_defaults);
    let defaults = written_defaults.over(PurgeOptions::default());
    let context = RuleContext::new(defaults, namespaces.as_ref().ok());
    let warn_after = |field: &Field<'_>| field.section()?.required("warnAfter", |field| field.spanned(Field::duration));
    // For editors: any text.
    fields.given("$schema", Field::text);
    let name = version.and(kind).and(name);
    Ok(Policy {
        // First the values whose errors do not end the reading.
        keep: fields.value_or("keep", Vec::new(), |field| field.each(|item| KeepEntry::read(item, zone))),
        workers: fields.value_or("workers", USUAL_WORKERS, workers),
        retries: fields.value_or("retries", USUAL_RETRIES, retries),
        defaults,
        written_defaults,
        rules: context.read(&fields, document.place_of("namespaces")),
        order: fields.value_or("order", Order::default(), Order::read),
        min_age: fields.given("minAge", |field| field.spanned(Field::duration)),
        stuck_after: fields.value_or("stuckAfter", STUCK_AFTER, Field::duration),
        window: fields.given("window", Window::read),
        opt_outs_warn_after: fields.given("optOuts", warn_after),
        file: Arc::clone(&decoder.source.file),
        digest,
        name_place: name.as_ref().map_err(|reported| *reported)?.place.clone(),
        name: name?.value,
        clusters: clusters?,
        time_zone: time_zone?,
        namespaces: namespaces?,
        limits: limits?,
    })
}

/// Refuses a file of another kind altogether: forty unknown keys of a Deployment would say less.
fn refuse_other_documents(document: &Field<'_>) -> Decoded<()> {
    let (Some(version), Some(kind)) = (document.peek("apiVersion"), document.peek("kind")) else { return Ok(()) };
    if version.text.starts_with("helm-purge") || kind.text == KIND {
        return Ok(());
    }
    let error = Diagnostic::at(kind.content(), format!("{} is not a policy", quoted(&kind.text)));
    let label = format!("a policy has `apiVersion: {API_VERSION}` and `kind: {KIND}`");
    document.decoder.refuse(error.label(label))
}

/// Reads a text that must be there letter by letter.
fn exactly(field: &Field<'_>, expected: &str, label: &str) -> Decoded<()> {
    match field.text()?.text.as_str() {
        text if text == expected => Ok(()),
        text => field.refuse(format!("{} must be `{expected}`, found {}", field.name, quoted(text)), label),
    }
}

/// Reads the name of the policy.
///
/// Labels and annotations mean nothing here: people run `kubectl` and `kustomize` over whole folders, which want them.
fn read_metadata(field: &Field<'_>) -> Decoded<Spanned<String>> {
    let fields = field.section()?;
    let name = fields.required("name", |field| read_name("a policy", field));
    let texts = |field: &Field<'_>| field.entries(|_, field| field.text().map(|_| ()));
    let labels = fields.optional("labels", texts);
    let annotations = fields.optional("annotations", texts);
    labels.and(annotations)?;
    name
}

/// `limits`: how much one run may purge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) releases: Option<Spanned<u32>>,
    /// The most namespaces that lose a release.
    pub(crate) namespaces: Option<Spanned<u32>>,
    /// The largest part of the releases in scope, 1 to 100 percent.
    pub(crate) percent: Option<Spanned<u32>>,
}

impl Limits {
    pub(crate) fn is_empty(&self) -> bool {
        self.releases.is_none() && self.namespaces.is_none() && self.percent.is_none()
    }

    fn read(field: &Field<'_>, has_rules: bool) -> Decoded<Self> {
        let fields = field.section()?;
        let limit = |key| fields.optional(key, |field| field.spanned(Field::number));
        let (releases, namespaces) = (limit("maxReleases"), limit("maxNamespaces"));
        let percent = fields.optional("maxPercent", |field| {
            let percent = field.spanned(Field::number)?;
            if has_rules {
                return Ok(percent);
            }
            let label = "without rules everything in scope is selected: limit it with `maxReleases`";
            field.decoder.refuse(Diagnostic::at(field.key_span(), "`maxPercent` needs `rules`").label(label))
        });
        fields.complete()?;
        let limits = Self { releases: releases?, namespaces: namespaces?, percent: percent? };
        if limits.is_empty() {
            let label = "write for example `{maxReleases: 300}`, or remove the line";
            return field.refuse("`limits` sets no limit", label);
        }
        Ok(limits)
    }
}

/// One entry of `clusters`: a cluster, or a family of them. Every field that is given must match.
#[derive(Debug, Clone)]
pub(crate) struct ClusterEntry {
    pub(super) context: Option<NamePattern>,
    pub(super) server: Option<NamePattern>,
    /// In lower case.
    pub(crate) uid: Option<String>,
    pub(crate) place: Location,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClusterMatch {
    Matches,
    /// The name of the context in the kubeconfig does not match.
    OtherContext,
    /// The URL of the API server does not match.
    OtherServer,
    /// The UID of the namespace kube-system does not match.
    OtherUid,
    /// The entry has a UID, and that of the cluster is not known.
    UidUnknown,
}

impl ClusterEntry {
    /// Compares a cluster with every field that is given; context first, UID last.
    pub(crate) fn matches(&self, context: &str, server: &str, uid: Option<&str>) -> ClusterMatch {
        if self.context.as_ref().is_some_and(|pattern| !pattern.matches(context)) {
            return ClusterMatch::OtherContext;
        }
        if self.server.as_ref().is_some_and(|pattern| !pattern.matches(server)) {
            return ClusterMatch::OtherServer;
        }
        match (&self.uid, uid) {
            (None, _) => ClusterMatch::Matches,
            (Some(_), None) => ClusterMatch::UidUnknown,
            (Some(ours), Some(uid)) if ours.eq_ignore_ascii_case(uid) => ClusterMatch::Matches,
            (Some(_), Some(_)) => ClusterMatch::OtherUid,
        }
    }

    /// Whether there can be a cluster that both name.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let meet = |ours: &Option<NamePattern>, theirs: &Option<NamePattern>, names| {
            ours.as_ref().zip(theirs.as_ref()).is_none_or(|(ours, theirs)| ours.intersects(theirs, names))
        };
        self.uid.as_ref().zip(other.uid.as_ref()).is_none_or(|(ours, theirs)| ours == theirs)
            && meet(&self.context, &other.context, PatternKind::Context)
            && meet(&self.server, &other.server, PatternKind::Server)
    }

    /// Whether it names the cluster by its context alone, which is private to a laptop and the same in every pod.
    pub(crate) fn has_context_only(&self) -> bool {
        self.server.is_none() && self.uid.is_none()
    }

    fn read(field: &Field<'_>) -> Decoded<Self> {
        let place = field.place();
        let entry = if let Some(fields) = field.long_form()? {
            Self::read_long(&fields, place)?
        } else {
            let context = NamePattern::of_field(field, PatternKind::Context)?;
            Self { context: Some(context), server: None, uid: None, place }
        };
        let any_context = entry.context.as_ref().is_none_or(|pattern| pattern.matches_everything(PatternKind::Context));
        if any_context && entry.has_context_only() {
            let number = if entry.context.is_some() { "every" } else { "no" };
            let label = "give it a `context` such as `dev-*`, a `server` or a `uid`";
            return field.refuse(format!("this entry matches {number} cluster"), label);
        }
        Ok(entry)
    }

    fn read_long(fields: &SectionFields<'_>, place: Location) -> Decoded<Self> {
        let context = fields.optional("context", |field| NamePattern::of_field(field, PatternKind::Context));
        let server = fields.optional("server", |field| {
            let server = NamePattern::of_field(field, PatternKind::Server)?;
            // With a pattern for any server, an entry would only seem to identify one cluster.
            if server.matches_everything(PatternKind::Server) {
                return field.refuse("this pattern matches every server", "name the server, or remove `server`");
            }
            Ok(server)
        });
        let uid = fields.optional("uid", read_uid);
        fields.complete()?;
        Ok(Self { context: context?, server: server?, uid: uid?, place })
    }
}

/// Reads a cluster's identity: the UUID of its namespace kube-system.
fn read_uid(field: &Field<'_>) -> Decoded<String> {
    let text = &field.text()?.text;
    if is_uuid(text) {
        return Ok(text.to_ascii_lowercase());
    }
    let error = Diagnostic::at(field.span(), format!("{} is not a valid UID", quoted(text)));
    let hint = "`kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints it";
    field.decoder.refuse(error.label("write the UID of the namespace kube-system").hint(hint))
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
