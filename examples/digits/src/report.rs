//! What a person sees at the end: the learning curves and a table of all runs.

use entia::tracker::ports::Row;
use entia::tracker::{Aggregate, Artifact, ModuleRecord, Result, Tracker};
use entia_report::{Column, Figure, How, Table, Wanted, chart};

/// The name of the learning curves among the artifacts of a run.
pub const PICTURE: &str = "learning_curve.svg";

/// What has a learning curve.
const MEASURES: [&str; 2] = ["loss", "accuracy"];
/// Columns of what goes into a file or a pipe.
pub const PIPED_WIDTH: usize = 100;
/// Characters of a hash that tell the runs of a table apart.
const SHORT_HASH: usize = 12;

/// A module as one would write it in Python: its name, and its arguments by theirs.
fn call(module: &ModuleRecord) -> String {
    let arguments: Vec<String> = module
        .arguments()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{}({})", module.name(), arguments.join(", "))
}

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
            run.id.chars().take(SHORT_HASH).collect(),
            model.map(call).unwrap_or_default(),
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

/// How loss and accuracy of a run went, in this session and those before.
///
/// # Errors
///
/// When the store cannot be read.
pub fn figure(tracker: &Tracker, run: &Aggregate) -> Result<Figure> {
    let mut wanted = Wanted::all(run, "")?;
    wanted.retain(|series| MEASURES.contains(&series.summary.name()));
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
        assert!(text.contains("Mlp(input_size=64"), "{text}");
        let line = |id| text.lines().find(|line| line.contains(id));
        assert!(line("a1").is_some_and(|line| line.starts_with("*  a1 ")));
        assert!(line("a1").is_some_and(|line| line.ends_with("97.50 %")));
        assert!(line("b2").is_some_and(|line| line.starts_with("   b23456789012  Mlp")));
        assert!(line("b2").is_some_and(|line| line.contains("  3  ") && line.ends_with(" -")));
        Ok(())
    }

    #[test]
    fn the_curves_are_those_of_loss_and_accuracy() -> Result<()> {
        let tracker = Tracker::open("memory:")?;
        let run = tracker.experiment("digits")?.track(&model())?;
        for epoch in 0..3_u32 {
            for (name, phase) in [("loss", "train"), ("loss", "test"), ("accuracy", "test")] {
                let value = f64::from(epoch + 1);
                let point = Metric::new(name, value).phase(phase).epoch(epoch.into());
                run.metrics().add(point)?;
            }
            run.metrics()
                .add(Metric::new("cpu", 50.0).phase("system"))?;
        }
        let figure = figure(&tracker, &run)?;
        let text = charts(&figure, 60);
        assert!(
            text.contains("loss\n") && text.contains("accuracy[test]\n"),
            "{text}"
        );
        assert!(!text.contains("cpu"), "{text}");
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
