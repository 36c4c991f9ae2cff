//! The annotations that are meant for this program.

use std::collections::BTreeMap;

/// What their keys begin with.
const PREFIX: &str = "helm-purge/";
/// Longer texts are nobody's reason, date or list; an annotation may have a quarter of a megabyte.
const LONGEST: usize = 2000;

/// Of all annotations those of this program. One that is too long is cut and ends in `…`, which is in no name and no
/// date.
pub(super) fn own_annotations(annotations: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = annotations.into_iter().filter(|(key, _)| key.starts_with(PREFIX));
    own.map(|(key, text)| (key, cut(text))).collect()
}

/// A text of bounded length.
fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_annotations_are_taken_and_never_more_of_them_than_a_person_would_write() {
        let long = "ä".repeat(LONGEST + 1);
        let annotations = [("helm-purge/reason", "demo"), ("other/reason", "x"), ("helm-purge/until", long.as_str())];
        let annotations = annotations.map(|(key, text)| (key.to_owned(), text.to_owned()));
        let own = own_annotations(annotations.into());
        assert_eq!(own["helm-purge/reason"], "demo");
        assert_eq!(own["helm-purge/until"].chars().count(), LONGEST + 1);
        assert!(own["helm-purge/until"].ends_with("ä…") && own.len() == 2);
    }
}
