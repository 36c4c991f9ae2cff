//! Columns. A row is never wrapped, a name never cut: where the terminal is too narrow, columns go from the
//! right.

use unicode_width::UnicodeWidthStr;

/// Between two columns.
const GAP: &str = "  ";

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A table under construction: headings, then rows of as many cells.
#[derive(Debug, Clone)]
pub(super) struct Table {
    headings: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(headings: Vec<(&'static str, Align)>) -> Self {
        Self { headings, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.headings.len(), "every row has a cell for each heading");
        self.rows.push(cells);
    }

    /// One line for the headings and one for each row, none wider than `width` as long as at least `needed`
    /// columns are left. Row by row: a plan may have thousands.
    pub(super) fn into_lines(self, width: Option<usize>, needed: usize) -> impl Iterator<Item = String> {
        let Self { headings, rows } = self;
        let widths = widths(&headings, &rows);
        let mut columns = headings.len();
        while columns > needed && width.is_some_and(|width| width_of(&widths[..columns]) > width) {
            columns -= 1;
        }
        let columns =
            widths.into_iter().zip(headings.iter().map(|(_, align)| *align)).take(columns).collect::<Vec<_>>();
        let names = headings.into_iter().map(|(name, _)| name.to_owned()).collect();
        std::iter::once(names).chain(rows).map(move |cells| line(&cells, &columns))
    }
}

/// Of each column, with its heading.
fn widths(headings: &[(&'static str, Align)], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths = headings.iter().map(|(name, _)| name.width()).collect::<Vec<_>>();
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

fn line(cells: &[String], columns: &[(usize, Align)]) -> String {
    let mut line = String::new();
    for (cell, (width, align)) in cells.iter().zip(columns) {
        let blank = " ".repeat(width - cell.width());
        let (before, behind) = if *align == Align::Right { (blank.as_str(), "") } else { ("", blank.as_str()) };
        line.extend([before, cell, behind, GAP]);
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![("NAME", Align::Left), ("AGE", Align::Right), ("WHY", Align::Left)]);
        table.row(vec!["redis".into(), "3d".into(), "because of something long".into()]);
        table.row(vec!["a".into(), "41d".into(), String::new()]);
        table
    }

    fn lines(width: Option<usize>, needed: usize) -> Vec<String> {
        table().into_lines(width, needed).collect()
    }

    #[test]
    fn what_is_wide_on_a_terminal_counts_as_such() {
        let mut table = Table::new(vec![("", Align::Left), ("", Align::Left)]);
        table.row(vec!["漢字".into(), "a".into()]);
        table.row(vec!["e\u{301}t\u{e9}".into(), "b".into()]);
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
