//! Did you mean: what an unknown key was probably meant to be.

use super::schema::{Key, Level};

/// Below this two words are not alike (nextest and clap use the same measure).
const ALIKE: f64 = 0.8;

/// Other tools' words for ours.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("protect", "keep"),
    ("exclude", "keep"),
    ("except", "keep"),
    ("ignore", "keep"),
    ("allowlist", "keep"),
    ("include", "namespaces"),
    ("contexts", "clusters"),
    ("concurrency", "workers"),
    ("parallelism", "workers"),
    ("threads", "workers"),
    ("jobs", "workers"),
    ("policies", "rules"),
    ("name", "releases"),
    ("labels", "namespaceSelector"),
    ("labels", "matchLabels"),
    ("labelSelector", "namespaceSelector"),
    ("selector", "namespaceSelector"),
    ("age", "olderThan"),
    ("maxAge", "olderThan"),
    ("ttl", "olderThan"),
    ("state", "statuses"),
    ("states", "statuses"),
    ("expires", "until"),
    ("expiry", "until"),
    ("schedule", "window"),
    ("start", "from"),
    ("end", "to"),
];

/// What to say about a key that its level does not have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Suggestion {
    /// A key of this level, spelled otherwise.
    Meant(&'static Key),
    /// It is a key of another level, perhaps spelled otherwise.
    Belongs(&'static Level, &'static Key),
    /// Nothing is like it.
    None,
}

/// What a key was meant to be that `level` does not have; `levels` are all of its file.
pub(super) fn suggest(unknown: &str, level: &'static Level, levels: &'static [&'static Level]) -> Suggestion {
    // The measure takes time with the square of the length, and finds a likeness in any sentence.
    let is_word = unknown.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'));
    if unknown.len() > 64 || !is_word {
        return Suggestion::None;
    }
    if let Some(key) = same(unknown, level) {
        return Suggestion::Meant(key);
    }
    // Before other levels: the labels of a rule are not those of `metadata`.
    let mut synonyms = OTHER_WORDS.iter().filter(|(word, _)| folded(word) == folded(unknown));
    if let Some(key) = synonyms.find_map(|(_, ours)| level.key(ours)) {
        return Suggestion::Meant(key);
    }
    if let Some((other, key)) = levels.iter().find_map(|other| Some((other, same(unknown, other)?))) {
        return Suggestion::Belongs(other, key);
    }
    closest(unknown, level).map_or(Suggestion::None, Suggestion::Meant)
}

fn same(unknown: &str, level: &'static Level) -> Option<&'static Key> {
    level.keys.iter().find(|key| folded(key.name) == folded(unknown))
}

fn closest(unknown: &str, level: &'static Level) -> Option<&'static Key> {
    let likeness = |key: &Key| strsim::jaro_winkler(&folded(key.name), &folded(unknown));
    let (likeness, key) = level.keys.iter().map(|key| (likeness(key), key)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness >= ALIKE).then_some(key)
}

/// `max_releases` and `MAX-RELEASES` are `maxReleases`.
pub(super) fn folded(key: &str) -> String {
    key.chars().filter(|character| !matches!(character, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::schema::{KEEP, LEVELS, LIMITS, RULE, TOP};
    use super::*;

    fn said(unknown: &str, level: &'static Level) -> String {
        match suggest(unknown, level, &LEVELS) {
            Suggestion::Meant(key) => key.name.to_owned(),
            Suggestion::Belongs(level, key) => format!("{} {}", key.name, level.place),
            Suggestion::None => String::new(),
        }
    }

    #[test]
    fn slips_of_spelling_are_recognised() {
        for (unknown, meant) in
            [("namespace", "namespaces"), ("Keep", "keep"), ("worker", "workers"), ("cluster", "clusters")]
        {
            assert_eq!(said(unknown, &TOP), meant, "{unknown}");
        }
        assert_eq!(said("max_releases", &LIMITS), "maxReleases");
    }

    #[test]
    fn words_of_other_tools_are_recognised_where_they_make_sense() {
        assert_eq!(said("protect", &TOP), "keep");
        assert_eq!(said("protect", &LIMITS), "");
        assert_eq!((said("name", &KEEP).as_str(), said("name", &TOP).as_str()), ("releases", "name under `metadata`"));
        assert_eq!(said("labels", &RULE), "namespaceSelector");
        assert_eq!(said("labels", &LIMITS), "labels under `metadata`");
    }

    #[test]
    fn a_key_of_another_level_is_sent_there() {
        assert_eq!(said("maxReleases", &TOP), "maxReleases under `limits`");
        assert_eq!(said("max-releases", &TOP), "maxReleases under `limits`");
        assert_eq!(said("timeout", &KEEP), "timeout under `defaults`");
        assert_eq!(said("workers", &LIMITS), "workers at the top level");
        assert_eq!(said("olderThan", &TOP), "olderThan in an entry of `rules`");
        assert_eq!(said("older_than", &KEEP), "olderThan in an entry of `rules`");
    }

    #[test]
    fn a_key_like_no_other_gets_no_suggestion() {
        for unknown in ["replicas", "suspend", "dryRun", "foo", &"namespaces".repeat(100)] {
            assert_eq!(said(unknown, &TOP), "", "{unknown}");
        }
    }
}
