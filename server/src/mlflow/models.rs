//! Logged models, which are kept as settings of the store.

use std::sync::PoisonError;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracker_core::ports::{AggregateRecord, Change, Detail};
use tracker_core::{Timestamp, Uuid};

use super::experiment::{Pair, location};
use super::fields::Fields;
use super::inputs::setting;
use super::names::made_up;
use super::places::{MODELS, Place};
use super::refusal::{absent, invalid};
use super::{ids, model_search};
use crate::access::Caller;
use crate::app::App;
use crate::extract::InPath;
use crate::problem::{Answer, Problem, shown};

/// The settings of models, each under its id.
const KEY: &str = "mlflow/model/";
/// The id of a model begins so, and that of an aggregate that holds the files of one without a run.
pub(super) const OWN_RUN: &str = "m-";

/// What a model is called for how far it is.
const WORDS: [(&str, i64); 4] = [
    ("LOGGED_MODEL_PENDING", 1),
    ("LOGGED_MODEL_READY", 2),
    ("LOGGED_MODEL_UPLOAD_FAILED", 3),
    ("LOGGED_MODEL_STATUS_UNSPECIFIED", 0),
];

/// A model that was logged.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are those of MLflow")]
pub(super) struct Model {
    pub(super) model_id: String,
    pub(super) experiment: Uuid,
    pub(super) name: String,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) status: String,
    pub(super) model_type: String,
    pub(super) source_run_id: String,
    pub(super) params: Vec<(String, String)>,
    pub(super) tags: Vec<(String, String)>,
    /// The aggregate that holds its files.
    pub(super) owner: Uuid,
    deleted: bool,
}

pub(super) fn no_model(id: &str) -> Problem {
    absent(format!("Logged model with ID '{}' not found.", shown(id)))
}

fn pairs(pairs: &[(String, String)]) -> Vec<Pair> {
    let pairs = pairs.iter();
    pairs.map(|(key, value)| Pair::new(key, value)).collect()
}

impl Model {
    /// The model of an id.
    pub(super) fn read(app: &App, caller: &Caller, id: &str) -> Result<Self, Problem> {
        let key = format!("{KEY}{id}");
        let there = app.tracker.store()?.settings(&key)?.into_iter();
        let mut there = there.filter(|(found, _)| *found == key);
        let model: Option<Self> = there.next().and_then(|(_, kept)| kept.to().ok());
        let model = model.filter(|model| !model.deleted && caller.sees(model.experiment));
        model.ok_or_else(|| no_model(id))
    }

    /// All models that the caller may know of.
    pub(super) fn all(app: &App, caller: &Caller) -> Result<Vec<Self>, Problem> {
        let settings = app.tracker.store()?.settings(KEY)?.into_iter();
        let models = settings.filter_map(|(_, kept)| kept.to::<Self>().ok());
        Ok(models
            .filter(|model| !model.deleted && caller.sees(model.experiment))
            .collect())
    }

    fn keep(&self) -> Result<Change, Problem> {
        setting(format!("{KEY}{}", self.model_id), self)
    }

    /// Where in its owner its files stand.
    pub(super) fn folder(&self) -> String {
        if self.source_run_id.is_empty() {
            String::new()
        } else {
            format!("{MODELS}{}/", self.model_id)
        }
    }

    /// As MLflow has it.
    pub(super) fn document(&self, app: &App) -> Result<Value, Problem> {
        let experiment = app.tracker.store()?.experiment_by_id(self.experiment)?;
        let experiment = experiment.ok_or_else(|| no_model(&self.model_id))?;
        Ok(json!({
            "info": {
                "model_id": self.model_id,
                "experiment_id": ids::number(self.experiment),
                "name": self.name,
                "creation_timestamp_ms": self.created,
                "last_updated_timestamp_ms": self.updated,
                "artifact_uri": format!("{}/models/{}/artifacts", location(&experiment), self.model_id),
                "status": self.status,
                "model_type": self.model_type,
                "source_run_id": self.source_run_id,
                "tags": pairs(&self.tags),
            },
            "data": {"params": pairs(&self.params), "metrics": []},
        }))
    }
}

/// `POST logged-models`.
pub(super) async fn create(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let experiment_id = fields.required("experiment_id")?;
        let name = fields.text_or_empty("name")?;
        let model_type = fields.text_or_empty("model_type")?;
        let run = fields.text_or_empty("source_run_id")?;
        let (params, tags) = (fields.pairs("params")?, fields.pairs("tags")?);
        if name.contains(['/', ':', '.', '%', '"', '\'']) {
            return Err(invalid(format!(
                "Invalid model name ('{}') provided. Model name must be a non-empty string and cannot \
                 contain the following characters: ('/', ':', '.', '%', '\"', \"'\")",
                shown(&name)
            )));
        }
        let experiment = app.active_experiment(&caller, &experiment_id)?;
        let uuid = Uuid::now_v7();
        let id = format!("{OWN_RUN}{}", ids::hex(uuid));
        let mut changes = Vec::new();
        let owner = if run.is_empty() {
            let mut owner = AggregateRecord::new(experiment.id, &id);
            owner.uuid = uuid;
            owner.name.clone_from(&name);
            owner.archived = true;
            changes.push(Change::CreateAggregate {
                record: owner,
                modules: Vec::new(),
            });
            uuid
        } else {
            app.run_of(&caller, &run, &Detail::NONE)?.aggregate.uuid
        };
        let now = Timestamp::now().as_millisecond();
        let model = Model {
            model_id: id,
            experiment: experiment.id,
            name: if name.is_empty() { made_up(uuid) } else { name },
            created: now,
            updated: now,
            status: WORDS[0].0.to_owned(),
            model_type,
            source_run_id: run,
            params,
            tags,
            owner,
            deleted: false,
        };
        changes.push(model.keep()?);
        app.change(&changes)?;
        Ok(json!({"model": model.document(app)?}))
    })
    .await
}

