//! Compares screens with the files in `tests/screens`, byte for byte, after a few named filters.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What differs from run to run although the clock stands still: its name, how it looks, and what stands in its place.
const FILTERS: [(&str, &str, &str); 8] = [
    ("the version of this program", "(\"?program\"?: ?\"|helm-purge )[0-9]+\\.[0-9]+\\.[0-9]+", "${1}VERSION"),
    ("the uid of an object", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID"),
    ("a port that the system chose", "127\\.0\\.0\\.1(:|&#58;)[0-9]{4,5}", "127.0.0.1${1}PORT"),
    ("a process", "(\"pid\": ?|pid:? |kill )[0-9]+", "${1}PID"),
    ("a file that is being written", "[.]helm-purge-[0-9A-Za-z]{6}", ".helm-purge-RANDOM"),
    ("a wait that chance has chosen", "(trying again[^ ]* [^ ]+ in )[0-9.]+s", "${1}WAIT"),
    ("the same wait in a log", "(\"event\":\"retry\".*\"seconds\":)[0-9.]+", "${1}WAIT"),
    ("the time of the API server", "20(2[1-9]|[3-9][0-9])-[0-9]{2}-[0-9]{2}T[0-9:.]{8,}Z", "TIME"),
];

/// What differs as well from cluster to cluster.
const CLUSTER_FILTERS: [(&str, &str, &str); 1] =
    [("the digest of a policy that names the cluster", "(sha256\"?:? ?\"?)[0-9a-f]{64}", "${1}DIGEST")];

/// What a file says about its screen.
pub(super) struct Screen {
    /// The lines that change its scene.
    pub(super) head: String,
    pub(super) line: String,
    /// What it shows besides the two streams.
    pub(super) files: Vec<String>,
}

/// The screens of one test, in a folder of their own.
pub(super) struct Screens {
    folder: PathBuf,
    hidden: Vec<(String, &'static str)>,
    filters: Vec<(Regex, &'static str)>,
    taken: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Screens {
    /// The screens of a theme that no other test has.
    pub(super) fn of(theme: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens").join(theme);
        Self {
            folder,
            hidden: Vec::new(),
            filters: FILTERS.map(compiled).into(),
            taken: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// The same, on a real cluster.
    pub(super) fn of_cluster(theme: &str) -> Self {
        let mut screens = Self::of(theme);
        screens.filters.extend(CLUSTER_FILTERS.map(compiled));
        screens
    }

    /// Shows this word in the place of this text.
    pub(super) fn hide(&mut self, text: &str, word: &'static str) {
        self.hidden.push((text.to_owned(), word));
    }

    /// Compares a text with the screen in the file of this name, or writes the file if `UPDATE_EXPECTED` is set.
    pub(super) fn compare(&mut self, name: &str, text: &str) {
        assert!(self.taken.insert(name.to_owned()), "there are two screens of the name {name}");
        let (text, file) = (self.filtered(text), self.folder.join(name));
        let expected = fs::read_to_string(&file).unwrap_or_default();
        let (head, expected) = split_head(&expected);
        if is_update() {
            fs::create_dir_all(&self.folder).expect("a folder can be made");
            return fs::write(&file, format!("{head}{text}")).expect("a file can be written");
        }
        if expected != text {
            self.wrong.push(format!("{}:\n{}", file.display(), first_difference(expected, &text)));
        }
    }

    /// What a file says about its screen, with the texts that its words stand for in its first line.
    pub(super) fn screen(&self, name: &str) -> Result<Screen, String> {
        let file = self.folder.join(name);
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let (head, screen) = split_head(&text);
        let line = screen.lines().next().and_then(|line| line.strip_prefix("$ helm-purge"));
        let line = line.ok_or("its first line is not `$ helm-purge` with what stands behind it")?;
        let line = line.strip_prefix(' ').unwrap_or(line).to_owned();
        let line =
            self.hidden.iter().fold(line, |line, (text, word)| line.replace(&format!(" {word}"), &format!(" {text}")));
        let parts = screen.lines().filter_map(|line| line.strip_prefix("--- "));
        let files = parts.filter(|part| !["stdout", "stderr", "terminal"].contains(part)).map(str::to_owned).collect();
        Ok(Screen { head: head.to_owned(), line, files })
    }

    fn filtered(&self, text: &str) -> String {
        let text = self.hidden.iter().fold(text.to_owned(), |text, (hidden, word)| text.replace(hidden, word));
        self.filters.iter().fold(text, |text, (pattern, word)| pattern.replace_all(&text, *word).into_owned())
    }

    /// A screen that cannot be taken.
    pub(super) fn fault(&mut self, name: &str, fault: &str) {
        self.taken.insert(name.to_owned());
        self.wrong.push(format!("{}:\n  {fault}", self.folder.join(name).display()));
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fails if a screen is not as expected, or if no test takes the screen of a file.
    #[track_caller]
    pub(super) fn end(self) {
        assert_none(&self.differences());
    }

    /// What is not as expected. Files of scenes are not screens.
    pub(super) fn differences(mut self) -> Vec<String> {
        for name in names(&self.folder).filter(|name| !self.taken.contains(name) && !is_scene(name)) {
            if is_update() {
                fs::remove_file(self.folder.join(&name)).expect("a file can be removed");
            } else {
                self.wrong.push(format!("{}: no test takes this screen", self.folder.join(name).display()));
            }
        }
        self.wrong
    }
}

pub(super) fn is_scene(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "yaml")
}

/// The names in a folder, which may be missing.
pub(super) fn names(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
}

#[track_caller]
pub(super) fn assert_none(differences: &[String]) {
    let count = differences.len();
    assert!(
        count == 0,
        "{count} screens are not as expected (UPDATE_EXPECTED=1 cargo test --test it screens writes them anew)\n\n{}",
        differences.join("\n\n")
    );
}

/// The lines at the head of a file that set its scene, and the screen below.
fn split_head(text: &str) -> (&str, &str) {
    let head = text.split_inclusive('\n').take_while(|line| line.starts_with("# ")).map(str::len).sum();
    text.split_at(head)
}

fn compiled((_, pattern, word): (&str, &str, &'static str)) -> (Regex, &'static str) {
    (Regex::new(pattern).expect("the filters are well-formed"), word)
}

#[expect(clippy::disallowed_methods, reason = "the variable says that expected texts change on purpose")]
fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}

/// The first lines that differ, and how many there are.
fn first_difference(expected: &str, text: &str) -> String {
    let (expected, text) = (expected.lines().collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
    let line = |lines: &[&str], number: usize| lines.get(number).map_or("(the end)".to_owned(), ToString::to_string);
    let lines = 0..expected.len().max(text.len());
    let different = lines.filter(|number| expected.get(*number) != text.get(*number)).collect::<Vec<_>>();
    let shown = different.iter().take(5).map(|number| {
        let number = *number;
        format!("  line {}\n  - {}\n  + {}", number + 1, line(&expected, number), line(&text, number))
    });
    format!("{}\n  {} lines differ", shown.collect::<Vec<_>>().join("\n"), different.len())
}
