//! The table of aggregates.

use std::collections::BTreeMap;

use postgres::Row;
use registry_core::Value;
use tracker_core::ports::AggregateRecord;
use tracker_core::{Annotation, Definition, Error, ModuleRecord};

use crate::attempts;
use crate::changes::Key;
use crate::column::{column, count, get, json, micros, text, time, written};
use crate::experiments::{self, annotations};
use crate::facts::{self, Facts};
use crate::failure::{Failure, unique};
use crate::schema::OF_AGGREGATES;
use crate::session::Session;
use crate::text::{column as stored, original};

/// Creates an aggregate with its first modules.
pub(crate) fn create(
    session: &mut Session,
    record: &AggregateRecord,
    modules: &[ModuleRecord],
) -> Result<(), Failure> {
    let mut facts = Facts::default();
    for module in modules {
        facts.add_module(module);
    }
    for (name, value) in &record.params {
        facts.add_param(name, value);
    }
    facts.add_tags(&record.annotations);
    let (fields, values) = facts.columns();
    // The transaction has the uuid to itself.
    let inserted = session.query(
        "WITH new AS (
             INSERT INTO aggregates (experiment, aggregate, id, name, epoch, created, archived,
                 tags, notes, params, definitions, modules)
             SELECT experiment, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
             FROM experiments WHERE experiment = $1
                 AND NOT EXISTS (SELECT 1 FROM aggregates WHERE aggregate = $2)
             FOR KEY SHARE OF experiments
             RETURNING experiment, aggregate
         ), noted AS (
             INSERT INTO facts SELECT experiment, aggregate, field, value
             FROM new, unnest($13::text[], $14::bytea[]) AS facts (field, value)
         )
         SELECT 1 FROM new",
        &[
            &record.experiment,
            &record.uuid,
            &stored(&record.id),
            &stored(&record.name),
            &column(record.epoch),
            &micros(record.created),
            &record.archived,
            &written(&record.annotations.tags)?,
            &stored(&record.annotations.notes),
            &written(&record.params)?,
            &written(&record.definitions)?,
            &written(&modules)?,
            &fields,
            &values,
        ],
    );
    let taken = || Error::aggregate_taken(&record.id);
    if unique(inserted, taken)?.is_empty() {
        return Err(match experiments::of_id(session, record.experiment)? {
            Some(_) => taken().into(),
            None => Error::no_experiment(record.experiment).into(),
        });
    }
    Ok(())
}

pub(crate) fn rename(session: &mut Session, key: Key, name: &str) -> Result<(), Failure> {
    session.execute(
        "UPDATE aggregates SET name = $3 WHERE experiment = $1 AND aggregate = $2",
        &[&key.experiment, &key.aggregate, &stored(name)],
    )?;
    Ok(())
}

pub(crate) fn archive(session: &mut Session, key: Key, archived: bool) -> Result<(), Failure> {
    session.execute(
        "UPDATE aggregates SET archived = $3 WHERE experiment = $1 AND aggregate = $2",
        &[&key.experiment, &key.aggregate, &archived],
    )?;
    Ok(())
}

pub(crate) fn set_epoch(session: &mut Session, key: Key, epoch: u64) -> Result<(), Failure> {
    session.execute(
        "UPDATE aggregates SET epoch = $3 WHERE experiment = $1 AND aggregate = $2",
        &[&key.experiment, &key.aggregate, &column(epoch)],
    )?;
    Ok(())
}

pub(crate) fn annotate(
    session: &mut Session,
    key: Key,
    change: &Annotation,
) -> Result<(), Failure> {
    let row = one(
        session,
        key,
        "SELECT tags, notes FROM aggregates WHERE experiment = $1 AND aggregate = $2",
    )?;
    let mut annotations = annotations(&row, 0)?;
    annotations.apply(change);
    session.execute(
        "UPDATE aggregates SET tags = $3, notes = $4 WHERE experiment = $1 AND aggregate = $2",
        &[
            &key.experiment,
            &key.aggregate,
            &written(&annotations.tags)?,
            &stored(&annotations.notes),
        ],
    )?;
    match change {
        Annotation::SetTag { .. } | Annotation::RemoveTag { .. } => {
            let mut facts = Facts::default();
            facts.add_tags(&annotations);
            facts::replace(session, key, &facts::tags(), &facts)
        }
        Annotation::SetNotes(_) => Ok(()),
    }
}

/// Says what a metric means in one aggregate.
pub(crate) fn define(
    session: &mut Session,
    key: Key,
    metric: &str,
    definition: &Definition,
) -> Result<(), Failure> {
    let row = one(
        session,
        key,
        "SELECT definitions FROM aggregates WHERE experiment = $1 AND aggregate = $2",
    )?;
    let mut definitions: BTreeMap<String, Definition> = json(&row, 0, "definitions")?;
    definitions.insert(metric.to_owned(), definition.clone());
    session.execute(
        "UPDATE aggregates SET definitions = $3 WHERE experiment = $1 AND aggregate = $2",
        &[&key.experiment, &key.aggregate, &written(&definitions)?],
    )?;
    Ok(())
}

