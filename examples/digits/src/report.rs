//! What a person sees at the end: a table of all runs and the learning curve.

use std::io;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, ColumnConstraint, ContentArrangement, Table};
use entia::tracker::ports::Row;
use entia::tracker::{Aggregate, Artifact, ModuleRecord, Series};
use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::{Circle, LineSeries, PathElement, RGBColor, SVGBackend};
use plotters::style::{BLACK, Color, TRANSPARENT, WHITE};
use textplots::{Chart, LabelBuilder, LabelFormat, Plot, Shape};
use thiserror::Error;

/// The name of the learning curve among the artifacts of a run.
pub const PICTURE: &str = "learning_curve.svg";

const BLUE: RGBColor = RGBColor(31, 119, 180);
const ORANGE: RGBColor = RGBColor(255, 127, 14);

/// Columns of the table in a file or a pipe.
const PIPED_WIDTH: u16 = 100;
/// Characters of a hash that tell the runs of a table apart.
const SHORT_HASH: usize = 12;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Why the learning curve could not be laid out.
#[derive(Debug, Error)]
#[error("the learning curve cannot be drawn: {0}\nhint: weights and scores are kept")]
pub struct PictureError(#[from] DrawingAreaErrorKind<io::Error>);

/// A module as one would write it in Python: its name, and its arguments by theirs.
fn call(module: &ModuleRecord) -> String {
    let arguments: Vec<String> = module
        .arguments()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{}({})", module.name(), arguments.join(", "))
}

/// The runs as a table as wide as the terminal, or [`PIPED_WIDTH`] when the output is none; the
/// `current` one in bold.
pub fn table(rows: &[Row], current: &str) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["hash", "model", "epoch", "best test accuracy"]);
    if !table.is_tty() {
        table.set_width(PIPED_WIDTH);
    }
    for row in rows {
        let run = &row.aggregate;
        let model = row.modules.iter().rfind(|module| module.kind == "model");
        let mut summaries = row.summaries.iter();
        let accuracy = summaries.find(|it| it.last.name == "accuracy" && it.last.phase == "test");
        let cells = [
            run.id.chars().take(SHORT_HASH).collect(),
            model.map(call).unwrap_or_default(),
            run.epoch.to_string(),
            accuracy
                .and_then(|summary| summary.max)
                .map_or_else(|| "-".to_owned(), percent),
        ];
        table.add_row(cells.map(|text| {
            let cell = Cell::new(text);
            if run.id == current {
                cell.add_attribute(Attribute::Bold)
            } else {
                cell
            }
        }));
    }
    // Only the model is broken into lines.
    for index in [0, 2, 3] {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

/// A share as a percentage with two decimals.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Artifacts of a run, a line for each.
pub fn artifacts(artifacts: &[Artifact]) -> String {
    let line = |artifact: &Artifact| match artifact.epoch() {
        Some(epoch) => format!("  {}, epoch {epoch}\n", artifact.name()),
        None => format!("  {}\n", artifact.name()),
    };
    artifacts.iter().map(line).collect()
}

/// How one measure went in both phases.
#[derive(Debug)]
pub struct Curve {
    /// In training.
    pub train: Series,
    /// In testing.
    pub test: Series,
}

/// How loss and accuracy of a run went, in this session and those before.
///
/// # Errors
///
/// When the store cannot be read.
pub fn curves(run: &Aggregate) -> entia::tracker::Result<[Curve; 2]> {
    let metrics = run.metrics();
    let curve = |name| {
        Ok(Curve {
            train: metrics.history(name, "train")?,
            test: metrics.history(name, "test")?,
        })
    };
    Ok([curve("loss")?, curve("accuracy")?])
}

/// Epochs and values of a history.
fn points(series: &Series) -> impl Iterator<Item = (u64, f64)> {
    let values = series.numbers().iter().copied();
    series.epochs().iter().copied().zip(values)
}

impl Curve {
    /// The last epoch, at least 1, so that an axis has a length.
    fn last_epoch(&self) -> u64 {
        let epochs = self.train.epochs().iter().chain(self.test.epochs());
        epochs.copied().max().unwrap_or(0).max(1)
    }

    fn bounds(&self) -> (f64, f64) {
        let values = || {
            let numbers = self.train.numbers().iter().chain(self.test.numbers());
            numbers.copied().filter(|number| number.is_finite())
        };
        let (low, high) = (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        );
        // Room above and below, so that the curve does not lie on the frame.
        let room = if low < high { (high - low) * 0.05 } else { 0.5 };
        if low <= high {
            (low - room, high + room)
        } else {
            (0.0, 1.0)
        }
    }
}

/// Draws the curves side by side as SVG.
///
/// # Errors
///
/// When the picture cannot be laid out.
pub fn picture(curves: &[Curve]) -> Result<String, PictureError> {
    Ok(svg(curves)?)
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
        .caption(curve.train.name(), ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d(0..curve.last_epoch(), low..high)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("epoch")
        .draw()?;
    for (series, color) in [(&curve.train, BLUE), (&curve.test, ORANGE)] {
        let line = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points(series), line))?
            .label(series.phase())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], line));
        // A line through one point is none.
        if series.len() == 1 {
            chart.draw_series(points(series).map(|at| Circle::new(at, 4, color.filled())))?;
        }
    }
    let mut labels = chart.configure_series_labels();
    labels.position(SeriesLabelPosition::MiddleRight);
    labels.background_style(WHITE).border_style(BLACK).draw()
}

