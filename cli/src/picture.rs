//! Curves as an SVG file.

use std::io;

use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::{Circle, LineSeries, PathElement, RGBColor, SVGBackend};
use plotters::style::{BLACK, Color, TRANSPARENT, WHITE};

use crate::series::Panel;

/// The width and height of a panel.
const PANEL: (u32, u32) = (560, 360);
/// Panels in a row.
const ROW: usize = 2;
/// More points are not seen in a panel.
const POINTS: usize = 1000;
/// The colours of curves, in turn.
const COLORS: [RGBColor; 6] = [
    RGBColor(31, 119, 180),
    RGBColor(255, 127, 14),
    RGBColor(44, 160, 44),
    RGBColor(148, 103, 189),
    RGBColor(23, 190, 207),
    RGBColor(214, 39, 40),
];

type Problem = DrawingAreaErrorKind<io::Error>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The text of an SVG file with a chart for each panel.
pub(crate) fn svg(panels: &[Panel]) -> io::Result<String> {
    draw(panels).map_err(io::Error::other)
}

fn draw(panels: &[Panel]) -> Result<String, Problem> {
    let columns = panels.len().clamp(1, ROW);
    let rows = panels.len().div_ceil(columns).max(1);
    let side = |length: u32, number: usize| length * u32::try_from(number).unwrap_or(u32::MAX);
    let mut picture = String::new();
    let size = (side(PANEL.0, columns), side(PANEL.1, rows));
    let root = SVGBackend::with_string(&mut picture, size).into_drawing_area();
    root.fill(&WHITE)?;
    for (area, panel) in root.split_evenly((rows, columns)).iter().zip(panels) {
        draw_panel(area, panel)?;
    }
    root.present()?;
    drop(root);
    Ok(picture)
}

fn draw_panel(area: &Area<'_>, panel: &Panel) -> Result<(), Problem> {
    let [(left, right), (low, high)] = panel.bounds();
    // Room above and below, so that the curve does not lie on the frame.
    let room = (high - low) * 0.05;
    let (low, high) = (low - room, high + room);
    let mut chart = ChartBuilder::on(area)
        .caption(panel.title(), ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(left..right, low..high)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc(panel.axis.name())
        .draw()?;
    for (curve, color) in panel.curves.iter().zip(COLORS.iter().cycle()) {
        let line = color.stroke_width(2);
        let mut points = curve.thinned(POINTS);
        for point in &mut points {
            point.1 = point.1.clamp(low, high);
        }
        // A line through one point is none.
        if let [point] = points[..] {
            chart.draw_series([Circle::new(point, 4, color.filled())])?;
        }
        chart
            .draw_series(LineSeries::new(points, line))?
            .label(&curve.phase)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], line));
    }
    if panel.curves.len() == 1 {
        return Ok(());
    }
    // In the corner that the curves do not end in.
    let last = panel.curves[0].points.last();
    let ends_high = last.is_some_and(|(_, value)| *value > f64::midpoint(low, high));
    let mut labels = chart.configure_series_labels();
    labels.position(if ends_high {
        SeriesLabelPosition::LowerRight
    } else {
        SeriesLabelPosition::UpperRight
    });
    labels.background_style(WHITE).border_style(BLACK).draw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Axis, Curve};

    fn panel(phases: &[&str], points: &[(f64, f64)]) -> Panel {
        let curve = |phase: &&str| Curve {
            phase: (*phase).to_owned(),
            points: points.to_vec(),
        };
        Panel {
            name: "loss <&>".to_owned(),
            axis: Axis::Step,
            curves: phases.iter().map(curve).collect(),
        }
    }

    #[test]
    fn a_picture_names_the_metric_and_its_phases() {
        let two = panel(&["train", "test"], &[(1.0, 2.0), (2.0, 1.0)]);
        let picture = svg(&[two, panel(&[""], &[(5.0, 5.0)])]).unwrap();
        for text in [
            "<svg",
            "loss &lt;&amp;&gt;",
            "train",
            "test",
            "step",
            "<circle",
        ] {
            assert!(picture.contains(text), "{text}: {picture}");
        }
    }

    #[test]
    fn extremes_are_drawn() {
        for points in [
            [(0.0, 0.0), (1.0, 1e-310)],
            [(0.0, 1e16), (1.0, 1e16 + 2.0)],
            [(0.0, 1e300), (1.0, 1e300)],
            [(0.0, f64::MAX), (1.0, f64::MIN)],
            [(9e18, 0.1), (9.1e18, 0.2)],
        ] {
            assert!(svg(&[panel(&["train"], &points)]).is_ok(), "{points:?}");
        }
    }
}
