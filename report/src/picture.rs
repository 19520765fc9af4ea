//! Figures as SVG.

use std::fmt::Write as _;

use crate::curve::{Curve, X};
use crate::figure::{Figure, Panel};
use crate::scale::{Scale, labels};
use crate::svg::{Look, place, width_of, write_text};
use crate::text;

/// The width and height of a panel.
const PANEL: (f64, f64) = (560.0, 380.0);
/// Panels in a row.
const ROW: usize = 2;
/// What stands around the axes: at the top, the right and the bottom.
const AROUND: (f64, f64, f64) = (44.0, 24.0, 52.0);
/// The height of a line of the legend, or of a note.
const LINE: f64 = 20.0;
/// Points of a curve of more are not marked one by one.
const MARKED: usize = 30;

/// The text of an SVG file with a chart for each panel.
///
/// # Examples
///
/// ```
/// use entia_report::{Curve, Figure, Panel, X, picture};
/// use tracker_core::{Definition, Metric, Series};
///
/// let mut loss = Series::new("loss", "train");
/// for (epoch, value) in [(1, 0.9), (2, 0.5), (3, 0.4)] {
///     loss.push(&Metric::new("loss", value).epoch(epoch));
/// }
/// let curves = Curve::of("train", loss, X::Epoch).into_iter().collect();
/// let panels = vec![Panel::new("loss", Definition::default().unit("nats"), X::Epoch, curves)];
/// let picture = picture(&Figure { panels, left_out: Vec::new() });
/// assert!(picture.starts_with("<svg") && picture.contains("loss (nats)"));
/// ```
pub fn picture(figure: &Figure) -> String {
    let columns = figure.panels.len().clamp(1, ROW);
    let rows = figure.panels.len().div_ceil(columns);
    let notes = LINE * place(figure.left_out.len());
    let (width, height) = (PANEL.0 * place(columns), PANEL.1 * place(rows) + notes);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" \
         font-size=\"13\" fill=\"#222\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (index, panel) in figure.panels.iter().enumerate() {
        let (x, y) = (
            PANEL.0 * place(index % columns),
            PANEL.1 * place(index / columns),
        );
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        draw_panel(panel, &mut svg);
        svg += "</g>\n";
    }
    for (index, note) in figure.left_out.iter().enumerate() {
        let y = PANEL.1 * place(rows) + LINE * (place(index) + 0.5);
        write_text(&mut svg, (16.0, y), "font-size=\"12\" fill=\"#666\"", note);
    }
    svg + "</svg>\n"
}

