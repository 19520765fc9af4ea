//! Aggregates, which the Python package calls models, with their attempts and artifacts.

use std::collections::BTreeMap;

use registry_core::Value;
use tracker_core::ports::{AggregateRecord, ArtifactRecord, AttemptRecord};
use tracker_core::{ModuleRecord, Timestamp, Uuid};

use super::{
    Written, filled, read_annotations, read_definitions, read_or_default, write_annotations,
    write_definitions, write_list,
};
use crate::fields::{DocumentError, Fields};

/// The Python package knows a model by its hash, so the id of an aggregate stands there, unless
/// it is another one than that of the module `model`. `name` is that of the model; what people call
/// the aggregate is its `run_name`.
pub(crate) fn write_aggregate(record: &AggregateRecord, modules: &[ModuleRecord]) -> Written {
    let model = modules.iter().find(|module| module.kind == "model");
    let hash = model.map_or(record.id.as_str(), |model| model.hash().as_str());
    let other_id = (record.id != hash).then(|| Value::of(&record.id));
    let created = record.created.as_microsecond();
    let mut members = vec![
        ("id", Some(Value::of(&record.uuid.to_string())?)),
        ("hash", Some(Value::of(hash)?)),
        (
            "name",
            Some(Value::of(model.map_or("", ModuleRecord::name))?),
        ),
        ("epoch", Some(Value::of(&record.epoch)?)),
        (
            "experiment",
            Some(Value::of(&record.experiment.to_string())?),
        ),
        ("aggregate", other_id.transpose()?),
        ("created", Some(Value::of(&created)?)),
    ];
    members.append(&mut write_description(record)?);
    Ok(members)
}

/// The members that can change, but for attempts and artifacts.
pub(crate) fn describe_aggregate(record: &AggregateRecord) -> Written {
    let mut members = vec![("epoch", Some(Value::of(&record.epoch)?))];
    members.append(&mut write_description(record)?);
    Ok(members)
}

/// What the Python package does not know and can change.
fn write_description(record: &AggregateRecord) -> Written {
    let archived = record.archived.then(|| Value::of(&true));
    let params = (!record.params.is_empty()).then(|| Value::of(&record.params));
    let mut members = vec![
        ("run_name", filled(&record.name)?),
        ("archived", archived.transpose()?),
        ("params", params.transpose()?),
    ];
    members.append(&mut write_annotations(&record.annotations)?);
    members.append(&mut write_definitions(&record.definitions)?);
    Ok(members)
}

/// `created` is the time of a document that does not say one.
pub(crate) fn read_aggregate(
    fields: &Fields,
    experiment: Uuid,
    created: Timestamp,
) -> Result<AggregateRecord, DocumentError> {
    let id = match fields.text_or_none("aggregate")? {
        Some(id) => id,
        None => fields.text("hash")?,
    };
    Ok(AggregateRecord {
        uuid: uuid(experiment, &fields.text("id")?),
        experiment,
        id,
        name: fields.text_or_none("run_name")?.unwrap_or_default(),
        epoch: fields.count("epoch")?,
        created: fields.time("created")?.unwrap_or(created),
        archived: fields.flag("archived")?,
        annotations: read_annotations(fields)?,
        params: read_params(fields)?,
        definitions: read_definitions(fields)?,
        attempt: None,
    })
}

/// The values as they stand in the file.
fn read_params(fields: &Fields) -> Result<BTreeMap<String, Value>, DocumentError> {
    let Some(params) = fields.get("params") else {
        return Ok(BTreeMap::new());
    };
    let members = params.members();
    let members = members.ok_or_else(|| format!("its `params` are no object, but {params}"))?;
    Ok(members.into_iter().collect())
}

pub(crate) fn write_attempts(attempts: &[AttemptRecord]) -> Written {
    write_list("attempts", attempts)
}

pub(crate) fn read_attempts(fields: &Fields) -> Result<Vec<AttemptRecord>, DocumentError> {
    read_or_default(fields, "attempts", "attempts")
}

pub(crate) fn write_artifacts(artifacts: &[ArtifactRecord]) -> Written {
    write_list("artifacts", artifacts)
}

pub(crate) fn read_artifacts(fields: &Fields) -> Result<Vec<ArtifactRecord>, DocumentError> {
    read_or_default(fields, "artifacts", "artifacts")
}

/// The uuid of an aggregate: the `id` of its document where that is a UUID as this store writes it,
/// else one that is made from the experiment and the text, the same each time.
fn uuid(experiment: Uuid, id: &str) -> Uuid {
    let parsed = id.parse().ok();
    parsed
        .filter(|uuid: &Uuid| uuid.to_string() == id)
        .unwrap_or_else(|| derived(experiment, id))
}

/// A UUID of version 8, of the FNV-1a hash of both.
fn derived(experiment: Uuid, id: &str) -> Uuid {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    const VERSION: u32 = 76;
    const VARIANT: u32 = 62;
    let bytes = experiment.as_bytes().iter().chain(id.as_bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(PRIME)
    });
    let free = !(0xf << VERSION | 0b11 << VARIANT);
    Uuid::from_u128(hash & free | 0x8 << VERSION | 0b10 << VARIANT)
}

#[cfg(test)]
mod tests {
    use super::uuid;
    use tracker_core::Uuid;

    #[test]
    fn a_uuid_stands_for_itself_and_any_other_text_for_one_of_its_own() {
        let text = "c44d475d-9e4c-483a-82c0-ea9eaa7843ae";
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(uuid(one, text).to_string(), text);
        let derived = [
            uuid(one, &text.to_uppercase()),
            uuid(one, ""),
            uuid(one, "7"),
            uuid(one, "8"),
            uuid(two, "7"),
        ];
        for (index, uuid) in derived.iter().enumerate() {
            assert_eq!(uuid.get_version_num(), 8, "{uuid}");
            assert_eq!(uuid.as_bytes()[8] >> 6, 0b10, "{uuid}");
            assert!(!derived[..index].contains(uuid), "{uuid}");
        }
        assert_eq!(derived[2], uuid(one, "7"));
    }
}