/// Writes a parameter once.
pub(crate) fn set_param(
    session: &mut Session,
    key: Key,
    name: &str,
    value: &Value,
) -> Result<(), Failure> {
    let row = one(
        session,
        key,
        "SELECT id, params FROM aggregates WHERE experiment = $1 AND aggregate = $2",
    )?;
    let mut params: BTreeMap<String, Value> = json(&row, 1, "parameters")?;
    match params.get(name) {
        Some(present) if present == value => return Ok(()),
        Some(present) => {
            return Err(Error::ParamSet {
                aggregate: text(&row, 0)?,
                name: name.to_owned(),
                present: present.clone(),
                given: value.clone(),
            }
            .into());
        }
        None => params.insert(name.to_owned(), value.clone()),
    };
    session.execute(
        "UPDATE aggregates SET params = $3 WHERE experiment = $1 AND aggregate = $2",
        &[&key.experiment, &key.aggregate, &written(&params)?],
    )?;
    let mut facts = Facts::default();
    facts.add_param(name, value);
    facts::put(session, key, &facts)
}

/// Replaces the newest module of the kind where it has the same hash, else appends.
pub(crate) fn put_module(
    session: &mut Session,
    key: Key,
    module: &ModuleRecord,
) -> Result<(), Failure> {
    let row = one(
        session,
        key,
        "SELECT modules FROM aggregates WHERE experiment = $1 AND aggregate = $2",
    )?;
    let mut modules: Vec<ModuleRecord> = json(&row, 0, "modules")?;
    let newest = modules.iter_mut().rfind(|one| one.kind == module.kind);
    match newest {
        Some(newest) if newest.hash() == module.hash() => newest.clone_from(module),
        _ => modules.push(module.clone()),
    }
    session.execute(
        "UPDATE aggregates SET modules = $3 WHERE experiment = $1 AND aggregate = $2",
        &[&key.experiment, &key.aggregate, &written(&modules)?],
    )?;
    let mut facts = Facts::default();
    facts.add_module(module);
    facts::replace(session, key, &facts::module(&module.kind), &facts)
}

/// Removes an aggregate with all it holds.
pub(crate) fn remove(session: &mut Session, key: Key) -> Result<(), Failure> {
    let Key {
        experiment,
        aggregate,
    } = key;
    let statements = OF_AGGREGATES.iter().rev().map(|table| {
        format!(
            "DELETE FROM {table} WHERE experiment = '{experiment}' AND aggregate = '{aggregate}'"
        )
    });
    session.run(&statements.collect::<Vec<_>>().join("; "))?;
    Ok(())
}

/// The row of an aggregate that is locked.
fn one(session: &mut Session, key: Key, sql: &str) -> Result<Row, Failure> {
    let rows = session.query(sql, &[&key.experiment, &key.aggregate])?;
    let row = rows.into_iter().next();
    row.ok_or_else(|| Error::no_aggregate(key.aggregate).into())
}

/// What [`read`] reads, in its order, of aggregates `a` with their newest attempts.
pub(crate) fn columns() -> String {
    format!(
        "a.aggregate, a.experiment, a.id, a.name, a.epoch, a.created, a.archived, a.tags, a.notes,
         a.params, a.definitions, {}",
        attempts::STATE
    )
}

/// Joins the newest attempt of an aggregate `a`, where there is one.
pub(crate) const NEWEST_ATTEMPT: &str = "LEFT JOIN LATERAL (
         SELECT * FROM attempts WHERE experiment = a.experiment AND aggregate = a.aggregate
         ORDER BY place DESC LIMIT 1) AS attempts ON true";

/// Where the columns end that [`read`] reads.
pub(crate) const END: usize = 11 + attempts::STATES;

/// The record of an aggregate.
pub(crate) fn read(row: &Row) -> Result<AggregateRecord, Failure> {
    let has_attempt = get::<Option<i64>>(row, 11)?.is_some();
    Ok(AggregateRecord {
        uuid: get(row, 0)?,
        experiment: get(row, 1)?,
        id: original(get(row, 2)?),
        name: text(row, 3)?,
        epoch: count(get(row, 4)?)?,
        created: time(row, 5)?,
        archived: get(row, 6)?,
        annotations: annotations(row, 7)?,
        params: json(row, 9, "parameters")?,
        definitions: json(row, 10, "definitions")?,
        attempt: has_attempt.then(|| attempts::state(row, 11)).transpose()?,
    })
}
