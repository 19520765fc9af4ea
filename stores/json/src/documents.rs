//! Records as documents, and back.
//!
//! The members that the Python package knows come first. What it has no place for stands in
//! further ones, which are left out where they would say what their absence says. Times are in
//! microseconds since 1970, UTC.

mod aggregate;
mod experiment;
mod iteration;
mod journal;
mod metric;
mod module;

use std::collections::BTreeMap;

use registry_core::{ArgumentError, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracker_core::{Annotations, Definition};

use crate::fields::{DocumentError, Fields};
use crate::tables::Members;

pub(crate) use aggregate::{
    describe_aggregate, read_aggregate, read_artifacts, read_attempts, write_aggregate,
    write_artifacts, write_attempts,
};
pub(crate) use experiment::{describe_experiment, read_experiment, write_experiment};
pub(crate) use iteration::{read_iteration, write_iteration, write_pass};
pub(crate) use journal::{read_mark, write_mark};
pub(crate) use metric::{read_metric, write_metric};
pub(crate) use module::{read_module, write_hash, write_module};

/// Members, or what makes a value unfit for JSON.
pub(crate) type Written = Result<Members, ArgumentError>;

fn write_annotations(annotations: &Annotations) -> Written {
    let Annotations { tags, notes } = annotations;
    Ok(vec![
        (
            "tags",
            (!tags.is_empty()).then(|| Value::of(tags)).transpose()?,
        ),
        ("notes", filled(notes)?),
    ])
}

fn read_annotations(fields: &Fields) -> Result<Annotations, DocumentError> {
    Ok(Annotations {
        tags: read_or_default(fields, "tags", "texts by name")?,
        notes: fields.text_or_none("notes")?.unwrap_or_default(),
    })
}

fn write_definitions(definitions: &BTreeMap<String, Definition>) -> Written {
    let definitions = (!definitions.is_empty()).then(|| Value::of(definitions));
    Ok(vec![("definitions", definitions.transpose()?)])
}

fn read_definitions(fields: &Fields) -> Result<BTreeMap<String, Definition>, DocumentError> {
    read_or_default(fields, "definitions", "definitions by name")
}

/// A list of records in their form for serde, unless it is empty.
fn write_list<T: Serialize>(name: &'static str, list: &[T]) -> Written {
    let list = (!list.is_empty()).then(|| Value::of(list));
    Ok(vec![(name, list.transpose()?)])
}

/// What a member holds in its form for serde; empty where there is none.
fn read_or_default<T: Default + DeserializeOwned>(
    fields: &Fields,
    name: &str,
    expected: &str,
) -> Result<T, DocumentError> {
    let Some(value) = fields.get(name) else {
        return Ok(T::default());
    };
    value
        .to()
        .map_err(|_| format!("its `{name}` are no {expected}, but {value}"))
}

/// The text, unless it is empty.
fn filled(text: &str) -> Result<Option<Value>, ArgumentError> {
    (!text.is_empty()).then(|| Value::of(text)).transpose()
}
