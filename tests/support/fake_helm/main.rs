//! A stand-in for helm, for what has to be exact and for what real helm won't do on demand.
//!
//! A test prepares a folder and names it in `FAKE_HELM`:
//!
//! - `version`: what `helm version` prints; `v3.21.4` without it.
//! - `releases/NAMESPACE__NAME`: a file for each release, the JSON entry that `helm list` prints for it.
//!   `uninstall` removes the file.
//! - `list.json`: what `helm list` does instead, see `behaviour.rs`.
//! - `behaviour/NAMESPACE__NAME.json`: what uninstalling this release does instead.
//! - `records/NAMESPACE__NAME`: what `helm status -o json` prints of it; a release without objects otherwise.
//! - `list.N.json`: the same for the Nth list alone, counted from 1.
//! - `log`: a line of JSON for the start and for the end of each process, and for each release that it removes, appended.
//!
//! An argv that it was not told of ends with code 97, so that every call is asserted. Like every program in Go it
//! dies of SIGPIPE when it wants to say something on a stdout that was closed.

mod behaviour;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use behaviour::{behaviour, perform, wait_for_ever, write};

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    if arguments.first().is_some_and(|argument| argument == "hold") {
        wait_for_ever();
    }
    let folder = PathBuf::from(variable("FAKE_HELM").expect("FAKE_HELM names the folder of the scenario"));
    log(&folder, "start", &arguments);
    let code = act(&folder, &arguments);
    log(&folder, "end", &arguments);
    ExitCode::from(code)
}

fn act(folder: &Path, arguments: &[String]) -> u8 {
    match arguments.first().map(String::as_str) {
        Some("version") => version(folder),
        Some("list") => list(folder),
        Some("uninstall") => uninstall(folder, arguments),
        Some("rollback") => {
            write(&mut std::io::stdout(), "Rollback was a success! Happy Helming!\n");
            0
        }
        Some("status") if arguments.iter().any(|argument| argument == "--output=json") => show(folder, arguments),
        // Asked for before the first delete, so that helm looks up all kinds; nobody reads the answer.
        Some("status") => 0,
        other => {
            write(&mut std::io::stderr(), &format!("Error: the fake helm was not told of {other:?}\n"));
            97
        }
    }
}

fn version(folder: &Path) -> u8 {
    let text = fs::read_to_string(folder.join("version")).unwrap_or_else(|_| "v3.21.4".to_owned());
    write(&mut std::io::stdout(), &text);
    0
}

fn list(folder: &Path) -> u8 {
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    let count = log.lines().filter(|line| line.contains("\"start\"") && line.contains("[\"list\"")).count();
    let of_this_one = behaviour(&folder.join(format!("list.{count}.json")));
    if let Some(behaviour) = of_this_one.or_else(|| behaviour(&folder.join("list.json"))) {
        let code = perform(&behaviour, "list");
        if behaviour.stdout.is_some() || code != 0 || behaviour.floods_stdout > 0 {
            return code;
        }
    }
    let mut files = fs::read_dir(folder.join("releases"))
        .map_or_else(|_| Vec::new(), |files| files.flatten().map(|file| file.path()).collect::<Vec<_>>());
    files.sort();
    let entries = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect::<Vec<_>>();
    write(&mut std::io::stdout(), &format!("[{}]\n", entries.join(",")));
    0
}

/// Shows a release without any objects; `records/NAMESPACE__NAME` is what is shown instead.
fn show(folder: &Path, arguments: &[String]) -> u8 {
    let namespace = arguments.iter().find_map(|argument| argument.strip_prefix("--namespace=")).unwrap_or_default();
    let key = format!("{namespace}__{}", arguments.last().map_or("", String::as_str));
    if let Ok(record) = fs::read_to_string(folder.join("records").join(&key)) {
        write(&mut std::io::stdout(), &record);
        return 0;
    }
    let Ok(entry) = fs::read_to_string(folder.join("releases").join(&key)) else {
        write(&mut std::io::stderr(), "Error: release: not found\n");
        return 1;
    };
    let entry: serde_json::Value = serde_json::from_str(&entry).expect("a release is JSON");
    let revision = entry["revision"].as_str().and_then(|number| number.parse::<u32>().ok()).unwrap_or_default();
    let record = json!({
        "name": entry["name"], "namespace": entry["namespace"], "version": revision,
        "info": {"status": entry["status"]}, "manifest": "", "hooks": null,
    });
    write(&mut std::io::stdout(), &record.to_string());
    0
}

