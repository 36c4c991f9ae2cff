//! Columns. A name is never cut. A terminal that is too narrow loses the columns that matter least, and a line below the table
//! names them. The reason never goes: if it does not fit, it stands below its row. `-o wide` loses and wraps nothing.

use unicode_width::UnicodeWidthStr;

use super::style::Styles;
use super::text::wrapped;
use crate::sanitize;

const GAP: &str = "  ";
/// Before a reason below its row.
const REASON_INDENT: usize = 4;

/// How much is shown of each row: what fits the terminal, or everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    Usual,
    Wide,
}

/// A column is right-aligned if its heading begins with `>`.
#[derive(Debug, Clone)]
pub(super) struct Table {
    headings: Vec<&'static str>,
    only_wide: &'static [&'static str],
    least_first: &'static [&'static str],
    ends_with_reason: bool,
    /// A heading, a cell below it, and what that means.
    signs: Vec<(&'static str, &'static str, &'static str)>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    cells: Vec<String>,
    is_dimmed: bool,
}

impl Table {
    pub(super) fn new(headings: &[&'static str]) -> Self {
        let headings = headings.to_vec();
        let (only_wide, least_first): (&[&str], &[&str]) = (&[], &[]);
        Self { headings, only_wide, least_first, ends_with_reason: false, signs: Vec::new(), rows: Vec::new() }
    }

    /// Columns that are only shown with `-o wide`.
    pub(super) fn only_wide(self, only_wide: &'static [&'static str]) -> Self {
        Self { only_wide, ..self }
    }

    /// Columns that a narrow terminal loses, in this order.
    pub(super) fn least_first(self, least_first: &'static [&'static str]) -> Self {
        Self { least_first, ..self }
    }

    /// The last column is a text that can stand below its row.
    pub(super) fn ends_with_reason(self) -> Self {
        Self { ends_with_reason: true, ..self }
    }

    /// What a cell means that is no word. A line below the table says so if there is such a cell.
    pub(super) fn sign(mut self, heading: &'static str, cell: &'static str, meaning: &'static str) -> Self {
        self.signs.push((heading, cell, meaning));
        self
    }

    /// Adds a row, with every cell in one line that a terminal can show.
    pub(super) fn row<const CELLS: usize>(&mut self, cells: [String; CELLS]) {
        self.row_dimmed_if(false, cells);
    }

    /// Adds a row that is dimmed if it matters less.
    pub(super) fn row_dimmed_if<const CELLS: usize>(&mut self, is_dimmed: bool, cells: [String; CELLS]) {
        debug_assert!(CELLS == self.headings.len(), "every row has a cell for each heading");
        self.rows.push(Row { cells: cells.into_iter().map(|cell| sanitize::line(&cell)).collect(), is_dimmed });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows without headings, each behind two blanks.
    pub(super) fn into_rows(self) -> impl Iterator<Item = String> {
        let widths = self.widths();
        let columns = (0..self.headings.len()).collect::<Vec<_>>();
        let Self { headings, rows, .. } = self;
        rows.into_iter().map(move |row| {
            let cells = columns.iter().map(|column| (row.cells[*column].as_str(), widths[*column], headings[*column]));
            format!("  {}", line(cells))
        })
    }

    /// The lines behind so many blanks: the headings in bold, the rows, and below them what is left out and what signs mean.
    pub(super) fn into_lines(self, indent: usize, detail: Detail, width: Option<usize>, paint: Styles) -> Vec<String> {
        let width = width.filter(|_| detail == Detail::Usual).map(|width| width.saturating_sub(indent));
        let widths = self.widths();
        let all = (0..self.headings.len())
            .filter(|column| detail == Detail::Wide || !self.only_wide.contains(&self.name(*column)));
        let (columns, left_out) = self.fitting(all.collect(), &widths, width);
        let indented = |text: &str| format!("{}{text}", " ".repeat(indent));
        let too_narrow = width.is_some_and(|width| self.needed(&columns, &widths) > width);
        let shown = columns.iter().filter(|column| !(too_narrow && self.is_reason(**column)));
        let headings = shown.map(|column| (self.name(*column), widths[*column], self.headings[*column]));
        let mut lines = vec![indented(&paint.bold(&line(headings)))];
        for row in &self.rows {
            let row_lines = self.row_lines(row, &columns, &widths, width).into_iter();
            lines.extend(row_lines.map(|line| indented(&if row.is_dimmed { paint.dim(&line) } else { line })));
        }
        let notes = self.sign_notes(&columns).into_iter().chain(left_out_note(&left_out));
        let notes = notes.flat_map(|note| width.map_or_else(|| vec![note.clone()], |width| wrapped(&note, width)));
        let notes = notes.map(|note| indented(&paint.dim(&note))).collect::<Vec<_>>();
        if !notes.is_empty() {
            lines.push(String::new());
        }
        lines.extend(notes);
        lines
    }

    fn name(&self, column: usize) -> &'static str {
        self.headings[column].trim_start_matches('>')
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = (0..self.headings.len()).map(|column| self.name(column).width()).collect::<Vec<_>>();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(&row.cells) {
                *width = cell.width().max(*width);
            }
        }
        widths
    }

    /// How wide these columns are at least. A reason needs room for its heading only.
    fn needed(&self, columns: &[usize], widths: &[usize]) -> usize {
        let of = |column: &usize| if self.is_reason(*column) { self.name(*column).width() } else { widths[*column] };
        columns.iter().map(of).sum::<usize>() + GAP.len() * columns.len().saturating_sub(1)
    }

    /// The columns that fit, and the names of the others.
    fn fitting(
        &self,
        mut columns: Vec<usize>,
        widths: &[usize],
        width: Option<usize>,
    ) -> (Vec<usize>, Vec<&'static str>) {
        let mut left_out = Vec::new();
        for least in self.least_first {
            if width.is_none_or(|width| self.needed(&columns, widths) <= width) {
                break;
            }
            columns.retain(|column| self.name(*column) != *least);
            left_out.push(*least);
        }
        (columns, left_out)
    }

    fn is_reason(&self, column: usize) -> bool {
        self.ends_with_reason && column + 1 == self.headings.len()
    }

    fn row_lines(&self, row: &Row, columns: &[usize], widths: &[usize], width: Option<usize>) -> Vec<String> {
        let cells = |columns: &[usize]| {
            line(columns.iter().map(|column| (row.cells[*column].as_str(), widths[*column], self.headings[*column])))
        };
        let whole = cells(columns);
        match (width, columns.split_last()) {
            (Some(width), Some((reason, before))) if self.is_reason(*reason) && whole.width() > width => {
                let below = wrapped(&row.cells[*reason], width.saturating_sub(REASON_INDENT)).into_iter();
                let below = below.map(|text| format!("{}{text}", " ".repeat(REASON_INDENT)));
                std::iter::once(cells(before)).chain(below).collect()
            }
            _ => vec![whole],
        }
    }

    fn sign_notes(&self, columns: &[usize]) -> Option<String> {
        let is_shown = |(heading, sign, _): &&(&str, &str, &str)| {
            let column = columns.iter().find(|column| self.name(**column) == *heading);
            column.is_some_and(|column| self.rows.iter().any(|row| row.cells[*column] == *sign))
        };
        let shown = self.signs.iter().filter(is_shown);
        let notes = shown.map(|(heading, sign, meaning)| format!("{heading} {sign}: {meaning}")).collect::<Vec<_>>();
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}

