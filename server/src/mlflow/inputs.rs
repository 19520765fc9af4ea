//! What a run has read and made: datasets and logged models.
//!
//! Entia's records have no field for them. They are kept as settings of the store, as they were
//! sent, and a tag of the run tells that there are some.

use std::sync::PoisonError;

use axum::extract::State;
use registry_core::Value as Kept;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracker_core::ports::{AggregateRecord, Change, Store};
use tracker_core::{Annotation, Uuid};

use super::experiment::Pair;
use super::fields::Fields;
use super::ids;
use super::refusal::invalid;
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem};

/// The tag of a run that has inputs or outputs. A client neither sees nor sets it.
pub(super) const OWN_LINKED: &str = "entia.linked";
/// The tag of an input that says what a dataset is for, as `train`.
pub(super) const CONTEXT: &str = "mlflow.data.context";

/// The settings of runs, each under the uuid.
const RUNS: &str = "mlflow/run/";

/// A dataset that a run has read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Input {
    tags: Vec<Value>,
    pub(super) dataset: Dataset,
}

/// A dataset as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Dataset {
    pub(super) name: String,
    pub(super) digest: String,
    source_type: String,
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
}

/// A model that a run has read or made, and at which step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Model {
    model_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<i64>,
}

/// All that a run has read and made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Linked {
    pub(super) datasets: Vec<Input>,
    read: Vec<Model>,
    made: Vec<Model>,
}

impl Input {
    /// What the dataset is for.
    pub(super) fn context(&self) -> Option<&str> {
        let mut tags = self.tags.iter();
        tags.find(|tag| tag["key"] == CONTEXT)?["value"].as_str()
    }
}

impl Linked {
    /// That of a run.
    pub(super) fn read(app: &App, run: &AggregateRecord) -> Result<Self, Problem> {
        if !run.annotations.tags.contains_key(OWN_LINKED) {
            return Ok(Self::default());
        }
        read(app.tracker.store()?, run.uuid)
    }

    /// That of all runs that have any.
    pub(super) fn all(app: &App) -> Result<Vec<(Uuid, Self)>, Problem> {
        let settings = app.tracker.store()?.settings(RUNS)?.into_iter();
        let read = settings.filter_map(|(key, kept)| {
            let run = key.strip_prefix(RUNS)?.parse().ok()?;
            Some((run, kept.to().ok()?))
        });
        Ok(read.collect())
    }

    /// As a run has it.
    pub(super) fn inputs(&self) -> Value {
        let mut inputs = json!({});
        if !self.datasets.is_empty() {
            inputs["dataset_inputs"] = json!(self.datasets);
        }
        if !self.read.is_empty() {
            inputs["model_inputs"] = json!(self.read);
        }
        inputs
    }

    /// As a run has it.
    pub(super) fn outputs(&self) -> Value {
        if self.made.is_empty() {
            return json!({});
        }
        json!({"model_outputs": self.made})
    }

    fn add_dataset(&mut self, input: Input) {
        let same = |there: &&mut Input| {
            (&there.dataset.name, &there.dataset.digest)
                == (&input.dataset.name, &input.dataset.digest)
        };
        match self.datasets.iter_mut().find(same) {
            Some(there) => {
                let key = |tag: &Value| tag["key"].clone();
                there
                    .tags
                    .retain(|tag| input.tags.iter().all(|new| key(new) != key(tag)));
                there.tags.extend(input.tags);
            }
            None => self.datasets.push(input),
        }
    }
}

fn add_model(models: &mut Vec<Model>, model: Model) {
    models.retain(|there| there.model_id != model.model_id);
    models.push(model);
}

fn read(store: &dyn Store, run: Uuid) -> Result<Linked, Problem> {
    let kept = store.settings(&format!("{RUNS}{run}"))?.pop();
    let kept = kept.and_then(|(_, kept)| kept.to().ok());
    Ok(kept.unwrap_or_default())
}

/// A setting of the store.
pub(super) fn setting(key: String, value: &impl Serialize) -> Result<Change, Problem> {
    let value = Kept::of(value).map_err(|problem| invalid(problem.to_string()))?;
    Ok(Change::PutSetting {
        key,
        value: Some(value),
    })
}

