//! The table of facts: what is searched for beside metrics, so that an index finds it.
//!
//! A fact is an argument, or the name or hash of the newest module of a kind, a parameter or a tag.
//! Its value is an integer, a float or a text; booleans are blobs of a byte. That is how SQLite
//! orders values of different types, and how a query does. What no column can hold exactly, or
//! equals nothing, is NULL: that it is there is known, and the rest is asked of the record.
//!
//! Arguments inside of lists are no facts, nor those deeper than [`DEPTH`]: there may be thousands.

use registry_core::Value;
use rusqlite::types::Value as Column;
use rusqlite::{OptionalExtension, Transaction, params};
use tracker_core::query::{Scalar, Target};
use tracker_core::{Annotations, ModuleRecord};

use crate::column::json;
use crate::failure::Failure;
use crate::modules;

/// No argument that stands deeper is a fact.
const DEPTH: usize = 4;
/// No longer text is a fact.
const LONGEST: usize = 256;

const ARGUMENT: i64 = 0;
const COMPONENT: i64 = 1;
const HASH: i64 = 2;
const PARAM: i64 = 3;
const TAG: i64 = 4;

/// Which facts a field of a query is about.
pub(crate) struct Field {
    sort: i64,
    kind: String,
    path: String,
}

impl Field {
    /// The facts of a target, where all of what it looks at are facts.
    pub(crate) fn of(target: &Target) -> Option<Self> {
        let field = |sort, kind: &str, path: &[String]| {
            // A number may lead into a list.
            let is_fact = path.len() <= DEPTH
                && path
                    .iter()
                    .skip(1)
                    .all(|name| name.parse::<usize>().is_err());
            is_fact.then(|| Self {
                sort,
                kind: kind.to_owned(),
                path: joined(path),
            })
        };
        match target {
            Target::Argument { kind, path } => field(ARGUMENT, kind, path),
            Target::Component(kind) => field(COMPONENT, kind, &[]),
            Target::Hash(kind) => field(HASH, kind, &[]),
            Target::Param(path) => field(PARAM, "", path),
            Target::Tag(tag) => field(TAG, "", std::slice::from_ref(tag)),
            _ => None,
        }
    }

    /// Its row, where any aggregate has it.
    pub(crate) fn row(&self, transaction: &Transaction<'_>) -> Result<Option<i64>, Failure> {
        let mut statement = transaction
            .prepare_cached("SELECT row FROM fields WHERE sort = ? AND kind = ? AND path = ?")?;
        let row = statement.query_row(params![self.sort, self.kind, self.path], |row| row.get(0));
        Ok(row.optional()?)
    }
}

/// Names as one text that no other names give.
fn joined(path: &[String]) -> String {
    path.iter()
        .map(|name| name.replace('\\', "\\\\").replace('.', "\\."))
        .collect::<Vec<_>>()
        .join(".")
}

/// A value as the column holds it.
pub(crate) fn column(scalar: &Scalar<'_>) -> Column {
    match scalar {
        Scalar::Bool(boolean) => Column::Blob(vec![u8::from(*boolean)]),
        Scalar::Integer(integer) => match i64::try_from(*integer) {
            Ok(integer) => Column::Integer(integer),
            Err(_) => Column::Null,
        },
        Scalar::Float(float) if float.is_nan() => Column::Null,
        Scalar::Float(float) => Column::Real(*float),
        Scalar::Text(text) if text.len() <= LONGEST => Column::Text(text.to_string()),
        Scalar::Text(_) | Scalar::Time(_) | Scalar::Null | Scalar::Nested => Column::Null,
    }
}

/// Whether the index has all values of a field in the order of a query: none of them is asked of the
/// record, and none is a zero whose sign SQLite does not see.
pub(crate) fn are_in_order(transaction: &Transaction<'_>, field: i64) -> Result<bool, Failure> {
    let found = transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM facts WHERE field = ?1 AND value IS NULL)
                 OR EXISTS (SELECT 1 FROM facts
                     WHERE field = ?1 AND value = 0 AND typeof(value) = 'real')",
        )?
        .query_row([field], |row| row.get::<_, bool>(0))?;
    Ok(!found)
}

/// Notes the facts of a module, in the place of those of the module before it of its kind.
pub(crate) fn put_module(
    transaction: &Transaction<'_>,
    aggregate: i64,
    module: &ModuleRecord,
) -> Result<(), Failure> {
    let kind = module.kind.as_str();
    clear(transaction, aggregate, "sort < 3 AND kind = ?2", kind)?;
    add_module(transaction, aggregate, module)
}

