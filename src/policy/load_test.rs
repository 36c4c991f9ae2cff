//! Files, standard input, folders of files, and values of flags.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use tempfile::TempDir;

use super::*;
use crate::policy::error_excerpt::ExcerptStyle;

#[test]
fn a_flags_value_is_read_like_an_entry_of_the_policy() {
    assert_eq!(
        KeepEntry::from_flag("--skip", "dev-*/vault").map(|entry| entry.as_str().to_owned()),
        Ok("dev-*/vault".to_owned())
    );
    for (text, fault) in [
        ("", "an empty pattern\n --> --skip:1:1\n  |\n1 |\n  | ^ write `namespace/release`"),
        (
            "vault",
            "this is not `namespace/release`\n --> --skip:1:1\n  |\n1 | vault\n  | ^^^^^ write `vault/*` for a namespace, \
             `*/vault` for a release in any",
        ),
        ("a/b/c", "more than one `/`\n --> --skip:1:1\n  |\n1 | a/b/c\n  | ^^^^^ an entry is one `namespace/release`"),
        (
            "DEV/x",
            "this pattern can match no namespace\n --> --skip:1:1\n  |\n1 | DEV/x\n  | ^^^ names are lower-case: `dev`",
        ),
        (
            "dev/^x$",
            "this pattern can match no release\n --> --skip:1:5\n  |\n1 | dev/^x$\n  |     ^^^ looks like a regular \
             expression; patterns are globs: `x`",
        ),
    ] {
        let faults = KeepEntry::from_flag("--skip", text).expect_err(text).to_string();
        assert_eq!(faults, format!("error: {fault}\n\n1 error in --skip\n"));
    }
}

#[test]
fn a_glob_behind_a_namespace_is_one_over_releases() {
    let read = |text| NamePattern::releases_behind_slash("RELEASE", text);
    assert_eq!(read("dev-a/db*").map(|pattern| pattern.as_str().to_owned()), Ok("db*".to_owned()));
    for (text, fault) in [
        (
            "dev-a/",
            "an empty pattern\n --> RELEASE:1:1\n  |\n1 | dev-a/\n  | ^^^^^^ it would match nothing: write a name or a glob",
        ),
        (
            "dev-a/b/c",
            "this pattern can match no release\n --> RELEASE:1:7\n  |\n1 | dev-a/b/c\n  |       ^^^ names have no \
                `/`; here namespaces and releases are separate keys",
        ),
        (
            "dev-a/DB",
            "this pattern can match no release\n --> RELEASE:1:7\n  |\n1 | dev-a/DB\n  |       ^^ names are lower-case: `db`",
        ),
        (
            "dev-a/[",
            "`[` is never closed in this pattern\n --> RELEASE:1:7\n  |\n1 | dev-a/[\n  |       ^ close it with `]`",
        ),
    ] {
        let faults = read(text).expect_err(text).to_string();
        assert_eq!(faults, format!("error: {fault}\n\n1 error in RELEASE\n"));
    }
}

#[test]
fn an_error_in_a_flag_is_shown_with_the_flag_as_its_file() {
    let faults = timeout_from_flag("--timeout", "300").expect_err("a number without a unit");
    assert!(faults.to_string().contains("--> --timeout:1:1"), "{faults}");
    assert_eq!(timeout_from_flag("--timeout", "90s"), Ok(Duration::from_secs(90)));
}

#[test]
fn a_stream_without_end_is_given_up_on() {
    let bytes = read_stream("-", io::repeat(b'#')).expect("as much as a file may have, and one byte");
    let faults = Policy::read("-", &bytes).expect_err("it has no end");
    assert!(faults.to_string().contains("larger than 1 MiB"), "{faults}");
    assert_eq!(&*faults.source.file, "-");
}

#[test]
fn a_file_that_cannot_be_read_says_so_and_how_to_go_on() {
    let missing = Policy::read_named(Path::new("no/such/file.yaml")).expect_err("it is not there");
    assert!(missing.render(ExcerptStyle::Plain).contains("`helm purge init` writes a first policy"), "{missing}");
    let folder = Policy::read_named(Path::new("src")).expect_err("it is a folder");
    assert!(folder.to_string().starts_with("error: this is a folder, not a file"), "{folder}");
}

#[test]
fn no_bytes_are_an_empty_file() {
    for bytes in [&b""[..], b"\xef\xbb\xbf"] {
        let faults = Policy::read("policy.yaml", bytes).expect_err("it is empty").to_string();
        assert_eq!(
            faults,
            "error: the file is empty\n--> policy.yaml\n = help: `helm purge init` writes a first policy\n\n\
             1 error in policy.yaml\n"
        );
    }
}

#[test]
fn standard_input_is_read_once_at_most() {
    let (files, faults) = files(&[PathBuf::from("-"), PathBuf::from("./-"), PathBuf::from("-")]);
    assert_eq!(files, [PathBuf::from("-"), PathBuf::from("./-")]);
    let said = faults.iter().map(ToString::to_string).collect::<String>();
    assert!(said.starts_with("error: this file is given twice\n--> -\n"), "{said}");
}

fn policy(name: &str) -> String {
    format!(
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: {name}}}\nclusters: [dev]\nnamespaces: [dev]\n"
    )
}

/// A folder with these files, each of which holds a policy of this name.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, name) in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, policy(name)).unwrap();
    }
    folder
}

fn names(paths: &[&Path]) -> Vec<String> {
    let policies = Policy::read_all(&owned(paths));
    let policies = policies.unwrap_or_else(|faults| panic!("{}", faults[0]));
    policies.into_iter().map(|policy| policy.name).collect()
}

