//! The answer, as it is printed.

use std::fmt::Write;

/// Longer descriptions are cut: each is a part of a line in a list.
const LONGEST_DESCRIPTION: usize = 80;

/// Something that can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is typed.
    pub text: String,
    /// What it is.
    pub description: Option<String>,
}

/// What a shell is told. The numbers are those of cobra's `ShellCompDirective`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// One of these, and then the next word. None of them: nothing is known to fit.
    Words(Vec<Candidate>),
    /// The same, in this order.
    InOrder(Vec<Candidate>),
    /// One of these, of which each is a beginning: no blank follows.
    Beginnings(Vec<Candidate>),
    /// A file or a folder; the shell knows them better.
    Files,
    /// A folder.
    Folders,
}

impl Candidate {
    /// A candidate that needs no words.
    pub fn bare(text: impl Into<String>) -> Self {
        Self { text: text.into(), description: None }
    }

    /// A candidate, and what its help says, as far as that fits into a list.
    pub fn described(text: impl Into<String>, help: &str) -> Self {
        let sentence = help.lines().next().unwrap_or_default();
        let sentence =
            ["; ", " [default"].into_iter().fold(sentence, |rest, end| rest.split(end).next().unwrap_or(rest));
        let description = if sentence.chars().count() > LONGEST_DESCRIPTION {
            let start = sentence.chars().take(LONGEST_DESCRIPTION).collect::<String>();
            format!("{}…", start.trim_end())
        } else {
            sentence.to_owned()
        };
        Self { text: text.into(), description: Some(description).filter(|text| !text.is_empty()) }
    }
}

impl Answer {
    /// Nothing is known to fit, and no file does.
    pub fn nothing() -> Self {
        Answer::Words(Vec::new())
    }

    /// As cobra's own programs print it: a candidate a line, its description behind a tab, and the directive as the last
    /// line.
    pub fn print(&self) -> String {
        let mut text = String::new();
        for Candidate { text: word, description } in self.candidates() {
            text.push_str(word);
            if let Some(description) = description {
                let _ = write!(text, "\t{description}");
            }
            text.push('\n');
        }
        let _ = write!(text, ":{}", self.directive());
        text
    }

    fn candidates(&self) -> &[Candidate] {
        match self {
            Answer::Words(words) | Answer::InOrder(words) | Answer::Beginnings(words) => words,
            Answer::Files | Answer::Folders => &[],
        }
    }

    fn directive(&self) -> u8 {
        const NO_SPACE: u8 = 2;
        const NO_FILES: u8 = 4;
        const FOLDERS: u8 = 16;
        const KEEP_ORDER: u8 = 32;
        match self {
            Answer::Words(_) => NO_FILES,
            Answer::InOrder(_) => NO_FILES | KEEP_ORDER,
            Answer::Beginnings(_) => NO_FILES | NO_SPACE,
            Answer::Files => 0,
            Answer::Folders => FOLDERS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_is_a_line_and_the_directive_is_the_last_one() {
        let words = vec![Candidate::described("plan", "Show what would go; changes nothing"), Candidate::bare("x")];
        assert_eq!(Answer::Words(words.clone()).print(), "plan\tShow what would go\nx\n:4");
        assert_eq!(Answer::Beginnings(words[1..].to_vec()).print(), "x\n:6");
        assert_eq!(Answer::InOrder(words[1..].to_vec()).print(), "x\n:36");
        assert_eq!((Answer::nothing().print(), Answer::Files.print()), (":4".to_owned(), ":0".to_owned()));
        assert_eq!(Answer::Folders.print(), ":16");
    }

    #[test]
    fn a_description_is_short_and_one_line() {
        let described = |help: &str| Candidate::described("x", help).description;
        assert_eq!(described("Helm processes [default: the policy's]").as_deref(), Some("Helm processes"));
        assert_eq!(described("one\ntwo").as_deref(), Some("one"));
        assert_eq!(described(""), None);
        assert_eq!(described(&"ä".repeat(200)).map(|text| text.chars().count()), Some(LONGEST_DESCRIPTION + 1));
    }
}
