//! Others are at work on the very release that a helm process has in progress.

use throwaway_cluster::{Fault, HelmVersion, Kind, Proxy, SeededRelease, Which};

use super::{RUN, a_second_run_finishes};
use crate::support::{OrPanic, Output, Real, cluster, seed_releases};

const OBJECT: &str = "DELETE /api/v1/namespaces/*/configmaps/b-1*";

/// While a helm process deletes the objects of `b`, somebody does this.
fn meanwhile(real: &Real, proxy: &Proxy, somebody: impl FnOnce()) -> Output {
    proxy.fail(OBJECT, Which::Only(1), Fault::Hold);
    let running = real.program.start(RUN);
    proxy.wait_for(OBJECT, 1).or_panic();
    somebody();
    proxy.let_go();
    running.finish()
}

#[test]
fn what_is_deployed_again_in_the_middle_of_its_uninstall_is_not_reported_as_gone() {
    for helm in HelmVersion::BOTH {
        let (real, proxy) = Real::behind_a_proxy("anew", helm);
        real.seed(&["a/b", "a/c"]);
        let next = SeededRelease::new(&real.namespace("a"), "b").revisions(2..=2);
        let output = meanwhile(&real, &proxy, || seed_releases(&[next]));
        let output = output.exits(1);
        assert_eq!(output.results(), ["b failed still-listed listed", "c purged gone"], "{output}");
        assert!(output.stdout.contains("installed again during the run: revision 2"), "{output}");
        assert_eq!(real.listed(), ["a/b"]);
        a_second_run_finishes(&real);
    }
}

#[test]
fn what_another_user_finishes_is_gone() {
    for helm in HelmVersion::BOTH {
        let (real, proxy) = Real::behind_a_proxy("finished", helm);
        real.seed(&["a/b", "a/c"]);
        let record = "sh.helm.release.v1.b.v1";
        let output = meanwhile(&real, &proxy, || {
            cluster().api().delete(Kind::SECRET, Some(&real.namespace("a")), record).expect("it is there");
        });
        let output = output.exits(0);
        assert_eq!(output.results(), ["b purged gone", "c purged gone"], "{output}");
        a_second_run_finishes(&real);
    }
}
