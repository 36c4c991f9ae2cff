//! Records that no Helm would write, each broken in one place.

use std::io::Read;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;
use throwaway_cluster::{Damage, HelmVersion, Kind, SeededRelease};

use crate::shared::{cluster, run};

const NAMESPACE: &str = "damage";

fn seed_damaged(name: &str, damage: Damage) -> Vec<u8> {
    cluster().seed(&[SeededRelease::new(NAMESPACE, name).damaged(damage)]).expect("the name is free");
    let record = format!("sh.helm.release.v1.{name}.v1");
    let secret = cluster().api().get(Kind::SECRET, Some(NAMESPACE), &record).expect("Secrets can be read");
    let data = secret.expect("it was seeded")["data"]["release"].as_str().unwrap_or_default().to_owned();
    BASE64_STANDARD.decode(data).expect("the API server takes nothing else")
}

fn decode(payload: &[u8]) -> Vec<u8> {
    BASE64_STANDARD.decode(payload).expect("this one is base64")
}

fn decompress(payload: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    GzDecoder::new(decode(payload).as_slice()).read_to_string(&mut text).map(|_| text)
}

#[test]
fn each_damage_stops_the_reader_at_its_own_step() {
    assert!(BASE64_STANDARD.decode(seed_damaged("not-base64", Damage::NotBase64)).is_err());
    assert!(!decode(&seed_damaged("not-compressed", Damage::NotCompressed)).starts_with(&[0x1f, 0x8b]));
    assert!(decompress(&seed_damaged("cut-off", Damage::CutOff)).is_err());
    let words = decompress(&seed_damaged("not-json", Damage::NotJson)).expect("it is whole");
    assert!(serde_json::from_str::<Value>(&words).is_err());
    let list = decompress(&seed_damaged("no-release", Damage::NotARelease)).expect("it is whole");
    assert!(serde_json::from_str::<Value>(&list).expect("it is JSON").is_array());
}

#[test]
fn a_bomb_is_small_in_the_cluster_and_a_whole_release_once_it_went_off() {
    let bytes = 200 << 20;
    let payload = seed_damaged("bomb", Damage::Bomb { bytes });
    assert!(payload.len() < 1 << 20, "{} bytes", payload.len());
    let decoded = decode(&payload);
    let mut size = 0;
    let mut buffer = vec![0; 1 << 20];
    let (mut reader, mut beginning) = (GzDecoder::new(decoded.as_slice()), Vec::new());
    loop {
        match reader.read(&mut buffer).expect("it is whole") {
            0 => break,
            count => {
                size += u64::try_from(count).expect("it fits");
                beginning.extend(&buffer[..count.min(200_usize.saturating_sub(beginning.len()))]);
            }
        }
    }
    assert_eq!(size, bytes);
    assert!(String::from_utf8_lossy(&beginning).starts_with("{\""));
}

#[test]
fn a_record_can_lack_a_label() {
    let namespace = "damage-labels";
    let releases = [
        SeededRelease::new(namespace, "without-version").without_label("version"),
        SeededRelease::new(namespace, "without-owner").without_label("owner"),
    ];
    cluster().seed(&releases).expect("the names are free");
    let record = "sh.helm.release.v1.without-version.v1";
    let secret = cluster().api().get(Kind::SECRET, Some(namespace), record).expect("Secrets can be read");
    let labels = &secret.expect("it was seeded")["metadata"]["labels"];
    assert!(labels["version"].is_null() && labels["name"] == "without-version", "{labels}");
    for version in HelmVersion::BOTH {
        let mut helm = cluster().helm_command(version).expect("helm is found or built");
        let answer = run(helm.args(["list", "--short", "--namespace", namespace]));
        assert_eq!(answer.output.trim(), "without-version", "the owner is what Helm asks for: {answer:?}");
    }
}

#[test]
fn a_manifest_can_hold_any_words() {
    let words = "---\nkind: [this is\nno YAML\n";
    let namespace = "damage-words";
    cluster().seed(&[SeededRelease::new(namespace, "r").config_maps(1).manifest(words)]).expect("the name is free");
    for version in HelmVersion::BOTH {
        let mut helm = cluster().helm_command(version).expect("helm is found or built");
        let answer = run(helm.args(["get", "manifest", "r", "--namespace", namespace]));
        assert!(answer.output.contains(words) && answer.output.contains("r-1"), "{answer:?}");
    }
}
