//! What `--json` prints. The names of the fields stay as they are.

use std::collections::BTreeMap;

use registry_core::Value;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tracker_core::ports::Row;
use tracker_core::{
    Annotations, Difference, Experiment, Iteration, Metadata, Metric, MetricValue, Module, Series,
    Summary, Timestamp,
};

/// An experiment.
#[derive(Serialize)]
pub(crate) struct ExperimentJson {
    id: String,
    name: String,
    created: String,
    runs: usize,
    tags: BTreeMap<String, String>,
    notes: String,
}

impl ExperimentJson {
    pub(crate) fn new(experiment: &Experiment, runs: usize) -> Self {
        let Annotations { tags, notes } = experiment.annotations();
        Self {
            id: experiment.id().to_string(),
            name: experiment.name(),
            created: experiment.created().to_string(),
            runs,
            tags,
            notes,
        }
    }
}

/// A run with everything but its points.
#[derive(Serialize)]
pub(crate) struct RunJson {
    experiment: String,
    id: String,
    epoch: u64,
    created: String,
    tags: BTreeMap<String, String>,
    notes: String,
    modules: Vec<ModuleJson>,
    metrics: Vec<SummaryJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iterations: Option<Vec<IterationJson>>,
}

/// A component of a run.
#[derive(Serialize)]
pub(crate) struct ModuleJson {
    kind: String,
    #[serde(flatten)]
    entity: EntityJson,
    epoch: u64,
}

/// A component.
#[derive(Serialize)]
struct EntityJson {
    name: String,
    hash: String,
    scheme: String,
    arguments: Json,
}

/// The summary of a series.
#[derive(Serialize)]
pub(crate) struct SummaryJson {
    name: String,
    phase: String,
    count: u64,
    first: PointJson,
    last: PointJson,
    min: Option<Number>,
    max: Option<Number>,
}

/// A point of a series.
#[derive(Serialize)]
pub(crate) struct PointJson {
    epoch: u64,
    step: u64,
    time: String,
    value: Option<Number>,
    json: Option<Json>,
}

/// A pass over a dataset.
#[derive(Serialize)]
pub(crate) struct IterationJson {
    phase: String,
    epoch: u64,
    hash: String,
    dataset: Option<EntityJson>,
    arguments: Json,
    modules: Vec<ModuleJson>,
}

/// A place where two components differ.
#[derive(Serialize)]
pub(crate) struct DifferenceJson {
    path: String,
    left: Option<Json>,
    right: Option<Json>,
}

/// The history of a series, a column for each part of its points.
#[derive(Serialize)]
pub(crate) struct SeriesJson {
    name: String,
    phase: String,
    epochs: Vec<u64>,
    steps: Vec<u64>,
    times: Vec<String>,
    values: Vec<Option<Number>>,
    json: Vec<Option<Json>>,
}

/// A number, or the text for one that JSON does not have.
#[derive(Clone, Copy)]
pub(crate) struct Number(pub(crate) f64);

/// A JSON value as the store has it, in the order it has there.
pub(crate) struct Json(String);

impl RunJson {
    /// A run; without its iterations where there are none given.
    pub(crate) fn new(experiment: &str, row: &Row, iterations: Option<&[Iteration]>) -> Self {
        let Annotations { tags, notes } = row.aggregate.annotations.clone();
        Self {
            experiment: experiment.to_owned(),
            id: row.aggregate.id.clone(),
            epoch: row.aggregate.epoch,
            created: row.aggregate.created.to_string(),
            tags,
            notes,
            modules: row.modules.iter().map(ModuleJson::new).collect(),
            metrics: row.summaries.iter().map(SummaryJson::new).collect(),
            iterations: iterations.map(|all| all.iter().map(IterationJson::new).collect()),
        }
    }
}

impl ModuleJson {
    fn new(module: &Module) -> Self {
        Self {
            kind: module.kind.clone(),
            entity: EntityJson::new(&module.record),
            epoch: module.epoch,
        }
    }
}

impl EntityJson {
    fn new(record: &Metadata) -> Self {
        Self {
            name: record.name.clone(),
            hash: record.hash.as_str().to_owned(),
            scheme: record.hash.scheme().to_owned(),
            arguments: Json::new(&record.arguments.to_string()),
        }
    }
}

