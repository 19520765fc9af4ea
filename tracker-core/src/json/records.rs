//! Records as documents, and back.
//!
//! The members that the Python package knows come first. What it has no place for stands in
//! further ones, which are left out where they would say what their absence says. Times are in
//! microseconds since 1970, UTC.

use std::collections::BTreeMap;

use registry_core::{ArgumentError, Arguments, Hash, Metadata, Value};
use uuid::Uuid;

use super::fields::{Fields, Misfit};
use super::tables::Members;
use crate::annotations::Annotations;
use crate::iteration::Iteration;
use crate::metric::{Metric, MetricValue};
use crate::module::Module;
use crate::ports::{AggregateRecord, ExperimentRecord, Mark};

/// The scheme of a hash that says none.
const SCHEME: &str = "md5-v1";

/// Members, or what makes a value unfit for JSON.
type Written = Result<Members, ArgumentError>;

pub(super) fn write_experiment(record: &ExperimentRecord) -> Written {
    let mut members = vec![
        ("id", Some(Value::of(&record.id.to_string())?)),
        ("name", Some(Value::of(&record.name)?)),
        (
            "created",
            Some(Value::of(&record.created.as_microsecond())?),
        ),
    ];
    members.append(&mut write_annotations(&record.annotations)?);
    Ok(members)
}

/// References in the file are compared as text, so there must be one text for each id.
pub(super) fn read_experiment(fields: &Fields) -> Result<ExperimentRecord, Misfit> {
    let text = fields.text("id")?;
    let id: Option<Uuid> = text.parse().ok();
    let id = id.filter(|id| id.to_string() == text);
    Ok(ExperimentRecord {
        id: id.ok_or_else(|| format!("its `id` is no UUID in lower case, but `{text}`"))?,
        name: fields.text("name")?,
        created: fields.time("created")?,
        annotations: read_annotations(fields)?,
    })
}

pub(super) fn write_annotations(annotations: &Annotations) -> Written {
    let Annotations { tags, notes } = annotations;
    let tags = (!tags.is_empty()).then(|| Value::of(tags)).transpose()?;
    Ok(vec![("tags", tags), ("notes", filled(notes)?)])
}

fn read_annotations(fields: &Fields) -> Result<Annotations, Misfit> {
    let tags = match fields.get("tags") {
        None => BTreeMap::new(),
        Some(tags) => tags
            .to()
            .map_err(|_| format!("its `tags` are no texts by name, but {tags}"))?,
    };
    let notes = fields.text_or_none("notes")?.unwrap_or_default();
    Ok(Annotations { tags, notes })
}

/// The Python package knows a model by its hash, so the id of an aggregate stands there, unless
/// it is another one than that of the module `model`.
pub(super) fn write_aggregate(
    id: &str,
    experiment: Uuid,
    record: &AggregateRecord,
    modules: &[Module],
) -> Written {
    let model = modules.iter().find(|module| module.kind == "model");
    let hash = model.map_or(record.id.as_str(), |model| model.hash().as_str());
    let other_id = (record.id != hash).then(|| Value::of(&record.id));
    let mut members = vec![
        ("id", Some(Value::of(id)?)),
        ("hash", Some(Value::of(hash)?)),
        ("name", Some(Value::of(model.map_or("", Module::name))?)),
        ("epoch", Some(Value::of(&record.epoch)?)),
        ("experiment", Some(Value::of(&experiment.to_string())?)),
        ("aggregate", other_id.transpose()?),
        (
            "created",
            Some(Value::of(&record.created.as_microsecond())?),
        ),
    ];
    members.append(&mut write_annotations(&record.annotations)?);
    Ok(members)
}

pub(super) fn read_aggregate(fields: &Fields) -> Result<AggregateRecord, Misfit> {
    let id = match fields.text_or_none("aggregate")? {
        Some(id) => id,
        None => fields.text("hash")?,
    };
    Ok(AggregateRecord {
        id,
        epoch: fields.count("epoch")?,
        created: fields.time("created")?,
        annotations: read_annotations(fields)?,
    })
}

