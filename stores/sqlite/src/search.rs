//! Answers a search.
//!
//! What a query means is decided in one place, by [`Query::holds`] and [`Query::keys`]; SQL only
//! finds the rows that come into question. Conditions that an index answers are put into SQL, where
//! they may let through too much, never too little. Then there are two ways:
//!
//! - **Walk**: where there is a limit, and an index has the order, rows are taken in that order
//!   until there are enough.
//! - **Gather**: else, or where a condition leaves few rows, these are read with what the query
//!   compares, and sorted here.

mod columns;
mod condition;
mod needle;
mod order;

use std::collections::HashMap;

use rusqlite::{Transaction, params_from_iter};
use tracker_core::Uuid;
use tracker_core::ports::{Detail, Row, Scope, Search};
use tracker_core::query::{Directions, Page, Query};

use crate::aggregates;
use crate::column;
use crate::experiments;
use crate::failure::Failure;
use crate::rows::{self, Condition};
use condition::Maker;
use needle::Needle;
use order::{Stage, stages};

/// A page that is longer is not walked for: reading many rows one by one takes longer than together.
const LONGEST_WALK: usize = 1_000;

/// Answers a search on one state of the file. Without facts, only what is in the other tables is
/// answered by SQL.
pub(crate) fn search(
    transaction: &Transaction<'_>,
    wanted: &Search<'_>,
    has_facts: bool,
) -> Result<Page<Row>, Failure> {
    let query = wanted.query;
    let directions = if query.needs_directions() {
        Directions::of(&experiments::select(transaction, "1", [])?)
    } else {
        Directions::default()
    };
    let base = base(wanted);
    let needles = match query.condition() {
        Some(condition) => {
            let maker = Maker {
                transaction,
                has_facts,
            };
            maker.needles(condition.tree())?
        }
        None => Vec::new(),
    };
    let seeker = Seeker {
        transaction,
        query,
        directions,
    };
    let found = if any_leaves_few(transaction, &needles)? {
        seeker.gather(base.tested(), &needles)?
    } else {
        let page = query.most().filter(|most| *most <= LONGEST_WALK);
        match (page, stages(transaction, wanted, has_facts)?) {
            (Some(most), Some(stages)) => seeker.walk(&stages, &base, &needles, most)?,
            _ => seeker.gather(base, &needles)?,
        }
    };
    detailed(transaction, found, &query.detail(), &wanted.detail)
}

/// How many a search finds. Where SQL answers the whole condition, no row is read for it.
pub(crate) fn count(
    transaction: &Transaction<'_>,
    wanted: &Search<'_>,
    has_facts: bool,
) -> Result<u64, Failure> {
    let query = wanted.query;
    let mut all = base(wanted);
    if let Some(condition) = query.condition() {
        let maker = Maker {
            transaction,
            has_facts,
        };
        match maker.make(condition.tree())?.filter(Needle::is_exact) {
            Some(needle) => all = all.and(&needle.tested),
            None => return Ok(search(transaction, wanted, has_facts)?.len() as u64),
        }
    }
    let stages = match query.cursor() {
        Some(_) => stages(transaction, wanted, has_facts)?,
        None => Some(vec![Stage::whole()]),
    };
    let Some(stages) = stages else {
        return Ok(search(transaction, wanted, has_facts)?.len() as u64);
    };
    let mut found = 0;
    for stage in stages {
        let condition = stage.condition.and(&all);
        let sql = format!(
            "SELECT count(*) FROM {} WHERE {}",
            stage.from, condition.sql
        );
        let mut statement = transaction.prepare_cached(&sql)?;
        let parameters = params_from_iter(&condition.parameters);
        found += column::count(statement.query_row(parameters, |row| row.get(0))?)?;
    }
    Ok(query.most().map_or(found, |most| found.min(most as u64)))
}

/// Which rows come into question whatever the condition is.
fn base(wanted: &Search<'_>) -> Condition {
    let base = Condition::of(&wanted.scope);
    if wanted.query.asks_for_archived() {
        return base;
    }
    base.and(&Condition::new("a.archived = 0", Vec::new()))
}

/// Whether one of the conditions leaves few rows.
fn any_leaves_few(transaction: &Transaction<'_>, needles: &[Needle]) -> Result<bool, Failure> {
    for needle in needles {
        if needle.leaves_few(transaction)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a search needs on both ways.
struct Seeker<'t> {
    transaction: &'t Transaction<'t>,
    query: &'t Query,
    directions: Directions,
}

impl Seeker<'_> {
    /// Takes rows in order until there are enough.
    fn walk(
        &self,
        stages: &[Stage],
        base: &Condition,
        needles: &[Needle],
        most: usize,
    ) -> Result<Page<Row>, Failure> {
        let mut condition = base.clone();
        for needle in needles {
            condition = condition.and(&needle.tested);
        }
        let detail = self.query.detail();
        let mut items: Vec<Row> = Vec::new();
        for stage in stages {
            let all = stage.condition.clone().and(&condition);
            let sql = format!(
                "{} WHERE {} ORDER BY {}",
                aggregates::select(&stage.from),
                all.sql,
                stage.order
            );
            let mut statement = self.transaction.prepare_cached(&sql)?;
            let mut found = statement.query(params_from_iter(&all.parameters))?;
            while let Some(row) = found.next()? {
                let (number, aggregate) = aggregates::read(row)?;
                let mut row = Row {
                    aggregate,
                    modules: Vec::new(),
                    summaries: Vec::new(),
                    means: Vec::new(),
                };
                rows::fill(self.transaction, number, &detail, &mut row)?;
                if !self.query.holds(&row, &self.directions) {
                    continue;
                }
                if items.len() == most {
                    let next = match items.last() {
                        Some(last) => self.query.cursor_behind(last, &self.directions),
                        None => self.query.cursor_again(),
                    };
                    let next = Some(next);
                    return Ok(Page { items, next });
                }
                items.push(row);
            }
        }
        Ok(Page { items, next: None })
    }

    /// Reads all that come into question, and sorts them.
    fn gather(&self, base: Condition, needles: &[Needle]) -> Result<Page<Row>, Failure> {
        let mut condition = base;
        for needle in needles {
            condition = condition.and(&needle.listed);
        }
        let rows = rows::read(self.transaction, &condition, &self.query.detail())?;
        Ok(self.query.select(rows, &self.directions)?)
    }
}

/// The same rows with the detail that is wanted.
fn detailed(
    transaction: &Transaction<'_>,
    mut page: Page<Row>,
    has: &Detail,
    wanted: &Detail,
) -> Result<Page<Row>, Failure> {
    if has.union(wanted) != *has {
        let uuids: Vec<Uuid> = page.items.iter().map(|row| row.aggregate.uuid).collect();
        let scope = Scope::Uuids(uuids.clone());
        let rows = rows::read(transaction, &Condition::of(&scope), wanted)?;
        let mut rows: HashMap<Uuid, Row> = rows
            .into_iter()
            .map(|row| (row.aggregate.uuid, row))
            .collect();
        page.items = uuids.iter().filter_map(|uuid| rows.remove(uuid)).collect();
    }
    for row in &mut page.items {
        wanted.trim(row);
    }
    Ok(page)
}
