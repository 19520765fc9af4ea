//! Experiments.

use registry_core::Value;
use tracker_core::ports::ExperimentRecord;
use tracker_core::{Timestamp, Uuid};

use super::{Written, read_annotations, read_definitions, write_annotations, write_definitions};
use crate::fields::{DocumentError, Fields};

pub(crate) fn write_experiment(record: &ExperimentRecord) -> Written {
    let created = record.created.as_microsecond();
    let mut members = vec![
        ("id", Some(Value::of(&record.id.to_string())?)),
        ("name", Some(Value::of(&record.name)?)),
        ("created", Some(Value::of(&created)?)),
    ];
    members.append(&mut write_description(record)?);
    Ok(members)
}

/// The members that can change.
pub(crate) fn describe_experiment(record: &ExperimentRecord) -> Written {
    let mut members = vec![("name", Some(Value::of(&record.name)?))];
    members.append(&mut write_description(record)?);
    Ok(members)
}

/// What the Python package does not know and can change.
fn write_description(record: &ExperimentRecord) -> Written {
    let mut members = write_annotations(&record.annotations)?;
    members.append(&mut write_definitions(&record.definitions)?);
    Ok(members)
}

/// References in the file are compared as text, so there must be one text for each id. `created` is
/// the time of a document that does not say one.
pub(crate) fn read_experiment(
    fields: &Fields,
    created: Timestamp,
) -> Result<ExperimentRecord, DocumentError> {
    let text = fields.text("id")?;
    let id: Option<Uuid> = text.parse().ok();
    let id = id.filter(|id| id.to_string() == text);
    Ok(ExperimentRecord {
        id: id.ok_or_else(|| format!("its `id` is no UUID in lower case, but `{text}`"))?,
        name: fields.text("name")?,
        created: fields.time("created")?.unwrap_or(created),
        annotations: read_annotations(fields)?,
        definitions: read_definitions(fields)?,
    })
}
