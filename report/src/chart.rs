//! Curves drawn with characters.

use console::{measure_text_width, style};

use crate::canvas::{Canvas, ROWS, color, letter};
use crate::curve::{Curve, X};
use crate::figure::Panel;
use crate::scale::Scale;
use crate::text;

/// Wider, a chart is harder to read.
const WIDEST: usize = 100;
/// Narrower, there is nothing to see.
const NARROWEST: usize = 40;
/// Draws the curves of a panel over each other in so many columns of a terminal, with a line for each
/// below. A `×` on the axis stands where a value is NaN or infinite.
///
/// # Examples
///
/// ```
/// use entia_report::{Curve, Panel, X, chart};
/// use tracker_core::{Definition, Metric, Series};
///
/// let mut loss = Series::new("loss", "train");
/// for (epoch, value) in [(1, 0.9), (2, 0.5), (3, 0.4)] {
///     loss.push(&Metric::new("loss", value).epoch(epoch));
/// }
/// let curve = Curve::of("train", loss, X::Epoch);
/// let panel = Panel::new("loss", Definition::default(), X::Epoch, curve.into_iter().collect());
/// assert!(chart(&panel, 60).starts_with("loss\n"));
/// ```
pub fn chart(panel: &Panel, width: usize) -> String {
    let (x, y) = panel.scales(false);
    let labels = [(0, 1.0), (ROWS / 2, 0.5), (ROWS - 1, 0.0)];
    let labels = labels.map(|(row, share)| (row, label(panel, y.at(share))));
    let margin = labels
        .iter()
        .map(|label| measure_text_width(&label.1))
        .max()
        .unwrap_or(0);
    let width = width.clamp(NARROWEST, WIDEST);
    let columns = width.saturating_sub(margin + 3).max(8);

    let mut canvas = Canvas::new(columns);
    for curve in &panel.curves {
        draw(curve, &mut canvas, (&x, &y));
    }
    if panel.curves.len() > 1 {
        for (index, curve) in panel.curves.iter().enumerate() {
            let mut own = Canvas::new(columns);
            draw(curve, &mut own, (&x, &y));
            canvas.write(letter(index), &own, (index, panel.curves.len()));
        }
    }

    let mut lines = vec![title(panel)];
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
    lines.push(format!("{:margin$} └{}", "", baseline(panel, columns, &x)));
    let name = panel.x.name();
    let (left, right) = (place(panel.x, x.low), place(panel.x, x.high));
    let taken = measure_text_width(&left) + measure_text_width(&right);
    let room = columns.saturating_sub(taken);
    lines.push(format!("{:margin$}  {left}{name:^room$}{right}", ""));
    lines.extend(legend(panel, width));
    let mut text: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    text.push("");
    text.join("\n")
}

/// The title in bold, and what more there is to say of the panel.
fn title(panel: &Panel) -> String {
    let unit = match panel.definition.unit.as_str() {
        unit if unit.is_empty() || text::is_scaled(unit) => String::new(),
        unit => format!(" ({})", text::line(unit)),
    };
    let log = if panel.log { ", logarithmic" } else { "" };
    let smooth = match panel.smooth {
        0.0 => String::new(),
        weight => format!(", smoothed by {weight}"),
    };
    format!("{}{unit}{log}{smooth}", style(&panel.title).bold())
}

fn draw(curve: &Curve, canvas: &mut Canvas, (x, y): (&Scale, &Scale)) {
    let columns = canvas.columns;
    let dot = |(at, value): &(f64, f64)| {
        (
            dot(x.share(*at), 2 * columns),
            dot(1.0 - y.share(*value), 4 * ROWS),
        )
    };
    for part in Curve::parts(&curve.points) {
        let dots: Vec<_> = part.iter().map(dot).collect();
        if let [only] = dots[..] {
            canvas.point(only, curve.color);
        }
        for pair in dots.windows(2) {
            canvas.line(pair[0], pair[1], curve.color);
        }
    }
}

/// The horizontal axis, with a mark where a value is not finite.
fn baseline(panel: &Panel, columns: usize, x: &Scale) -> String {
    let mut line = vec!['─'; columns];
    let points = panel.curves.iter().flat_map(|curve| &curve.points);
    for (at, _) in points.filter(|(_, value)| !value.is_finite()) {
        let column = usize::try_from(dot(x.share(*at), columns)).unwrap_or(0);
        line[column] = '×';
    }
    line.into_iter().collect()
}

/// The dot at a share of an axis of so many dots.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "dots are few"
)]
fn dot(share: f64, dots: usize) -> i64 {
    (share.clamp(0.0, 1.0) * (dots - 1) as f64).round() as i64
}

