//! Names that somebody has looked up, and which of them fit.

use super::answer::{Answer, Candidate};

/// Names that have to be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Namespaces of the cluster.
    Namespaces,
    /// Releases that are there, as `namespace/release`.
    Releases,
    /// Releases whose history was kept.
    UninstalledReleases,
    /// A namespace, or a release of it.
    NamespacesAndReleases,
    /// Earlier runs.
    Runs,
    /// Contexts of the kubeconfig.
    Contexts,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamesAnswer {
    /// Whole values, in any order.
    Whole(Vec<String>),
    /// Whole values, in this order.
    InOrder(Vec<String>),
    /// Namespaces, where a release of one is wanted.
    NamespacesOfReleases(Vec<String>),
    /// Namespaces, where one will do and a release of one will do as well.
    NamespacesOrMore(Vec<String>),
}

impl NamesAnswer {
    /// Those that go on from what is typed, and are not on the line already.
    pub fn answer(self, partial: &str, taken: &[String]) -> Answer {
        let fitting = |names: Vec<String>| {
            let fits = |name: &String| name.starts_with(partial) && !taken.contains(name) && is_harmless(name);
            let mut names = names.into_iter().filter(fits).collect::<Vec<_>>();
            names.dedup();
            names
        };
        let bare = |names: Vec<String>| names.into_iter().map(Candidate::bare).collect::<Vec<_>>();
        match self {
            NamesAnswer::Whole(mut names) => {
                names.sort_unstable();
                Answer::Words(bare(fitting(names)))
            }
            NamesAnswer::InOrder(names) => Answer::InOrder(bare(fitting(names))),
            NamesAnswer::NamespacesOfReleases(names) => {
                let starts = fitting(names).into_iter().map(|name| Candidate::bare(format!("{name}/")));
                Answer::Beginnings(starts.collect())
            }
            // What is whole already can only go on.
            NamesAnswer::NamespacesOrMore(names) => {
                let go_on = |name: String| if name == partial { format!("{name}/") } else { name };
                Answer::Beginnings(bare(fitting(names).into_iter().map(go_on).collect()))
            }
        }
    }
}

/// Whether a shell takes a word as it is. Names of the cluster are never anything else; a context may be called whatever
/// somebody liked, and a shell puts what it is told onto the line.
fn is_harmless(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/@+%,".contains(letter);
    !name.starts_with('-') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(answer: &Answer) -> Vec<String> {
        let text = answer.print();
        let lines = text.lines().filter(|line| !line.starts_with(':'));
        lines.map(str::to_owned).collect()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn only_what_goes_on_from_the_line_is_offered_and_nothing_twice() {
        let found = NamesAnswer::Whole(names(&["dev-b/web", "dev-a/web", "dev-a/web", "pr-1/web", "dev-a/db"]));
        assert_eq!(texts(&found.answer("dev-", &names(&["dev-a/db"]))), ["dev-a/web", "dev-b/web"]);
    }

    #[test]
    fn namespaces_go_on_with_a_slash_where_a_release_is_wanted() {
        let found = || names(&["dev", "dev-a"]);
        assert_eq!(NamesAnswer::NamespacesOfReleases(found()).answer("d", &[]).print(), "dev/\ndev-a/\n:6");
        assert_eq!(NamesAnswer::NamespacesOrMore(found()).answer("d", &[]).print(), "dev\ndev-a\n:6");
        assert_eq!(NamesAnswer::NamespacesOrMore(found()).answer("dev", &[]).print(), "dev/\ndev-a\n:6");
    }

    #[test]
    fn names_that_mean_something_to_a_shell_are_never_offered() {
        let hostile =
            ["$(reboot)", "`x`", "a b", "a;b", "a\tb", "a\nb", "--yes", "\u{1b}[2J", "a\u{202e}b", "'", "~root", "*"];
        let harmless = ["arn:aws:eks:eu-west-1:1234:cluster/dev", "admin@dev", "gke_project_zone_dev"];
        let found = NamesAnswer::Whole(names(&[&hostile[..], &harmless].concat()));
        assert_eq!(
            texts(&found.answer("", &[])),
            ["admin@dev", "arn:aws:eks:eu-west-1:1234:cluster/dev", "gke_project_zone_dev"]
        );
    }
}
