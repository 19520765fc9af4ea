//! Tables without lines, which fit the terminal.

use std::cmp::Reverse;
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
///
/// # Examples
///
/// ```
/// use entia_report::{Column, Table};
///
/// let mut table = Table::new(vec![
///     Column::text("MODEL").flexible(),
///     Column::number("loss[test]").left_out(1),
/// ]);
/// table.row(vec!["MLP(784, 256, 10, dropout=0.5)".into(), "0.3125".into()]);
/// let mut text = Vec::new();
/// let left_out = table.write(&mut text, Some(30))?;
/// assert_eq!(
///     String::from_utf8_lossy(&text),
///     "MODEL               loss[test]\n\
///      MLP(784, 256, 10,…      0.3125\n"
/// );
/// assert!(left_out.is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// A column of a table.
pub struct Column {
    /// May have several lines.
    title: String,
    color: Paint,
    alignment: Alignment,
    /// Is cut where the terminal is narrow, to so much at the least.
    least: Option<usize>,
    /// In which turn it is left out where the terminal is narrow.
    turn: Option<u8>,
}

/// The colour of the cells of a column.
#[derive(Clone, Copy)]
enum Paint {
    None,
    All(Color),
    /// By what stands in the cell.
    By(fn(&str) -> Option<Color>),
}

impl Column {
    /// A column of texts.
    pub fn text(title: &str) -> Self {
        Self {
            title: text::lines(title),
            color: Paint::None,
            alignment: Alignment::Left,
            least: None,
            turn: None,
        }
    }

    /// A column of numbers.
    pub fn number(title: &str) -> Self {
        Self {
            alignment: Alignment::Right,
            ..Self::text(title)
        }
    }

    /// The column in a colour.
    #[must_use]
    pub fn colored(self, color: Color) -> Self {
        Self {
            color: Paint::All(color),
            ..self
        }
    }

    /// The column with each cell in a colour of its own.
    #[must_use]
    pub fn colored_by(self, color: fn(&str) -> Option<Color>) -> Self {
        Self {
            color: Paint::By(color),
            ..self
        }
    }

    /// The column, cut where the terminal is narrow.
    #[must_use]
    pub fn flexible(self) -> Self {
        self.flexible_to(LITTLE_ROOM)
    }

    /// As [`flexible`](Self::flexible), with so much left of it at the least.
    #[must_use]
    pub fn flexible_to(self, least: usize) -> Self {
        Self {
            least: Some(least),
            ..self
        }
    }

    /// The column, left out where the terminal is narrow: those of turn 1 first, and of one turn the
    /// last first.
    #[must_use]
    pub fn left_out(self, turn: u8) -> Self {
        Self {
            turn: Some(turn),
            ..self
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row, a cell for each column.
    pub fn row(&mut self, cells: Vec<String>) {
        // A line break would tear the row.
        let cells = cells.into_iter().map(|cell| text::line(&cell));
        self.rows.push(cells.collect());
    }

    /// Leaves out columns without any content.
    pub fn drop_empty(&mut self) {
        for index in (0..self.columns.len()).rev() {
            if self.rows.iter().all(|row| row[index].is_empty()) {
                self.drop_column(index);
            }
        }
    }

    /// Writes the table in so many columns of a terminal; the titles that there was no room for are
    /// returned.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    pub fn write(mut self, out: &mut impl Write, width: Option<usize>) -> io::Result<Vec<String>> {
        let mut widths = self.widths();
        let mut left_out = Vec::new();
        if let Some(width) = width {
            loop {
                self.shrink(&mut widths, width);
                let last = self.next_left_out().filter(|_| total(&widths) > width);
                let Some(last) = last else {
                    break;
                };
                left_out.push(self.drop_column(last));
                widths = self.widths();
            }
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
            let title = column.title.lines().map(measure_text_width).max();
            self.cells_width(index).max(title.unwrap_or(0))
        };
        self.columns.iter().enumerate().map(width).collect()
    }

    /// Takes from the flexible columns, and then from long titles, the widest first, until the table
    /// fits or they have little left.
    fn shrink(&self, widths: &mut [usize], width: usize) {
        let flexible = |index: usize, room| {
            let least = self.columns[index].least;
            least.map_or(usize::MAX, |least| least.max(room))
        };
        self.shrink_to(widths, width, |index| flexible(index, ROOM));
        self.shrink_to(widths, width, |index| flexible(index, 0));
        self.shrink_to(widths, width, |index| match self.columns[index].turn {
            Some(_) => self.cells_width(index).max(LITTLE_ROOM),
            None => usize::MAX,
        });
    }

    fn shrink_to(&self, widths: &mut [usize], width: usize, least: impl Fn(usize) -> usize) {
        while total(widths) > width {
            let wide = (0..self.columns.len()).filter(|index| widths[*index] > least(*index));
            match wide.max_by_key(|index| widths[*index]) {
                Some(index) => widths[index] -= 1,
                None => return,
            }
        }
    }

    fn cells_width(&self, index: usize) -> usize {
        let cells = self.rows.iter().map(|row| measure_text_width(&row[index]));
        cells.max().unwrap_or(0)
    }

    /// The column that is to go next.
    fn next_left_out(&self) -> Option<usize> {
        let turns = self.columns.iter().enumerate();
        let turns = turns.filter_map(|(index, column)| Some((column.turn?, Reverse(index))));
        turns.min().map(|(_, Reverse(index))| index)
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
            Column::number("loss@train").left_out(1),
            Column::number("loss@test").left_out(1),
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
        for (width, left_out) in [(60, 0), (40, 0), (34, 0), (30, 1), (20, 2), (12, 2)] {
            let (text, missing) = written(Some(width));
            assert_eq!(missing.len(), left_out, "{text}");
            assert!(
                text.lines().all(|line| line.chars().count() <= width),
                "{text}"
            );
        }
        // The name gives way before a metric does.
        let (text, left_out) = written(Some(40));
        assert_eq!(left_out, Vec::<String>::new());
        assert!(text.contains("MLP(784, 256…"), "{text}");
        // And so does the title of a metric.
        assert!(
            written(Some(34))
                .0
                .starts_with("ID  MODEL     loss@tra…  loss@test\n")
        );
        assert_eq!(written(Some(30)).1, ["loss@test"]);
    }
}
