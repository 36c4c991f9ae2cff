//! The clock of this machine differs from that of the API server: the more careful one counts, and a person is told.

use throwaway_cluster::HelmVersion;

use crate::support::{RUN, Real};

/// A clock that is ahead by these seconds.
fn with_clock(test: &str, seconds: u32, lines: &str) -> Real {
    let mut real = Real::new(test, HelmVersion::Four);
    real.policy(lines);
    real.seed(&["a/web"]);
    let ahead = real.program.file("ahead", &seconds.to_string());
    real.program.set("HELM_PURGE_TEST_AHEAD", ahead);
    real
}

#[test]
fn a_clock_that_is_ahead_makes_no_release_older_and_ends_no_protection() {
    let real = with_clock("clock-ahead", 240, "keep: []\nminAge: 3m\n");
    let plan = real.program.run("plan -f policy.yaml").exits(0).stdout_has("younger than 3m");
    plan.stderr_has("warning: the clock of this machine is 4 min ahead of that of the API server");
    real.program.run(RUN).exits(0).stderr_has("nothing to purge");
    assert_eq!(real.listed(), ["a/web"]);
}

#[test]
fn an_unattended_run_is_refused_with_a_clock_that_is_wrong_and_a_plan_says_so() {
    let real = with_clock("clock-wrong", 7200, "keep: []\n");
    let text = "the clock of this machine is 2 h 0 min ahead of that of the API server";
    real.program.run(RUN).exits(5).stderr_has(&format!("refused (clock): {text}"));
    real.program.run("plan -f policy.yaml").exits(0).stderr_has(&format!("warning: {text}"));
    assert_eq!(real.listed(), ["a/web"]);
}
