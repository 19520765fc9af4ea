//! The best model of an experiment, built again from its record.

use entia::prelude::*;
use entia::tch::datasets::Folder;
use entia::tch::tch::nn::VarStore;
use entia::tch::{Criterion, Dataset, Module};
use entia::tracker::query::metric;
use entia::tracker::{Aggregate, Experiment};

use crate::error::Error;
use crate::scores::Scores;
use crate::weights;

/// Finds the model with the highest test accuracy, builds it again from nothing but its record, with
/// the weights of its latest checkpoint, and gives the scores that it has then in the recorded test.
///
/// # Errors
///
/// Where there is no trained model, its record or its weights cannot be used, or the accuracy is not
/// the recorded one to the last bit.
pub fn rebuild(experiment: &Experiment, folder: &Folder) -> Result<(Aggregate, Scores), Error> {
    let accuracy = metric("accuracy").phase("test").last();
    let query = Query::new()
        .filter(accuracy.clone().exists())
        .order_by(accuracy.desc());
    let best = experiment.aggregates().find(query.limit(1))?.items.pop();
    let untrained = || Error::Untrained(experiment.name());
    let run = best.ok_or_else(untrained)?;
    run.verify()?;

    let vs = VarStore::new(folder.device);
    let model = run
        .module("model")?
        .build(Registry::<dyn Module>::global()?, &vs.root())?;
    let criterion = run
        .module("criterion")?
        .build(Registry::<dyn Criterion>::global()?, &())?;
    weights::load(&vs, &run.latest_checkpoint()?.ok_or_else(untrained)?)?;

    let iterations = run.iterations().list()?;
    let test = iterations
        .into_iter()
        .rfind(|iteration| iteration.phase == "test");
    let record = test.and_then(|iteration| iteration.dataset);
    let record = record.ok_or_else(|| Error::Untested(run.id().to_owned()))?;
    let datasets = Registry::<dyn Dataset>::global()?;
    let images = datasets.build(&record.name, record.exact_arguments(), folder)?;

    let scores = Scores::of_test(&**model, &**criterion, &**images)?;
    let summary = run.metrics().summary("accuracy", "test")?;
    let recorded = summary
        .and_then(|summary| summary.last.value.number())
        .unwrap_or(f64::NAN);
    if scores.accuracy.to_bits() == recorded.to_bits() {
        return Ok((run, scores));
    }
    Err(Error::Differs {
        id: run.id().to_owned(),
        recorded,
        found: scores.accuracy,
    })
}