pub(super) fn write_module(module: &Module) -> Written {
    let mut members = vec![
        ("type", Some(Value::of(&module.kind)?)),
        ("epoch", Some(Value::of(&module.epoch)?)),
    ];
    members.append(&mut write_entity(&module.record)?);
    Ok(members)
}

pub(super) fn read_module(fields: &Fields) -> Result<Module, Misfit> {
    Ok(Module {
        kind: fields.text("type")?,
        record: read_entity(fields)?,
        epoch: fields.count("epoch")?,
    })
}

fn write_entity(record: &Metadata) -> Written {
    let exact = record.exact.as_ref().map(Value::of).transpose()?;
    let mut members = write_hash(&record.hash)?;
    members.extend([
        ("name", Some(Value::of(&record.name)?)),
        ("arguments", Some(Value::of(&record.arguments)?)),
        ("exact", exact),
        ("signature", filled(&record.signature)?),
    ]);
    Ok(members)
}

fn read_entity(fields: &Fields) -> Result<Metadata, Misfit> {
    let exact = fields.get("exact").map(|_| fields.arguments("exact"));
    Ok(Metadata {
        name: fields.text("name")?,
        hash: read_hash(fields)?,
        arguments: fields.arguments("arguments")?,
        exact: exact.transpose()?,
        signature: fields.text_or_none("signature")?.unwrap_or_default(),
    })
}

/// The members that tell hashes apart.
pub(super) fn write_hash(hash: &Hash) -> Written {
    let scheme = (hash.scheme() != SCHEME).then(|| Value::of(hash.scheme()));
    Ok(vec![
        ("hash", Some(Value::of(hash.as_str())?)),
        ("scheme", scheme.transpose()?),
    ])
}

pub(super) fn read_hash(fields: &Fields) -> Result<Hash, Misfit> {
    let text = fields.text("hash")?;
    Ok(match fields.text_or_none("scheme")? {
        Some(scheme) => Hash::custom(scheme, text),
        None => Hash::custom(SCHEME, text),
    })
}

/// The Python package reads `value` as a float, so any other value has a member of its own.
pub(super) fn write_metric(metric: &Metric) -> Written {
    let (number, json) = match &metric.value {
        MetricValue::Number(number) => (*number, None),
        MetricValue::Json(json) => (f64::NAN, Some(json.clone())),
    };
    let step = (metric.step > 0).then(|| Value::of(&metric.step));
    Ok(vec![
        ("name", Some(Value::of(&metric.name)?)),
        ("value", Some(Value::of(&number)?)),
        ("phase", Some(Value::of(&metric.phase)?)),
        ("epoch", Some(Value::of(&metric.epoch)?)),
        ("step", step.transpose()?),
        ("time", Some(Value::of(&metric.time.as_microsecond())?)),
        ("json", json),
    ])
}

pub(super) fn read_metric(fields: &Fields) -> Result<Metric, Misfit> {
    let value = match fields.get("json") {
        Some(json) => MetricValue::Json(json.clone()),
        None => measured(fields.need("value")?),
    };
    Ok(Metric {
        name: fields.text("name")?,
        value,
        phase: fields.text_or_none("phase")?.unwrap_or_default(),
        epoch: fields.count("epoch")?,
        step: fields.count_or_0("step")?,
        time: fields.time("time")?,
    })
}

/// A number where an `f64` holds it exactly.
fn measured(value: &Value) -> MetricValue {
    let text = value.as_str();
    let is_number = text.starts_with(|first: char| "-0123456789NI".contains(first));
    let is_integer = text.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9'));
    match value.to::<f64>() {
        // Without a fraction, a float is shown with all its digits.
        Ok(number) if is_number && (!is_integer || format!("{number:.0}") == text) => {
            MetricValue::Number(number)
        }
        _ => MetricValue::Json(value.clone()),
    }
}

