//! What a screen in `tests/screens` is taken of, as text that needs no Rust: see the README there.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroU16;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{UPDATED, freeze};
use crate::support::{FakeHelm, OptOuts, Program, repository_text};

/// A fake cluster, files and an environment.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Scene {
    policy: Option<String>,
    releases: Option<BTreeMap<String, Map<String, Value>>>,
    lists: BTreeMap<String, Value>,
    helm_version: Option<String>,
    with_opt_outs: bool,
    environment: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    copies: BTreeMap<String, String>,
    pub(super) stdin: String,
    /// Of the terminal, if the screen is one.
    pub(super) columns: Option<NonZeroU16>,
}

impl Scene {
    /// The scene of the folder, changed by the lines at the head of a screen.
    pub(super) fn of(folder: &Path, head: &str) -> Result<Self, String> {
        let keys = head.lines().map(|line| line.trim_start_matches("# ")).collect::<Vec<_>>().join("\n");
        let head = parse(&keys)?;
        let scene = if head.get("scene").is_none() { read(&folder.join("scene.yaml"))? } else { json!({}) };
        let scene = with_base(folder, with(scene, head))?;
        serde_json::from_value(scene).map_err(|error| error.to_string())
    }

    /// A program in this scene.
    pub(super) fn program(&self) -> Program {
        let mut program = self.releases.as_ref().map_or_else(Program::new, |releases| self.fake_cluster(releases));
        freeze(&mut program);
        for (name, value) in &self.environment {
            program.set(name, value);
        }
        let copies = self.copies.iter().map(|(path, original)| (path, repository_text(original)));
        for (path, text) in self.files.iter().map(|(path, text)| (path, text.clone())).chain(copies) {
            let folder = program.folder().join(path);
            fs::create_dir_all(folder.parent().expect("it is in a folder")).expect("a folder can be made");
            program.file(path, &text);
        }
        program
    }

    fn fake_cluster(&self, releases: &BTreeMap<String, Map<String, Value>>) -> Program {
        let mut fake = FakeHelm::new();
        if let Some(policy) = &self.policy {
            fake.policy(policy);
        }
        for (release, fields) in releases {
            let updated = ("updated", json!(UPDATED));
            let fields = fields.iter().map(|(key, value)| (key.as_str(), value.clone()));
            let (uninstall, fields) = fields.partition::<Vec<_>, _>(|(key, _)| *key == "uninstall");
            fake.release_with(release, &[vec![updated], fields].concat());
            for (_, behaviour) in uninstall {
                fake.behaves(release, &behaviour);
            }
        }
        for (number, behaviour) in &self.lists {
            match number.parse() {
                Ok(number) => fake.lists_at(number, behaviour),
                Err(_) => fake.lists(behaviour),
            }
        }
        if let Some(version) = &self.helm_version {
            fake.version(version);
        }
        if self.with_opt_outs {
            fake.program.set_opt_outs(OptOuts::Seen);
        }
        fake.program
    }
}

/// The keys of a file, or none if there is no such file.
fn read(file: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn parse(text: &str) -> Result<Value, String> {
    if text.lines().all(|line| line.is_empty() || line.starts_with('#')) {
        return Ok(json!({}));
    }
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

/// These keys over those of the scene that they name.
fn with_base(folder: &Path, mut keys: Value) -> Result<Value, String> {
    let Some(Value::String(name)) = keys.as_object_mut().and_then(|keys| keys.remove("scene")) else {
        return Ok(keys);
    };
    let file = folder.join(&name);
    if !file.exists() {
        return Err(format!("there is no scene {name}"));
    }
    Ok(with(with_base(folder, read(&file)?)?, keys))
}

/// Each key of a map replaces that of the other, and `null` removes it.
fn with(base: Value, keys: Value) -> Value {
    let (mut base, keys) = match (base, keys) {
        (Value::Object(base), Value::Object(keys)) => (base, keys),
        (_, keys) => return keys,
    };
    for (key, value) in keys {
        match base.remove(&key) {
            _ if value.is_null() => None,
            Some(before) => base.insert(key, with(before, value)),
            None => base.insert(key, value),
        };
    }
    Value::Object(base)
}