impl SummaryJson {
    fn new(summary: &Summary) -> Self {
        Self {
            name: summary.name().to_owned(),
            phase: summary.phase().to_owned(),
            count: summary.count,
            first: PointJson::new(&summary.first),
            last: PointJson::new(&summary.last),
            min: summary.min.map(Number),
            max: summary.max.map(Number),
        }
    }
}

impl PointJson {
    fn new(metric: &Metric) -> Self {
        let (value, json) = parts(&metric.value);
        Self {
            epoch: metric.epoch,
            step: metric.step,
            time: metric.time.to_string(),
            value,
            json,
        }
    }
}

impl IterationJson {
    fn new(iteration: &Iteration) -> Self {
        Self {
            phase: iteration.phase.clone(),
            epoch: iteration.epoch,
            hash: iteration.hash().as_str().to_owned(),
            dataset: iteration.dataset.as_ref().map(EntityJson::new),
            arguments: Json::new(iteration.arguments.as_str()),
            modules: iteration.modules.iter().map(ModuleJson::new).collect(),
        }
    }
}

impl DifferenceJson {
    pub(crate) fn new(difference: &Difference) -> Self {
        let side = |value: &Option<Value>| value.as_ref().map(|value| Json::new(value.as_str()));
        Self {
            path: difference.path.clone(),
            left: side(&difference.left),
            right: side(&difference.right),
        }
    }
}

impl SeriesJson {
    pub(crate) fn new(series: &Series) -> Self {
        let (values, json) = series.iter().map(|metric| parts(&metric.value)).unzip();
        Self {
            name: series.name().to_owned(),
            phase: series.phase().to_owned(),
            epochs: series.epochs().to_vec(),
            steps: series.steps().to_vec(),
            times: series.times().iter().map(|time| time_text(*time)).collect(),
            values,
            json,
        }
    }
}

impl Json {
    /// The value of a canonical text, whose numbers may be `NaN` or `Infinity`; no word outside of
    /// a string begins like these.
    pub(crate) fn new(canonical: &str) -> Self {
        const NUMBERS: [&str; 3] = ["NaN", "-Infinity", "Infinity"];
        let mut text = String::with_capacity(canonical.len());
        let mut rest = canonical;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' => string_length(rest),
                _ => match NUMBERS.iter().find(|number| rest.starts_with(**number)) {
                    Some(number) => {
                        text.extend(["\"", number, "\""]);
                        rest = &rest[number.len()..];
                        continue;
                    }
                    None => first.len_utf8(),
                },
            };
            text += &rest[..length];
            rest = &rest[length..];
        }
        Self(text)
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// The length of the string that a text begins with, both quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// A value as a number, or as JSON.
pub(crate) fn parts(value: &MetricValue) -> (Option<Number>, Option<Json>) {
    match value {
        MetricValue::Number(number) => (Some(Number(*number)), None),
        MetricValue::Json(json) => (None, Some(Json::new(json.as_str()))),
    }
}

/// Microseconds since 1970 as text.
pub(crate) fn time_text(microseconds: i64) -> String {
    match Timestamp::from_microsecond(microseconds) {
        Ok(time) => time.to_string(),
        Err(_) => microseconds.to_string(),
    }
}

impl Number {
    /// The text of a number that JSON does not have.
    pub(crate) fn special(self) -> Option<&'static str> {
        match self.0 {
            number if number.is_nan() => Some("NaN"),
            f64::INFINITY => Some("Infinity"),
            f64::NEG_INFINITY => Some("-Infinity"),
            _ => None,
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.special() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_f64(self.0),
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_lacks_are_strings() {
        let text = r#"{"z": NaN, "NaN": [-Infinity, Infinity, "NaN \" Infinity"], "a": -1}"#;
        let json = serde_json::to_string(&Json::new(text)).unwrap();
        let expected =
            r#"{"z": "NaN", "NaN": ["-Infinity", "Infinity", "NaN \" Infinity"], "a": -1}"#;
        assert_eq!(json, expected);
        for (number, text) in [
            (f64::NAN, r#""NaN""#),
            (f64::INFINITY, r#""Infinity""#),
            (f64::NEG_INFINITY, r#""-Infinity""#),
            (0.1, "0.1"),
        ] {
            assert_eq!(serde_json::to_string(&Number(number)).unwrap(), text);
        }
    }
}
