//! A report as Markdown: for the summary of a CI job, or a comment.
//!
//! Nothing that others wrote is Markdown or HTML in it: whatever could be is written by its number, which both show as what
//! it is and take for nothing.

use std::fmt::Write as _;

use crate::report::words::plural;
use crate::sanitize;

/// More rows than this are counted: a summary of a job may have a mebibyte.
const MOST_ROWS: usize = 100;
/// Longer words are cut.
const LONGEST: usize = 200;

/// What is shown.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) title: String,
    /// The numbers in one line.
    pub(super) counts: String,
    /// What else there is to know, as name and value.
    pub(super) facts: Vec<(&'static str, String)>,
    /// What ended it early.
    pub(super) stopped: Vec<String>,
    pub(super) tables: Vec<SheetTable>,
}

/// Rows of the same.
#[derive(Debug)]
pub(super) struct SheetTable {
    pub(super) heading: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    pub(super) fn render(&self) -> String {
        let mut parts = vec![format!("## {}", cell(&self.title)), format!("**{}**", cell(&self.counts))];
        parts.extend(self.stopped.iter().map(|why| format!("> {}", cell(why))));
        let facts = self.facts.iter().map(|(name, value)| format!("| {} | {} |", cell(name), cell(value)));
        let facts = facts.collect::<Vec<_>>();
        if !facts.is_empty() {
            parts.push(format!("| | |\n|---|---|\n{}", facts.join("\n")));
        }
        parts.extend(self.tables.iter().filter(|table| !table.rows.is_empty()).map(SheetTable::render));
        parts.join("\n\n")
    }
}

impl SheetTable {
    fn render(&self) -> String {
        let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |", cells.collect::<Vec<_>>().join(" | "));
        let mut lines = vec![
            line(&mut self.columns.iter().map(|name| (*name).to_owned())),
            format!("|{}", "---|".repeat(self.columns.len())),
        ];
        lines.extend(self.rows.iter().take(MOST_ROWS).map(|row| line(&mut row.iter().map(|text| cell(text)))));
        let mut text = format!("### {} ({})\n\n{}", self.heading, self.rows.len(), lines.join("\n"));
        if self.rows.len() > MOST_ROWS {
            let more = plural(self.rows.len() - MOST_ROWS, "more row");
            text.extend(["\n\n… and ", more.as_str()]);
        }
        text
    }
}

/// Foreign text as plain text in one line.
fn cell(text: &str) -> String {
    let mut shown = String::new();
    let mut before = None;
    let text = sanitize::line(&text.replace(['\n', '\t'], " "));
    let mut characters = text.chars().take(LONGEST).peekable();
    while let Some(character) = characters.next() {
        let between_digits = |before: Option<char>, after: Option<&char>| {
            before.is_some_and(|before: char| before.is_ascii_digit()) && after.is_some_and(char::is_ascii_digit)
        };
        let is_plain = match character {
            ' ' | '-' | '/' | ',' | '(' | ')' => true,
            // Anywhere else it may be part of an address, or of a picture.
            ':' => characters.peek() == Some(&' '),
            // In versions and times; anywhere else it may be part of an address.
            '.' => between_digits(before, characters.peek()),
            other => !other.is_ascii() || other.is_ascii_alphanumeric(),
        };
        if is_plain {
            shown.push(character);
        } else {
            write!(shown, "&#{};", u32::from(character)).expect("a String takes all text");
        }
        before = Some(character);
    }
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sheet(text: &str, rows: usize) -> Sheet {
        Sheet {
            title: text.to_owned(),
            counts: text.to_owned(),
            facts: vec![("run", text.to_owned())],
            stopped: vec![text.to_owned()],
            tables: vec![SheetTable {
                heading: "Failed",
                columns: &["release", "words"],
                rows: vec![vec![text.to_owned(), text.to_owned()]; rows],
            }],
        }
    }

    #[test]
    fn what_others_wrote_is_neither_markdown_nor_html_nor_a_column_nor_a_line_of_its_own() {
        let hostile = "a|b`c`<script>: \n# d\r\n*e* [f](http://g) www.h.io @i #1 &amp; \u{1b}[2J\u{202e} v1.2.3 - 1.5s";
        let shown = cell(hostile);
        let expected = "a&#124;b&#96;c&#96;&#60;script&#62;:  &#35; d␍ &#42;e&#42; &#91;f&#93;(http&#58;//g) \
                        www&#46;h&#46;io &#64;i &#35;1 &#38;amp&#59; ␛&#91;2J� v1.2.3 - 1.5s";
        assert_eq!(shown, expected);
        let rendered = sheet(hostile, 2).render();
        let lines = rendered.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>();
        assert!(lines.iter().all(|line| line.matches('|').count() == 3), "{rendered}");
    }

    #[test]
    fn a_sheet_of_very_many_long_rows_stays_below_what_a_summary_of_a_job_may_have() {
        let text = "|".repeat(5_000);
        let tables = (0..4).flat_map(|_| sheet(&text, 100_000).tables).collect();
        let rendered = Sheet { tables, ..sheet(&text, 0) }.render();
        assert!(rendered.len() < 1 << 20, "{}", rendered.len());
        assert!(rendered.contains("… and 99900 more rows"));
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_cell_only_harmless_characters_are_left(text in "(?s).{0,400}") {
            let shown = cell(&text);
            let harmless = |character: char| !character.is_ascii() || character.is_ascii_alphanumeric() || " -/,.():&#;".contains(character);
            prop_assert!(shown.chars().all(harmless), "{}", shown);
            let entities = shown.split('&').skip(1);
            for entity in entities {
                let (number, _) = entity.split_once(';').expect("it ends");
                prop_assert!(number.strip_prefix('#').is_some_and(|number| number.parse::<u32>().is_ok()));
            }
        }
    }
}
