//! The real cluster when it is in trouble, when rights are missing, and when others are at work: what is reported, how
//! the program ends, what is left, and that the same command finishes the job later.

mod definitions;
mod failure_classes;
mod listing;
mod login;
mod others;
mod rights;
mod stuck;
mod uninstalling;

use throwaway_cluster::Kind;

use crate::support::{Real, cluster};

/// One helm at a time, with one release, so that an error meets the release that is meant.
const LOUD_RUN: &str = "run -f policy.yaml --yes -A -o json --workers=1 --batch=1";
const RUN: &str = "run -f policy.yaml --yes -A -o json --workers=1 --batch=1 -q";

/// Cases that mostly wait, side by side.
fn side_by_side<C: Sync>(cases: &[C], run: impl Fn(usize, &C) + Sync) {
    std::thread::scope(|scope| {
        for (number, case) in cases.iter().enumerate() {
            let run = &run;
            scope.spawn(move || run(number, case));
        }
    });
}

/// The same command again, when all is well: nothing is listed any more, nothing is left in namespace `a`, and nothing
/// runs.
#[track_caller]
fn a_second_run_finishes(real: &Real) {
    real.program.run(RUN).exits(0);
    assert_eq!(real.listed(), Vec::<String>::new());
    assert_eq!(maps(real), Vec::<String>::new());
    real.program.leaves_no_process();
}

/// The `ConfigMap`s of releases in namespace `a`.
fn maps(real: &Real) -> Vec<String> {
    let mut maps = cluster().api().list(Kind::CONFIG_MAP, Some(&real.namespace("a"))).expect("they can be listed");
    maps.retain(|name| name != "kube-root-ca.crt");
    maps
}