/// The test phase of a curve of shares, drawn with characters in a terminal with so many `columns`;
/// nothing where there are fewer than two points to connect.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a terminal shows fewer digits"
)]
pub fn chart(curve: &Curve, columns: u16) -> Option<String> {
    let points: Vec<_> = points(&curve.test)
        .map(|(x, y)| (x as f32, y as f32))
        .collect();
    if points.len() < 2 {
        return None;
    }
    // Each character is two dots wide; the axis and the longest label, ` 100.00 %`, take ten.
    let dots = 2 * (u32::from(columns).clamp(42, 60) - 10);
    let shape = Shape::Lines(&points);
    let mut chart = Chart::new(dots, 32, 0.0, curve.last_epoch() as f32);
    let share = LabelFormat::Custom(Box::new(|share| percent(share.into())));
    let epoch = LabelFormat::Custom(Box::new(|epoch| format!("epoch {epoch:.0}")));
    let chart = chart
        .lineplot(&shape)
        .x_label_format(epoch)
        .y_label_format(share);
    chart.axis();
    chart.figures();
    Some(chart.to_string())
}

#[cfg(test)]
mod tests {
    use entia::prelude::*;
    use entia::tracker::Query;

    use super::*;

    fn curve(name: &str, train: &[f64], test: &[f64]) -> Curve {
        let series = |phase: &str, values: &[f64]| {
            let mut series = Series::new(name, phase);
            for (epoch, value) in (0..).zip(values) {
                series.push(&Metric::new(name, *value).phase(phase).epoch(epoch));
            }
            series
        };
        Curve {
            train: series("train", train),
            test: series("test", test),
        }
    }

    fn loss() -> Curve {
        curve("loss", &[2.0, 1.0], &[f64::NAN, 1.5])
    }

    #[derive(Entity)]
    struct Mlp {
        input_size: usize,
        hidden_size: usize,
        output_size: usize,
        activation: String,
    }

    #[test]
    fn the_table_has_a_line_for_each_run() -> entia::tracker::Result<()> {
        let experiment = Tracker::open("memory:")?.experiment("digits")?;
        let model = Mlp {
            input_size: 64,
            hidden_size: 128,
            output_size: 10,
            activation: "LeakyReLU".into(),
        };
        let accuracy = Metric::new("accuracy", 0.975).phase("test");
        experiment.track_as("a1", &model)?.metrics().add(accuracy)?;
        let run = experiment.track_as("b234567890123456", &model)?;
        run.set_epoch(3)?;
        let rows = experiment.aggregates().rows(Query::new())?;
        let text = table(&rows, "a1").set_width(80).to_string();
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        for part in [
            "┆ 3     ┆",
            "┆ best test accuracy │",
            "│ b23456789012 ┆",
            "Mlp(input_size=64",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let line = |id| text.lines().find(|line| line.contains(id));
        assert!(line("a1").is_some_and(|line| line.contains("97.50 %")));
        assert!(line("b2").is_some_and(|line| line.contains("┆ -")));
        Ok(())
    }

    #[test]
    fn the_picture_names_the_measure_and_both_phases() -> Result<(), Box<dyn std::error::Error>> {
        let picture = svg(&[loss(), curve("accuracy", &[], &[])])?;
        for text in ["<svg", "loss", "accuracy", "train", "test"] {
            assert!(picture.contains(text), "{text}");
        }
        Ok(())
    }

    #[test]
    fn a_single_point_is_a_circle() -> Result<(), Box<dyn std::error::Error>> {
        let once = curve("loss", &[2.0], &[2.0]);
        assert_eq!(svg(&[once])?.matches("<circle").count(), 2);
        assert!(!svg(&[loss()])?.contains("<circle"));
        Ok(())
    }

    #[test]
    fn the_chart_fits_the_terminal() {
        let curve = |epochs: u32| {
            let values = (1..=epochs).map(|epoch| 1.0 / f64::from(epoch));
            curve("accuracy", &[], &values.collect::<Vec<_>>())
        };
        for (columns, fitting) in [(200, 60), (60, 60), (50, 50), (0, 42)] {
            let text = chart(&curve(12), columns).unwrap_or_default();
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert_eq!(widest, Some(fitting), "{text}");
            assert!(
                text.contains("epoch 0 ") && text.contains("epoch 11\n"),
                "{text}"
            );
        }
        assert_eq!(chart(&curve(1), 60), None);
    }
}
