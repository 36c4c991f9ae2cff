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
    for (json, why) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("[]", "invalid type: sequence, expected a mapping at line 1 column 2"),
        ("{}", "it has no `info`"),
        ("null", "invalid type: null, expected struct HelmRecord at line 1 column 4"),
        (r#"{"info":[]}"#, "invalid type: sequence, expected a mapping at line 1 column 10"),
        (r#"{"info":{},"version":"3"}"#, r#"invalid type: string "3", expected i64 at line 1 column 24"#),
        (r#"{"info":{},"hooks":[1]}"#, "invalid type: integer `1`, expected a mapping at line 1 column 21"),
        (r#"{"info":{},"manifest":{}}"#, "invalid type: map, expected a string at line 1 column 22"),
        (
            r#"{"info":{"Status":"deployed"}}"#,
            "the key `status` appears twice, or in another spelling at line 1 column 17",
        ),
        (r#"{"info":{"last_deployed":"x"}}"#, r#""x" is not a time at line 1 column 29"#),
        (r#"{"info":{"notes":[]}}"#, "invalid type: sequence, expected a string at line 1 column 17"),
        (r#"{"info":{},"config":[]}"#, "invalid type: sequence, expected a mapping at line 1 column 22"),
        (
            r#"{"info":{},"chart":{"values":"a"}}"#,
            r#"invalid type: string "a", expected a mapping at line 1 column 32"#,
        ),
        (
            r#"{"info":{},"chart":{"metadata":{"keywords":"a"}}}"#,
            r#"invalid type: string "a", expected a list at line 1 column 46"#,
        ),
        (
            r#"{"info":{},"chart":{"templates":[{"name":"t","data":"%"}]}}"#,
            "not base64: Invalid symbol 37, offset 0. at line 1 column 56",
        ),
        (
            r#"{"info":{},"chart":{"Files":[]}}"#,
            "the key `files` appears twice, or in another spelling at line 1 column 27",
        ),
        (
            r#"{"info":{},"chart":{"files":[{"Name":"crds/a.yaml"}]}}"#,
            "the key `name` appears twice, or in another spelling at line 1 column 36",
        ),
        (r#"{"info":{},"hooks":[{"weight":"1"}]}"#, r#"invalid type: string "1", expected i64 at line 1 column 33"#),
        (r#"{"info":{},"hooks":[{"last_run":{"started_at":"x"}}]}"#, r#""x" is not a time at line 1 column 50"#),
        (
            r#"{"info":{},"hooks":[{"Events":["pre-delete"]}]}"#,
            "the key `events` appears twice, or in another spelling at line 1 column 29",
        ),
    ] {
        assert_eq!(HelmRecord::read(json.as_bytes()).err().as_deref(), Some(why), "{json}");
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
    assert_eq!(unpack(b"%%%"), Err("it is not base64: Invalid symbol 37, offset 0.".to_owned()));
    let torn = STANDARD.encode([0x1f, 0x8b, 0x08, 1, 2, 3]);
    assert_eq!(unpack(torn.as_bytes()), Err("cannot unpack it: unexpected end of file".to_owned()));
}
