//! The process between the bench and what is measured.
//!
//! Must not have any other child: what its descendants used is what was measured.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

use super::processes::Seen;
use super::sample::{Bytes, Sample};
use crate::fault::Fault;

/// Between two looks at the tree: shorter than the life of any helm, and cheap beside it.
const PAUSE: Duration = Duration::from_millis(20);

/// `words`: a file for the result, a program, and its arguments.
pub(crate) fn run(words: &[OsString]) -> Result<(), Fault> {
    let [result, program, arguments @ ..] = words else {
        return Err(Fault::new("a file and a program are needed"));
    };
    let before = Seen::before();
    let start = Instant::now();
    let mut child = Command::new(program).args(arguments).spawn().map_err(Fault::file("start", Path::new(program)))?;
    let pid = child.id();
    let ended = AtomicBool::new(false);
    let (exit, wall, seen) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(before, pid, &ended));
        let exit = child.wait();
        let wall = start.elapsed();
        ended.store(true, Ordering::Relaxed);
        (exit, wall, watch.join().expect("looking does not panic"))
    });
    let exit = exit.map_err(Fault::file("wait for", Path::new(program)))?;
    if !exit.success() {
        return Err(Fault::new(format!("{} ended with {exit}", Path::new(program).display())));
    }
    let sample = Sample { wall, ..sample(&seen)? };
    let text = serde_json::to_vec(&sample).expect("a sample is plain data");
    fs::write(result, text).map_err(Fault::file("write", Path::new(result)))
}

fn watch(mut seen: Seen, pid: u32, ended: &AtomicBool) -> Seen {
    while !ended.load(Ordering::Relaxed) {
        seen.look(pid);
        thread::sleep(PAUSE);
    }
    seen
}

/// The times of descendants arrive with those who waited for them, which everyone here does.
fn sample(seen: &Seen) -> Result<Sample, Fault> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|it| Fault::new(format!("cannot measure: {it}")))?;
    let duration = |time: TimeVal| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or_default());
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Sample {
        cpu: duration(usage.user_time()) + duration(usage.system_time()),
        own_cpu: seen.own_cpu,
        own_memory: seen.own_memory,
        largest: Bytes(u64::try_from(usage.max_rss()).unwrap_or_default() * unit),
        together: seen.together,
        processes: u32::try_from(seen.processes.len()).unwrap_or(u32::MAX),
        ..Sample::default()
    })
}
