//! `run --plan` on the real cluster, where uids and revisions are real.
use throwaway_cluster::SeededRelease;

use crate::support::{OrPanic, Real, cluster};

const RUN: &str = "run -f policy.yaml --yes -A --plan plan.json";

#[test]
fn on_a_real_cluster_a_saved_plan_holds_for_its_uid_and_for_what_was_not_upgraded() {
    Real::with_both("saved", |real| {
        real.seed(&["a/upgraded", "a/web"]);
        let plan = real.program.run("plan -f policy.yaml -o json").exits(0);
        let foreign = plan.stdout.replace(cluster().uid(), "00000000-0000-4000-8000-000000000000");
        real.program.file("plan.json", &foreign);
        real.program.run(RUN).exits(5).stderr_has("is for another cluster: uid 00000000-0000-4000-8000-0000");
        real.program.file("plan.json", &plan.stdout);
        let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
        let seeded = cluster().seed(&[seed("upgraded").revisions(2..=2), seed("new")]);
        seeded.or_panic();
        let output = real.program.run(RUN).exits(0).stdout_has("purged 1 · failed 0 · already gone 0 · changed 1");
        output.stdout_has("now revision 2, deployed; was revision 1, deployed");
        assert_eq!(real.listed(), ["a/new", "a/upgraded"]);
    });
}
