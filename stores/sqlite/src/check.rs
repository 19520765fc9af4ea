//! A look at the whole file.

use rusqlite::Transaction;
use tracker_core::{Series, Summary};

use crate::failure::Failure;
use crate::points;
use crate::summaries::{self, Kept};

/// What is wrong with the file, a sentence each.
pub(crate) fn problems(transaction: &Transaction<'_>) -> Result<Vec<String>, Failure> {
    let mut problems = check_file(transaction)?;
    // Nothing in a broken file can be trusted.
    if problems.is_empty() {
        check_references(transaction, &mut problems)?;
        check_series(transaction, &mut problems)?;
    }
    Ok(problems)
}

fn check_file(transaction: &Transaction<'_>) -> Result<Vec<String>, Failure> {
    let mut statement = transaction.prepare("PRAGMA integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut problems = lines.collect::<Result<Vec<_>, _>>()?;
    problems.retain(|line| line != "ok");
    Ok(problems)
}

fn check_references(
    transaction: &Transaction<'_>,
    problems: &mut Vec<String>,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        problems.push(format!("a row of `{table}` belongs to none of `{parent}`"));
    }
    Ok(())
}

/// Reads every point, and sees that the summaries agree with them.
fn check_series(transaction: &Transaction<'_>, problems: &mut Vec<String>) -> Result<(), Failure> {
    let mut statement = transaction.prepare(&format!(
        "SELECT {}, aggregates.id FROM series JOIN metrics ON metrics.row = series.metric
         JOIN aggregates ON aggregates.row = series.aggregate ORDER BY series.row",
        summaries::COLUMNS
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let found = Kept::read(row).and_then(|kept| check_points(transaction, &kept));
        match found {
            Ok(()) => {}
            Err(Failure::Damaged(problem)) => {
                let (name, phase): (String, String) = (row.get(1)?, row.get(2)?);
                let aggregate: String = row.get(21)?;
                problems.push(format!(
                    "the metric `{name}` of the phase `{phase}` of the aggregate `{aggregate}`: \
                     {problem}"
                ));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

fn check_points(transaction: &Transaction<'_>, kept: &Kept) -> Result<(), Failure> {
    let mut points = Series::new(kept.summary.name(), kept.summary.phase());
    points::read(transaction, kept, &mut points)?;
    match Summary::of_series(&points) {
        Some(summary) if summary.agrees_with(&kept.summary) => Ok(()),
        _ => Err(Failure::Damaged(
            "its summary is not that of its points".to_owned(),
        )),
    }
}
