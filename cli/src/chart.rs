//! Curves drawn with characters.

use console::{Color, style};

use crate::series::{Curve, Panel};
use crate::text;

/// A line of text is this high at the most.
const ROWS: usize = 12;
/// Wider, a chart is harder to read.
const WIDEST: usize = 100;
/// Narrower, there is nothing to see.
const NARROWEST: usize = 40;
/// The colours of curves, in turn.
const COLORS: [Color; 6] = [
    Color::Blue,
    Color::Yellow,
    Color::Green,
    Color::Magenta,
    Color::Cyan,
    Color::Red,
];
/// The dots of a character, as Braille counts them: by column, then by row.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Dots, two by four in each character, and the curve that set the last of them.
struct Canvas {
    columns: usize,
    cells: Vec<(u8, usize)>,
}

impl Canvas {
    fn new(columns: usize) -> Self {
        Self {
            columns,
            cells: vec![(0, 0); columns * ROWS],
        }
    }

    fn set(&mut self, (x, y): (i64, i64), curve: usize) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        if let Some(cell) = self.cells.get_mut(y / 4 * self.columns + x / 2) {
            *cell = (cell.0 | DOTS[x % 2][y % 4], curve);
        }
    }

    /// Sets the dots between two dots, as Bresenham does.
    fn line(&mut self, from: (i64, i64), to: (i64, i64), curve: usize) {
        let (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let (right, down) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let (mut at, mut error) = (from, width - height);
        loop {
            self.set(at, curve);
            if at == to {
                return;
            }
            let twice = 2 * error;
            if twice >= -height {
                error -= height;
                at.0 += right;
            }
            if twice <= width {
                error += width;
                at.1 += down;
            }
        }
    }

    fn row(&self, row: usize) -> String {
        let cells = &self.cells[row * self.columns..][..self.columns];
        let used = cells
            .iter()
            .rposition(|cell| cell.0 > 0)
            .map_or(0, |last| last + 1);
        let colored = cells[..used].chunk_by(|left, right| left.1 == right.1);
        let part = |cells: &[(u8, usize)]| {
            let braille = |(dots, _): &(u8, usize)| match dots {
                0 => ' ',
                dots => char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' '),
            };
            let text: String = cells.iter().map(braille).collect();
            style(text).fg(color(cells[0].1)).to_string()
        };
        colored.map(part).collect()
    }
}

fn color(curve: usize) -> Color {
    COLORS[curve % COLORS.len()]
}

/// Draws curves over each other, with a line for each below.
pub(crate) fn chart(panel: &Panel, width: usize) -> String {
    let [(left, right), (low, high)] = panel.bounds();
    let labels = [
        (0, high),
        (ROWS / 2, f64::midpoint(low, high)),
        (ROWS - 1, low),
    ]
    .map(|(row, value)| (row, text::number(value)));
    let margin = labels.iter().map(|label| label.1.len()).max().unwrap_or(0);
    let columns = width.clamp(NARROWEST, WIDEST) - margin - 3;

    let mut canvas = Canvas::new(columns);
    for (index, curve) in panel.curves.iter().enumerate() {
        let dots: Vec<_> = curve
            .thinned(2 * columns)
            .iter()
            .map(|(x, y)| {
                (
                    dot(*x, left, right, 2 * columns),
                    dot(*y, high, low, 4 * ROWS),
                )
            })
            .collect();
        if let [only] = dots[..] {
            canvas.set(only, index);
        }
        for pair in dots.windows(2) {
            canvas.line(pair[0], pair[1], index);
        }
    }

    let mut lines = vec![style(panel.title()).bold().to_string()];
    for row in 0..ROWS {
        let label = labels
            .iter()
            .find(|label| label.0 == row)
            .map(|label| &*label.1);
        let tick = if label.is_some() { '┤' } else { '│' };
        lines.push(format!(
            "{:>margin$} {tick}{}",
            label.unwrap_or(""),
            canvas.row(row)
        ));
    }
    lines.push(format!("{:margin$} └{}", "", "─".repeat(columns)));
    let name = panel.axis.name();
    let (left, right) = (text::number(left), text::number(right));
    let room = columns.saturating_sub(left.len() + right.len());
    lines.push(format!("{:margin$}  {left}{name:^room$}{right}", ""));
    let phases: Vec<&str> = panel.curves.iter().map(|curve| &*curve.phase).collect();
    let widest = phases.iter().map(|phase| phase.chars().count()).max();
    for (index, curve) in panel.curves.iter().enumerate() {
        lines.push(legend(curve, color(index), widest.unwrap_or(0)));
    }
    let mut text: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    text.push("");
    text.join("\n")
}

/// The dot of a value on an axis of so many dots.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "dots are few"
)]
fn dot(value: f64, from: f64, to: f64, dots: usize) -> i64 {
    let share = ((value - from) / (to - from)).clamp(0.0, 1.0);
    (share * (dots - 1) as f64).round() as i64
}

fn legend(curve: &Curve, color: Color, widest: usize) -> String {
    let values = || curve.points.iter().map(|point| point.1);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let last = values().next_back().unwrap_or(f64::NAN);
    let gap = if widest == 0 { "" } else { "  " };
    format!(
        "{} {:widest$}{gap}{}, last {}, min {}, max {}",
        style("━━").fg(color),
        curve.phase,
        text::plural(curve.points.len(), "point"),
        text::number(last),
        text::number(low),
        text::number(high),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Axis;

    fn panel(points: Vec<(f64, f64)>) -> Panel {
        let curve = Curve {
            phase: "train".to_owned(),
            points,
        };
        Panel {
            name: "loss".to_owned(),
            axis: Axis::Epoch,
            curves: vec![curve],
        }
    }

    #[test]
    fn a_chart_fits_its_width() {
        let points: Vec<_> = (0..500_u32)
            .map(|x| (f64::from(x), f64::from(x).sin()))
            .collect();
        for (width, fitting) in [(200, 100), (80, 80), (60, 60), (1, 40)] {
            let text = chart(&panel(points.clone()), width);
            let widest = text
                .lines()
                .take(ROWS + 3)
                .map(|line| line.chars().count())
                .max();
            assert!(
                widest <= Some(fitting) && widest > Some(fitting - 3),
                "{text}"
            );
        }
    }

    #[test]
    fn extremes_are_drawn() {
        for points in [
            vec![(1.0, 0.5)],
            vec![(1.0, 0.5), (2.0, 0.5)],
            vec![(0.0, f64::MAX), (1.0, f64::MIN)],
            vec![(0.0, 1e300), (1e19, 1e300)],
        ] {
            let text = chart(&panel(points), 60);
            assert!(
                text.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_line_falls_from_the_first_row_to_the_last() {
        let text = chart(&panel(vec![(0.0, 2.0), (1.0, 1.0)]), 60);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[1].starts_with("    2 ┤⠉") || lines[1].starts_with("    2 ┤⠑"),
            "{text}"
        );
        assert!(
            lines[ROWS].starts_with("    1 ┤ ") && lines[ROWS].ends_with(['⣀', '⢄']),
            "{text}"
        );
    }
}
