//! How a release is purged that several rules select, of one policy or of many.
//!
//! The first of them decides on `timeout`, `wait` and `cascade`. Order must not decide what is lost: for `hooks`,
//! `keepHistory`, `dataLoss` and the blast radius, every value counts that one of these rules writes, and the most careful
//! one wins. If none writes any, the most careful of their policies' defaults does.

use super::reason::{Source, length};
use crate::location::Spanned;
use crate::policy::{BlastRadius, DataLoss, Policy, PurgeOptions, Rule, WrittenOptions};
use crate::uninstall_options::{Cascade, History, Hooks, UninstallOptions, Wait};

/// A rule that selects a release, with its index in its policy, and the policy with its index.
#[derive(Debug, Clone, Copy)]
pub(super) struct SelectingRule<'a> {
    pub(super) policy: usize,
    pub(super) of: &'a Policy,
    pub(super) number: usize,
    pub(super) rule: &'a Rule,
}

/// The options of one release, with the places that decided.
#[derive(Debug, Clone)]
pub(crate) struct DecidedOptions {
    timeout: DecidedOption<std::time::Duration>,
    wait: DecidedOption<Wait>,
    cascade: DecidedOption<Cascade>,
    hooks: DecidedOption<Hooks>,
    history: DecidedOption<History>,
    pub(super) blast_radius: DecidedOption<BlastRadius>,
    pub(super) data_loss: DecidedOption<DataLoss>,
}

/// One option.
#[derive(Debug, Clone)]
pub(super) struct DecidedOption<T> {
    pub(super) value: T,
    /// `None` if nothing is written and the built-in default holds.
    pub(super) source: Option<Source>,
    /// Values of other rules that select the release, which are less careful.
    overruled: Vec<(T, Source)>,
    /// The index of the policy that decided.
    policy: usize,
}

/// One option in the words of the policy.
#[derive(Debug, Clone)]
pub(crate) struct OptionText {
    pub(crate) key: &'static str,
    pub(crate) value: String,
    pub(crate) source: Option<Source>,
    pub(crate) overruled: Vec<(String, Source)>,
}

impl DecidedOptions {
    /// `None` without any rule.
    pub(super) fn of(selecting: &[SelectingRule<'_>]) -> Option<Self> {
        let (first, usual) = (selecting.first()?, PurgeOptions::default());
        let mut history = most_careful(selecting, usual.uninstall.history, |written| written.history.as_ref())?;
        if let History::Keep(tag) = &mut history.value {
            *tag = history.policy;
        }
        Some(Self {
            timeout: first.decides(first.rule.options.uninstall.timeout, |written| written.timeout.as_ref()),
            wait: first.decides(first.rule.options.uninstall.wait, |written| written.wait.as_ref()),
            cascade: first.decides(first.rule.options.uninstall.cascade, |written| written.cascade.as_ref()),
            hooks: most_careful(selecting, usual.uninstall.hooks, |written| written.hooks.as_ref())?,
            history,
            blast_radius: most_careful(selecting, usual.blast_radius, |written| written.blast_radius.as_ref())?,
            data_loss: most_careful(selecting, usual.data_loss, |written| written.data_loss.as_ref())?,
        })
    }

    pub(super) fn values(&self) -> PurgeOptions {
        let uninstall = UninstallOptions {
            timeout: self.timeout.value,
            hooks: self.hooks.value,
            wait: self.wait.value,
            cascade: self.cascade.value,
            history: self.history.value,
        };
        PurgeOptions { uninstall, blast_radius: self.blast_radius.value, data_loss: self.data_loss.value }
    }

    /// All of them, in the order of the documentation.
    pub(crate) fn texts(&self) -> [OptionText; 7] {
        [
            self.timeout.text("timeout", |timeout| length(*timeout)),
            self.hooks.text("hooks", |hooks| hooks.as_str().to_owned()),
            self.wait.text("wait", |wait| (*wait == Wait::Objects).to_string()),
            self.cascade.text("cascade", |cascade| cascade.as_str().to_owned()),
            self.blast_radius.text("reach", |radius| radius.as_str().to_owned()),
            self.data_loss.text("dataLoss", |data_loss| data_loss.as_str().to_owned()),
            self.history.text("keepHistory", |history| (*history != History::Drop).to_string()),
        ]
    }
}

impl SelectingRule<'_> {
    /// The value that this rule or its policy's defaults write; `value` is that value, or the built-in default.
    fn decides<T>(&self, value: T, key: impl Fn(&WrittenOptions) -> Option<&Spanned<T>>) -> DecidedOption<T> {
        let written = key(&self.rule.written).or(key(&self.of.written_defaults));
        let source = written.map(|written| Source::Policy(written.place.clone()));
        DecidedOption { value, source, overruled: Vec::new(), policy: self.policy }
    }
}

fn most_careful<T: Copy + Ord>(
    selecting: &[SelectingRule<'_>],
    usual: T,
    key: impl Fn(&WrittenOptions) -> Option<&Spanned<T>>,
) -> Option<DecidedOption<T>> {
    let source = |written: &Spanned<T>| Source::Policy(written.place.clone());
    let in_rules = selecting.iter().filter_map(|selecting| Some((selecting.policy, key(&selecting.rule.written)?)));
    if let Some((policy, decisive)) = in_rules.clone().min_by_key(|(_, written)| written.value) {
        let others = in_rules.filter(|(_, written)| written.value > decisive.value);
        let overruled = others.map(|(_, written)| (written.value, source(written))).collect();
        return Some(DecidedOption { value: decisive.value, source: Some(source(decisive)), overruled, policy });
    }
    let of_policy = |selecting: &SelectingRule<'_>| {
        let written = key(&selecting.of.written_defaults);
        let value = written.map_or(usual, |written| written.value);
        DecidedOption { value, source: written.map(source), overruled: Vec::new(), policy: selecting.policy }
    };
    selecting.iter().map(of_policy).min_by_key(|decided| (decided.value, decided.source.is_none()))
}

impl<T> DecidedOption<T> {
    fn text(&self, key: &'static str, word: impl Fn(&T) -> String) -> OptionText {
        let overruled = self.overruled.iter().map(|(value, source)| (word(value), source.clone())).collect();
        OptionText { key, value: word(&self.value), source: self.source.clone(), overruled }
    }
}
