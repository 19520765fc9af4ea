//! What the tracker takes from entities: the one place that reads their identity.

use registry_core::{ArgumentError, ArgumentWriter, Entity, Hash, Metadata, Signature, Value};

use crate::error::{Error, Result};

/// The record of an entity, or why it cannot be stored as a `kind`.
pub(crate) fn record<E: Entity + ?Sized>(kind: &str, entity: &E) -> Result<Metadata> {
    let record = entity.metadata().map_err(|problem| Error::Unwritable {
        kind: kind.to_owned(),
        name: entity.name().to_owned(),
        problem,
    })?;
    check(kind, &record)?;
    Ok(record)
}

/// Refuses a record that could not be found again.
pub(crate) fn check(kind: &str, record: &Metadata) -> Result<()> {
    if kind.is_empty() {
        return Err(Error::EmptyName {
            what: "kind",
            place: format!("the module `{}`", record.name),
        });
    }
    if record.name.is_empty() {
        return Err(Error::EmptyName {
            what: "name",
            place: format!("the {kind}"),
        });
    }
    if record.hash.as_str().is_empty() || !record.hash.is_valid() {
        return Err(Error::NoIdentity {
            kind: kind.to_owned(),
            name: record.name.clone(),
        });
    }
    Ok(())
}

/// Refuses what could be written but not read again.
pub(crate) fn check_json(json: &Value, place: impl FnOnce() -> String) -> Result<()> {
    match json.as_str().parse::<Value>() {
        Ok(_) => Ok(()),
        Err(problem) => Err(Error::Json {
            place: place(),
            problem,
        }),
    }
}

/// What identifies an iteration: the data it ran over and how, but not when.
struct Pass<'a> {
    dataset: Option<&'a Metadata>,
    arguments: &'a Value,
}

impl Entity for Pass<'_> {
    fn name(&self) -> &'static str {
        "Iteration"
    }

    fn signature(&self) -> Signature {
        Signature::EMPTY
    }

    // The hash of the dataset stands for it, so that one set by hand counts.
    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        writer.argument(
            "dataset",
            &self.dataset.map(|dataset| dataset.hash.as_str()),
        )?;
        writer.argument("arguments", self.arguments)
    }
}

/// The hash that tells iterations of one phase apart.
pub(crate) fn iteration_hash(dataset: Option<&Metadata>, arguments: &Value) -> Hash {
    Pass { dataset, arguments }.hash()
}
