//! Iterations.

use registry_core::{ArgumentError, Arguments, Value};
use tracker_core::Iteration;

use super::Written;
use super::module::{read_entity, read_hash, read_module, write_entity, write_hash, write_module};
use crate::fields::{DocumentError, Fields};
use crate::tables::Members;

/// The Python package reads `arguments` as an object, so any other value has a member of its own.
pub(crate) fn write_iteration(iteration: &Iteration) -> Written {
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
pub(crate) fn write_pass(iteration: &Iteration) -> Written {
    let mut members = write_hash(&iteration.hash())?;
    members.push(("phase", Some(Value::of(&iteration.phase)?)));
    Ok(members)
}

pub(crate) fn read_iteration(fields: &Fields) -> Result<Iteration, DocumentError> {
    let mut iteration = Iteration::new(fields.text("phase")?, fields.count("epoch")?);
    iteration = iteration.set_hash(read_hash(fields)?);
    iteration.arguments = match fields.get("json") {
        Some(json) => json.clone(),
        None => fields.need("arguments")?.clone(),
    };
    if let Some(dataset) = fields.get("dataset") {
        let dataset = read_entity(&Fields::of(dataset));
        iteration.dataset = Some(dataset.map_err(|error| format!("in its `dataset`, {error}"))?);
    }
    if let Some(modules) = fields.get("modules") {
        let modules = modules.elements().ok_or("its `modules` are no array")?;
        let modules = modules
            .iter()
            .map(|module| read_module(&Fields::of(module)));
        let modules: Result<_, DocumentError> = modules.collect();
        iteration.modules = modules.map_err(|error| format!("in its `modules`, {error}"))?;
    }
    Ok(iteration)
}

fn object(members: Members) -> Arguments {
    let members = members.into_iter();
    members
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}
