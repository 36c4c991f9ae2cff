//! Columns. A row is never wrapped and a name never cut. If the terminal is too narrow, the last columns are left out.

use unicode_width::UnicodeWidthStr;

use super::style::Styles;
use crate::sanitize;

const GAP: &str = "  ";

/// A column is right-aligned if its heading begins with `>`.
#[derive(Debug, Clone)]
pub(super) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, with every cell in one line that a terminal can show. Cells beyond the headings are left out.
    pub(super) fn row<const CELLS: usize>(&mut self, cells: [String; CELLS]) {
        debug_assert!(CELLS >= self.headings.len(), "every row has a cell for each heading");
        self.rows.push(cells.into_iter().take(self.headings.len()).map(|cell| sanitize::line(&cell)).collect());
    }

    /// One line for the headings and one for each row, none wider than `width` as long as more than `needed` columns are
    /// left. An iterator, because a plan may have thousands of rows.
    pub(super) fn into_lines(self, width: Option<usize>, needed: usize) -> impl Iterator<Item = String> {
        let Self { headings, rows } = self;
        let names = headings.iter().map(|heading| heading.trim_start_matches('>').to_owned()).collect::<Vec<_>>();
        let widths = widths(&names, &rows);
        let mut columns = headings.len();
        while columns > needed && width.is_some_and(|width| width_of(&widths[..columns]) > width) {
            columns -= 1;
        }
        let is_right_aligned = headings.into_iter().map(|heading| heading.starts_with('>'));
        let columns = widths.into_iter().zip(is_right_aligned).take(columns).collect::<Vec<_>>();
        std::iter::once(names).chain(rows).map(move |cells| line(&cells, &columns))
    }

    /// The rows without the headings, each behind two blanks.
    pub(super) fn into_rows(self) -> impl Iterator<Item = String> {
        let columns = self.headings.len();
        self.into_lines(None, columns).skip(1).map(|line| format!("  {line}"))
    }

    /// The lines with the headings in bold.
    pub(super) fn into_text(self, width: Option<usize>, needed: usize, paint: Styles) -> String {
        let mut lines = self.into_lines(width, needed);
        let heading = lines.next().map(|line| paint.bold(&line));
        heading.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }

    /// The lines behind two blanks, with the headings in bold and some rows dimmed.
    pub(super) fn into_decisions(
        self,
        width: Option<usize>,
        needed: usize,
        is_dimmed: impl Iterator<Item = bool>,
        paint: Styles,
    ) -> impl Iterator<Item = String> {
        let mut lines = self.into_lines(width.map(|width| width.saturating_sub(2)), needed);
        let heading = lines.next().map(|line| format!("  {}", paint.bold(&line)));
        let rows = lines.zip(is_dimmed);
        heading
            .into_iter()
            .chain(rows.map(move |(line, is_dimmed)| format!("  {}", if is_dimmed { paint.dim(&line) } else { line })))
    }
}

fn widths(headings: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths = headings.iter().map(|name| name.width()).collect::<Vec<_>>();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    widths
}

fn width_of(columns: &[usize]) -> usize {
    columns.iter().sum::<usize>() + GAP.len() * columns.len().saturating_sub(1)
}

fn line(cells: &[String], columns: &[(usize, bool)]) -> String {
    let mut line = String::new();
    for (cell, (width, is_right_aligned)) in cells.iter().zip(columns) {
        let blank = " ".repeat(width - cell.width());
        let (before, behind) = if *is_right_aligned { (blank.as_str(), "") } else { ("", blank.as_str()) };
        line.extend([before, cell, behind, GAP]);
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["NAME", ">AGE", "WHY"]);
        table.row(["redis".into(), "3d".into(), "because of something long".into()]);
        table.row(["a".into(), "41d".into(), String::new()]);
        table
    }

    fn lines(width: Option<usize>, needed: usize) -> Vec<String> {
        table().into_lines(width, needed).collect()
    }

    #[test]
    fn what_is_wide_on_a_terminal_counts_as_such() {
        let mut table = Table::new(&["", ""]);
        table.row(["漢字".into(), "a".into()]);
        table.row(["e\u{301}t\u{e9}".into(), "b".into()]);
        assert_eq!(table.into_lines(None, 2).collect::<Vec<_>>(), ["", "漢字  a", "e\u{301}t\u{e9}   b"]);
    }

    #[test]
    fn numbers_are_right_aligned_and_lines_have_no_blank_tail() {
        assert_eq!(lines(None, 1), ["NAME   AGE  WHY", "redis   3d  because of something long", "a      41d"]);
    }

    #[test]
    fn a_narrow_terminal_loses_columns_from_the_right_but_never_those_that_are_needed() {
        assert_eq!(lines(Some(20), 1), ["NAME   AGE", "redis   3d", "a      41d"]);
        assert_eq!(lines(Some(3), 2)[1], "redis   3d");
    }
}
