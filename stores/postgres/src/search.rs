//! Answers a search.
//!
//! What a query means is decided in one place, by [`Query::holds`] and [`Query::keys`]; SQL only
//! finds the rows that come into question. Conditions that an index answers are put into SQL, where
//! they may let through too much, never too little. Then there are two ways:
//!
//! - **Walk**: where there is a limit, and an index has the order, a few rows are taken in that
//!   order. Where too many of them are not meant after all, it was the wrong way.
//! - **Gather**: else, or where a condition leaves few rows, these are read with what the query
//!   compares, and sorted here.

mod needle;
mod order;

use std::collections::HashMap;

use tracker_core::Uuid;
use tracker_core::ports::{Detail, Row, Scope, Search};
use tracker_core::query::{Directions, Page, Query};

use crate::column::{self, get};
use crate::condition::Condition;
use crate::experiments;
use crate::failure::Failure;
use crate::rows;
use crate::session::Session;
use needle::Needle;
use order::{Stage, stages};

/// A page that is longer is not walked for: reading all takes hardly longer.
const LONGEST_WALK: usize = 1_000;

/// Answers a search on one state of the store.
pub(crate) fn search(session: &mut Session, wanted: &Search<'_>) -> Result<Page<Row>, Failure> {
    let query = wanted.query;
    let directions = if query.needs_directions() {
        Directions::of(&experiments::all(session)?)
    } else {
        Directions::default()
    };
    let base = base(wanted);
    let needles = match query.condition() {
        Some(condition) => Needle::of(condition.tree(), &wanted.scope),
        None => Vec::new(),
    };
    let mut found = None;
    if let Some(most) = query.most().filter(|most| *most <= LONGEST_WALK)
        && !any_leaves_few(session, &needles)?
        && let Some(stages) = stages(session, wanted)?
    {
        found = walk(
            session,
            query,
            &directions,
            (&stages, &base, &needles),
            most,
        )?;
    }
    let found = match found {
        Some(found) => found,
        None => gather(session, query, &directions, base, &needles)?,
    };
    detailed(session, found, &query.detail(), &wanted.detail)
}

/// How many a search finds. Without a condition, no row is read for it.
pub(crate) fn count(session: &mut Session, wanted: &Search<'_>) -> Result<u64, Failure> {
    let query = wanted.query;
    if query.condition().is_some() || query.cursor().is_some() {
        return Ok(search(session, wanted)?.len() as u64);
    }
    let base = base(wanted);
    let sql = format!("SELECT count(*) FROM aggregates AS a WHERE {}", base.sql);
    let rows = session.select(&sql, &base.values)?;
    let found = rows.first().map_or(Ok(0), |row| get(row, 0))?;
    let found = column::count(found)?;
    Ok(query.most().map_or(found, |most| found.min(most as u64)))
}

/// Which rows come into question whatever the condition is.
fn base(wanted: &Search<'_>) -> Condition {
    let base = Condition::of(&wanted.scope);
    if wanted.query.asks_for_archived() {
        return base;
    }
    base.and(&Condition::new("NOT a.archived", Vec::new()))
}

/// Whether one of the conditions leaves few rows.
fn any_leaves_few(session: &mut Session, needles: &[Needle]) -> Result<bool, Failure> {
    for needle in needles {
        if needle.leaves_few(session)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes rows in order until there are enough; nothing where too many are not meant.
fn walk(
    session: &mut Session,
    query: &Query,
    directions: &Directions,
    (stages, base, needles): (&[Stage], &Condition, &[Needle]),
    most: usize,
) -> Result<Option<Page<Row>>, Failure> {
    let mut condition = base.clone();
    for needle in needles {
        condition = condition.and(&needle.tested);
    }
    let detail = query.detail();
    let mut items: Vec<Row> = Vec::new();
    for stage in stages {
        // One more says that there is another page, and some may be let through that are not meant.
        let enough = 2 * most + 16;
        let all = stage.condition.clone().and(&condition);
        let order = format!("{} LIMIT {enough}", stage.order);
        let mut rows = rows::select(session, stage.from, &all, &detail, &order)?;
        let is_all = rows.len() < enough;
        rows::fill(session, &detail, &mut rows)?;
        for row in rows {
            if !query.holds(&row, directions) {
                continue;
            }
            if items.len() == most {
                let next = match items.last() {
                    Some(last) => query.cursor_behind(last, directions),
                    None => query.cursor_again(),
                };
                let next = Some(next);
                return Ok(Some(Page { items, next }));
            }
            items.push(row);
        }
        if !is_all {
            return Ok(None);
        }
    }
    Ok(Some(Page { items, next: None }))
}

/// Reads all that come into question, and sorts them.
fn gather(
    session: &mut Session,
    query: &Query,
    directions: &Directions,
    base: Condition,
    needles: &[Needle],
) -> Result<Page<Row>, Failure> {
    let mut condition = base;
    for needle in needles {
        condition = condition.and(&needle.listed);
    }
    let rows = rows::read(session, &condition, &query.detail())?;
    Ok(query.select(rows, directions)?)
}

/// The same rows with the detail that is wanted.
fn detailed(
    session: &mut Session,
    mut page: Page<Row>,
    has: &Detail,
    wanted: &Detail,
) -> Result<Page<Row>, Failure> {
    if has.union(wanted) != *has {
        let uuids: Vec<Uuid> = page.items.iter().map(|row| row.aggregate.uuid).collect();
        let scope = Scope::Uuids(uuids.clone());
        let rows = rows::read(session, &Condition::of(&scope), wanted)?;
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
