use std::io::Write;

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
    let record = HelmRecord::read(json.as_bytes()).expect("a record");
    assert_eq!(record.chart(), Known::Is(Chart { name: "my-app".into(), version: "1.0.0-2".into() }));
    assert_eq!((record.revision, record.status()), (Some(3), "deployed"));
    assert_eq!(record.first_deployed(), Known::Is("2026-11-20T09:00:00.5Z".parse().expect("a time")));
    assert_eq!(record.hooks_on_uninstall().collect::<Vec<_>>(), ["kind: B"]);
    assert_eq!(record.made_by_hooks().iter().map(ToString::to_string).collect::<Vec<_>>(), ["A one", "B two"]);
    assert_eq!(record.definitions(), Known::Is(vec!["YQ=="]));
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
        assert!(HelmRecord::read(json.as_bytes()).is_err(), "{json}");
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    STANDARD.encode(encoder.finish().expect("memory takes everything")).into_bytes()
}

#[test]
fn a_record_comes_out_as_it_went_in_packed_or_not() {
    assert_eq!(unpack(&packed(b"{}")).as_deref(), Ok(&b"{}"[..]));
    assert_eq!(unpack(STANDARD.encode("{}").as_bytes()).as_deref(), Ok(&b"{}"[..]));
}

#[test]
fn a_bomb_is_stopped_and_garbage_is_named() {
    let bomb = packed(&vec![0; usize::try_from(LARGEST).expect("64 bits") + 1]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(unpack(&bomb), Err("it is larger than 64 MiB when unpacked".to_owned()));
    assert!(unpack(b"%%%").is_err());
    assert!(unpack(STANDARD.encode([0x1f, 0x8b, 0x08, 1, 2, 3]).as_bytes()).is_err());
}