/// All that is printed about some paths, with the folder's own name left out.
fn errors_of(paths: &[&Path], folder: &TempDir) -> Vec<String> {
    let faults = Policy::read_all(&owned(paths)).expect_err("there are faults");
    faults.iter().map(|faults| faults.to_string().replace(&folder.path().display().to_string(), "FOLDER")).collect()
}

fn owned(paths: &[&Path]) -> Vec<PathBuf> {
    paths.iter().map(|path| path.to_path_buf()).collect()
}

#[test]
fn a_folder_is_its_policies_by_their_names_and_nothing_else() {
    let folder = folder(&[
        ("b.helm-purge.yaml", "b"),
        ("a.helm-purge.yaml", "a"),
        ("helm-purge.yaml", "usual"),
        ("c.helm-purge.yml", "other-ending"),
        (".helm-purge.yaml", "hidden"),
        ("values.yaml", "values"),
        ("below/d.helm-purge.yaml", "below"),
        ("e.helm-purge.yaml/f.helm-purge.yaml", "below-too"),
    ]);
    assert_eq!(names(&[folder.path()]), ["a", "b"]);
    let below = folder.path().join("below");
    assert_eq!(names(&[&below, &folder.path().join("helm-purge.yaml"), folder.path()]), ["below", "usual", "a", "b"]);
}

#[test]
fn a_volume_of_a_config_map_is_read_through_its_links() {
    let folder = folder(&[("..2026_11_23/a.helm-purge.yaml", "a"), ("..2026_11_23/b.helm-purge.yaml", "b")]);
    symlink("..2026_11_23", folder.path().join("..data")).unwrap();
    for name in ["a.helm-purge.yaml", "b.helm-purge.yaml"] {
        symlink(Path::new("..data").join(name), folder.path().join(name)).unwrap();
    }
    assert_eq!(names(&[folder.path()]), ["a", "b"]);
    assert_eq!(names(&[&folder.path().join("a.helm-purge.yaml")]), ["a"]);
}

#[test]
fn a_folder_without_a_policy_is_an_error_that_says_how_to_go_on() {
    let empty = folder(&[("values.yaml", "x")]);
    let said = errors_of(&[empty.path()], &empty).concat();
    assert!(said.starts_with("error: the folder has no file `*.helm-purge.yaml`\n--> FOLDER"), "{said}");
    assert!(said.contains("in a folder for example `end-of-day.helm-purge.yaml`"), "{said}");
    let usual = folder(&[("helm-purge.yaml", "x")]);
    let said = errors_of(&[usual.path()], &usual).concat();
    assert!(said.contains("give the file itself: `FOLDER/helm-purge.yaml`"), "{said}");
}

#[test]
fn all_errors_of_all_files_are_reported_in_one_go() {
    let folder = folder(&[("a.helm-purge.yaml", "A"), ("b.helm-purge.yaml", "b"), ("c.helm-purge.yaml", "C")]);
    symlink("nowhere", folder.path().join("d.helm-purge.yaml")).unwrap();
    let said = errors_of(&[Path::new("no/such/file.yaml"), folder.path()], &folder);
    let files = said.iter().map(|said| said.lines().nth(1).unwrap_or_default().to_owned()).collect::<Vec<_>>();
    let expected = [
        "--> no/such/file.yaml",
        " --> FOLDER/a.helm-purge.yaml:3:18",
        " --> FOLDER/c.helm-purge.yaml:3:18",
        "--> FOLDER/d.helm-purge.yaml",
    ];
    assert_eq!(files, expected, "{said:?}");
}

#[test]
fn a_file_that_is_named_twice_is_an_error_that_names_both() {
    let folder = folder(&[("a.helm-purge.yaml", "a")]);
    let (file, link) = (folder.path().join("a.helm-purge.yaml"), folder.path().join("link.yaml"));
    symlink(&file, &link).unwrap();
    let same = errors_of(&[&file, &file], &folder).concat();
    assert!(same.starts_with("error: this file is given twice\n--> FOLDER/a.helm-purge.yaml\n"), "{same}");
    for other in [&link, &folder.path().join("../").join(folder.path().file_name().unwrap()).join("a.helm-purge.yaml")]
    {
        let said = errors_of(&[&file, other], &folder).concat();
        assert!(said.starts_with("error: this is the same file as `FOLDER/a.helm-purge.yaml`\n--> "), "{said}");
    }
    let in_folder = errors_of(&[&file, folder.path()], &folder).concat();
    assert!(in_folder.starts_with("error: this file is given twice\n"), "{in_folder}");
}

#[test]
fn two_policies_of_one_name_are_an_error_that_names_both_places() {
    let folder =
        folder(&[("a.helm-purge.yaml", "same"), ("b.helm-purge.yaml", "other"), ("c.helm-purge.yaml", "same")]);
    let said = errors_of(&[folder.path()], &folder).concat();
    assert!(said.contains("error: two policies are called `same`\n --> FOLDER/c.helm-purge.yaml:3:18\n"), "{said}");
    assert!(said.contains("^^^^ give each its own name"), "{said}");
    assert!(said.contains("the other is at FOLDER/a.helm-purge.yaml:3:18;"), "{said}");
}

#[test]
fn what_would_wait_for_a_writer_is_not_opened() {
    let folder = folder(&[("a.helm-purge.yaml", "a")]);
    let socket = UnixListener::bind(folder.path().join("b.helm-purge.yaml")).unwrap();
    let said = errors_of(&[folder.path()], &folder).concat();
    assert!(said.starts_with("error: this is neither a file nor a folder\n--> FOLDER/b.helm-purge.yaml\n"), "{said}");
    drop(socket);
}
