//! Saved plans that are carried out.

use serde_json::json;

use super::{Screens, add, world};

#[test]
fn saved_plans() {
    let mut screens = Screens::of("saved-plan");
    for name in ["table", "json", "logged", "dry-run", "dry-run-json", "report", "narrowed", "limited"] {
        let fake = world("keep: []\n", &["dev-a/one", "dev-a/gone", "dev-a/upgraded", "dev-b/kept", "dev-b/two"]);
        let plan = fake.program.run("plan -f policy.yaml -o json").exits(0).stdout;
        fake.program.file("plan.json", &plan);
        add(&fake, "dev-a/upgraded", &[("revision", json!("2"))]);
        add(&fake, "dev-b/kept", &[("status", json!("pending-upgrade"))]);
        add(&fake, "dev-a/new", &[]);
        std::fs::remove_file(fake.program.folder().join("fake/releases/dev-a__gone")).expect("it is there");
        screens.take(&fake.program, name);
    }
    let fake = world("keep: []\n", &["dev-a/one"]);
    let plan = fake.program.run("plan -f policy.yaml -o yaml").exits(0).stdout;
    let policy = fake.program.read("policy.yaml");
    for (name, plan, policy) in [
        ("another-server", plan.replace("127.0.0.1:1", "127.0.0.1:2"), policy.clone()),
        ("another-text", plan.clone(), format!("{policy}# more\n")),
        ("another-policy", plan.clone(), policy.replace("name: test", "name: other")),
        ("another-version", plan.replace("helm-purge/v1", "helm-purge/v9"), policy.clone()),
        ("no-plan", "kind: PurgePolicy\napiVersion: helm-purge/v1\n".to_owned(), policy.clone()),
        ("no-yaml", "{".to_owned(), policy.clone()),
    ] {
        fake.program.file("plan.json", &plan);
        fake.program.file("policy.yaml", &policy);
        screens.take(&fake.program, name);
    }
    std::fs::remove_file(fake.program.folder().join("plan.json")).expect("it is there");
    screens.take(&fake.program, "nowhere");
    screens.take_with_input(&fake.program, "standard-input", &plan);
    screens.end();
}
