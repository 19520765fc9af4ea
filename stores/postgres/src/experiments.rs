//! The table of experiments.

use std::collections::BTreeMap;

use postgres::Row;
use tracker_core::ports::ExperimentRecord;
use tracker_core::{Annotation, Annotations, Definition, Error, Uuid};

use crate::column::{count, get, json, micros, text, time, written};
use crate::failure::{Failure, unique};
use crate::schema::OF_AGGREGATES;
use crate::session::{Parameters, Session};
use crate::text::column;

/// Creates an experiment.
pub(crate) fn create(session: &mut Session, record: &ExperimentRecord) -> Result<(), Failure> {
    let inserted = session.execute(
        "INSERT INTO experiments (experiment, name, created, tags, notes, definitions)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            &record.id,
            &column(&record.name),
            &micros(record.created),
            &written(&record.annotations.tags)?,
            &column(&record.annotations.notes),
            &written(&record.definitions)?,
        ],
    );
    unique(inserted, || Error::experiment_taken(&record.name))?;
    Ok(())
}

pub(crate) fn rename(session: &mut Session, id: Uuid, name: &str) -> Result<(), Failure> {
    let updated = session.execute(
        "UPDATE experiments SET name = $2 WHERE experiment = $1",
        &[&id, &column(name)],
    );
    match unique(updated, || Error::experiment_taken(name))? {
        0 => Err(Error::no_experiment(id).into()),
        _ => Ok(()),
    }
}

pub(crate) fn annotate(
    session: &mut Session,
    id: Uuid,
    change: &Annotation,
) -> Result<(), Failure> {
    let sql = "SELECT tags, notes FROM experiments WHERE experiment = $1";
    let rows = session.query(sql, &[&id])?;
    let row = rows.first().ok_or_else(|| Error::no_experiment(id))?;
    let mut annotations = annotations(row, 0)?;
    annotations.apply(change);
    session.execute(
        "UPDATE experiments SET tags = $2, notes = $3 WHERE experiment = $1",
        &[
            &id,
            &written(&annotations.tags)?,
            &column(&annotations.notes),
        ],
    )?;
    Ok(())
}

/// Says what a metric means in all aggregates of an experiment.
pub(crate) fn define(
    session: &mut Session,
    id: Uuid,
    metric: &str,
    definition: &Definition,
) -> Result<(), Failure> {
    let sql = "SELECT definitions FROM experiments WHERE experiment = $1";
    let rows = session.query(sql, &[&id])?;
    let row = rows.first().ok_or_else(|| Error::no_experiment(id))?;
    let mut definitions: BTreeMap<String, Definition> = json(row, 0, "definitions")?;
    definitions.insert(metric.to_owned(), definition.clone());
    session.execute(
        "UPDATE experiments SET definitions = $2 WHERE experiment = $1",
        &[&id, &written(&definitions)?],
    )?;
    Ok(())
}

/// Removes an experiment with all it holds, and says whether it was there.
pub(crate) fn remove(session: &mut Session, id: Uuid) -> Result<bool, Failure> {
    for table in OF_AGGREGATES.iter().rev() {
        session.run(&format!("DELETE FROM {table} WHERE experiment = '{id}'"))?;
    }
    let removed = session.execute("DELETE FROM experiments WHERE experiment = $1", &[&id])?;
    Ok(removed > 0)
}

/// All experiments.
pub(crate) fn all(session: &mut Session) -> Result<Vec<ExperimentRecord>, Failure> {
    select(
        session,
        "SELECT experiment, name, created, tags, notes, definitions FROM experiments
         ORDER BY created, experiment",
        &[],
    )
}

/// The experiment of a name.
pub(crate) fn named(
    session: &mut Session,
    name: &str,
) -> Result<Option<ExperimentRecord>, Failure> {
    let found = select(
        session,
        "SELECT experiment, name, created, tags, notes, definitions FROM experiments
         WHERE name = $1",
        &[&column(name)],
    )?;
    Ok(found.into_iter().next())
}

/// The experiment of an id.
pub(crate) fn of_id(session: &mut Session, id: Uuid) -> Result<Option<ExperimentRecord>, Failure> {
    let found = select(
        session,
        "SELECT experiment, name, created, tags, notes, definitions FROM experiments
         WHERE experiment = $1",
        &[&id],
    )?;
    Ok(found.into_iter().next())
}

/// How many aggregates each experiment has.
pub(crate) fn counts(session: &mut Session) -> Result<BTreeMap<Uuid, u64>, Failure> {
    let sql = "SELECT experiment, count(*) FROM aggregates GROUP BY experiment";
    let rows = session.query(sql, &[])?;
    let one = |row: &Row| Ok((get(row, 0)?, count(get(row, 1)?)?));
    rows.iter().map(one).collect()
}

/// So many experiments behind a time and an id.
pub(crate) fn after(
    session: &mut Session,
    (created, id): (i64, Uuid),
    limit: i64,
) -> Result<Vec<ExperimentRecord>, Failure> {
    select(
        session,
        "SELECT experiment, name, created, tags, notes, definitions FROM experiments
         WHERE (created, experiment) > ($1, $2) ORDER BY created, experiment LIMIT $3",
        &[&created, &id, &limit],
    )
}

fn select(
    session: &mut Session,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<Vec<ExperimentRecord>, Failure> {
    let rows = session.query(sql, parameters)?;
    rows.iter().map(record).collect()
}

fn record(row: &Row) -> Result<ExperimentRecord, Failure> {
    Ok(ExperimentRecord {
        id: get(row, 0)?,
        name: text(row, 1)?,
        created: time(row, 2)?,
        annotations: annotations(row, 3)?,
        definitions: json(row, 5, "definitions")?,
    })
}

/// The annotations in two columns: tags, then notes.
pub(crate) fn annotations(row: &Row, column: usize) -> Result<Annotations, Failure> {
    Ok(Annotations {
        tags: json(row, column, "tags")?,
        notes: text(row, column + 1)?,
    })
}
