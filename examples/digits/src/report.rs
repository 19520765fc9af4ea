//! What a person sees at the end: the learning curves and a table of all runs.

use entia::tracker::ports::Row;
use entia::tracker::{Aggregate, Artifact, Result, Tracker};
use entia_report::{Column, Figure, How, Table, Wanted, chart, text};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::data::{CLASSES, Digits, SHAPE};
use crate::engine::{Answer, Engine, EngineError};

/// The name of the learning curves among the artifacts of a run.
pub const PICTURE: &str = "learning_curve.svg";

/// The name of some test images with their scores among the artifacts of a run.
pub const EXAMPLES: &str = "examples.safetensors";

/// What has a learning curve.
const MEASURES: [&str; 2] = ["loss", "accuracy"];
/// Columns of what goes into a file or a pipe.
pub const PIPED_WIDTH: usize = 100;

/// The runs in a table of so many columns; a `*` stands before the `current` one.
pub fn table(rows: &[Row], current: &str, width: usize) -> String {
    let mut table = Table::new(vec![
        Column::text(""),
        Column::text("RUN"),
        Column::text("MODEL").flexible(),
        Column::number("EPOCH"),
        Column::number("BEST TEST ACCURACY"),
    ]);
    for row in rows {
        let run = &row.aggregate;
        let model = row.modules.iter().rfind(|module| module.kind == "model");
        let mut summaries = row.summaries.iter();
        let accuracy = summaries.find(|it| it.last.name == "accuracy" && it.last.phase == "test");
        let mark = if run.id == current { "*" } else { "" };
        table.row(vec![
            mark.to_owned(),
            run.id.clone(),
            model.map(|it| text::call(&it.record)).unwrap_or_default(),
            run.epoch.to_string(),
            accuracy
                .and_then(|summary| summary.max)
                .map_or_else(|| "-".to_owned(), percent),
        ]);
    }
    let mut text = Vec::new();
    // Writing into memory cannot fail.
    let _ = table.write(&mut text, Some(width));
    String::from_utf8_lossy(&text).into_owned()
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

/// Images with the scores that the network gives them, as a safetensors file: whoever loads its weights
/// elsewhere sees there whether it answers the same.
///
/// # Errors
///
/// When there are not as many scores as the images need.
pub fn examples(digits: &Digits, answer: &Answer) -> std::result::Result<Vec<u8>, EngineError> {
    let count = digits.count();
    let shape = [[count].as_slice(), &SHAPE.map(usize::from)].concat();
    let (images, scores) = (bytes(&digits.images), bytes(&answer.scores));
    let tensor = |shape, bytes| TensorView::new(Dtype::F32, shape, bytes);
    let file = tensor(shape, &images).and_then(|images| {
        let scores = tensor(vec![count, CLASSES.into()], &scores)?;
        safetensors::serialize([("images", images), ("scores", scores)], None)
    });
    file.map_err(EngineError::framework)
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// How loss and accuracy of a run went, in this session and those before; those of several runs with the
/// test images alone, over each other.
///
/// # Errors
///
/// When the store cannot be read.
pub fn figure(tracker: &Tracker, runs: &[(Engine, Aggregate)]) -> Result<Figure> {
    let mut wanted = Vec::new();
    for (engine, run) in runs {
        let is_alone = runs.len() == 1;
        let series = Wanted::all(run, if is_alone { "" } else { engine.name() })?;
        wanted.extend(series.into_iter().filter(|series| {
            let summary = &series.summary;
            MEASURES.contains(&summary.name()) && (is_alone || summary.phase() == "test")
        }));
    }
    Figure::read(tracker.store()?, &wanted, &How::default())
}

/// The curves drawn with characters in so many columns.
pub fn charts(figure: &Figure, width: usize) -> String {
    let charts = figure.panels.iter().map(|panel| chart(panel, width));
    charts.map(|chart| chart + "\n").collect()
}

#[cfg(test)]
mod tests {
    use entia::prelude::*;
    use entia::tracker::Query;
    use entia_report::picture;

    use super::*;

    #[derive(Entity)]
    struct Mlp {
        input_size: usize,
        hidden_size: usize,
        output_size: usize,
        activation: String,
    }

    fn model() -> Mlp {
        Mlp {
            input_size: 64,
            hidden_size: 128,
            output_size: 10,
            activation: "LeakyReLU".into(),
        }
    }

    #[test]
    fn the_table_has_a_line_for_each_run() -> Result<()> {
        let experiment = Tracker::open("memory:")?.experiment("digits")?;
        let accuracy = Metric::new("accuracy", 0.975).phase("test");
        let first = experiment.track_as("a1", &model())?;
        first.metrics().add(accuracy)?;
        let run = experiment.track_as("b234567890123456", &model())?;
        run.set_epoch(3)?;
        let rows = experiment.aggregates().rows(Query::new())?;
        let text = table(&rows, "a1", 80);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert!(text.contains("Mlp(64, 128, 10, LeakyReLU)"), "{text}");
        let line = |id| text.lines().find(|line| line.contains(id));
        assert!(line("a1").is_some_and(|line| line.starts_with("*  a1 ")));
        assert!(line("a1").is_some_and(|line| line.ends_with("97.50 %")));
        assert!(line("b2").is_some_and(|line| line.starts_with("   b234567890123456  Mlp")));
        assert!(line("b2").is_some_and(|line| line.contains("  3  ") && line.ends_with(" -")));
        Ok(())
    }

    #[test]
    fn the_curves_are_those_of_loss_and_accuracy() -> Result<()> {
        let tracker = Tracker::open("memory:")?;
        let experiment = tracker.experiment("digits")?;
        let mut runs = Vec::new();
        for engine in [Engine::Candle, Engine::Burn] {
            let run = experiment.track_as(engine.name(), &model())?;
            for epoch in 0..3_u32 {
                for (name, phase) in [("loss", "train"), ("loss", "test"), ("accuracy", "test")] {
                    let value = f64::from(epoch + 1);
                    let point = Metric::new(name, value).phase(phase).epoch(epoch.into());
                    run.metrics().add(point)?;
                }
                run.metrics()
                    .add(Metric::new("cpu", 50.0).phase("system"))?;
            }
            runs.push((engine, run));
        }
        let text = charts(&figure(&tracker, &runs)?, 60);
        for text_of_both in ["loss[test]\n", "accuracy[test]\n", "candle", "burn"] {
            assert!(text.contains(text_of_both), "{text_of_both}: {text}");
        }
        assert!(!text.contains("train"), "{text}");

        let figure = figure(&tracker, &runs[..1])?;
        let text = charts(&figure, 60);
        assert!(
            text.contains("loss\n") && text.contains("accuracy[test]\n"),
            "{text}"
        );
        assert!(!text.contains("cpu") && !text.contains("candle"), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        let picture = picture(&figure);
        for text in ["<svg", "loss", "accuracy", "train", "test"] {
            assert!(picture.contains(text), "{text}");
        }
        Ok(())
    }
}
