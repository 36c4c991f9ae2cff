//! Did you mean: what an unknown word was probably meant to be.

use super::schema::{KeySpec, Section};

/// Two words with a lower likeness are different words (nextest and clap use the same measure).
const ALIKE: f64 = 0.8;

/// In bytes: the measure takes time with the square of the length.
const LONGEST: usize = 64;

/// Keys, each with other tools' words for it.
const OTHER_WORDS: &[(&str, &[&str])] = &[
    ("keep", &["protect", "exclude", "except", "ignore", "allowlist"]),
    ("namespaces", &["include"]),
    ("clusters", &["contexts"]),
    ("maxWorkers", &["workers"]),
    ("stuckAfter", &["pendingGrace"]),
    ("blastRadius", &["reach"]),
    ("optOuts", &["optOut"]),
    ("warnAfter", &["max"]),
    ("workers", &["concurrency", "parallelism", "threads", "jobs"]),
    ("rules", &["policies"]),
    ("releases", &["name"]),
    ("selector", &["labels", "labelSelector"]),
    ("namespaceSelector", &["labels", "labelSelector", "selector"]),
    ("matchLabels", &["labels"]),
    ("olderThan", &["age", "maxAge", "ttl"]),
    ("statuses", &["state", "states"]),
    ("until", &["expires", "expiry"]),
    ("window", &["schedule"]),
    ("from", &["start"]),
    ("to", &["end"]),
];

/// What to say about a key that its section does not have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Suggestion {
    /// A key of this section, spelled otherwise.
    Meant(&'static KeySpec),
    /// It is a key of another section, perhaps spelled otherwise.
    Belongs(&'static Section, &'static KeySpec),
    /// No key is like it.
    None,
}

/// What an unknown key of `section` was meant to be; `sections` are all of its file.
pub(super) fn suggest(unknown: &str, section: &'static Section, sections: &[&'static Section]) -> Suggestion {
    // The measure finds a likeness in any sentence.
    let is_word = unknown.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'));
    if unknown.len() > LONGEST || !is_word {
        return Suggestion::None;
    }
    if let Some(key) = same(unknown, section) {
        return Suggestion::Meant(key);
    }
    // Before other sections: the labels of a rule are not those of `metadata`.
    let is_other_word = |words: &[&str]| words.iter().any(|word| folded(word) == folded(unknown));
    let mut synonyms = OTHER_WORDS.iter().filter(|(_, words)| is_other_word(words));
    if let Some(key) = synonyms.find_map(|(ours, _)| section.key(ours)) {
        return Suggestion::Meant(key);
    }
    if let Some((other, key)) = sections.iter().find_map(|other| Some((other, same(unknown, other)?))) {
        return Suggestion::Belongs(other, key);
    }
    let likeness = |key: &&KeySpec| strsim::jaro_winkler(&folded(key.name), &folded(unknown));
    most_alike(section.keys, likeness, ALIKE).map_or(Suggestion::None, Suggestion::Meant)
}

/// The word that is most like a text, if one is like it.
pub(super) fn closest_word<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if text.len() > LONGEST {
        return None;
    }
    most_alike(words, |word| strsim::jaro_winkler(&word.to_lowercase(), &text.to_lowercase()), ALIKE)
}

/// The candidate with the highest likeness, if that is at least `least`.
pub(super) fn most_alike<T>(
    candidates: impl IntoIterator<Item = T>,
    likeness: impl Fn(&T) -> f64,
    least: f64,
) -> Option<T> {
    let rated = candidates.into_iter().map(|candidate| (likeness(&candidate), candidate));
    let (likeness, best) = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness >= least).then_some(best)
}

fn same(unknown: &str, section: &'static Section) -> Option<&'static KeySpec> {
    section.keys.iter().find(|key| folded(key.name) == folded(unknown))
}

/// `max_releases` and `MAX-RELEASES` are `maxReleases`.
fn folded(key: &str) -> String {
    key.chars().filter(|character| !matches!(character, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
#[path = "suggest_test.rs"]
mod tests;