/// Where the values of a panel stand in its picture.
struct Frame {
    x: Scale,
    y: Scale,
    /// What values are divided by, so that they count in the unit of the axis.
    units: (f64, f64),
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Frame {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x_at(x / self.units.0), self.y_at(y / self.units.1))
    }

    fn x_at(&self, x: f64) -> f64 {
        self.left + self.x.share(x).clamp(0.0, 1.0) * (self.right - self.left)
    }

    fn y_at(&self, y: f64) -> f64 {
        self.bottom - self.y.share(y).clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

fn draw_panel(panel: &Panel, svg: &mut String) {
    let entries = legend(panel);
    let (x, y) = panel.scales(true);
    let (x_unit, x_length) = match panel.x {
        X::Time => text::unit_for(x.low.abs().max(x.high.abs()), "s"),
        _ => (String::new(), 1.0),
    };
    let unit = text::line(&panel.definition.unit);
    let (y_unit, y_length) = text::unit_for(y.low.abs().max(y.high.abs()), &unit);
    let x = x.divided(x_length);
    let y = y.divided(y_length).with_room(0.04);
    let is_whole = matches!(panel.x, X::Epoch | X::Step | X::Point);
    let (x_ticks, y_ticks) = (x.ticks(7, is_whole), y.ticks(6, false));
    let (x_labels, y_labels) = (labels(&x_ticks), labels(&y_ticks));
    let widest = y_labels
        .iter()
        .map(|label| width_of(label))
        .fold(0.0, f64::max);
    let lines = entries.last().map_or(0.0, |entry| entry.line + 1.0);
    let frame = Frame {
        x,
        y,
        units: (x_length, y_length),
        left: 44.0 + widest,
        right: PANEL.0 - AROUND.1,
        top: AROUND.0 + LINE * lines,
        bottom: PANEL.1 - AROUND.2,
    };
    write_text(
        svg,
        (16.0, 27.0),
        "font-size=\"16\" font-weight=\"bold\"",
        &panel.title,
    );
    let about = about(panel);
    let end = "text-anchor=\"end\" font-size=\"12\" fill=\"#666\"";
    write_text(svg, (frame.right, 27.0), end, &about);
    axes(&frame, (&x_ticks, &x_labels), (&y_ticks, &y_labels), svg);
    let middle = f64::midpoint(frame.left, frame.right);
    let x_name = in_unit(panel.x.name(), &x_unit);
    write_text(
        svg,
        (middle, PANEL.1 - 14.0),
        "text-anchor=\"middle\"",
        &x_name,
    );
    let (metric, _) = panel.title.split_once('[').unwrap_or((&panel.title, ""));
    let middle = f64::midpoint(frame.top, frame.bottom);
    let turned = format!("text-anchor=\"middle\" transform=\"rotate(-90 20 {middle:.1})\"");
    write_text(svg, (20.0, middle), &turned, &in_unit(metric, &y_unit));
    for entry in &entries {
        entry.draw(svg);
    }
    for curve in &panel.curves {
        draw_curve(curve, panel.curves.len(), &frame, svg);
    }
}

/// What is said beside the title.
fn about(panel: &Panel) -> String {
    let smooth = match panel.smooth {
        0.0 => String::new(),
        weight => format!("smoothed by {weight}"),
    };
    let log = if panel.log { "logarithmic" } else { "" };
    let parts = [panel.better(), log, &smooth];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

fn in_unit(name: &str, unit: &str) -> String {
    match unit {
        "" => name.to_owned(),
        unit => format!("{name} ({unit})"),
    }
}

fn axes(frame: &Frame, x: (&[f64], &[String]), y: (&[f64], &[String]), svg: &mut String) {
    let Frame {
        left,
        right,
        top,
        bottom,
        ..
    } = *frame;
    for (tick, label) in std::iter::zip(y.0, y.1) {
        let at = frame.y_at(*tick);
        let _ = writeln!(
            svg,
            "<path d=\"M{left:.1} {at:.1}H{right:.1}\" stroke=\"#e4e4e4\"/>\
             <path d=\"M{:.1} {at:.1}h5\" stroke=\"#444\"/>",
            left - 5.0
        );
        write_text(svg, (left - 9.0, at + 4.5), "text-anchor=\"end\"", label);
    }
    for (tick, label) in std::iter::zip(x.0, x.1) {
        let at = frame.x_at(*tick);
        let _ = writeln!(svg, "<path d=\"M{at:.1} {bottom:.1}v5\" stroke=\"#444\"/>");
        write_text(svg, (at, bottom + 19.0), "text-anchor=\"middle\"", label);
    }
    let _ = writeln!(
        svg,
        "<path d=\"M{left:.1} {top:.1}V{bottom:.1}H{right:.1}\" fill=\"none\" stroke=\"#444\"/>"
    );
}

/// A curve in the legend.
struct Entry {
    x: f64,
    line: f64,
    label: String,
    look: Look,
}

/// The entries, in as many lines as they need; none where the title says all.
fn legend(panel: &Panel) -> Vec<Entry> {
    const SAMPLE: f64 = 36.0;
    let (mut x, mut line) = (16.0, 0.0);
    let mut curves: Vec<&Curve> = panel.curves.iter().collect();
    if let [only] = curves[..]
        && only.not_drawn().is_empty()
    {
        return Vec::new();
    }
    curves.sort_by_key(|curve| (curve.color, curve.dash));
    let entries = curves.into_iter().map(|curve| {
        let label = match curve.not_drawn() {
            why if why.is_empty() => curve.label.clone(),
            why if curve.label.is_empty() => why,
            why => format!("{}: {why}", curve.label),
        };
        let width = SAMPLE + width_of(&label) + 20.0;
        if x > 16.0 && x + width > PANEL.0 - AROUND.1 {
            (x, line) = (16.0, line + 1.0);
        }
        let entry = Entry {
            x,
            line,
            label,
            look: Look::of(curve),
        };
        x += width;
        entry
    });
    entries.collect()
}

impl Entry {
    fn draw(&self, svg: &mut String) {
        let y = AROUND.0 + LINE * self.line;
        let (x, look) = (self.x, &self.look);
        let line = look.line();
        let _ = writeln!(svg, "<path d=\"M{x:.1} {y:.1}h28\" {line}/>");
        look.mark((x + 14.0, y), svg);
        write_text(svg, (x + 36.0, y + 4.5), "", &self.label);
    }
}

fn draw_curve(curve: &Curve, curves: usize, frame: &Frame, svg: &mut String) {
    let look = Look::of(curve);
    for part in Curve::parts(&curve.raw) {
        let _ = writeln!(
            svg,
            "<path d=\"{}\" {} opacity=\"0.25\"/>",
            path(part, frame),
            look.line()
        );
    }
    let few = curves > 1 && curve.points.len() <= MARKED;
    for part in Curve::parts(&curve.points) {
        if part.len() > 1 {
            let _ = writeln!(svg, "<path d=\"{}\" {}/>", path(part, frame), look.line());
        }
        // A line through one point is none.
        for point in part.iter().filter(|_| few || part.len() == 1) {
            look.mark(frame.at(*point), svg);
        }
    }
    for (x, y) in curve.points.iter().filter(|(_, y)| !y.is_finite()) {
        gap_mark(frame, *x, *y, look.color, svg);
    }
}

/// A cross on the axis for NaN, an arrow at the edge for an infinity.
fn gap_mark(frame: &Frame, x: f64, y: f64, color: &str, svg: &mut String) {
    let x = frame.x_at(x / frame.units.0);
    let (y, shape) = if y == f64::INFINITY {
        (frame.top, "m-4 6l4 -6l4 6m-4 -6v11")
    } else if y == f64::NEG_INFINITY {
        (frame.bottom, "m-4 -6l4 6l4 -6m-4 6v-11")
    } else {
        (frame.bottom, "m-4 -4l8 8m0 -8l-8 8")
    };
    let _ = writeln!(
        svg,
        "<path d=\"M{x:.1} {y:.1}{shape}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.6\"/>"
    );
}

fn path(points: &[(f64, f64)], frame: &Frame) -> String {
    let mut path = String::new();
    for point in points {
        let (x, y) = frame.at(*point);
        let command = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{command}{x:.1} {y:.1}");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_core::{Definition, Metric, Series};

    fn panel(phases: &[&str], points: &[(i64, f64)]) -> Panel {
        let curve = |phase: &&str| {
            let mut series = Series::new("loss", *phase);
            for (step, value) in points {
                series.push(&Metric::new("loss", *value).step(*step));
            }
            Curve::of(phase, series, X::Step).unwrap()
        };
        let unit = Definition::default().unit("nats").minimize();
        Panel::new(
            "loss <&>",
            unit,
            X::Step,
            phases.iter().map(curve).collect(),
        )
    }

    fn svg(panels: Vec<Panel>) -> String {
        picture(&Figure {
            panels,
            left_out: vec!["other is not drawn: 1 point, 1 of 1 is NaN".to_owned()],
        })
    }

    #[test]
    fn a_picture_names_the_metric_and_its_phases() {
        let two = panel(&["train", "test"], &[(1, 2.0), (2, 1.0)]);
        let picture = svg(vec![two, panel(&[""], &[(5, 5.0)])]);
        for text in [
            "<svg",
            "loss &lt;&amp;&gt; (nats)",
            "train",
            "test",
            ">step<",
            "<circle",
            "smaller is better",
            "other is not drawn",
        ] {
            assert!(picture.contains(text), "{text}: {picture}");
        }
    }

    #[test]
    fn a_gap_is_left_marked_and_told() {
        let broken = [
            (1, 2.0),
            (2, f64::NAN),
            (3, 1.0),
            (4, f64::INFINITY),
            (5, 0.5),
            (6, 0.4),
        ];
        insta::assert_snapshot!(svg(vec![panel(&["train"], &broken)]));
    }

    #[test]
    fn extremes_are_drawn() {
        for points in [
            [(0, 0.0), (1, 1e-310)],
            [(0, 1e16), (1, 1e16 + 2.0)],
            [(0, 1e300), (1, 1e300)],
            [(0, f64::MAX), (1, f64::MIN)],
            [(i64::MIN, 0.1), (i64::MAX, 0.2)],
        ] {
            let picture = svg(vec![panel(&["train"], &points)]);
            assert!(
                !picture.contains("NaN ") && !picture.contains("inf"),
                "{picture}"
            );
        }
    }
}
