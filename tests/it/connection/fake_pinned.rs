//! A kubeconfig that changes under a run retargets nothing.

use std::fs;

use serde_json::json;

use crate::support::{FakeHelm, Gate, Terminal, kubeconfig};

const RUN: &str = "run -f policy.yaml";

#[test]
fn a_kubeconfig_that_is_switched_or_deleted_after_the_plan_and_in_mid_run_retargets_nothing() {
    for other in [Some(kubeconfig("production", "https://127.0.0.1:2")), None] {
        let fake = FakeHelm::new();
        let gate = Gate::new();
        for name in ["a", "b"] {
            fake.release(&format!("dev-a/{name}"));
            fake.behaves(&format!("dev-a/{name}"), &json!({"gate": gate.address(), "copiesKubeconfig": true}));
        }
        let change = || match &other {
            Some(text) => drop(fake.program.file("kubeconfig", text)),
            None => fs::remove_file(fake.program.folder().join("kubeconfig")).unwrap_or_default(),
        };
        let mut terminal = Terminal::start(fake.program.command(&format!("{RUN} --workers=1 --batch=1")));
        terminal.wait_for("Type the context name to continue:");
        change();
        terminal.type_text("dev-eu\r");
        let first = gate.arrival();
        change();
        first.go();
        gate.arrival().go();
        assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
        assert!(fake.left().is_empty());
        let seen = fake.program.read("fake/kubeconfig");
        assert!(seen.contains("https://127.0.0.1:1") && !seen.contains("production"), "{seen}");
    }
}
