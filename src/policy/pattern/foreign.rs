//! Globs that nobody checked: from annotations that anybody may write.

use globset::GlobMatcher;

use super::glob::{self, Wildcards};
use super::name::is_possible;
use super::names::Names;

/// A pattern over releases of foreign hand.
#[derive(Debug, Clone)]
pub struct LenientGlob(Option<GlobMatcher>);

impl LenientGlob {
    /// Reads it; what is no glob, or could match no release, is taken for one that matches every release.
    pub fn new(text: &str) -> Self {
        let glob = glob::compile(text, Wildcards::WithinNames).ok().filter(|_| is_possible(text, Names::Releases));
        Self(glob.map(|glob| glob.compile_matcher()))
    }

    /// Whether it matches, or was meant to for all that is known.
    pub fn may_match(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|glob| glob.is_match(name))
    }
}
