//! Records that were made to fill memory: they are kept, and fill none.

use std::time::Duration;

use serde_json::{Value, json};
use throwaway_cluster::{Damage, HelmVersion, SeededRelease};

use crate::support::{Real, seed_releases};

/// The most memory that a process has had, in bytes, as far as it was seen.
fn most_memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

#[test]
fn records_that_were_made_to_fill_memory_are_kept_and_fill_none() {
    let real = Real::new("memory", HelmVersion::Three);
    let _burden = real.burden("a");
    let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
    let bytes = 60 << 20;
    let forged = [
        seed("bomb").damaged(Damage::Bomb { bytes: 500 << 20 }),
        seed("hollow").damaged(Damage::Hollow { bytes }),
        seed("hollow-2").damaged(Damage::Hollow { bytes }),
        seed("documents").manifest(&"\n---".repeat(1 << 20)),
        seed("name").manifest(&format!("kind: Namespace\nmetadata: {{name: {}}}\n", "x".repeat(8 << 20))),
        seed("honest").config_maps(1),
    ];
    for release in &forged {
        seed_releases(std::slice::from_ref(release));
    }
    let running = real.program.start("run -f policy.yaml --yes -A -o json");
    let (pid, mut most) = (running.pid(), 0);
    let watcher = std::thread::spawn(move || {
        // The highest mark only rises; a process that has ended has none.
        while let Some(now) = most_memory(pid) {
            most = now.max(most);
            std::thread::sleep(Duration::from_millis(1));
        }
        most
    });
    let output = running.finish().exits(0);
    let report = output.json();
    assert_eq!(
        (&report["totals"]["purged"], &report["totals"]["kept"]),
        (&json!(1), &Value::from(forged.len() - 1)),
        "{output}"
    );
    assert!(output.stderr.len() < 20 << 10, "{}", output.stderr.len());
    let most = watcher.join().expect("watching does not panic");
    assert!(most < 400 << 20, "it took {} MiB", most >> 20);
}