/// The Python package reads `arguments` as an object, so any other value has a member of its own.
pub(super) fn write_iteration(iteration: &Iteration) -> Written {
    let arguments = &iteration.arguments;
    let (arguments, json) = match arguments.members() {
        Some(_) => (arguments.clone(), None),
        None => (Value::of(&Arguments::default())?, Some(arguments.clone())),
    };
    let dataset = iteration.dataset.as_ref().map(|dataset| {
        let members = write_entity(dataset)?;
        Value::of(&object(members))
    });
    let modules = iteration.modules.iter().map(|module| {
        let members = write_module(module)?;
        Ok(object(members))
    });
    let modules = modules.collect::<Result<Vec<_>, ArgumentError>>()?;
    let modules = (!modules.is_empty()).then(|| Value::of(&modules));
    let mut members = write_pass(iteration)?;
    members.extend([
        ("epoch", Some(Value::of(&iteration.epoch)?)),
        ("arguments", Some(arguments)),
        ("json", json),
        ("dataset", dataset.transpose()?),
        ("modules", modules.transpose()?),
    ]);
    Ok(members)
}

/// The members that tell iterations of one aggregate apart.
pub(super) fn write_pass(iteration: &Iteration) -> Written {
    let mut members = write_hash(&iteration.hash())?;
    members.push(("phase", Some(Value::of(&iteration.phase)?)));
    Ok(members)
}

pub(super) fn read_iteration(fields: &Fields) -> Result<Iteration, Misfit> {
    let mut iteration = Iteration::new(fields.text("phase")?, fields.count("epoch")?);
    iteration = iteration.set_hash(read_hash(fields)?);
    iteration.arguments = match fields.get("json") {
        Some(json) => json.clone(),
        None => fields.need("arguments")?.clone(),
    };
    if let Some(dataset) = fields.get("dataset") {
        let dataset = read_entity(&Fields::of(dataset));
        iteration.dataset = Some(dataset.map_err(|misfit| format!("in its `dataset`, {misfit}"))?);
    }
    if let Some(modules) = fields.get("modules") {
        let modules = modules.elements().ok_or("its `modules` are no array")?;
        let modules = modules
            .iter()
            .map(|module| read_module(&Fields::of(module)));
        let modules: Result<_, Misfit> = modules.collect();
        iteration.modules = modules.map_err(|misfit| format!("in its `modules`, {misfit}"))?;
    }
    Ok(iteration)
}

pub(super) fn write_mark(mark: Mark) -> Written {
    Ok(vec![
        ("journal", Some(Value::of(&mark.journal.to_string())?)),
        ("position", Some(Value::of(&mark.position)?)),
    ])
}

pub(super) fn read_mark(fields: &Fields) -> Result<Mark, Misfit> {
    let journal = fields.text("journal")?;
    Ok(Mark {
        journal: journal
            .parse()
            .map_err(|_| format!("its `journal` is no UUID, but `{journal}`"))?,
        position: fields.count("position")?,
    })
}

fn object(members: Members) -> Arguments {
    let members = members.into_iter();
    members
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// The text, unless it is empty.
fn filled(text: &str) -> Result<Option<Value>, ArgumentError> {
    (!text.is_empty()).then(|| Value::of(text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::measured;
    use crate::metric::MetricValue;
    use registry_core::Value;

    #[test]
    fn a_number_that_no_float_holds_stays_json() {
        for (text, number) in [
            ("3", Some(3.0)),
            ("-7", Some(-7.0)),
            ("1e-05", Some(1e-5)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("9007199254740992", Some(9_007_199_254_740_992.0)),
            ("9007199254740993", None),
            ("1152921504606846976", Some(1_152_921_504_606_846_976.0)),
            ("true", None),
            ("\"0.5\"", None),
            ("null", None),
            (r#"{"$float": "NaN"}"#, None),
        ] {
            let value: Value = text.parse().unwrap();
            let expected = number.map_or_else(|| value.clone().into(), MetricValue::Number);
            assert_eq!(measured(&value), expected, "{text}");
        }
    }
}
