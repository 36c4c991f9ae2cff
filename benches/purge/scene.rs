//! One comparison: the same releases for all contestants, in alternation.
//!
//! Must not print: what is reported goes through the report.

use crate::cast::Cast;
use crate::contestants::{Contestant, Way};
use crate::fault::Fault;
use crate::measure::{self, Reading, Sample};
use crate::report::{Freshness, Outcome, say};
use crate::stage::{Distance, Stage};

/// Rounds that the slowest of them takes part in: its times differ little, and take long.
const ROUNDS_OF_THE_LOOP: u32 = 2;

/// Who competes about what, where, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) cast: Cast,
    pub(crate) distance: Distance,
    /// Of each group only the fastest takes part.
    pub(crate) groups: Vec<Vec<Contestant>>,
    pub(crate) rounds: u32,
}

impl Scene {
    pub(crate) fn name(&self) -> String {
        format!("{}, {}", self.cast, self.distance)
    }

    /// One run for each of a group of several; the fastest is left.
    pub(crate) fn qualify(&mut self, stage: &Stage) -> Result<(), Fault> {
        say(&self.name());
        self.warm_up(stage)?;
        for place in 0..self.groups.len() {
            if self.groups[place].len() < 2 {
                continue;
            }
            let mut fastest = None;
            for contestant in self.groups[place].clone() {
                let took = self.turn(&contestant, stage)?.wall;
                if fastest.as_ref().is_none_or(|(best, _)| took < *best) {
                    fastest = Some((took, contestant));
                }
            }
            self.groups[place] = fastest.into_iter().map(|(_, contestant)| contestant).collect();
        }
        Ok(())
    }

    /// So that the first contestant finds programs in memory and helm's cache of what the API offers, as all others do.
    fn warm_up(&self, stage: &Stage) -> Result<(), Fault> {
        let one = Cast::seeded(1, 1, 1);
        one.enter(stage)?;
        measure::run(&Contestant::from(Way::Loop).command(stage, self.distance)?, stage.folder())?;
        one.is_gone(stage)
    }

    /// All rounds; each begins with another contestant.
    pub(crate) fn play(&self, stage: &Stage) -> Result<Outcome, Fault> {
        let contestants = self.groups.iter().flatten();
        let mut standings = contestants.map(|it| Freshness::new(it.to_string(), Some(it.way))).collect::<Vec<_>>();
        for round in 0..self.rounds {
            let count = standings.len();
            for place in (0..count).map(|place| (place + round as usize) % count) {
                let contestant = self.groups.iter().flatten().nth(place).expect("there is one for each standing");
                if contestant.way != Way::Loop || round < ROUNDS_OF_THE_LOOP {
                    standings[place].samples.push(self.turn(contestant, stage)?);
                }
            }
        }
        Ok(Outcome { name: self.name(), cast: Some(self.cast), distance: self.distance, standings })
    }

    /// The releases enter, the contestant purges them, and another process looks whether they are gone.
    fn turn(&self, contestant: &Contestant, stage: &Stage) -> Result<Sample, Fault> {
        self.cast.enter(stage)?;
        let before = stage.requests()?;
        let sample = measure::run(&contestant.command(stage, self.distance)?, stage.folder())?;
        let requests = stage.requests()?.since(before);
        self.cast.is_gone(stage)?;
        say(&format!("  {contestant}: {:.2} s", Reading::Wall.of(&sample)));
        Ok(Sample { requests, ..sample })
    }
}
