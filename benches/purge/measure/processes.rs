//! A look at a process and all its descendants, by Linux's /proc. Elsewhere nothing is seen, and the numbers are 0.
//!
//! Must be cheap: it runs beside what is measured.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use super::sample::Bytes;

/// On every Linux that there is.
const TICK: Duration = Duration::from_millis(10);
const PAGE: u64 = 4096;

/// What all looks together saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) processes: BTreeSet<u32>,
    pub(super) together: Bytes,
    pub(super) own_cpu: Duration,
    pub(super) own_memory: Bytes,
}

/// One more look at `pid` and its descendants.
pub(super) fn look(pid: u32, seen: &mut Seen) {
    seen.own_cpu = cpu(pid).unwrap_or(seen.own_cpu);
    seen.own_memory = high_water(pid).unwrap_or_default().max(seen.own_memory);
    let mut rest = vec![pid];
    let mut together = 0;
    while let Some(pid) = rest.pop() {
        together += resident(pid).unwrap_or_default();
        seen.processes.insert(pid);
        rest.extend(children(pid));
    }
    seen.together = seen.together.max(Bytes(together));
}

/// Those of every thread: each belongs to the thread that started it.
fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split(' ').filter_map(|word| word.parse().ok()).collect::<Vec<_>>()).collect()
}

fn resident(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    Some(text.split(' ').nth(1)?.parse::<u64>().ok()? * PAGE)
}

/// The name in brackets may hold anything, so that fields are counted from behind it: `utime` and `stime`.
fn cpu(pid: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = text.rsplit_once(") ")?.1.split(' ').collect::<Vec<_>>();
    let ticks = fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?;
    Some(TICK * ticks)
}

fn high_water(pid: u32) -> Option<Bytes> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(Bytes(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024))
}
