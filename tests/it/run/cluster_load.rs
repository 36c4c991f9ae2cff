//! Very many releases, and whatever can go wrong with them at random: every one of them is accounted for, once.
//!
//! What is random comes from a seed that is printed with every failure. `HELM_PURGE_TEST_SEED` and
//! `HELM_PURGE_TEST_RELEASES` set seed and number; CONTRIBUTING.md has the commands for the large runs.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use rustix::process::Signal;
use serde_json::Value;
use throwaway_cluster::{HelmVersion, Kind, Line, Relay, SeededRelease};

use crate::support::{OrPanic, Output, Real, cluster, policy, seed_releases};

#[expect(clippy::disallowed_methods, reason = "whoever repeats a run says so in the environment")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}, not a number")))
}

/// The seed of this run, which is in the output of a test that fails.
#[expect(clippy::print_stdout, reason = "the test keeps it, and shows it where it fails")]
pub(super) fn seed() -> u64 {
    let seed = number("HELM_PURGE_TEST_SEED").unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("HELM_PURGE_TEST_SEED={seed}");
    seed
}

pub(super) fn releases(usual: usize) -> usize {
    number("HELM_PURGE_TEST_RELEASES").map_or(usual, |number| usize::try_from(number).expect("64 bits"))
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What a report says of each release, as `namespace/name` and its outcome.
#[track_caller]
pub(super) fn outcomes(output: &Output) -> BTreeMap<String, String> {
    let report = output.json();
    let releases = report["releases"].as_array().expect("a list");
    let outcomes = releases.iter().map(|release| {
        (format!("{}/{}", text(&release["namespace"]), text(&release["name"])), text(&release["outcome"]))
    });
    let outcomes = outcomes.collect::<BTreeMap<_, _>>();
    assert_eq!(outcomes.len(), releases.len(), "a release is there twice");
    let totals = report["totals"].as_object().expect("an object");
    let counted = totals.iter().filter(|(key, _)| !["planned", "kept"].contains(&key.as_str()));
    assert_eq!(counted.filter_map(|(_, count)| count.as_u64()).sum::<u64>(), releases.len() as u64, "{totals:?}");
    outcomes
}

pub(super) fn is_gone(outcome: &str) -> bool {
    ["purged", "already-gone"].contains(&outcome)
}

/// Releases on the real cluster, and a line to it that can break.
struct Siege {
    real: Real,
    random: Rng,
    relay: Option<Relay>,
}

impl Siege {
    fn new(test: &str, helm: HelmVersion, count: usize) -> Self {
        let (real, random) = (Real::new(test, helm), Rng::with_seed(seed()));
        let releases = (0..count).map(|number| {
            SeededRelease::new(&real.namespace(&format!("n{:02}", number % (count / 20 + 2))), &format!("r{number:04}"))
                .config_maps(1)
        });
        seed_releases(&releases.collect::<Vec<_>>());
        Self { real, random, relay: None }
    }

    /// A new line, and a policy that knows the cluster by its uid, for the line has another address each time.
    fn connect(&mut self) {
        let relay = cluster().relay(Line::default()).or_panic();
        let kubeconfig = std::fs::read_to_string(cluster().kubeconfig()).expect("the cluster has one");
        let text = kubeconfig.replace(cluster().server(), relay.server());
        let text =
            text.replace("certificate-authority-data", "tls-server-name: localhost\n      certificate-authority-data");
        let kubeconfig = self.real.program.file("kubeconfig", &text);
        self.real.program.set("KUBECONFIG", kubeconfig);
        self.relay = Some(relay);
        let cluster = format!("{{context: throwaway, uid: {}}}", cluster().uid());
        let policy = policy("siege", &cluster, &format!("'{}'", self.real.namespace("*")), "keep: []\n");
        self.real.program.file("policy.yaml", &policy);
    }

    /// A run in which one thing happens at a random moment; its report, where it lived to write one.
    fn round(&mut self, round: usize) -> Option<Output> {
        self.connect();
        let left = self.real.listed();
        let running = self.real.program.start("run -f policy.yaml --yes -A -o json --workers=8");
        if left.len() < 5 || round > 12 {
            return Some(running.finish());
        }
        running.wait_for_times("purged ", self.random.usize(1..left.len() / 2));
        match self.random.u8(..4) {
            0 => {
                running.signal(Signal::KILL);
                drop(running.finish());
                self.real.program.leaves_no_process();
                None
            }
            1 => {
                // All connections break, and nobody answers any more.
                self.relay = None;
                // It would look for the API server for a minute. Where too few were in progress for that, it has ended.
                running.wait_for_times("looking again in", 1);
                running.signal(Signal::TERM);
                Some(running.finish())
            }
            2 => {
                running.signal([Signal::INT, Signal::TERM][self.random.usize(..2)]);
                Some(running.finish())
            }
            _ => {
                for _ in 0..self.random.usize(1..6) {
                    let victim = &left[self.random.usize(..left.len())];
                    let (namespace, name) = victim.split_once('/').expect("namespace/name");
                    // It may be gone already.
                    let record = format!("sh.helm.release.v1.{name}.v1");
                    let _ = cluster().api().delete(Kind::SECRET, Some(&self.real.namespace(namespace)), &record);
                }
                Some(running.finish())
            }
        }
    }
}

/// What is called gone is gone. What is not may be gone all the same: another process was at work, or nobody could look.
fn holds(siege: &Siege, output: &Output, round: usize) {
    let prefix = siege.real.namespace("");
    let listed = siege.real.listed().into_iter().collect::<BTreeSet<_>>();
    assert!(!output.stderr.contains("panicked") && output.status.code().is_some(), "{output}");
    if output.status.code() == Some(4) {
        return;
    }
    for (name, outcome) in outcomes(output) {
        let name = name.strip_prefix(&prefix).unwrap_or(&name);
        assert!(!is_gone(&outcome) || !listed.contains(name), "round {round}: {name} is {outcome} and still there");
        let untouched = ["not-started", "changed"].contains(&outcome.as_str());
        assert!(
            !untouched || siege.relay.is_none() || outcome == "changed" || listed.contains(name),
            "round {round}: {name} is {outcome} and gone"
        );
    }
}

#[expect(clippy::print_stdout, reason = "the test keeps it, and shows it where it fails")]
fn real_with_troubles(test: &str, helm: HelmVersion, count: usize) {
    let mut siege = Siege::new(test, helm, count);
    for round in 1.. {
        let output = siege.round(round);
        siege.real.program.leaves_no_process();
        let Some(output) = output else { continue };
        holds(&siege, &output, round);
        println!("round {round}: {}, {} left", output.status, siege.real.listed().len());
        if output.status.success() {
            break;
        }
        assert!(round < 40, "it does not come to an end\n{output}");
    }
    assert!(siege.real.listed().is_empty());
}

#[test]
fn a_purge_that_is_killed_cut_off_and_meddled_with_says_what_is_true_and_a_later_one_finishes() {
    real_with_troubles("siege", HelmVersion::Three, releases(80));
}

#[test]
#[ignore = "minutes: the command for it is in CONTRIBUTING.md"]
fn of_a_thousand_releases_none_survives_whatever_happens_to_the_purge() {
    for helm in HelmVersion::BOTH {
        real_with_troubles("great-siege", helm, releases(1_000));
    }
}
