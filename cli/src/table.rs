//! Tables without lines, which fit the terminal.

use std::io::{self, Write};

use console::{Alignment, Color, measure_text_width, style, truncate_str};

use crate::text;

/// What stands between two columns.
const GAP: usize = 2;
/// A column that gives way keeps as much, unless all columns together need more.
const ROOM: usize = 16;
/// And this at the least.
const LITTLE_ROOM: usize = 8;

/// Rows of cells under titles.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// A column of a table.
pub(crate) struct Column {
    /// May have several lines.
    title: String,
    color: Paint,
    alignment: Alignment,
    kind: Kind,
}

/// The colour of the cells of a column.
#[derive(Clone, Copy)]
enum Paint {
    None,
    All(Color),
    /// By what stands in the cell.
    By(fn(&str) -> Option<Color>),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Fixed,
    /// Is cut where the terminal is narrow.
    Flexible,
    /// Is left out where the terminal is narrow.
    Optional,
}

impl Column {
    /// A column of texts.
    pub(crate) fn text(title: &str) -> Self {
        Self {
            title: text::lines(title),
            color: Paint::None,
            alignment: Alignment::Left,
            kind: Kind::Fixed,
        }
    }

    /// A column of numbers.
    pub(crate) fn number(title: &str) -> Self {
        Self {
            alignment: Alignment::Right,
            ..Self::text(title)
        }
    }

    /// The column in a colour.
    pub(crate) fn colored(self, color: Color) -> Self {
        Self {
            color: Paint::All(color),
            ..self
        }
    }

    /// The column with each cell in a colour of its own.
    pub(crate) fn colored_by(self, color: fn(&str) -> Option<Color>) -> Self {
        Self {
            color: Paint::By(color),
            ..self
        }
    }

    /// The column, cut where the terminal is narrow.
    pub(crate) fn flexible(self) -> Self {
        Self {
            kind: Kind::Flexible,
            ..self
        }
    }

