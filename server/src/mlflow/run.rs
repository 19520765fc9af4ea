//! A run as MLflow has it.

use std::collections::BTreeMap;

use registry_core::Value;
use serde::Serialize;
use tracker_core::Timestamp;
use tracker_core::ports::{AggregateRecord, ExperimentRecord, Row};

use super::experiment::{NOTE, Pair, location, stage};
use super::inputs::{self, Linked};
use super::metric::{Metric, latest};
use super::{ids, status};

/// The tags that are fields in Entia.
pub(super) const NAME: &str = "mlflow.runName";
pub(super) const USER: &str = "mlflow.user";

/// Whether a tag holds what Entia has no field for. A client neither sees nor sets it.
pub(super) fn is_own_tag(tag: &str) -> bool {
    [status::OWN_STATUS, inputs::OWN_LINKED].contains(&tag)
}

/// What is told of a run at its beginning.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Info {
    pub(super) run_id: String,
    pub(super) run_uuid: String,
    pub(super) run_name: String,
    pub(super) experiment_id: String,
    pub(super) user_id: String,
    pub(super) status: &'static str,
    pub(super) start_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_time: Option<i64>,
    pub(super) artifact_uri: String,
    pub(super) lifecycle_stage: &'static str,
}

impl Info {
    pub(super) fn of(run: &AggregateRecord, experiment: &ExperimentRecord) -> Self {
        let run_id = ids::hex(run.uuid);
        let ended = run.attempt.as_ref().and_then(|attempt| attempt.ended);
        let user = run.annotations.tags.get(USER);
        Self {
            run_name: name(run).to_owned(),
            experiment_id: ids::number(run.experiment),
            user_id: user.cloned().unwrap_or_default(),
            status: status::word(run),
            start_time: run.created.as_millisecond(),
            end_time: ended.map(Timestamp::as_millisecond),
            artifact_uri: format!("{}/{run_id}/artifacts", location(experiment)),
            lifecycle_stage: stage(run.archived),
            run_uuid: run_id.clone(),
            run_id,
        }
    }
}

/// What people call a run; its id where they have given it no name.
pub(super) fn name(run: &AggregateRecord) -> &str {
    if run.name.is_empty() {
        &run.id
    } else {
        &run.name
    }
}

/// The tags of a run, with those that are fields in Entia.
pub(super) fn tags(run: &AggregateRecord) -> Vec<Pair> {
    let tags = run.annotations.tags.iter();
    let shown = tags.filter(|(key, _)| !is_own_tag(key) && key.as_str() != NAME);
    let mut pairs: Vec<Pair> = shown.map(|(key, value)| Pair::new(key, value)).collect();
    pairs.push(Pair::new(NAME, name(run)));
    if !run.annotations.notes.is_empty() {
        pairs.push(Pair::new(NOTE, &run.annotations.notes));
    }
    pairs
}

/// The parameters of a run, and the arguments of its components.
pub(super) fn params(row: &Row) -> Vec<Pair> {
    let mut params: BTreeMap<String, String> = BTreeMap::new();
    // Later ones of a kind take the place of those before.
    for module in &row.modules {
        let kind = &module.kind;
        params.retain(|key, _| key != kind && !key.starts_with(&format!("{kind}.")));
        params.insert(kind.clone(), module.name().to_owned());
        for (argument, value) in module.record.exact_arguments().iter() {
            params.insert(format!("{kind}.{argument}"), text(value));
        }
    }
    for (name, value) in &row.aggregate.params {
        params.insert(name.clone(), text(value));
    }
    params
        .into_iter()
        .map(|(key, value)| Pair { key, value })
        .collect()
}

/// The text of a value: that of a text itself, else JSON.
pub(super) fn text(value: &Value) -> String {
    let text = value.as_str();
    if text.starts_with('"') {
        return value.to().unwrap_or_else(|_| text.to_owned());
    }
    text.to_owned()
}

/// The answer that holds a run.
#[derive(Serialize)]
pub(super) struct Run<'r> {
    pub(super) info: Info,
    pub(super) data: Data<'r>,
    pub(super) inputs: serde_json::Value,
    pub(super) outputs: serde_json::Value,
}

#[derive(Serialize)]
pub(super) struct Data<'r> {
    pub(super) metrics: Vec<Metric<'r>>,
    pub(super) params: Vec<Pair>,
    pub(super) tags: Vec<Pair>,
}

/// A run with what is to be written of it, which an answer borrows from.
pub(super) struct Shown {
    row: Row,
    latest: Vec<(String, super::metric::Place)>,
    info: Info,
    linked: Linked,
}

impl Shown {
    pub(super) fn new(row: Row, experiment: &ExperimentRecord, linked: Linked) -> Self {
        Self {
            latest: latest(&row),
            info: Info::of(&row.aggregate, experiment),
            linked,
            row,
        }
    }

    pub(super) fn run(&self) -> Run<'_> {
        let metrics = self.latest.iter();
        Run {
            info: self.info.clone(),
            data: Data {
                metrics: metrics
                    .map(|(key, place)| Metric::new(key, *place, None))
                    .collect(),
                params: params(&self.row),
                tags: tags(&self.row.aggregate),
            },
            inputs: self.linked.inputs(),
            outputs: self.linked.outputs(),
        }
    }
}
