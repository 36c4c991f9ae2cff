//! Records that were made to fill memory: they are kept, and fill none.

use std::fs;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use serde_json::{Value, json};
use throwaway_cluster::{Damage, HelmVersion, SeededRelease};

use crate::support::{Output, Real, Running, seed_releases};

/// What a forged record of this test takes when it is unpacked; the program unpacks no larger ones.
const BYTES: u64 = 60 << 20;

/// The most memory that a process has had, in bytes.
fn most_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it has memory");
    let kibibytes = line.trim().strip_suffix(" kB").expect("the kernel counts in kB");
    kibibytes.parse::<u64>().expect("a number") << 10
}

/// A run with one CPU unpacks one record at a time, so that its memory does not depend on the machine.
fn start_on_one_cpu(real: &Real) -> Running {
    let this_thread = Pid::from_raw(0);
    let start = || {
        let allowed = sched_getaffinity(this_thread).expect("the CPUs of a thread are known");
        let first = (0..CpuSet::count()).find(|cpu| allowed.is_set(*cpu) == Ok(true)).expect("it has a CPU");
        let mut one = CpuSet::new();
        one.set(first).expect("it is one of the CPUs");
        sched_setaffinity(this_thread, &one).expect("a thread may restrict itself");
        real.program.start("run -f policy.yaml --yes -A -o json")
    };
    std::thread::scope(|scope| scope.spawn(start).join().expect("the program can be started"))
}

/// A run that purges the release `honest`, and the most memory that it has had when helm begins: all records have been
/// read then.
#[track_caller]
fn run(real: &Real) -> (u64, Output) {
    seed_releases(&[SeededRelease::new(&real.namespace("a"), "honest").config_maps(1)]);
    for file in ["go", "calls"] {
        // The first run has none of them.
        let _ = fs::remove_file(real.program.folder().join(file));
    }
    let running = start_on_one_cpu(real);
    real.program.wait_for_file("calls", "honest");
    let most = most_memory(running.pid());
    real.let_helm_go();
    (most, running.finish().exits(0))
}

#[track_caller]
fn keeps(output: &Output, forged: usize) {
    let totals = &output.json()["totals"];
    assert_eq!((&totals["purged"], &totals["kept"]), (&json!(1), &Value::from(forged)), "{output}");
    assert!(output.stderr.len() < 20 << 10, "{}", output.stderr.len());
}

#[test]
fn records_that_were_made_to_fill_memory_are_kept_and_fill_none() {
    let mut real = Real::new("memory", HelmVersion::Three);
    let _burden = real.burden("a");
    real.hold_helm("uninstall");
    let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
    let hollow = |name: &str| seed(name).damaged(Damage::Hollow { bytes: BYTES });
    let seed_each = |forged: &[SeededRelease]| {
        for release in forged {
            seed_releases(std::slice::from_ref(release));
        }
        forged.len()
    };

    let (without, _) = run(&real);
    let kinds = seed_each(&[
        seed("bomb").damaged(Damage::Bomb { bytes: 500 << 20 }),
        hollow("hollow"),
        seed("documents").manifest(&"\n---".repeat(1 << 20)),
        seed("name").manifest(&format!("kind: Namespace\nmetadata: {{name: {}}}\n", "x".repeat(8 << 20))),
    ]);
    let (with_one_of_each, output) = run(&real);
    keeps(&output, kinds);
    let more = with_one_of_each.saturating_sub(without);
    assert!(more < 3 * BYTES, "the largest record of {} MiB takes {} MiB", BYTES >> 20, more >> 20);

    let others = seed_each(&["hollow-2", "hollow-3", "hollow-4"].map(hollow));
    let (with_more, output) = run(&real);
    keeps(&output, kinds + others);
    let more = with_more.saturating_sub(with_one_of_each);
    assert!(more < BYTES, "{others} more records take {} MiB more, so that they stay in memory", more >> 20);
}
