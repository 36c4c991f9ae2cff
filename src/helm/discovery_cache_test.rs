use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;

use super::*;

fn offered(api_version: &str) -> ServedKinds {
    let list = APIResourceList { group_version: api_version.to_owned(), resources: Vec::new() };
    ServedKinds { api_version: api_version.to_owned(), list }
}

#[test]
fn the_folder_of_a_server_is_named_as_kubectl_names_it() {
    for (address, folder) in [
        ("https://127.0.0.1:6443", "127.0.0.1_6443"),
        ("https://api.dev.example.com", "api.dev.example.com"),
        ("https://rancher.example.com/k8s/clusters/c-abc12/", "rancher.example.com/k8s/clusters/c_abc12"),
        ("https://[::1]:6443", "___1__6443"),
        ("http://localhost:8001", "localhost_8001"),
    ] {
        assert_eq!(folder_of(address).ok(), Some(PathBuf::from(folder)), "{address}");
    }
}

#[test]
fn an_address_that_leads_out_of_the_folder_or_could_be_spelled_again_is_refused() {
    for address in [
        "",
        "https://",
        "https://a/../../b",
        "https:///etc",
        "..",
        "a.example.com",
        "HTTPS://a.example.com",
        "https://a.example.com/b?c",
        "https://a.example.com/b#c",
        "https://a.example.com/%62",
        "https://a.example.com/b c",
        "https://käse.example.com",
    ] {
        let error = folder_of(address).expect_err(address).to_string();
        assert_eq!(error, format!("{address} is not a valid folder name"));
    }
}

#[test]
fn versions_of_a_group_are_listed_together() {
    let groups = groups(&[offered("apps/v1"), offered("v1"), offered("apps/v1beta1")]);
    let version = |api_version: &str, version: &str| json!({"groupVersion": api_version, "version": version});
    let (core, apps) = (version("v1", "v1"), version("apps/v1", "v1"));
    assert_eq!(
        groups["groups"],
        json!([
            {"name": "", "versions": [core], "preferredVersion": core},
            {"name": "apps", "versions": [apps, version("apps/v1beta1", "v1beta1")], "preferredVersion": apps},
        ])
    );
}

#[test]
fn only_a_helm_that_does_not_query_anyway_gets_a_discovery_cache() {
    for (version, believes) in [
        ("3.10.0", false),
        ("3.15.4", false),
        ("3.16.0-rc.1", false),
        ("3.16.0", true),
        ("3.21.4", true),
        ("4.0.0", true),
    ] {
        assert_eq!(uses_discovery_cache(&version.parse().expect("a version")), believes, "{version}");
    }
}
