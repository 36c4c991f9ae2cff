//! Hooks that have to run and may not be made: a run is refused before its first delete.

use throwaway_cluster::{Chart, HelmVersion};

use super::Account;
use crate::support::{OrPanic, cluster};

const PLAN: &str = "plan -A -f policy.yaml";
const RUN: &str = "run -A -f policy.yaml --yes";

#[test]
fn a_run_is_refused_where_a_hook_cannot_be_made_and_goes_where_the_policy_leaves_it_out() {
    for helm in HelmVersion::BOTH {
        let skip = "keep: []\ndefaults: {hooks: skip}\n";
        let account = Account::new("hookrights", helm, skip, &["a"]);
        account.real.seed(&["a/web"]);
        let namespace = account.real.namespace("a");
        cluster().install(helm, Chart::Mysql, &namespace, "db", &[]).or_panic();
        account.real.policy("keep: []\n");
        for (command, code) in [(PLAN, 0), (RUN, 5)] {
            let refused = account.real.program.run(command).exits(code);
            let refused = refused.stderr_has("this account cannot create the hooks of these releases");
            refused.stderr_has(&format!("{namespace}/db: Job db-farewell (create")).stderr_has("`hooks: skip`");
        }
        assert_eq!(account.real.listed(), ["a/db", "a/web"], "nothing has gone");
        account.real.policy(skip);
        let plan = account.real.program.run(PLAN).exits(0);
        plan.stdout_has(&format!("of {namespace}/db hooks do not run (hooks: skip): Job db-farewell"));
        account.real.program.run(RUN).exits(0).stdout_has("purged 2 · failed 0");
        assert!(account.real.listed().is_empty());
    }
}