/// A value beside the vertical axis.
fn label(panel: &Panel, value: f64) -> String {
    text::measured(&value.into(), &panel.definition.unit)
}

/// A place below the horizontal axis.
fn place(x: X, value: f64) -> String {
    match x {
        X::Time => text::amount(value, "s"),
        _ => text::number(value),
    }
}

/// A line for each curve; where the terminal is narrow, two.
fn legend(panel: &Panel, width: usize) -> Vec<String> {
    let widest = panel
        .curves
        .iter()
        .map(|curve| measure_text_width(&curve.label))
        .max()
        .unwrap_or(0);
    let several = panel.curves.len() > 1;
    let mut lines = Vec::new();
    for (index, curve) in panel.curves.iter().enumerate() {
        let sign = if several {
            format!("{}━", letter(index))
        } else {
            "━━".to_owned()
        };
        let facts = curve.facts(&panel.definition.unit);
        let sign = style(sign).fg(color(curve.color));
        let (label, gap) = (&curve.label, if widest == 0 { "" } else { "  " });
        if 3 + widest + gap.len() + measure_text_width(&facts) <= width.max(80) {
            lines.push(format!("{sign} {label:widest$}{gap}{facts}"));
        } else {
            lines.extend([format!("{sign} {label}"), format!("   {facts}")]);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_core::{Definition, Metric, Series};

    fn curve(label: &str, points: impl IntoIterator<Item = (i64, f64)>) -> Curve {
        let mut series = Series::new("loss", label);
        for (step, value) in points {
            series.push(&Metric::new("loss", value).step(step));
        }
        Curve::of(label, series, X::Step).unwrap()
    }

    fn panel(curves: Vec<Curve>) -> Panel {
        Panel::new("loss", Definition::default(), X::Step, curves)
    }

    fn one(points: impl IntoIterator<Item = (i64, f64)>) -> Panel {
        panel(vec![curve("train", points)])
    }

    #[test]
    fn a_chart_fits_its_width() {
        let points: Vec<_> = (0..500_u32)
            .map(|x| (i64::from(x), f64::from(x).sin()))
            .collect();
        for (width, fitting) in [(200, 100), (80, 80), (60, 60), (1, 40)] {
            let text = chart(&one(points.clone()), width);
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
            vec![(1, 0.5)],
            vec![(1, 0.5), (2, 0.5)],
            vec![(0, f64::MAX), (1, f64::MIN)],
            vec![(0, 1e300), (i64::MAX, 1e300)],
        ] {
            let text = chart(&one(points), 60);
            assert!(
                text.contains(|c| c == '•' || ('\u{2801}'..='\u{28ff}').contains(&c)),
                "{text}"
            );
        }
    }

    #[test]
    fn one_point_stands_between_whole_numbers() {
        let ends = |panel: &Panel| {
            let text = chart(panel, 60);
            let axis = text.lines().find(|line| line.contains(panel.x.name()));
            let words: Vec<&str> = axis.unwrap().split_whitespace().collect();
            [words[0].to_owned(), words[2].to_owned()]
        };
        for (at, expected) in [
            (0, ["0", "1"]),
            (1, ["0", "2"]),
            (40, ["39", "41"]),
            (-3, ["-4", "-2"]),
        ] {
            assert_eq!(ends(&one([(at, 0.5)])), expected);
        }
        for (epoch, expected) in [(0, ["0", "1"]), (1, ["0", "2"])] {
            let mut series = Series::new("loss", "train");
            series.push(&Metric::new("loss", 0.5).epoch(epoch));
            let curve = Curve::of("train", series, X::Epoch).unwrap();
            let panel = Panel::new("loss", Definition::default(), X::Epoch, vec![curve]);
            assert_eq!(ends(&panel), expected);
        }
    }

    #[test]
    fn a_line_falls_from_the_first_row_to_the_last() {
        let text = chart(&one([(0, 2.0), (1, 1.0)]), 60);
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

    #[test]
    fn a_gap_is_left_and_marked() {
        insta::assert_snapshot!(chart(
            &one([
                (0, 2.0),
                (1, 1.8),
                (2, f64::NAN),
                (3, 1.0),
                (4, f64::INFINITY)
            ]),
            60
        ));
    }

    #[test]
    fn curves_differ_without_colours() {
        let line = |slope: f64| (0..40_i32).map(move |x| (i64::from(x), f64::from(x) * slope));
        insta::assert_snapshot!(chart(
            &panel(vec![curve("train", line(1.0)), curve("test", line(0.5))]),
            60
        ));
    }
}
