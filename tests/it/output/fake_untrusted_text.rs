//! Foreign text on its way to a screen or a file: nothing in it moves a cursor or turns text around.

use serde_json::json;

use crate::support::{FakeHelm, Output, Terminal};

/// A title, a cleared screen, a colour, another screen, a device string, text that is turned around or hidden.
const HOSTILE: &str = "x\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[666;1H\u{1b}[?1049h\u{1b}Pq\u{9b}31m\u{202e}evil\u{2066}\u{200b}\u{0}\u{8}\r\u{7f}y";

/// What of it must never come out. The bars of this program move the cursor, too, but never so.
const PIECES: [&str; 13] = [
    "\u{1b}]",
    "\u{7}",
    "\u{1b}[2J",
    "\u{1b}[666",
    "\u{1b}[?1049h",
    "\u{1b}P",
    "\u{9b}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{0}",
    "\u{8}",
    "\u{7f}",
];

#[track_caller]
fn is_harmless(what: &str, text: &str) {
    for piece in PIECES {
        assert!(!text.contains(piece), "{what}: {piece:?} in {text:?}");
    }
}

/// Releases with hostile names, charts and states; one that fails in hostile words, one that is kept in part in such.
fn hostile() -> FakeHelm {
    let fake = FakeHelm::new();
    fake.policy("keep: ['*/kept']\n");
    for (file, field, value) in [
        ("kept", "chart", json!(format!("{HOSTILE}-1.0.0"))),
        ("chart", "chart", json!(format!("{HOSTILE}-1.0.0"))),
        ("version", "chart", json!(format!("web-1.0.0+{HOSTILE}"))),
        ("name", "name", json!(HOSTILE)),
        ("dashes", "name", json!("--no-hooks")),
        ("long", "name", json!("x".repeat(1 << 20))),
        ("status", "status", json!(HOSTILE)),
        ("revision", "revision", json!(HOSTILE)),
        ("updated", "updated", json!(HOSTILE)),
        ("elsewhere", "namespace", json!(format!("dev-a/{HOSTILE}"))),
    ] {
        fake.release_with(&format!("dev-a/{file}"), &[(field, value)]);
    }
    fake.releases(["dev-a/fails", "dev-a/remarks", "dev-a/long-line"]);
    let noise =
        format!("level=DEBUG msg=\"uninstall: Failed to delete release\" error=\"[{HOSTILE}]\"\nError: {HOSTILE}\n");
    fake.behaves("dev-a/fails", &json!({"exit": 1, "stderr": noise}));
    let kept = format!("These resources were kept due to the resource policy:\n[ConfigMap] {HOSTILE}\n\n{HOSTILE}\n");
    fake.behaves("dev-a/remarks", &json!({"stdout": kept}));
    let long = format!("Error: {}{HOSTILE}\n", "x".repeat(1 << 20));
    fake.behaves("dev-a/long-line", &json!({"exit": 1, "stderr": long}));
    fake
}

/// Text of others in a document stands there as escapes, and is read back as it was.
#[track_caller]
fn is_escaped(output: &Output) {
    is_harmless("a document", &output.stdout);
    let chart = output.json()["releases"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|release| release["name"] == "chart")
        .cloned();
    let chart = chart.expect("it was listed");
    assert!(chart["chart"].as_str().is_none_or(|chart| chart.contains(HOSTILE)), "{chart}");
}

#[test]
fn no_character_of_others_reaches_a_screen_by_a_plan_in_any_format() {
    let fake = hostile();
    for format in ["table", "wide", "name", "yaml", "json"] {
        let arguments = ["plan", "-f", "policy.yaml", "-o", format];
        let output = fake.program.run(&arguments).exits(0);
        is_harmless(format, &output.stdout);
        is_harmless(format, &output.stderr);
        assert!(output.stdout.len() < 200 << 10, "{} bytes as {format}", output.stdout.len());
        let mut terminal = Terminal::start(fake.program.command(&arguments));
        assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
        is_harmless(format, &terminal.raw());
    }
    is_escaped(&fake.program.run("plan -f policy.yaml -o json"));
    for release in ["dev-a/kept", "dev-a/chart", "dev-a/status"] {
        let output = fake.program.run(&format!("explain {release} -f policy.yaml")).exits(0);
        is_harmless(release, &format!("{}{}", output.stdout, output.stderr));
    }
}

#[test]
fn no_character_of_others_reaches_a_screen_by_a_run_with_lines_or_bars() {
    let left = hostile().left().len();
    for format in ["table", "wide", "json", "yaml"] {
        let fake = hostile();
        let output = fake.program.run(&format!("run -f policy.yaml --yes -A -v -o {format}")).exits(1);
        is_harmless("lines", &output.stderr);
        is_harmless(format, &output.stdout);
        assert!(output.stdout.len() + output.stderr.len() < 400 << 10, "{} bytes", output.stdout.len());
        if format == "json" {
            is_escaped(&output);
        }
        let fake = hostile();
        let run = ["run", "-f", "policy.yaml", "--confirm", "dev-eu", "--workers=2", "-o", format];
        let mut terminal = Terminal::start(fake.program.command(&run));
        assert_eq!(terminal.wait().code(), Some(1), "{}", terminal.screen());
        assert!(terminal.raw().contains('\u{1b}'), "there were bars");
        is_harmless("bars", &terminal.raw());
        assert!(fake.left().len() < left, "something went");
        for call in fake.calls().iter().filter(|call| call[0] == "uninstall") {
            let names = call.iter().skip_while(|word| *word != "--").skip(1);
            assert!(names.clone().all(|name| !name.starts_with('-') && name.len() <= 53), "{call:?}");
        }
    }
}

#[test]
fn a_list_that_fails_in_hostile_words_is_reported_in_harmless_ones() {
    let fake = FakeHelm::new();
    fake.lists(&json!({"exit": 1, "stderr": format!("Error: {HOSTILE}\n{HOSTILE}\n")}));
    let output = fake.program.run("plan -f policy.yaml").exits(4).stderr_has("owned");
    is_harmless("an error", &output.stderr);
    let fake = FakeHelm::new();
    fake.version(&format!("{HOSTILE}{}", "x".repeat(1 << 20)));
    let output = fake.program.run("plan -f policy.yaml").exits(4).stderr_has("owned");
    is_harmless("a version", &output.stderr);
    assert!(output.stderr.len() < 4 << 10, "{output}");
}