    /// The column, left out where the terminal is narrow.
    pub(crate) fn optional(self) -> Self {
        Self {
            kind: Kind::Optional,
            ..self
        }
    }
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row, a cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        // A line break would tear the row.
        let cells = cells.into_iter().map(|cell| text::line(&cell));
        self.rows.push(cells.collect());
    }

    /// Leaves out columns without any content.
    pub(crate) fn drop_empty(&mut self) {
        for index in (0..self.columns.len()).rev() {
            if self.rows.iter().all(|row| row[index].is_empty()) {
                self.drop_column(index);
            }
        }
    }

    /// Writes the table in so many columns of a terminal; the titles that there was no room for are
    /// returned.
    pub(crate) fn write(
        mut self,
        out: &mut impl Write,
        width: Option<usize>,
    ) -> io::Result<Vec<String>> {
        let mut widths = self.widths();
        let mut left_out = Vec::new();
        if let Some(width) = width {
            self.shrink(&mut widths, width, ROOM);
            while total(&widths) > width
                && let Some(last) = self.columns.iter().rposition(|c| c.kind == Kind::Optional)
            {
                left_out.insert(0, self.drop_column(last));
                widths = self.widths();
                self.shrink(&mut widths, width, ROOM);
            }
            self.shrink(&mut widths, width, LITTLE_ROOM);
        }
        let lines = self
            .columns
            .iter()
            .map(|column| column.title.lines().count());
        for index in 0..lines.max().unwrap_or(0) {
            let title = |column: &Column| column.title.lines().nth(index).unwrap_or("").to_owned();
            let titles: Vec<String> = self.columns.iter().map(title).collect();
            writeln!(out, "{}", style(self.line(&titles, &widths, false)).bold())?;
        }
        for row in &self.rows {
            writeln!(out, "{}", self.line(row, &widths, true))?;
        }
        Ok(left_out)
    }

    fn line(&self, cells: &[String], widths: &[usize], colored: bool) -> String {
        let last = cells.iter().rposition(|cell| !cell.is_empty());
        let mut line = String::new();
        for (index, cell) in cells
            .iter()
            .take(last.map_or(0, |last| last + 1))
            .enumerate()
        {
            let (column, width) = (&self.columns[index], widths[index]);
            let cell = truncate_str(cell, width, "…");
            let gap = width - measure_text_width(&cell);
            let (before, mut after) = match column.alignment {
                Alignment::Right => (gap, 0),
                _ => (0, gap),
            };
            // Nothing stands at the end of a line.
            after = if Some(index) == last { 0 } else { after + GAP };
            let color = match column.color {
                Paint::All(color) if colored => Some(color),
                Paint::By(color) if colored => color(&cells[index]),
                _ => None,
            };
            let cell = match color {
                Some(color) => style(cell).fg(color).to_string(),
                None => cell.into_owned(),
            };
            line.extend([&*" ".repeat(before), &cell, &" ".repeat(after)]);
        }
        line
    }

    fn widths(&self) -> Vec<usize> {
        let width = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().map(|row| measure_text_width(&row[index]));
            let title = column.title.lines().map(measure_text_width);
            cells.chain(title).max().unwrap_or(0)
        };
        self.columns.iter().enumerate().map(width).collect()
    }

    /// Takes from the flexible columns, the widest first, until the table fits or they have little
    /// left.
    fn shrink(&self, widths: &mut [usize], width: usize, least: usize) {
        while total(widths) > width {
            let flexible = (0..widths.len())
                .filter(|index| self.columns[*index].kind == Kind::Flexible)
                .max_by_key(|index| widths[*index]);
            match flexible {
                Some(index) if widths[index] > least => widths[index] -= 1,
                _ => return,
            }
        }
    }

    fn drop_column(&mut self, index: usize) -> String {
        for row in &mut self.rows {
            row.remove(index);
        }
        text::line(self.columns.remove(index).title.trim_end())
    }
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(width: Option<usize>) -> (String, Vec<String>) {
        let mut table = Table::new(vec![
            Column::text("ID"),
            Column::text("MODEL").flexible(),
            Column::number("loss@train").optional(),
            Column::number("loss@test").optional(),
            Column::text("TAGS"),
        ]);
        let model = "MLP(784, 256, 10, 0.5, ReLU, and more)".to_owned();
        let row = ["a1", &model, "0.5", "12", ""];
        table.row(row.map(str::to_owned).to_vec());
        table.drop_empty();
        let mut out = Vec::new();
        let left_out = table.write(&mut out, width).unwrap();
        (String::from_utf8(out).unwrap(), left_out)
    }

    #[test]
    fn a_pipe_gets_all() {
        let (text, left_out) = written(None);
        assert_eq!(
            text,
            "ID  MODEL                                   loss@train  loss@test\n\
             a1  MLP(784, 256, 10, 0.5, ReLU, and more)         0.5         12\n"
        );
        assert_eq!(left_out, Vec::<String>::new());
    }

    #[test]
    fn a_title_may_have_two_lines() {
        let mut table = Table::new(vec![Column::text("RUN"), Column::number("loss\ntest")]);
        table.row(vec!["a1".to_owned(), "0.25".to_owned()]);
        let mut out = Vec::new();
        table.write(&mut out, None).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "RUN  loss\n     test\na1   0.25\n");
    }

    #[test]
    fn a_narrow_terminal_gets_less() {
        for (width, left_out) in [(60, 0), (50, 0), (40, 1), (26, 2), (12, 2)] {
            let (text, missing) = written(Some(width));
            assert_eq!(missing.len(), left_out, "{text}");
            assert!(
                text.lines().all(|line| line.chars().count() <= width),
                "{text}"
            );
        }
        let (text, left_out) = written(Some(40));
        assert_eq!(left_out, ["loss@test"]);
        assert!(text.contains("MLP(784, 256, 10, 0.5, …"), "{text}");
    }
}
