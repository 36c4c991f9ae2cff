//! How long it takes until everything is there again in the morning: a restore against installing the charts again.
//!
//! Must not measure the evening: in between everything is purged, as each contestant needs it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use throwaway_cluster::{Chart, Kind, charts, wait_until};

use crate::arguments::{Arguments, CONTESTANT};
use crate::cast::PREFIX;
use crate::fault::Fault;
use crate::measure::{self, Reading, Sample};
use crate::report::{Freshness, Outcome, Report, say};
use crate::stage::{Distance, Stage, namespaces};

/// The names of the outcomes begin with it.
const NAME: &str = "restore";
const WORKERS: u8 = 16;
/// Rounds that the loop takes part in: its times differ little, and take long.
const ROUNDS_OF_THE_LOOP: u32 = 1;

/// A way to have everything back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The program under test, after a purge that has kept the histories.
    Restore,
    /// `helm upgrade --install` of each, from so many threads, after a purge that has kept nothing.
    Install(u8),
}

const WAYS: [Way; 3] = [Way::Restore, Way::Install(5), Way::Install(1)];

/// Adds its outcomes to the report.
pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Fault> {
    if arguments.experiment || !arguments.wants(NAME) {
        return Ok(());
    }
    let (releases, homes) = if arguments.quick { (8, 4) } else { (100, 20) };
    let rounds = arguments.rounds.unwrap_or(if arguments.quick { 1 } else { 3 });
    let restore = RestoreBench::begin(arguments, releases, homes)?;
    for distance in [Distance::Loopback, Distance::Far] {
        let name = format!("{NAME}, {releases} releases, {homes} namespaces, {distance}");
        say(&name);
        let standings = restore.compare(distance, rounds)?;
        report.add(Outcome { name, cast: None, distance, standings });
    }
    Ok(())
}

/// A cluster with everything in it.
struct RestoreBench {
    stage: Stage,
    releases: usize,
    /// What everybody's pipeline knows: a namespace and a name on each line.
    list: PathBuf,
    policy: PathBuf,
}

impl RestoreBench {
    fn begin(arguments: &Arguments, releases: u32, homes: u32) -> Result<Self, Fault> {
        let stage = Stage::start(arguments.helm())?;
        let list = stage.folder().join("releases");
        let lines = (0..releases).map(|number| format!("{PREFIX}{:03} app-{number}\n", number % homes));
        fs::write(&list, lines.collect::<String>()).map_err(Fault::file("write", &list))?;
        let policy = stage.policy(&namespaces(), WORKERS)?;
        let restore = Self { stage, releases: releases as usize, list, policy };
        measure::run(&restore.command(Way::Install(5), Distance::Loopback)?, restore.stage.folder())?;
        Ok(restore)
    }

    fn compare(&self, distance: Distance, rounds: u32) -> Result<Vec<Freshness>, Fault> {
        let mut standings = WAYS.map(|way| Freshness::new(way.name(), None)).to_vec();
        for round in 0..rounds {
            for place in (0..WAYS.len()).map(|place| (place + round as usize) % WAYS.len()) {
                let way = WAYS[place];
                if way != Way::Install(1) || round < ROUNDS_OF_THE_LOOP {
                    standings[place].samples.push(self.turn(way, distance)?);
                }
            }
        }
        Ok(standings)
    }

    /// Everything goes, the contestant brings it back, and another process looks whether it is there.
    fn turn(&self, way: Way, distance: Distance) -> Result<Sample, Fault> {
        measure::run(&self.purge(way), self.stage.folder())?;
        self.wait_for(0)?;
        let before = self.stage.requests()?;
        let sample = measure::run(&self.command(way, distance)?, self.stage.folder())?;
        let requests = self.stage.requests()?.since(before);
        self.wait_for(self.releases)?;
        say(&format!("  {}: {:.2} s", way.name(), Reading::Wall.of(&sample)));
        Ok(Sample { requests, ..sample })
    }

    fn purge(&self, way: Way) -> Command {
        let mut purge = self.program(Distance::Loopback);
        purge.args(["run", "--yes", "-A", "-f"]).arg(&self.policy);
        if way == Way::Restore {
            purge.arg("--keep-history");
        }
        purge
    }

    fn command(&self, way: Way, distance: Distance) -> Result<Command, Fault> {
        match way {
            Way::Restore => {
                let mut restore = self.program(distance);
                restore.args(["restore", "--yes", "-A", "-f"]).arg(&self.policy);
                Ok(restore)
            }
            Way::Install(threads) => {
                let myself = std::env::current_exe();
                let myself = myself.map_err(|it| Fault::new(format!("the bench cannot find itself: {it}")))?;
                let mut install = self.stage.command(myself, distance);
                install.args([CONTESTANT, &threads.to_string()]).arg(&self.list).arg(charts::path(Chart::Nginx));
                Ok(install)
            }
        }
    }

    fn program(&self, distance: Distance) -> Command {
        self.stage.command(env!("CARGO_BIN_EXE_helm-purge"), distance)
    }

    /// Until so many releases have their objects, of which none of the charts has more than one that matters here.
    fn wait_for(&self, releases: usize) -> Result<(), Fault> {
        Ok(wait_until("the Deployments", || {
            let found = self.stage.cluster.api().list(Kind::DEPLOYMENT, None)?;
            let ours = found.iter().filter(|name| name.starts_with(PREFIX)).count();
            Ok((ours == releases).then_some(()))
        })?)
    }
}

impl Way {
    fn name(self) -> String {
        match self {
            Self::Restore => format!("helm purge restore, {WORKERS} workers"),
            Self::Install(1) => "helm upgrade --install, one at a time".to_owned(),
            Self::Install(threads) => format!("helm upgrade --install, pool of {threads} threads"),
        }
    }
}
