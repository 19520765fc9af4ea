//! Modules, and the entities behind them.

use registry_core::{Hash, Metadata, Value};
use tracker_core::ModuleRecord;

use super::{Written, filled};
use crate::fields::{DocumentError, Fields};

/// The scheme of a hash that says none.
const SCHEME: &str = "md5-v1";

pub(crate) fn write_module(module: &ModuleRecord) -> Written {
    let mut members = vec![
        ("type", Some(Value::of(&module.kind)?)),
        ("epoch", Some(Value::of(&module.epoch)?)),
    ];
    members.append(&mut write_entity(&module.record)?);
    Ok(members)
}

pub(crate) fn read_module(fields: &Fields) -> Result<ModuleRecord, DocumentError> {
    Ok(ModuleRecord {
        kind: fields.text("type")?,
        record: read_entity(fields)?,
        epoch: fields.count("epoch")?,
    })
}

pub(super) fn write_entity(record: &Metadata) -> Written {
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

pub(super) fn read_entity(fields: &Fields) -> Result<Metadata, DocumentError> {
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
pub(crate) fn write_hash(hash: &Hash) -> Written {
    let scheme = (hash.scheme() != SCHEME).then(|| Value::of(hash.scheme()));
    Ok(vec![
        ("hash", Some(Value::of(hash.as_str())?)),
        ("scheme", scheme.transpose()?),
    ])
}

pub(super) fn read_hash(fields: &Fields) -> Result<Hash, DocumentError> {
    let text = fields.text("hash")?;
    Ok(match fields.text_or_none("scheme")? {
        Some(scheme) => Hash::custom(scheme, text),
        None => Hash::custom(SCHEME, text),
    })
}
