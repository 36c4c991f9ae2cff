//! Columns. A row is never wrapped, a name never cut: where the terminal is too narrow, columns go from the
//! right.

use comfy_table::{CellAlignment, ContentArrangement, Table as Columns, presets};

/// Blanks between two columns.
const GAP: u16 = 2;

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
    /// columns are left.
    pub(super) fn lines(&self, width: Option<usize>, needed: usize) -> Vec<String> {
        let mut columns = self.headings.len();
        loop {
            let table = self.build(columns);
            if width.is_none_or(|width| width_of(&table) <= width) || columns <= needed {
                return table.lines().map(|line| line.trim_end().to_owned()).collect();
            }
            columns -= 1;
        }
    }

    fn build(&self, columns: usize) -> Columns {
        let mut table = Columns::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.headings.iter().take(columns).map(|(name, _)| *name));
        for row in &self.rows {
            table.add_row(row.iter().take(columns));
        }
        for (index, (_, align)) in self.headings.iter().take(columns).enumerate() {
            let column = table.column_mut(index).expect("every heading has made its column");
            column.set_padding((0, GAP));
            column.set_cell_alignment(if *align == Align::Right { CellAlignment::Right } else { CellAlignment::Left });
        }
        table
    }
}

/// The last column's gap is blank and is cut off.
fn width_of(table: &Columns) -> usize {
    let widths = table.column_max_content_widths();
    widths.iter().map(|width| usize::from(width + GAP)).sum::<usize>().saturating_sub(usize::from(GAP))
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

    #[test]
    fn numbers_are_right_aligned_and_lines_have_no_blank_tail() {
        assert_eq!(table().lines(None, 1), ["NAME   AGE  WHY", "redis   3d  because of something long", "a      41d"]);
    }

    #[test]
    fn a_narrow_terminal_loses_columns_from_the_right_but_never_those_that_are_needed() {
        assert_eq!(table().lines(Some(20), 1), ["NAME   AGE", "redis   3d", "a      41d"]);
        assert_eq!(table().lines(Some(3), 2)[1], "redis   3d");
    }
}