/// `GET logged-models/{id}`.
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Answer {
    app.answer(move |app| {
        let model = Model::read(app, &caller, &id)?;
        Ok(json!({"model": model.document(app)?}))
    })
    .await
}

/// Changes a model.
async fn change(
    app: App,
    caller: Caller,
    id: String,
    edit: impl FnOnce(&mut Model) -> Result<(), Problem> + Send + 'static,
) -> Result<Value, Problem> {
    app.off(move |app| {
        // Two at once would undo each other.
        let _alone = app
            .logged
            .alone
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut model = Model::read(app, &caller, &id)?;
        edit(&mut model)?;
        model.updated = Timestamp::now().as_millisecond();
        app.change(&[model.keep()?])?;
        model.document(app)
    })
    .await
}

fn answer(value: &Value) -> Answer {
    crate::blocking::json(axum::http::StatusCode::OK, value)
}

/// `PATCH logged-models/{id}`.
pub(super) async fn finalize(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    mut fields: Fields,
) -> Answer {
    let status = fields.word("status", &WORDS)?;
    let status = status.ok_or_else(|| fields.missing("status"))?;
    let model = change(app, caller, id, move |model| {
        status.clone_into(&mut model.status);
        Ok(())
    });
    answer(&json!({"model": model.await?}))
}

/// `DELETE logged-models/{id}`. Its files stay, as those of a run do.
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Answer {
    let delete = change(app, caller, id, |model| {
        model.deleted = true;
        Ok(())
    });
    delete.await?;
    answer(&json!({}))
}

/// `PATCH logged-models/{id}/tags`.
pub(super) async fn set_tags(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    mut fields: Fields,
) -> Answer {
    let tags = fields.pairs("tags")?;
    let set = change(app, caller, id, move |model| {
        for (key, value) in tags {
            model.tags.retain(|(there, _)| *there != key);
            model.tags.push((key, value));
        }
        Ok(())
    });
    set.await?;
    answer(&json!({}))
}

/// `DELETE logged-models/{id}/tags/{key}`.
pub(super) async fn delete_tag(
    State(app): State<App>,
    caller: Caller,
    InPath((id, key)): InPath<(String, String)>,
) -> Answer {
    let delete = change(app, caller, id, move |model| {
        let before = model.tags.len();
        model.tags.retain(|(there, _)| *there != key);
        if model.tags.len() == before {
            return Err(absent(format!(
                "No tag with key '{}' found for model with ID {}.",
                shown(&key),
                model.model_id
            )));
        }
        Ok(())
    });
    delete.await?;
    answer(&json!({}))
}

/// `POST logged-models/{id}/params`.
pub(super) async fn add_params(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    mut fields: Fields,
) -> Answer {
    let params = fields.pairs("params")?;
    let add = change(app, caller, id, move |model| {
        for (key, value) in params {
            let there = model.params.iter().find(|(there, _)| *there == key);
            match there {
                Some((_, present)) if *present != value => {
                    return Err(invalid(format!(
                        "Changing param values is not allowed. Param with key='{}' was already \
                         logged with value='{}'.",
                        shown(&key),
                        shown(present)
                    )));
                }
                Some(_) => {}
                None => model.params.push((key, value)),
            }
        }
        Ok(())
    });
    add.await?;
    answer(&json!({}))
}

/// `GET logged-models/{id}/artifacts/directories`.
pub(super) async fn directories(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    mut fields: Fields,
) -> Answer {
    app.answer(move |app| {
        let path = fields.text_or_empty("artifact_directory_path")?;
        let model = Model::read(app, &caller, &id)?;
        let place = Place::of_model(app, &model, &path)?;
        let document = model.document(app)?;
        Ok(json!({
            "root_uri": document["info"]["artifact_uri"],
            "files": place.list(super::places::safe(&path)?)?,
        }))
    })
    .await
}

/// `POST logged-models/search`.
pub(super) async fn search(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let page = model_search::found(app, &caller, &mut fields)?;
        let models = page.items.iter().map(|model| model.document(app));
        let models = models.collect::<Result<Vec<Value>, _>>()?;
        let mut answer = json!({});
        if !models.is_empty() {
            answer["models"] = json!(models);
        }
        if let Some(next) = page.next {
            answer["next_page_token"] = json!(next);
        }
        Ok(answer)
    })
    .await
}
