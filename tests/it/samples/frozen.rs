//! The files that samples are compared with, byte for byte, after a few named filters.

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

/// The samples of one test, in a folder of their own.
pub(super) struct Samples {
    folder: PathBuf,
    hidden: Vec<(String, &'static str)>,
    filters: Vec<(Regex, &'static str)>,
    taken: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Samples {
    /// The samples of a theme that no other test has.
    pub(super) fn of(theme: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/samples/frozen").join(theme);
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
        let mut samples = Self::of(theme);
        samples.filters.extend(CLUSTER_FILTERS.map(compiled));
        samples
    }

    /// From now on this word stands in the place of this text.
    pub(super) fn hide(&mut self, text: &str, word: &'static str) {
        self.hidden.push((text.to_owned(), word));
    }

    /// Compares a text with the file of this name, or writes the file if `UPDATE_EXPECTED` is set.
    pub(super) fn hold(&mut self, name: &str, text: &str) {
        assert!(self.taken.insert(name.to_owned()), "there are two samples of the name {name}");
        let (text, file) = (self.filtered(text), self.folder.join(name));
        if is_update() {
            fs::create_dir_all(&self.folder).expect("a folder can be made");
            return fs::write(&file, text).expect("a file can be written");
        }
        let frozen = fs::read_to_string(&file).unwrap_or_default();
        if frozen != text {
            self.wrong.push(format!("{}:\n{}", file.display(), first_difference(&frozen, &text)));
        }
    }

    fn filtered(&self, text: &str) -> String {
        let text = self.hidden.iter().fold(text.to_owned(), |text, (hidden, word)| text.replace(hidden, word));
        self.filters.iter().fold(text, |text, (pattern, word)| pattern.replace_all(&text, *word).into_owned())
    }

    /// Fails if a sample is not what was frozen, or if a frozen file has no sample any more.
    #[track_caller]
    pub(super) fn end(mut self) {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        for name in names.filter(|name| !self.taken.contains(name)) {
            if is_update() {
                fs::remove_file(self.folder.join(&name)).expect("a file can be removed");
            } else {
                self.wrong.push(format!("{}: no sample is of this name", self.folder.join(name).display()));
            }
        }
        let count = self.wrong.len();
        assert!(
            count == 0,
            "{count} samples are not what was frozen (UPDATE_EXPECTED=1 cargo test --test it samples writes them anew)\n\n{}",
            self.wrong.join("\n\n")
        );
    }
}

fn compiled((_, pattern, word): (&str, &str, &'static str)) -> (Regex, &'static str) {
    (Regex::new(pattern).expect("the filters are well-formed"), word)
}

#[expect(clippy::disallowed_methods, reason = "whoever changes what is expected says so")]
fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}

/// The first lines that differ, and how many there are.
fn first_difference(frozen: &str, text: &str) -> String {
    let (frozen, text) = (frozen.lines().collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
    let line = |lines: &[&str], number: usize| lines.get(number).map_or("(the end)".to_owned(), ToString::to_string);
    let lines = 0..frozen.len().max(text.len());
    let different = lines.filter(|number| frozen.get(*number) != text.get(*number)).collect::<Vec<_>>();
    let shown = different.iter().take(5).map(|number| {
        let number = *number;
        format!("  line {}\n  - {}\n  + {}", number + 1, line(&frozen, number), line(&text, number))
    });
    format!("{}\n  {} lines differ", shown.collect::<Vec<_>>().join("\n"), different.len())
}
