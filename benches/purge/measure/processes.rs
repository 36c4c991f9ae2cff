//! A look at a process and all its descendants, by Linux's /proc. Elsewhere nothing is seen, and the numbers are 0.
//!
//! Must be cheap, as it runs beside what is measured. One file for each process and no more: whatever was opened below
//! `/proc/PID/task` is put away by the one who waits for that process, who then seems to have worked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use super::sample::Bytes;

/// On every Linux that there is.
const TICK: Duration = Duration::from_millis(10);
const PAGE: u64 = 4096;

/// What all looks together saw.
#[derive(Debug)]
pub(super) struct Seen {
    /// Those that were there before; they need not be checked.
    others: BTreeSet<u32>,
    pub(super) processes: BTreeSet<u32>,
    pub(super) together: Bytes,
    pub(super) own_cpu: Duration,
    pub(super) own_memory: Bytes,
}

/// Of one process, at one moment.
struct Process {
    parent: u32,
    cpu: Duration,
    resident: Bytes,
}

impl Seen {
    /// To be called before the process starts.
    pub(super) fn before() -> Self {
        Self {
            others: all().collect(),
            processes: BTreeSet::new(),
            together: Bytes::default(),
            own_cpu: Duration::ZERO,
            own_memory: Bytes::default(),
        }
    }

    /// One more look at `root` and its descendants.
    pub(super) fn look(&mut self, root: u32) {
        let young = all().filter(|pid| !self.others.contains(pid));
        let young = young.filter_map(|pid| Some((pid, read(pid)?))).collect::<BTreeMap<_, _>>();
        let mut together = 0;
        for (pid, process) in young.iter().filter(|(pid, _)| descends(**pid, root, &young)) {
            self.processes.insert(*pid);
            together += process.resident.0;
        }
        self.together = self.together.max(Bytes(together));
        self.own_cpu = young.get(&root).map_or(self.own_cpu, |process| process.cpu);
        self.own_memory = high_water(root).unwrap_or_default().max(self.own_memory);
    }
}

fn all() -> impl Iterator<Item = u32> {
    let names = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.filter_map(|name| name.to_str()?.parse().ok())
}

fn descends(pid: u32, root: u32, processes: &BTreeMap<u32, Process>) -> bool {
    let parent = |pid: &u32| processes.get(pid).map(|process| process.parent);
    std::iter::successors(Some(pid), parent).any(|ancestor| ancestor == root)
}

/// The name in brackets may hold anything, so that fields are counted from behind it.
fn read(pid: u32) -> Option<Process> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = text.rsplit_once(") ")?.1.split(' ').collect::<Vec<_>>();
    let number = |place: usize| fields.get(place)?.parse::<u32>().ok();
    Some(Process {
        parent: number(1)?,
        cpu: TICK * (number(11)? + number(12)?),
        resident: Bytes(u64::from(number(21)?) * PAGE),
    })
}

fn high_water(pid: u32) -> Option<Bytes> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(Bytes(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024))
}
