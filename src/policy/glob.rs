//! Text to glob, in the one dialect of policies, and the alternatives in its braces.
//!
//! There are no escapes (`\d` would quietly mean `d`), and an empty alternative counts (`vault{,-0}` is `vault` too).
//! globset matches byte by byte: `?` and classes are for ASCII, as all names are.

use std::ops::Range;

use globset::{Error, ErrorKind, Glob, GlobBuilder};

/// The longest pattern, in bytes. The time all checks of one take grows with its square.
pub(super) const LONGEST: usize = 200;

/// How deep braces may be nested.
const DEEPEST: usize = 4;

/// What `*` and `?` match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// Anything but `/`: parts of a name.
    WithinNames,
    /// Anything: contexts are ARNs and servers are URLs.
    AcrossSlashes,
}

/// Why a text is not a glob: message and label of the error.
pub(super) type GlobError = (String, String);

pub(super) fn compile(text: &str, wildcards: Wildcards) -> Result<Glob, GlobError> {
    let refused = |message: &str, label: &str| Err((message.to_owned(), label.to_owned()));
    if text.len() > LONGEST {
        let label = format!("at most {LONGEST} are allowed: write several entries");
        return Err((format!("the pattern has {} bytes", text.len()), label));
    }
    if text.contains('\\') {
        let label = "to match a special character itself, put it in brackets: [*]";
        return refused("a backslash has no meaning in a pattern", label);
    }
    let mut builder = GlobBuilder::new(text);
    builder.literal_separator(wildcards == Wildcards::WithinNames).backslash_escape(false).empty_alternates(true);
    let glob = builder.build().map_err(|error| explain(&error))?;
    if Braces::read(text).depth > DEEPEST {
        return refused("braces nested too deep", "write several entries");
    }
    Ok(glob)
}

fn explain(error: &Error) -> GlobError {
    let (message, label) = match error.kind() {
        ErrorKind::UnclosedClass => ("`[` is never closed in this pattern", "close it with `]`"),
        ErrorKind::UnclosedAlternates => ("`{` is never closed in this pattern", "close it with `}`"),
        ErrorKind::UnopenedAlternates => ("`}` has no opening `{` in this pattern", "remove it, or add `{`"),
        ErrorKind::InvalidRange(from, to) => {
            return (format!("`{from}-{to}` is an empty range"), format!("write `{to}-{from}`"));
        }
        other => return (format!("not a valid glob: {other}"), String::new()),
    };
    (message.to_owned(), label.to_owned())
}

/// The braces of a glob, outer before inner.
#[derive(Debug)]
pub(super) struct Braces<'g> {
    glob: &'g str,
    groups: Vec<BraceGroup>,
    /// How deep they are nested.
    pub(super) depth: usize,
}

#[derive(Debug)]
struct BraceGroup {
    /// With its braces.
    range: Range<usize>,
    alternatives: Vec<Range<usize>>,
    /// The group around it, and which of its alternatives.
    around: Option<(usize, usize)>,
}

impl<'g> Braces<'g> {
    /// Reads a glob that globset has accepted.
    pub(super) fn read(glob: &'g str) -> Self {
        let mut braces = Self { glob, groups: Vec::new(), depth: 0 };
        let mut open: Vec<usize> = Vec::new();
        for (at, sign) in signs(glob) {
            match sign {
                '{' => {
                    let around = open.last().map(|group| (*group, braces.groups[*group].alternatives.len()));
                    open.push(braces.groups.len());
                    braces.depth = braces.depth.max(open.len());
                    braces.groups.push(BraceGroup { range: at..at + 1, alternatives: Vec::new(), around });
                }
                ',' | '}' => {
                    let Some(group) = open.last().map(|group| &mut braces.groups[*group]) else { continue };
                    let start = group.alternatives.last().map_or(group.range.start, |last| last.end) + 1;
                    group.alternatives.push(start..at);
                    if sign == '}' {
                        group.range.end = at + 1;
                        open.pop();
                    }
                }
                _ => {}
            }
        }
        braces
    }

    /// Where each alternative stands that is not the only one of its braces; and the glob with only this alternative in
    /// its braces, and in those around it.
    pub(super) fn alternatives(&self) -> Vec<(Range<usize>, String)> {
        let several = self.groups.iter().filter(|group| group.alternatives.len() > 1);
        let alone = |group, range: &Range<usize>| (range.clone(), self.alone(group, &self.glob[range.clone()]));
        several.flat_map(|group| group.alternatives.iter().map(move |range| alone(group, range))).collect()
    }

