//! The table of aggregates.

use std::collections::{BTreeMap, HashSet};

use postgres::Row;
use registry_core::Value;
use tracker_core::ports::AggregateRecord;
use tracker_core::{Annotation, Definition, Error, ModuleRecord, Uuid};

use crate::attempts;
use crate::changes::Key;
use crate::column::{column, count, get, json, list, micros, text, time, written};
use crate::experiments::{self, annotations};
use crate::facts::{self, Facts};
use crate::failure::Failure;
use crate::schema::OF_AGGREGATES;
use crate::session::Session;
use crate::text::{column as stored, original};

/// An aggregate that is created, and its first modules.
pub(crate) type New<'n> = (&'n AggregateRecord, &'n [ModuleRecord]);

/// Creates aggregates of one experiment, in one statement.
pub(crate) fn create(
    session: &mut Session,
    experiment: Uuid,
    new: &[New<'_>],
) -> Result<(), Failure> {
    let facts = list(new, |(record, modules)| facts_of(record, modules));
    let (mut owners, mut fields, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for ((record, _), facts) in new.iter().zip(&facts) {
        let columns = facts.columns();
        owners.resize(owners.len() + columns.0.len(), record.uuid);
        fields.extend(columns.0);
        values.extend(columns.1);
    }
    let json = |column: fn(&New<'_>) -> Result<String, Failure>| -> Result<Vec<String>, Failure> {
        new.iter().map(column).collect()
    };
    // The transaction has the uuids to itself. One that stands there twice has the facts of both, until it is
    // refused.
    let created = session.query(
        "WITH new AS (
             INSERT INTO aggregates (experiment, aggregate, id, name, epoch, created, archived,
                 tags, notes, params, definitions, modules)
             SELECT experiment, given.*
             FROM experiments, unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                 $7::boolean[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
                 AS given (aggregate)
             WHERE experiment = $1
                 AND NOT EXISTS (
                     SELECT 1 FROM aggregates AS other WHERE other.aggregate = given.aggregate
                 )
             FOR KEY SHARE OF experiments
             ON CONFLICT DO NOTHING
             RETURNING experiment, aggregate
         ), noted AS (
             INSERT INTO facts SELECT experiment, aggregate, field, value
             FROM new JOIN unnest($13::uuid[], $14::text[], $15::bytea[])
                 AS facts (aggregate, field, value) USING (aggregate)
             ON CONFLICT DO NOTHING
         )
         SELECT aggregate FROM new",
        &[
            &experiment,
            &list(new, |(record, _)| record.uuid),
            &list(new, |(record, _)| stored(&record.id)),
            &list(new, |(record, _)| stored(&record.name)),
            &list(new, |(record, _)| column(record.epoch)),
            &list(new, |(record, _)| micros(record.created)),
            &list(new, |(record, _)| record.archived),
            &json(|(record, _)| written(&record.annotations.tags))?,
            &list(new, |(record, _)| stored(&record.annotations.notes)),
            &json(|(record, _)| written(&record.params))?,
            &json(|(record, _)| written(&record.definitions))?,
            &json(|(_, modules)| written(modules))?,
            &owners,
            &fields,
            &values,
        ],
    )?;
    let created = created.iter().map(|row| get(row, 0));
    let mut created = created.collect::<Result<HashSet<Uuid>, Failure>>()?;
    match new.iter().find(|(record, _)| !created.remove(&record.uuid)) {
        None => Ok(()),
        Some((record, _)) => Err(match experiments::of_id(session, experiment)? {
            Some(_) => Error::aggregate_taken(&record.id).into(),
            None => Error::no_experiment(experiment).into(),
        }),
    }
}

fn facts_of(record: &AggregateRecord, modules: &[ModuleRecord]) -> Facts {
    let mut facts = Facts::default();
    for module in modules {
        facts.add_module(module);
    }
    for (name, value) in &record.params {
        facts.add_param(name, value);
    }
    facts.add_tags(&record.annotations);
    facts
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
