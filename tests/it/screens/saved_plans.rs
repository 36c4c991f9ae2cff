//! Saved plans that are carried out.

use serde_json::json;

use super::{JOURNAL, Screens, add, world};

#[test]
fn saved_plans() {
    let mut screens = Screens::of("saved-plan");
    let run = "run -f policy.yaml --yes -A --workers 1 --batch 1 --plan plan.json";
    for (name, more, files) in [
        ("table", "", &[JOURNAL][..]),
        ("json", " -o json", &[]),
        ("logged", " --log-format json", &[]),
        ("dry-run", " --dry-run", &[]),
        ("dry-run-json", " --dry-run -o json", &[]),
        ("report", " --report report.md", &["report.md"]),
        ("narrowed", " --only dev-a/*o*", &[]),
        ("limited", " --max-releases 1", &[]),
    ] {
        let fake = world("keep: []\n", &["dev-a/one", "dev-a/gone", "dev-a/upgraded", "dev-b/kept", "dev-b/two"]);
        let plan = fake.program.run("plan -f policy.yaml -o json").exits(0).stdout;
        fake.program.file("plan.json", &plan);
        add(&fake, "dev-a/upgraded", &[("revision", json!("2"))]);
        add(&fake, "dev-b/kept", &[("status", json!("pending-upgrade"))]);
        add(&fake, "dev-a/new", &[]);
        std::fs::remove_file(fake.program.folder().join("fake/releases/dev-a__gone")).expect("it is there");
        screens.take(name, &fake.program, &format!("{run}{more}"), files);
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
        screens.take(name, &fake.program, run, &[]);
    }
    std::fs::remove_file(fake.program.folder().join("plan.json")).expect("it is there");
    screens.take("nowhere", &fake.program, run, &[]);
    screens.take_with_input("standard-input", &fake.program, "run -f policy.yaml --plan -", &plan, &[]);
    screens.end();
}