    /// Braces that hold only digits where a regular expression has its repetition: `[0-9]{3}`, `x{2,4}`.
    pub(super) fn repetition(&self) -> Option<Range<usize>> {
        let is_repetition = |group: &&BraceGroup| {
            let inner = &self.glob[group.range.start + 1..group.range.end - 1];
            let digits = !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
            let after_class = self.glob[..group.range.start].ends_with([']', ')', '.']);
            digits && (after_class || group.alternatives.len() == 1)
        };
        self.groups.iter().find(is_repetition).map(|group| group.range.clone())
    }

    fn alone(&self, group: &BraceGroup, alternative: &str) -> String {
        let (mut alone, mut inner) = (alternative.to_owned(), Some(group));
        while let Some(BraceGroup { range, around, .. }) = inner {
            let outer = around.map(|(outer, index)| (&self.groups[outer], index));
            let around = outer.map_or(0..self.glob.len(), |(outer, index)| outer.alternatives[index].clone());
            let (before, after) = (&self.glob[around.start..range.start], &self.glob[range.end..around.end]);
            alone = format!("{before}{{{alone}}}{after}");
            inner = outer.map(|(outer, _)| outer);
        }
        alone
    }
}

/// Whether the character here stands outside of all brackets and braces.
pub(crate) fn is_bare(glob: &str, here: usize) -> bool {
    let depth = signs(glob).take_while(|(at, _)| *at <= here).try_fold(0_usize, |depth, (at, sign)| match sign {
        _ if at == here => Err(depth),
        '{' => Ok(depth + 1),
        '}' => Ok(depth.saturating_sub(1)),
        _ => Ok(depth),
    });
    depth == Err(0)
}

/// The characters of a glob outside of `[…]`.
fn signs(glob: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut class_ends = 0;
    glob.char_indices().filter(move |(at, sign)| {
        if *at < class_ends {
            return false;
        }
        if *sign == '[' {
            class_ends = class_end(glob, *at);
        }
        true
    })
}

/// The byte after the class that starts here; a `]` right at its start belongs to it.
fn class_end(glob: &str, start: usize) -> usize {
    let inner = &glob[start + 1..];
    let negated = inner.starts_with(['!', '^']);
    let first = start + 1 + usize::from(negated);
    let from = first + usize::from(glob[first..].starts_with(']'));
    glob[from..].find(']').map_or(glob.len(), |end| from + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(glob: &str) -> Vec<(&str, String)> {
        let alternatives = Braces::read(glob).alternatives();
        alternatives.into_iter().map(|(range, alone)| (&glob[range], alone)).collect()
    }

    fn pairs<'a>(expected: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
        expected.iter().map(|(text, alone)| (*text, (*alone).to_owned())).collect()
    }

    #[test]
    fn each_alternative_is_given_with_the_rest_of_the_glob() {
        assert_eq!(alone("{dev,pr}-*"), pairs(&[("dev", "{dev}-*"), ("pr", "{pr}-*")]));
        assert_eq!(alone("a{,b}"), pairs(&[("", "a{}"), ("b", "a{b}")]));
        assert_eq!(alone("{a}{b,c}"), pairs(&[("b", "{a}{b}"), ("c", "{a}{c}")]));
    }

    #[test]
    fn of_nested_braces_the_outer_alternative_is_kept_around_the_inner_one() {
        let expected = [("a", "x{a}"), ("b{c,d}e", "x{b{c,d}e}"), ("c", "x{b{c}e}"), ("d", "x{b{d}e}")];
        assert_eq!(alone("x{a,b{c,d}e}"), pairs(&expected));
        assert_eq!(Braces::read("x{a,b{c,d}e}").depth, 2);
    }

    #[test]
    fn braces_and_commas_in_a_class_are_letters() {
        assert_eq!(alone("[{,}]{a,[]}],b}"), pairs(&[("a", "[{,}]{a}"), ("[]}]", "[{,}]{[]}]}"), ("b", "[{,}]{b}")]));
        assert_eq!(alone("a,b"), Vec::new());
    }

    #[test]
    fn the_repetition_of_a_regular_expression_is_seen() {
        assert_eq!(Braces::read("pr-[0-9]{3}").repetition(), Some(8..11));
        assert_eq!(Braces::read("pr-[0-9]{2,}").repetition(), Some(8..12));
        assert_eq!(Braces::read("dev-{1,2}").repetition(), None);
        assert_eq!(Braces::read("dev-{a}").repetition(), None);
    }
}