fn uninstall(folder: &Path, arguments: &[String]) -> u8 {
    let namespace = arguments.iter().find_map(|argument| argument.strip_prefix("--namespace=")).unwrap_or_default();
    let names = arguments.iter().skip_while(|argument| *argument != "--").skip(1);
    let mut closed_stdout = ClosedStdout::Kills;
    for name in names {
        let key = format!("{namespace}__{name}");
        let record = folder.join("releases").join(&key);
        let file = folder.join("behaviour").join(format!("{key}.json"));
        let behaviour = behaviour(&file);
        if behaviour.as_ref().is_some_and(|behaviour| behaviour.once) {
            fs::remove_file(&file).expect("it was just read");
        }
        let code = match &behaviour {
            Some(behaviour) => perform(behaviour, &format!("{namespace}/{name}")),
            None if record.exists() => 0,
            None => {
                let text = format!("Error: uninstall: Release not loaded: {name}: release: not found\n");
                write(&mut std::io::stderr(), &text);
                1
            }
        };
        let behaviour = behaviour.unwrap_or_default();
        if behaviour.survives_closed_stdout {
            closed_stdout = ClosedStdout::IsIgnored;
        }
        if behaviour.removes.unwrap_or(code == 0) {
            // It may be gone already, which is the same.
            if fs::remove_file(&record).is_ok() {
                append(
                    folder,
                    &json!({"event": "removed", "release": format!("{namespace}/{name}"), "pid": pid(), "session": session()}),
                );
            }
        }
        if code != 0 {
            return code;
        }
        for _ in 0..behaviour.says_so.unwrap_or(1) {
            say(&format!("release \"{name}\" uninstalled\n"), closed_stdout);
        }
        if behaviour.hangs_afterwards {
            wait_for_ever();
        }
    }
    0
}

/// What it means that nobody listens any more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClosedStdout {
    Kills,
    IsIgnored,
}

/// One write, as Helm does it.
fn say(text: &str, closed: ClosedStdout) {
    let mut stdout = std::io::stdout();
    let said = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    if said.is_err() && closed == ClosedStdout::Kills {
        let died = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGPIPE);
        died.expect("this signal has a default");
    }
}

fn log(folder: &Path, event: &str, arguments: &[String]) {
    let names = ["HELM_", "KUBE", "NO_COLOR", "LC_ALL", "GO"];
    let environment = variables().filter(|(name, _)| names.iter().any(|start| name.starts_with(start)));
    let environment = environment.collect::<std::collections::BTreeMap<_, _>>();
    let line = json!({
        "event": event,
        "argv": arguments,
        "pid": pid(),
        "session": session(),
        "environment": environment,
    });
    append(folder, &line);
}

fn pid() -> u32 {
    std::process::id()
}

fn session() -> i32 {
    rustix::process::getsid(None).map(|session| session.as_raw_nonzero().get()).unwrap_or_default()
}

fn append(folder: &Path, line: &serde_json::Value) {
    let mut file =
        OpenOptions::new().append(true).create(true).open(folder.join("log")).expect("the log can be written");
    // One write: lines of several processes stay whole.
    file.write_all(format!("{line}\n").as_bytes()).expect("the log can be written");
}

#[expect(
    clippy::disallowed_methods,
    reason = "the fake is a program of its own, and this is how it is told what to do"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[expect(clippy::disallowed_methods, reason = "a test asks what a child finds in its environment")]
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars()
}
