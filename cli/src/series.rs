//! Runs and series as they are named on the command line.

use entia_report::Wanted;
use registry_core::nearest;

use tracker_core::Summary;

use crate::error::{Error, Result};
use crate::store::{Run, Store};
use crate::text;

/// The lines of more runs cannot be told apart.
const MOST: usize = 10;

/// Runs, and the words beside them, which name series.
pub(crate) struct Named {
    pub(crate) runs: Vec<Run>,
    words: Vec<String>,
}

impl Named {
    /// The first word names a run. Each other names series where one of the runs before it has such,
    /// and else one more run.
    pub(crate) fn of(store: &Store, words: &[String], experiment: Option<&str>) -> Result<Self> {
        let mut named = Self {
            runs: Vec::new(),
            words: Vec::new(),
        };
        let mut known = Vec::new();
        for word in words {
            if known.iter().any(|wanted| is_meant(wanted, word)) {
                named.words.push(word.clone());
                continue;
            }
            let run = match store.run(word, experiment) {
                Ok(run) => run,
                Err(Error::NoRun { .. } | Error::ShortId { .. }) if !named.runs.is_empty() => {
                    return Err(named.stranger(word, &known));
                }
                Err(error) => return Err(error),
            };
            let is_new = |other: &Run| other.aggregate.uuid() != run.aggregate.uuid();
            if named.runs.iter().all(is_new) {
                known.extend(Wanted::all(&run.aggregate, "")?);
                named.runs.push(run);
            }
        }
        if named.runs.len() > MOST {
            return Err(Error::TooManyRuns {
                count: named.runs.len(),
                most: MOST,
            });
        }
        Ok(named)
    }

    /// The series that are meant, of each run that has them; all of them where no word names any.
    pub(crate) fn series(&self) -> Result<Vec<Wanted>> {
        let labels = match &self.runs[..] {
            [_] => vec![String::new()],
            runs => labels(runs),
        };
        let mut series = Vec::new();
        for (run, label) in self.runs.iter().zip(labels) {
            let all = Wanted::all(&run.aggregate, &label)?;
            let is_asked = |wanted: &Wanted| {
                self.words.is_empty() || self.words.iter().any(|word| is_meant(wanted, word))
            };
            series.extend(all.into_iter().filter(is_asked));
        }
        // As they were asked for.
        let place = |wanted: &Wanted| self.words.iter().position(|word| is_meant(wanted, word));
        series.sort_by_key(place);
        Ok(series)
    }

    /// A word that names neither a series nor a run.
    fn stranger(&self, word: &str, known: &[Wanted]) -> Error {
        let mut labels: Vec<String> = known
            .iter()
            .map(|of| typed(of.summary.name(), of.summary.phase()))
            .collect();
        labels.sort();
        labels.dedup();
        let hint = match nearest(word, labels.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if labels.is_empty() => "it has no metrics yet".to_owned(),
            None => format!("its series are `{}`", labels.join("`, `")),
        };
        match &self.runs[..] {
            [run] => Error::NoSeries {
                run: run.aggregate.id().to_owned(),
                name: word.to_owned(),
                hint,
            },
            runs => Error::Stranger {
                word: word.to_owned(),
                runs: runs.len(),
                hint: hint.replace("its series", "their series"),
            },
        }
    }
}

/// What tells runs apart: the name of each, or as much of its id as is needed, or the experiment.
pub(crate) fn labels(runs: &[Run]) -> Vec<String> {
    let length = text::telling(runs.iter().map(|run| run.aggregate.id()));
    let short = |run: &Run| text::short_id(run.aggregate.id(), length).to_owned();
    let label = |run: &Run| Some(run.aggregate.name()).filter(|name| !name.is_empty());
    let labels: Vec<String> = runs
        .iter()
        .map(|run| label(run).unwrap_or_else(|| short(run)))
        .collect();
    let is_twice = |label: &String| labels.iter().filter(|other| *other == label).count() > 1;
    let is_one_id = runs
        .windows(2)
        .all(|pair| pair[0].aggregate.id() == pair[1].aggregate.id());
    let apart = runs
        .iter()
        .zip(&labels)
        .map(|(run, label)| match run.experiment.name() {
            experiment if is_one_id && is_twice(label) => experiment,
            experiment if is_twice(label) => format!("{} in {experiment}", short(run)),
            _ => label.clone(),
        });
    apart.collect()
}

fn is_meant(wanted: &Wanted, word: &str) -> bool {
    names_series(word, &wanted.summary)
}

/// Whether a word names a series: all phases of a metric, or one, as `loss@train` or `loss[train]`.
pub(crate) fn names_series(name: &str, summary: &Summary) -> bool {
    let (metric, phase) = (summary.name(), summary.phase());
    metric == name || text::series(metric, phase) == name || typed(metric, phase) == name
}

/// The name of a series without characters that a shell takes for its own: `loss@train`.
pub(crate) fn typed(name: &str, phase: &str) -> String {
    match phase {
        "" => name.to_owned(),
        phase => format!("{name}@{phase}"),
    }
}
