//! `order`: what goes before everything else, and what goes after it.

use super::{Selector, SelectorMatch};
use crate::release::{Chart, Known, Namespace, ReleaseName};

/// What goes first and what goes last; everything else goes between.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// What goes before everything else.
    pub first: Vec<Selector>,
    /// What goes after everything else; it wins where both name a release.
    pub last: Vec<Selector>,
}

/// When a release goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before everything else.
    First,
    /// Between.
    Middle,
    /// When everything else is gone.
    Last,
}

impl Phase {
    /// Its place among the phases, from 0.
    pub fn number(self) -> u8 {
        match self {
            Phase::First => 0,
            Phase::Middle => 1,
            Phase::Last => 2,
        }
    }

    /// The word that reports use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::First => "first",
            Phase::Middle => "middle",
            Phase::Last => "last",
        }
    }
}

impl Order {
    /// The phase of a release.
    pub fn phase(&self, namespace: &Namespace, release: &ReleaseName, chart: Known<&Chart>) -> Phase {
        let named = |selectors: &[Selector]| {
            selectors.iter().any(|selector| selector.matches(namespace, release, chart) == SelectorMatch::Yes)
        };
        if named(&self.last) {
            Phase::Last
        } else if named(&self.first) {
            Phase::First
        } else {
            Phase::Middle
        }
    }
}