fn left_out_note(left_out: &[&str]) -> Option<String> {
    let (last, others) = left_out.split_last()?;
    Some(match others {
        [] => format!("the terminal is too narrow for {last}; -o wide shows it"),
        others => format!("the terminal is too narrow for {} and {last}; -o wide shows them", others.join(", ")),
    })
}

fn line<'a>(cells: impl Iterator<Item = (&'a str, usize, &'static str)>) -> String {
    let mut line = String::new();
    for (cell, width, heading) in cells {
        let blank = " ".repeat(width - cell.width());
        let (before, behind) = if heading.starts_with('>') { (blank.as_str(), "") } else { ("", blank.as_str()) };
        line.extend([before, cell, behind, GAP]);
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Colour;

    const PLAIN: Styles = Styles(Colour::Off);

    fn table() -> Table {
        let table = Table::new(&["NAME", ">AGE", "CHART", "STATUS", "REASON"]);
        let mut table = table.only_wide(&["STATUS"]).least_first(&["CHART", "AGE"]).ends_with_reason();
        let row = |cells: [&str; 5]| cells.map(str::to_owned);
        table.row(row(["redis", "3d", "redis-1", "deployed", "because of a text that is long"]));
        table.row(row(["a", "41d", "?", "failed", ""]));
        table.sign("CHART", "?", "unknown")
    }

    fn lines(width: usize) -> Vec<String> {
        table().into_lines(0, Detail::Usual, Some(width), PLAIN)
    }

    #[test]
    fn what_is_wide_on_a_terminal_counts_as_such() {
        let mut table = Table::new(&["", ""]);
        table.row(["漢字".into(), "a".into()]);
        table.row(["e\u{301}t\u{e9}".into(), "b".into()]);
        assert_eq!(table.into_rows().collect::<Vec<_>>(), ["  漢字  a", "  e\u{301}t\u{e9}   b"]);
    }

    #[test]
    fn numbers_are_right_aligned_and_a_sign_is_explained_below() {
        let expected = [
            "NAME   AGE  CHART    REASON",
            "redis   3d  redis-1  because of a text that is long",
            "a      41d  ?",
            "",
            "CHART ?: unknown",
        ];
        assert_eq!(table().into_lines(0, Detail::Usual, None, PLAIN), expected);
    }

    #[test]
    fn wide_is_never_cut_and_has_more_columns() {
        let wide = table().into_lines(2, Detail::Wide, Some(10), PLAIN);
        assert_eq!(wide[1], "  redis   3d  redis-1  deployed  because of a text that is long");
    }

    #[test]
    fn a_reason_that_does_not_fit_stands_below_its_row() {
        let expected =
            ["NAME   AGE  CHART    REASON", "redis   3d  redis-1", "    because of a text that", "    is long"];
        assert_eq!(lines(27)[..4], expected);
    }

    #[test]
    fn a_narrow_terminal_loses_what_matters_least_and_names_it_but_never_a_name_or_a_reason() {
        let expected = ["NAME   AGE  REASON", "redis   3d", "    because of a"];
        assert_eq!(lines(18)[..3], expected);
        let narrowest = lines(9);
        assert_eq!(narrowest[..3], ["NAME", "redis", "    because"]);
        let note = narrowest.join(" ");
        assert!(note.contains("the terminal is too narrow for CHART and AGE; -o wide shows them"), "{note}");
    }
}
