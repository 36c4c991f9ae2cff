//! One record of Helm's, as JSON.

use super::fields::Fields;
use super::hooks;
use super::shape;
use crate::release::{Chart, Known, Object};

/// What a record says of its release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::inventory) struct Stored {
    pub(in crate::inventory) namespace: String,
    pub(in crate::inventory) name: String,
    pub(in crate::inventory) revision: u32,
    pub(in crate::inventory) status: String,
    /// What is said about how it came to that state.
    pub(in crate::inventory) description: String,
    /// When its first revision was deployed; a rollback keeps that.
    pub(in crate::inventory) first_deployed: Known<jiff::Timestamp>,
    /// As the record has it; what `helm status` prints has none.
    pub(in crate::inventory) chart: Known<Chart>,
    /// The files of its `crds` folder, as base64; as the chart, unknown where helm prints the record.
    pub(in crate::inventory) definitions: Known<Vec<String>>,
    /// All objects but the hooks', as YAML.
    pub(in crate::inventory) manifest: String,
    /// The manifests of the hooks that run on uninstall.
    pub(in crate::inventory) hooks: Vec<String>,
    /// What the hooks make that run when it is installed and not when it is rolled back.
    pub(in crate::inventory) made_by_hooks: Vec<Object>,
}

/// Reads a record, as Helm stores it or as `helm status -o json` prints it.
pub(in crate::inventory) fn read_stored(json: &[u8]) -> Result<Stored, String> {
    let json = std::str::from_utf8(json).map_err(|_| "it is not UTF-8".to_owned())?;
    let known = ["name", "namespace", "version", "info", "chart", "manifest", "hooks"];
    let fields = Fields::read(json, &known)?;
    let info = fields.get("info").ok_or("it has no `info`")?;
    let info = Fields::read(info, &["status", "first_deployed", "last_deployed", "deleted", "description", "notes"])?;
    shape::check(json)?;
    let hooks = fields.list("hooks")?;
    let (chart, definitions) = fields.get("chart").map_or(Ok((Known::Unknown, Known::Unknown)), chart)?;
    Ok(Stored {
        namespace: fields.value("namespace")?,
        name: fields.value("name")?,
        revision: fields.value("version")?,
        status: info.value("status")?,
        description: info.value("description")?,
        first_deployed: first_deployed(&info.value::<String>("first_deployed")?),
        chart,
        definitions,
        manifest: fields.value("manifest")?,
        hooks: hooks::on_uninstall(&hooks)?,
        made_by_hooks: hooks::only_on_install(&hooks)?,
    })
}

/// Go writes the year 1 where it knows no time.
fn first_deployed(text: &str) -> Known<jiff::Timestamp> {
    let time = text.parse::<jiff::Timestamp>().ok().filter(|time| *time > jiff::Timestamp::UNIX_EPOCH);
    time.map_or(Known::Unknown, Known::Is)
}

/// A chart, and the files of its `crds` folder. Those of its subcharts are not stored.
fn chart(json: &str) -> Result<(Known<Chart>, Known<Vec<String>>), String> {
    let fields = Fields::read(json, &["metadata", "files"])?;
    let metadata = fields.get("metadata").map_or(Ok(Known::Unknown), metadata)?;
    let files = fields.list("files")?;
    let definitions = files.into_iter().map(|file| definition(file.get())).collect::<Result<Vec<_>, _>>()?;
    Ok((metadata, Known::Is(definitions.into_iter().flatten().collect())))
}

/// The content of a file, where it is one of those that Helm installs before all others.
fn definition(json: &str) -> Result<Option<String>, String> {
    const ENDS: [&str; 3] = [".yaml", ".yml", ".json"];
    if json == "null" {
        return Ok(None);
    }
    let fields = Fields::read(json, &["name", "data"])?;
    let name: String = fields.value("name")?;
    let is_one = name.starts_with("crds/") && ENDS.iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    if is_one { fields.value("data").map(Some) } else { Ok(None) }
}

fn metadata(json: &str) -> Result<Known<Chart>, String> {
    let metadata = Fields::read(json, &["name", "version"])?;
    let (name, version): (String, String) = (metadata.value("name")?, metadata.value("version")?);
    Ok(Chart::named(name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_helm_writes_it() {
        let json = r#"{"name":"web","info":{"first_deployed":"2026-11-20T10:00:00.5+01:00","deleted":"","status":"deployed"},
            "chart":{"metadata":{"name":"my-app","version":"1.0.0-2"},"templates":[{"name":"t","data":"e30="}],
            "files":[{"name":"crds/a.yaml","data":"YQ=="},{"name":"crds/README.md","data":"Yg=="},{"name":"x/crds/c.yml","data":""},null]},
            "manifest":"---\na: b\n","version":3,"namespace":"dev-a","hooks":[
            {"name":"one","kind":"A","manifest":"kind: A","events":["post-install"]},
            {"name":"both","kind":"C","manifest":"kind: C","events":["pre-install","pre-rollback"]},
            {"name":"two","kind":"B","manifest":"kind: B","events":["pre-upgrade","pre-delete"]}]}"#;
        let stored = read_stored(json.as_bytes()).expect("a record");
        assert_eq!(stored.chart, Known::Is(Chart { name: "my-app".into(), version: "1.0.0-2".into() }));
        assert_eq!((stored.revision, stored.status.as_str()), (3, "deployed"));
        assert_eq!(stored.first_deployed, Known::Is("2026-11-20T09:00:00.5Z".parse().expect("a time")));
        assert_eq!(stored.hooks, ["kind: B"]);
        assert_eq!(stored.made_by_hooks.iter().map(ToString::to_string).collect::<Vec<_>>(), ["A one", "B two"]);
        assert_eq!(stored.definitions, Known::Is(vec!["YQ==".to_owned()]));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for json in [
            "",
            "[]",
            "{}",
            "null",
            r#"{"info":[]}"#,
            r#"{"info":{},"version":"3"}"#,
            r#"{"info":{},"hooks":[1]}"#,
            r#"{"info":{},"manifest":{}}"#,
            r#"{"info":{"Status":"deployed"}}"#,
            r#"{"info":{"last_deployed":"x"}}"#,
            r#"{"info":{"notes":[]}}"#,
            r#"{"info":{},"config":[]}"#,
            r#"{"info":{},"chart":{"values":"a"}}"#,
            r#"{"info":{},"chart":{"metadata":{"keywords":"a"}}}"#,
            r#"{"info":{},"chart":{"templates":[{"name":"t","data":"%"}]}}"#,
            r#"{"info":{},"chart":{"Files":[]}}"#,
            r#"{"info":{},"chart":{"files":[{"Name":"crds/a.yaml"}]}}"#,
            r#"{"info":{},"hooks":[{"weight":"1"}]}"#,
            r#"{"info":{},"hooks":[{"last_run":{"started_at":"x"}}]}"#,
            r#"{"info":{},"hooks":[{"Events":["pre-delete"]}]}"#,
        ] {
            assert!(read_stored(json.as_bytes()).is_err(), "{json}");
        }
    }
}