/// Notes the facts of a module, where its kind had none before.
pub(crate) fn add_module(
    transaction: &Transaction<'_>,
    aggregate: i64,
    module: &ModuleRecord,
) -> Result<(), Failure> {
    let kind = module.kind.as_str();
    let text = |text: &str| column(&Scalar::Text(text.to_owned().into()));
    let put = |sort, path: &str, value| put(transaction, aggregate, (sort, kind, path), &value);
    put(COMPONENT, "", text(module.name()))?;
    put(HASH, "", text(module.hash().as_str()))?;
    for (name, value) in module.record.exact_arguments().iter() {
        each(value, &mut vec![name.to_owned()], &mut |path, value| {
            put(ARGUMENT, path, value)
        })?;
    }
    Ok(())
}

/// Notes a parameter.
pub(crate) fn put_param(
    transaction: &Transaction<'_>,
    aggregate: i64,
    name: &str,
    value: &Value,
) -> Result<(), Failure> {
    each(value, &mut vec![name.to_owned()], &mut |path, value| {
        put(transaction, aggregate, (PARAM, "", path), &value)
    })
}

/// Notes the tags, in the place of those of before.
pub(crate) fn put_tags(
    transaction: &Transaction<'_>,
    aggregate: i64,
    annotations: &Annotations,
) -> Result<(), Failure> {
    clear(transaction, aggregate, "sort = 4 AND kind = ?2", "")?;
    for (tag, value) in &annotations.tags {
        let path = joined(std::slice::from_ref(tag));
        let value = column(&Scalar::Text(value.as_str().into()));
        put(transaction, aggregate, (TAG, "", &path), &value)?;
    }
    Ok(())
}

/// Notes the facts of what was there before there were facts.
pub(crate) fn fill(transaction: &Transaction<'_>) -> Result<(), Failure> {
    let mut statement = transaction.prepare(&format!(
        "SELECT {}, aggregate FROM modules WHERE row IN
         (SELECT max(row) FROM modules WHERE aggregate IS NOT NULL GROUP BY aggregate, kind)",
        modules::COLUMNS
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, record, epoch) = modules::read(row)?;
        let module = ModuleRecord {
            kind: kind.unwrap_or_default(),
            record,
            epoch,
        };
        put_module(transaction, row.get(8)?, &module)?;
    }
    let mut statement =
        transaction.prepare("SELECT tags, row FROM aggregates WHERE tags <> '{}'")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let annotations = Annotations {
            tags: json(row, 0, "tags")?,
            ..Annotations::default()
        };
        put_tags(transaction, row.get(1)?, &annotations)?;
    }
    Ok(())
}

fn clear(
    transaction: &Transaction<'_>,
    aggregate: i64,
    condition: &str,
    kind: &str,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(&format!(
            "DELETE FROM facts WHERE aggregate = ?1
             AND field IN (SELECT row FROM fields WHERE {condition})"
        ))?
        .execute(params![aggregate, kind])?;
    Ok(())
}

/// Notes a fact: its sort, kind and path.
fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    (sort, kind, path): (i64, &str, &str),
    value: &Column,
) -> Result<(), Failure> {
    let field = Field {
        sort,
        kind: kind.to_owned(),
        path: path.to_owned(),
    };
    let field = match field.row(transaction)? {
        Some(row) => row,
        None => {
            transaction
                .prepare_cached("INSERT INTO fields (sort, kind, path) VALUES (?, ?, ?)")?
                .execute(params![sort, kind, path])?;
            transaction.last_insert_rowid()
        }
    };
    transaction
        .prepare_cached("INSERT OR REPLACE INTO facts (aggregate, field, value) VALUES (?, ?, ?)")?
        .execute(params![aggregate, field, value])?;
    Ok(())
}

/// Hands on a value, and those of its members.
fn each(
    value: &Value,
    path: &mut Vec<String>,
    act: &mut impl FnMut(&str, Column) -> Result<(), Failure>,
) -> Result<(), Failure> {
    act(&joined(path), column(&Scalar::of(value)))?;
    if path.len() == DEPTH {
        return Ok(());
    }
    for (name, value) in value.members().unwrap_or_default() {
        path.push(name);
        each(&value, path, act)?;
        path.pop();
    }
    Ok(())
}
