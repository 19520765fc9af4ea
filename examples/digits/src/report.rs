//! What a person sees at the end: a table of all runs and the learning curve.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, ContentArrangement, Table};
use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::{LineSeries, PathElement, RGBColor, SVGBackend};
use plotters::style::{BLACK, Color, WHITE};
use textplots::{Chart, LabelBuilder, LabelFormat, Plot, Shape};
use thiserror::Error;

const BLUE: RGBColor = RGBColor(31, 119, 180);
const ORANGE: RGBColor = RGBColor(255, 127, 14);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Why the learning curve could not be kept.
#[derive(Debug, Error)]
pub enum PictureError {
    /// plotters cannot lay it out.
    #[error("the learning curve cannot be drawn: {0}")]
    Draw(#[from] DrawingAreaErrorKind<io::Error>),
    /// The file cannot be written.
    #[error("`{}`: {source}\nhint: choose a folder that this program may write with `--dir`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// An aggregate of the experiment, as the table shows it.
#[derive(Debug)]
pub struct Row {
    /// The hash of the model.
    pub hash: String,
    /// Its arguments as JSON.
    pub arguments: String,
    /// How many epochs it has been trained for.
    pub epoch: u64,
    /// Its best test accuracy, `0.0..=1.0`, where it has one.
    pub accuracy: Option<f64>,
    /// Whether this program has just trained it, which the table shows in bold.
    pub current: bool,
}

/// The rows as a table for a terminal, or for a file when the output is none.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["hash", "arguments", "epoch", "best test accuracy"]);
    for row in rows {
        let accuracy = row.accuracy.map_or_else(|| "-".to_owned(), percent);
        let cells = [
            row.hash.clone(),
            row.arguments.clone(),
            row.epoch.to_string(),
            accuracy,
        ];
        table.add_row(cells.map(|text| {
            let cell = Cell::new(text);
            if row.current {
                cell.add_attribute(Attribute::Bold)
            } else {
                cell
            }
        }));
    }
    table
}

/// A share as a percentage with two decimals.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// An epoch and the value that was measured in it.
pub type Point = (u64, f64);

/// How one measure went in both phases.
#[derive(Debug)]
pub struct Curve {
    /// What was measured.
    pub name: &'static str,
    /// Its points in training.
    pub train: Vec<Point>,
    /// Its points in testing.
    pub test: Vec<Point>,
}

impl Curve {
    fn points(&self) -> impl Iterator<Item = &Point> {
        self.train.iter().chain(&self.test)
    }

    /// The last epoch, at least 1, so that an axis has a length.
    fn last_epoch(&self) -> u64 {
        self.points()
            .map(|(epoch, _)| *epoch)
            .max()
            .unwrap_or(0)
            .max(1)
    }

    fn bounds(&self) -> (f64, f64) {
        let values = || {
            self.points()
                .map(|(_, value)| *value)
                .filter(|value| value.is_finite())
        };
        let (low, high) = (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        );
        if low < high { (low, high) } else { (0.0, 1.0) }
    }
}

/// Draws the curves side by side into an SVG file.
///
/// # Errors
///
/// When the picture cannot be laid out, or the file cannot be written.
pub fn save_picture(path: &Path, curves: &[Curve]) -> Result<(), PictureError> {
    fs::write(path, svg(curves)?).map_err(|source| PictureError::Write {
        path: path.to_owned(),
        source,
    })
}

fn svg(curves: &[Curve]) -> Result<String, DrawingAreaErrorKind<io::Error>> {
    let mut picture = String::new();
    let root = SVGBackend::with_string(&mut picture, (960, 400)).into_drawing_area();
    root.fill(&WHITE)?;
    for (area, curve) in root.split_evenly((1, curves.len())).iter().zip(curves) {
        panel(area, curve)?;
    }
    root.present()?;
    drop(root);
    Ok(picture)
}

fn panel(area: &Area<'_>, curve: &Curve) -> Result<(), DrawingAreaErrorKind<io::Error>> {
    let (low, high) = curve.bounds();
    let mut chart = ChartBuilder::on(area)
        .caption(curve.name, ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d(0..curve.last_epoch(), low..high)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("epoch")
        .draw()?;
    for (phase, points, color) in [("train", &curve.train, BLUE), ("test", &curve.test, ORANGE)] {
        let line = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), line))?
            .label(phase)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], line));
    }
    let mut labels = chart.configure_series_labels();
    labels.position(SeriesLabelPosition::MiddleRight);
    labels.background_style(WHITE).border_style(BLACK).draw()
}

/// The test phase of a curve of shares, drawn with characters.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a terminal shows fewer digits"
)]
pub fn chart(curve: &Curve) -> String {
    let points: Vec<_> = curve
        .test
        .iter()
        .map(|(x, y)| (*x as f32, *y as f32))
        .collect();
    let shape = Shape::Lines(&points);
    let mut chart = Chart::new(120, 32, 0.0, curve.last_epoch() as f32);
    let label = LabelFormat::Custom(Box::new(|share| percent(share.into())));
    let chart = chart.lineplot(&shape).y_label_format(label);
    chart.axis();
    chart.figures();
    chart.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> Curve {
        Curve {
            name: "loss",
            train: vec![(0, 2.0), (1, 1.0)],
            test: vec![(0, f64::NAN), (1, 1.5)],
        }
    }

    #[test]
    fn the_table_has_a_line_for_each_run() {
        let row = |hash: &str, accuracy| Row {
            hash: hash.into(),
            arguments: "{}".into(),
            epoch: 3,
            accuracy,
            current: false,
        };
        let text = table(&[row("a1", Some(0.975)), row("b2", None)]).to_string();
        assert!(text.contains("a1") && text.contains("97.50 %"), "{text}");
        assert!(
            text.lines()
                .any(|line| line.contains("b2") && line.contains('-')),
            "{text}"
        );
    }

    #[test]
    fn the_picture_names_the_measure_and_both_phases() -> Result<(), Box<dyn std::error::Error>> {
        let picture = svg(&[
            curve(),
            Curve {
                name: "accuracy",
                train: vec![],
                test: vec![],
            },
        ])?;
        for text in ["<svg", "loss", "accuracy", "train", "test"] {
            assert!(picture.contains(text), "{text}");
        }
        Ok(())
    }

    #[test]
    fn a_single_point_is_drawn_too() {
        assert!(
            !chart(&Curve {
                test: vec![(0, 0.9)],
                ..curve()
            })
            .is_empty()
        );
    }
}
