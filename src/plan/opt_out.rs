//! What an opt-out means: which releases it keeps, and when it ends. An opt-out that cannot be read keeps.

use jiff::Timestamp;

use crate::inventory::OptOut;
use crate::location::Spanned;
use crate::policy::{LenientGlob, Policy, Until, Zone};
use crate::release::ReleaseName;

/// An opt-out with its globs compiled.
#[derive(Debug)]
pub(super) struct OptOutMatcher<'a> {
    pub(super) opt_out: &'a OptOut,
    globs: Vec<LenientGlob>,
}

/// When an opt-out ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expiry {
    Never,
    At(Until),
    /// This text is not a valid end, so the opt-out does not end.
    Unreadable(String),
}

/// Whether an opt-out keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOutState {
    InForce,
    /// It keeps for longer than the policy's maximum, or without an end.
    Long,
    /// It keeps nothing any more.
    Over,
}

/// An opt-out as a plan shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutDecision {
    pub opt_out: OptOut,
    pub ends: Expiry,
    pub state: OptOutState,
    /// How many releases in scope it names.
    pub hits: usize,
}

impl<'a> OptOutMatcher<'a> {
    pub(super) fn new(opt_out: &'a OptOut) -> Self {
        Self { opt_out, globs: opt_out.releases.iter().map(|glob| LenientGlob::new(glob)).collect() }
    }

    /// Whether it names a release of its namespace.
    pub(super) fn names(&self, release: &ReleaseName) -> bool {
        self.globs.is_empty() || self.globs.iter().any(|glob| glob.may_match(release.as_str()))
    }

    /// Whether it keeps for any of these policies: in the time zone of one of them a date may end later.
    pub(super) fn is_in_force(&self, policies: &[&Policy], now: Timestamp) -> bool {
        policies.iter().any(|policy| !ends(self.opt_out, &policy.time_zone).is_over(now))
    }

    /// As a plan shows it, for the policy whose scope contains its namespace.
    pub(super) fn note(&self, policy: &Policy, hits: usize, now: Timestamp) -> OptOutDecision {
        let ends = ends(self.opt_out, &policy.time_zone);
        let state = match &policy.opt_outs_warn_after {
            _ if ends.is_over(now) => OptOutState::Over,
            Some(longest) if ends.is_beyond(longest, now) => OptOutState::Long,
            _ => OptOutState::InForce,
        };
        OptOutDecision { opt_out: self.opt_out.clone(), ends, state, hits }
    }
}

/// When an opt-out ends, with its dates read in a zone.
pub(super) fn ends(opt_out: &OptOut, zone: &Zone) -> Expiry {
    match &opt_out.until {
        None => Expiry::Never,
        Some(text) => Until::parse(text.trim(), zone).map_or_else(|| Expiry::Unreadable(text.clone()), Expiry::At),
    }
}

impl Expiry {
    fn is_over(&self, now: Timestamp) -> bool {
        matches!(self, Expiry::At(until) if until.is_over(now))
    }

    fn is_beyond(&self, longest: &Spanned<std::time::Duration>, now: Timestamp) -> bool {
        match self {
            Expiry::Never | Expiry::Unreadable(_) => true,
            Expiry::At(until) => now.checked_add(longest.value).is_ok_and(|latest| until.ends > latest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::OptOutSource;

    fn opt_out(releases: Vec<String>, until: Option<String>) -> OptOut {
        let namespace = "dev-a".parse().expect("a legal name");
        OptOut { namespace, releases, until, reason: None, source: OptOutSource::ReleaseLabel, by: None }
    }

    fn names(globs: &[&str], release: &str) -> bool {
        let globs = globs.iter().map(|glob| (*glob).to_owned()).collect();
        let opt_out = opt_out(globs, None);
        OptOutMatcher::new(&opt_out).names(&release.parse().expect("a legal name"))
    }

    #[test]
    fn a_glob_names_whole_names_and_what_is_no_glob_names_everything() {
        assert!(names(&["web"], "web") && names(&["x", "w*"], "web"));
        assert!(!names(&["we"], "web") && !names(&["*-db"], "web"));
        for broken in ["[", "WEB", "{a", "^web$", "!web", "dev-a/web"] {
            assert!(names(&[broken], "redis"), "{broken}");
        }
    }

    #[test]
    fn a_date_lasts_to_the_end_of_its_day_and_what_is_no_date_never_ends() {
        let zone = Zone::default();
        let ends_at = |text: &str| ends(&opt_out(Vec::new(), Some(text.to_owned())), &zone);
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert!(!ends_at("2026-12-01").is_over(at("2026-12-01T23:59:59Z")));
        assert!(ends_at("2026-12-01").is_over(at("2026-12-02T00:00:00Z")));
        assert!(ends_at("2026-12-01T18:00:00+01:00").is_over(at("2026-12-01T17:00:00Z")));
        for unclear in ["", "soon", "01.12.2026", "2026-12-01T18:00:00", "2026-13-01", "12/01/2026", "2026-12-1"] {
            assert!(matches!(ends_at(unclear), Expiry::Unreadable(_)), "{unclear}");
            assert!(!ends_at(unclear).is_over(at("2099-01-01T00:00:00Z")), "{unclear}");
        }
    }
}
