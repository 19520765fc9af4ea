//! Answers a search.

use super::Database;
use super::condition::Condition;
use super::maker::Maker;
use super::needle::{Needle, Needles};
use super::order::{Stage, stages};
use crate::ports::Search;
use crate::query::{Directions, Page, Query};
use crate::records::Row;
use crate::scope::Detail;

/// A page that is longer is not walked for: reading many rows one by one takes longer than together.
const LONGEST_WALK: usize = 1_000;

/// Answers a search on one state of the database.
///
/// # Errors
///
/// [`Error::Query`](crate::Error::Query) when the cursor of the query belongs to another query, or when
/// the database fails.
pub fn search<D: Database>(database: &mut D, wanted: &Search<'_>) -> Result<Page<Row>, D::Failure> {
    let query = wanted.query;
    let directions = directions(database, query)?;
    let (needles, is_exact) = needles(database, wanted)?;
    let sought = Sought {
        query,
        directions,
        base: base::<D>(wanted),
        needles,
        is_exact,
    };
    let mut page = sought.page(database, wanted)?;
    for row in &mut page.items {
        wanted.detail.trim(row);
    }
    Ok(page)
}

/// How many a search finds. Where SQL answers the whole condition, no row is read for it.
///
/// # Errors
///
/// As [`search`].
pub fn count<D: Database>(database: &mut D, wanted: &Search<'_>) -> Result<u64, D::Failure> {
    let query = wanted.query;
    let (needles, is_exact) = needles(database, wanted)?;
    let stages = match query.cursor() {
        _ if !is_exact => None,
        Some(_) => {
            let directions = directions(database, query)?;
            stages(database, wanted, &directions)?
        }
        None => Some(vec![Stage::whole()]),
    };
    let Some(stages) = stages else {
        return Ok(search(database, wanted)?.len() as u64);
    };
    let all = needles
        .iter()
        .fold(base::<D>(wanted), |all, needle| all.and(&needle.tested));
    let mut found = 0;
    for stage in stages {
        let Condition { sql, values } = stage.condition.and(&all);
        let sql = format!("SELECT count(*) FROM {} WHERE {sql}", stage.from);
        let counted = database.number(&Condition::new(sql, values))?;
        found += u64::try_from(counted).unwrap_or(0);
    }
    Ok(query.most().map_or(found, |most| found.min(most as u64)))
}

/// What experiments say of their metrics, where a query asks for it.
fn directions<D: Database>(database: &mut D, query: &Query) -> Result<Directions, D::Failure> {
    if !query.needs_directions() {
        return Ok(Directions::default());
    }
    Ok(Directions::of(&database.experiments()?))
}

/// What SQL answers of the condition, and whether that is all of it.
fn needles<D: Database>(
    database: &mut D,
    wanted: &Search<'_>,
) -> Result<Needles<D::Value>, D::Failure> {
    let Some(condition) = wanted.query.condition() else {
        return Ok((Vec::new(), true));
    };
    let mut maker = Maker {
        database,
        scope: &wanted.scope,
        ordered: wanted.query.orders().first().map(|order| &order.field),
    };
    maker.needles(condition.tree())
}

/// Which rows come into question whatever the condition is.
fn base<D: Database>(wanted: &Search<'_>) -> Condition<D::Value> {
    let base = D::scope(&wanted.scope);
    if wanted.query.asks_for_archived() {
        return base;
    }
    base.and(&Condition::new("NOT a.archived", Vec::new()))
}

/// What is searched for, on both ways.
struct Sought<'q, V> {
    query: &'q Query,
    directions: Directions,
    base: Condition<V>,
    needles: Vec<Needle<V>>,
    /// Whether SQL answers the whole condition.
    is_exact: bool,
}

impl<V: Clone> Sought<'_, V> {
    /// The page, whose rows have all that is wanted.
    fn page<D: Database<Value = V>>(
        self,
        database: &mut D,
        wanted: &Search<'_>,
    ) -> Result<Page<Row>, D::Failure> {
        for needle in &self.needles {
            if needle.leaves_few(database)? {
                let base = D::tested(self.base.clone());
                return self.gather(database, wanted, base);
            }
        }
        if let Some(most) = self.query.most().filter(|most| *most <= LONGEST_WALK)
            && let Some(stages) = stages(database, wanted, &self.directions)?
            && let Some(page) = self.walk(database, wanted, stages, most)?
        {
            return Ok(page);
        }
        let base = self.base.clone();
        self.gather(database, wanted, base)
    }

    /// Takes rows in order until there are enough; nothing where too many are not meant.
    fn walk<D: Database<Value = V>>(
        &self,
        database: &mut D,
        wanted: &Search<'_>,
        stages: Vec<Stage<V>>,
        most: usize,
    ) -> Result<Option<Page<Row>>, D::Failure> {
        let base = self.base.clone();
        let all = self
            .needles
            .iter()
            .fold(base, |all, needle| all.and(&needle.tested));
        let detail = if self.is_exact {
            Detail::NONE
        } else {
            self.query.detail()
        };
        // One more says that there is another page.
        let more = most.saturating_add(1);
        let enough = if self.is_exact { more } else { 2 * most + 16 };
        let mut items: Vec<Row> = Vec::new();
        for mut stage in stages {
            stage.condition = stage.condition.and(&all);
            let is_shown = database.walk(&stage, &detail, enough, &mut |row| {
                if self.is_exact || self.query.holds(&row, &self.directions) {
                    items.push(row);
                }
                items.len() < more
            })?;
            if items.len() == more {
                break;
            }
            if !is_shown {
                return Ok(None);
            }
        }
        let is_more = items.len() == more;
        items.truncate(most);
        // The cursor has what the last of them is ordered by.
        let all = self.query.detail().union(&wanted.detail);
        fill(database, &mut items, &detail, &all)?;
        let next = is_more.then(|| match items.last() {
            Some(last) => self.query.cursor_behind(last, &self.directions),
            None => self.query.cursor_again(),
        });
        Ok(Some(Page { items, next }))
    }

    /// Reads all that come into question, and sorts them.
    fn gather<D: Database<Value = V>>(
        &self,
        database: &mut D,
        wanted: &Search<'_>,
        base: Condition<V>,
    ) -> Result<Page<Row>, D::Failure> {
        let condition = self
            .needles
            .iter()
            .fold(base, |all, needle| all.and(&needle.listed));
        let detail = self.query.detail();
        let rows = database.rows(&condition, &detail)?;
        let mut page = self.query.select(rows, &self.directions)?;
        fill(database, &mut page.items, &detail, &wanted.detail)?;
        Ok(page)
    }
}

/// Reads of rows the detail that is wanted, where they do not have it.
fn fill<D: Database>(
    database: &mut D,
    rows: &mut [Row],
    has: &Detail,
    wanted: &Detail,
) -> Result<(), D::Failure> {
    if has.union(wanted) == *has {
        return Ok(());
    }
    database.fill(rows, wanted)
}
