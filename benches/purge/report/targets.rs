//! What was promised, held against what was measured: ratios within one run, of medians.
//!
//! Must not be changed to fit a result: the numbers here are those that were agreed on before.

use std::fmt;

use super::outcome::{Freshness, Outcome};
use crate::cast::Cast;
use crate::contestants::Way;
use crate::measure::Reading;
use crate::stage::Distance;
use crate::{own, planning, scenes};

/// Whom this program is compared with.
#[derive(Clone, Copy, Debug)]
enum Rival {
    Pool,
    Xargs,
    Library,
    /// The fastest that starts a helm process for each release.
    BestLoop,
}

struct Target {
    what: String,
    measured: f64,
    at_most: f64,
}

/// Of purges: cast, distance, rival, reading, and the most that it may be.
const PURGES: [(Cast, Distance, Rival, Reading, f64); 8] = [
    (scenes::HUNDRED, Distance::Far, Rival::Pool, Reading::Wall, 0.45),
    (scenes::HUNDRED, Distance::Far, Rival::Xargs, Reading::Wall, 0.6),
    (scenes::HUNDRED, Distance::Far, Rival::Library, Reading::Wall, 1.7),
    (scenes::HUNDRED, Distance::Loopback, Rival::BestLoop, Reading::Wall, 0.5),
    (scenes::HUNDRED, Distance::Loopback, Rival::BestLoop, Reading::Cpu, 0.45),
    (scenes::HUNDRED, Distance::Loopback, Rival::Library, Reading::Wall, 1.7),
    (Cast::Charts, Distance::Far, Rival::Pool, Reading::Wall, 1.0),
    (Cast::Charts, Distance::Loopback, Rival::Pool, Reading::Wall, 0.9),
];

/// Of plans for 6,000 releases against `helm list`.
const PLANS: [(&str, Reading, f64); 4] = [
    (planning::FEW, Reading::Wall, 0.15),
    (planning::ALL, Reading::Wall, 0.35),
    (planning::FEW, Reading::Largest, 0.05),
    (planning::ALL, Reading::Largest, 0.05),
];

/// A table of all targets that something was measured for; nothing where there is none.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let targets = purges(outcomes).into_iter().chain(plans(outcomes)).chain(own(outcomes)).collect::<Vec<_>>();
    if targets.is_empty() {
        return String::new();
    }
    let head = "### Targets\n\n| | measured | at most | |\n|---|--:|--:|---|\n";
    targets.iter().fold(head.to_owned(), |text, target| text + &target.to_string())
}

fn purges(outcomes: &[Outcome]) -> Vec<Target> {
    let target = |(cast, distance, rival, reading, at_most): (Cast, Distance, Rival, Reading, f64)| {
        let outcome = outcomes.iter().find(|it| it.cast == Some(cast) && it.distance == distance)?;
        let ours = outcome.standings.iter().find(|it| matches!(it.way, Some(Way::Purge(_))))?;
        let theirs = rival.find(outcome)?;
        let what = format!("{}: {reading} relative to {}", outcome.name, theirs.name);
        Some(Target { what, measured: ratio(ours, theirs, reading), at_most })
    };
    PURGES.into_iter().filter_map(target).collect()
}

fn plans(outcomes: &[Outcome]) -> Vec<Target> {
    let Some(outcome) = outcomes.iter().rfind(|it| it.name.starts_with(planning::NAME)) else { return Vec::new() };
    let named = |name: &str| outcome.standings.iter().find(|it| it.name == name);
    let target = |(ours, reading, at_most): (&str, Reading, f64)| {
        let measured = ratio(named(ours)?, named(planning::LIST)?, reading);
        Some(Target { what: format!("{}: {reading} of {ours}", outcome.name), measured, at_most })
    };
    PLANS.into_iter().filter_map(target).collect()
}

/// The CPU time is held against that of real helms, as the stand-in needs next to none.
fn own(outcomes: &[Outcome]) -> Vec<Target> {
    let standings = |name: &str| outcomes.iter().find(|it| it.name == name).map(|it| it.standings.as_slice());
    let mut targets = Vec::new();
    if let Some(most) = standings(own::NAME).and_then(|all| all.iter().find(|it| it.name == own::label(own::MOST))) {
        let memory = most.median(|sample| sample.own_memory.megabytes());
        let what = format!("{} releases: memory of this process, MB", own::MOST);
        targets.push(Target { what, measured: memory, at_most: 30.0 });
        let of_a_release = outcomes
            .iter()
            .find(|it| it.cast == Some(scenes::HUNDRED) && it.distance == Distance::Loopback)
            .and_then(|outcome| outcome.standings.iter().find(|it| matches!(it.way, Some(Way::Purge(_)))))
            .map(|it| it.median(|sample| Reading::Cpu.of(sample)) / f64::from(scenes::HUNDRED.releases()));
        if let Some(of_a_release) = of_a_release {
            let share = most.median(|sample| sample.own_cpu.as_secs_f64()) / (of_a_release * f64::from(own::MOST));
            let what = format!("{} releases: this process's share of a run's CPU time", own::MOST);
            targets.push(Target { what, measured: share, at_most: 0.02 });
        }
    }
    for standing in standings(own::START).unwrap_or_default() {
        let what = format!("{}: seconds", standing.name);
        targets.push(Target { what, measured: standing.wall(), at_most: 0.01 });
    }
    targets
}

impl Rival {
    fn find(self, outcome: &Outcome) -> Option<&Freshness> {
        let is = |way: Way| match self {
            Self::Pool => matches!(way, Way::Pool(_)),
            Self::Xargs => matches!(way, Way::Xargs(_)),
            Self::Library => matches!(way, Way::Library(_)),
            Self::BestLoop => matches!(way, Way::Pool(_) | Way::Xargs(_) | Way::Loop),
        };
        let found = outcome.standings.iter().filter(|it| it.way.is_some_and(is));
        found.min_by(|a, b| a.wall().total_cmp(&b.wall()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.measured <= self.at_most { "met" } else { "**missed**" };
        writeln!(formatter, "| {} | {:.3} | {} | {verdict} |", self.what, self.measured, self.at_most)
    }
}

fn ratio(ours: &Freshness, theirs: &Freshness, reading: Reading) -> f64 {
    ours.median(|sample| reading.of(sample)) / theirs.median(|sample| reading.of(sample))
}