/// Adds to what a run has read and made.
fn link(
    app: &App,
    run: &AggregateRecord,
    add: impl FnOnce(&mut Linked, &mut Vec<Change>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    // Two at once would undo each other.
    let _alone = app
        .logged
        .alone
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let mut linked = read(app.tracker.store()?, run.uuid)?;
    let mut changes = Vec::new();
    add(&mut linked, &mut changes)?;
    changes.push(setting(format!("{RUNS}{}", run.uuid), &linked)?);
    changes.push(Change::Annotate {
        aggregate: run.uuid,
        annotation: Annotation::SetTag {
            tag: OWN_LINKED.to_owned(),
            value: "true".to_owned(),
        },
    });
    app.change(&changes)
}

/// `POST runs/log-inputs`.
pub(super) async fn log_inputs(
    State(app): State<App>,
    caller: Caller,
    mut fields: Fields,
) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let datasets = fields.list("datasets")?.into_iter().map(input);
        let datasets = datasets.collect::<Result<Vec<_>, _>>()?;
        let models = models(&mut fields)?;
        let run = app.active_run(&caller, &id)?;
        link(app, &run, |linked, changes| {
            for mut input in datasets {
                first_of(app, run.experiment, &mut input.dataset, changes)?;
                linked.add_dataset(input);
            }
            for model in models {
                add_model(&mut linked.read, model);
            }
            Ok(())
        })?;
        Ok(json!({}))
    })
    .await
}

/// A dataset is kept once for each name and digest of an experiment, and stays as it was first sent.
fn first_of(
    app: &App,
    experiment: Uuid,
    dataset: &mut Dataset,
    changes: &mut Vec<Change>,
) -> Result<(), Problem> {
    let key = format!(
        "mlflow/dataset/{experiment}/{}@{}",
        dataset.name, dataset.digest
    );
    let there = app.tracker.store()?.settings(&key)?.into_iter();
    let there = there.filter(|(found, _)| *found == key);
    match there
        .map(|(_, kept)| kept)
        .next()
        .and_then(|kept| kept.to().ok())
    {
        Some(first) => *dataset = first,
        None => changes.push(setting(key, dataset)?),
    }
    Ok(())
}

fn input(mut fields: Fields) -> Result<Input, Problem> {
    let tags = fields.pairs("tags")?.into_iter();
    let tags = tags.map(|(key, value)| json!(Pair { key, value }));
    let Some(Value::Object(dataset)) = fields.value("dataset") else {
        return Err(fields.missing("dataset"));
    };
    let mut dataset = Fields::of_map(dataset);
    Ok(Input {
        tags: tags.collect(),
        dataset: Dataset {
            name: dataset.required("name")?,
            digest: dataset.required("digest")?,
            source_type: dataset.required("source_type")?,
            source: dataset.required("source")?,
            schema: dataset.text("schema")?,
            profile: dataset.text("profile")?,
        },
    })
}

fn models(fields: &mut Fields) -> Result<Vec<Model>, Problem> {
    let models = fields.list("models")?.into_iter();
    let models = models.map(|mut model| {
        Ok(Model {
            model_id: model.required("model_id")?,
            step: model.integer("step")?,
        })
    });
    models.collect()
}

/// `POST runs/outputs`.
pub(super) async fn outputs(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let models = models(&mut fields)?;
        let run = app.active_run(&caller, &id)?;
        link(app, &run, |linked, _| {
            for model in models {
                add_model(&mut linked.made, model);
            }
            Ok(())
        })?;
        Ok(json!({}))
    })
    .await
}

/// `POST experiments/search-datasets`.
pub(super) async fn search_datasets(
    State(app): State<App>,
    caller: Caller,
    mut fields: Fields,
) -> Answer {
    app.answer(move |app| {
        let mut found = Vec::new();
        let experiments = fields.texts("experiment_ids")?;
        if experiments.is_empty() {
            return Err(invalid(
                "SearchDatasets request must specify at least one experiment_id.",
            ));
        }
        let wanted = experiments.iter().map(|id| ids::experiment(id));
        let wanted = wanted.collect::<Result<Vec<Uuid>, _>>()?;
        let linked = Linked::all(app)?;
        let runs = tracker_core::ports::Scope::Uuids(linked.iter().map(|(run, _)| *run).collect());
        let rows = app
            .tracker
            .store()?
            .rows(&runs, &tracker_core::ports::Detail::NONE)?;
        for row in rows {
            let run = row.aggregate;
            if !wanted.contains(&run.experiment) || !caller.sees(run.experiment) {
                continue;
            }
            let of_run = linked.iter().find(|(uuid, _)| *uuid == run.uuid);
            for input in of_run.iter().flat_map(|(_, linked)| &linked.datasets) {
                let summary = json!({
                    "experiment_id": ids::number(run.experiment),
                    "name": input.dataset.name,
                    "digest": input.dataset.digest,
                    "context": input.context().unwrap_or_default(),
                });
                if !found.contains(&summary) {
                    found.push(summary);
                }
            }
        }
        Ok(json!({"dataset_summaries": found}))
    })
    .await
}
