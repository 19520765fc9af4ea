//! Orders that an index has.

use super::Database;
use super::condition::Condition;
use super::maker::indexed;
use super::needle::Related;
use crate::chunk::ordered;
use crate::ports::Search;
use crate::query::{Directions, Key, Order, Scalar, Statistic, Target};
use crate::records::Direction;
use crate::scope::Scope;

/// Rows in order: those of the first stage stand before those of the next.
#[derive(Clone, Debug)]
pub struct Stage<V> {
    /// Where the aggregates `a` are taken from, as `aggregates AS a`.
    pub from: String,
    /// Which of them.
    pub condition: Condition<V>,
    /// What they are ordered by.
    pub order: String,
}

const AGGREGATES: &str = "aggregates AS a";

impl<V: Clone> Stage<V> {
    /// All rows, in any order.
    pub(super) fn whole() -> Self {
        Self {
            from: AGGREGATES.to_owned(),
            condition: Condition::always(),
            order: "1".to_owned(),
        }
    }
}

/// What an index has; nothing where none has it.
type Found<D, T> = Result<Option<T>, <D as Database>::Failure>;

/// The stages in which the rows of a query come in its order, behind its cursor; nothing where no
/// index has the order.
pub(super) fn stages<D: Database>(
    database: &mut D,
    wanted: &Search<'_>,
    directions: &Directions,
) -> Found<D, Vec<Stage<D::Value>>> {
    let orders = wanted.query.orders();
    let mut told = Vec::new();
    for (index, order) in orders.iter().enumerate() {
        if orders.len() == 1 || is_anywhere(database, &wanted.scope, order)? {
            told.push((index, order));
        }
    }
    let is_created = |order: &Order| *order.field.target() == Target::Created;
    let (first, newest_first) = match told[..] {
        [] => (None, false),
        [first] => (Some(first), false),
        [first, (_, last)] if is_created(last) => (Some(first), last.descending),
        _ => return Ok(None),
    };
    let index = first.map(|(index, _)| index);
    let way = Way {
        newest_first,
        cursor: Cursor::of::<D>(wanted, index)?,
    };
    let Some((_, order)) = first else {
        return Ok(Some(vec![way.by_place::<D>(Condition::always(), true)]));
    };
    Ok(match order.field.target() {
        Target::Id => way.by_column::<D>("a.id", order),
        Target::Epoch => way.by_column::<D>("a.epoch", order),
        Target::Created => way.by_column::<D>("a.created", order),
        Target::Metric { .. } => {
            let found = summaries(database, &wanted.scope, order, directions)?;
            found.and_then(|(series, column)| {
                let is_there = format!(
                    "t.{column} BETWEEN {} AND {}",
                    ordered(f64::NEG_INFINITY),
                    ordered(f64::INFINITY)
                );
                let value = |key: &Scalar<'_>| match key {
                    Scalar::Float(number) => Some(D::integer(ordered(*number))),
                    _ => None,
                };
                way.by_related::<D>(&series, column, &is_there, value, order)
            })
        }
        target => {
            let facts = database.ordered_facts(&wanted.scope, target)?;
            let is_there = "t.value IS NOT NULL";
            facts.and_then(|facts| way.by_related::<D>(&facts, "value", is_there, D::fact, order))
        }
    })
}

/// The series of a metric, and the column of the summary that an order is about; nothing where
/// several experiments have the metric, or no index has the order.
fn summaries<D: Database>(
    database: &mut D,
    scope: &Scope,
    order: &Order,
    directions: &Directions,
) -> Found<D, (Related<D::Value>, &'static str)> {
    let Target::Metric {
        name,
        phase,
        statistic,
    } = order.field.target()
    else {
        return Ok(None);
    };
    let experiment = match scope {
        Scope::Experiment(experiment) => *experiment,
        _ => match database.experiments_with(name, phase)?[..] {
            [only] => only,
            _ => return Ok(None),
        },
    };
    let of = Scope::Experiment(experiment);
    let statistic = match statistic {
        Statistic::Best => {
            // An aggregate may say otherwise than its experiment.
            let own = D::scope(&of).and(&Condition::new("a.definitions <> '{}'", Vec::new()));
            if exists(database, AGGREGATES, &own)? {
                return Ok(None);
            }
            match directions.of_experiment(experiment, name) {
                Some(Direction::Minimize) => Statistic::Min,
                Some(Direction::Maximize) => Statistic::Max,
                None => return Ok(None),
            }
        }
        statistic => *statistic,
    };
    let Some(column) = indexed(statistic) else {
        return Ok(None);
    };
    let series = database.series(&of, name, phase)?;
    if statistic == Statistic::Last {
        // A series may end in a value that is no number.
        let json = Condition::new("t.last_number IS NULL", Vec::new());
        let json = series.start.clone().and(&series.key).and(&json);
        if exists(database, "series AS t", &json)? {
            return Ok(None);
        }
    }
    Ok(Some((series, column)))
}

/// Whether any run has what is ordered by; where none has, the order is that of the other keys.
fn is_anywhere<D: Database>(
    database: &mut D,
    scope: &Scope,
    order: &Order,
) -> Result<bool, D::Failure> {
    let related = match order.field.target() {
        Target::Metric { name, phase, .. } => Some(database.series(scope, name, phase)?),
        target => database.facts(scope, target)?,
    };
    let Some(Related { table, start, key }) = related else {
        return Ok(true);
    };
    exists(database, &format!("{table} AS t"), &start.and(&key))
}

/// Whether a condition holds of any row.
fn exists<D: Database>(
    database: &mut D,
    from: &str,
    condition: &Condition<D::Value>,
) -> Result<bool, D::Failure> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {from} WHERE {} LIMIT 1) AS found",
        condition.sql
    );
    Ok(database.number(&Condition::new(sql, condition.values.clone()))? > 0)
}

/// Where the page before has ended.
struct Cursor<V> {
    /// What its last row was ordered by first.
    key: Option<Key<'static>>,
    created: V,
    uuid: V,
}

impl<V> Cursor<V> {
    /// That of a query, where it does not begin at the start; of its keys, the one with this index.
    fn of<D: Database<Value = V>>(
        wanted: &Search<'_>,
        index: Option<usize>,
    ) -> Result<Option<Self>, D::Failure> {
        let Some(cursor) = wanted.query.cursor().filter(|cursor| !cursor.is_start()) else {
            return Ok(None);
        };
        let mut keys = cursor.keys(wanted.query)?;
        let (created, uuid) = cursor.place();
        Ok(Some(Self {
            key: index.map(|index| keys.swap_remove(index)),
            created: D::integer(created.as_microsecond()),
            uuid: D::uuid(uuid),
        }))
    }
}

/// How the rows stand beside what they are ordered by first, and where they begin.
struct Way<V> {
    /// Whether of those that are equal the newest comes first.
    newest_first: bool,
    cursor: Option<Cursor<V>>,
}

impl<V: Clone> Way<V> {
    /// The order of those that are equal.
    fn place<D: Database<Value = V>>(&self) -> String {
        format!("a.created {}, {}", direction(self.newest_first), D::UUID)
    }

    /// Those that stand behind the place of a cursor.
    fn behind_place<D: Database<Value = V>>(&self, cursor: &Cursor<V>) -> Condition<V> {
        let Cursor { created, uuid, .. } = cursor;
        if self.newest_first {
            return Condition::new(
                format!("a.created <= ? AND (a.created < ? OR {} > ?)", D::UUID),
                vec![created.clone(), created.clone(), uuid.clone()],
            );
        }
        Condition::new(
            format!("(a.created, {}) > (?, ?)", D::UUID),
            vec![created.clone(), uuid.clone()],
        )
    }

    /// By their place; only those behind that of the cursor, where the cursor stands among them.
    fn by_place<D: Database<Value = V>>(
        &self,
        mut condition: Condition<V>,
        has_cursor: bool,
    ) -> Stage<V> {
        if let Some(cursor) = self.cursor.as_ref().filter(|_| has_cursor) {
            condition = condition.and(&self.behind_place::<D>(cursor));
        }
        Stage {
            from: AGGREGATES.to_owned(),
            condition,
            order: self.place::<D>(),
        }
    }

    /// By a column that every aggregate has.
    fn by_column<D: Database<Value = V>>(
        &self,
        column: &str,
        order: &Order,
    ) -> Option<Vec<Stage<V>>> {
        let condition = match &self.cursor {
            Some(cursor) => {
                let value = match cursor.key.as_ref()?.value()? {
                    Scalar::Integer(integer) => D::integer(i64::try_from(*integer).ok()?),
                    Scalar::Text(text) => D::text(text),
                    _ => return None,
                };
                self.behind::<D>(column, order, &value, cursor)
            }
            None => Condition::always(),
        };
        Some(vec![Stage {
            from: AGGREGATES.to_owned(),
            condition,
            order: self.ordered::<D>(column, order),
        }])
    }

    /// By a column of the rows of another table: those without one that `is_there` stand last.
    fn by_related<D: Database<Value = V>>(
        &self,
        related: &Related<V>,
        column: &str,
        is_there: &str,
        value: impl Fn(&Scalar<'_>) -> Option<V>,
        order: &Order,
    ) -> Option<Vec<Stage<V>>> {
        let is_there = Condition::new(is_there, Vec::new());
        let mut without = related.tested::<D>(&is_there);
        without.sql = format!("NOT {}", without.sql);
        let mut with = related.start.clone().and(&related.key).and(&is_there);
        let column = format!("t.{column}");
        if let Some(cursor) = &self.cursor {
            let Some(key) = cursor.key.as_ref().and_then(Key::value) else {
                // The page before has ended among those without one.
                return Some(vec![self.by_place::<D>(without, true)]);
            };
            with = with.and(&self.behind::<D>(&column, order, &value(key)?, cursor));
        }
        let (table, join, owned) = (related.table, D::JOIN, D::OWNED);
        let with = Stage {
            from: format!("{table} AS t {join} {AGGREGATES} ON {owned}"),
            condition: with,
            order: self.ordered::<D>(&column, order),
        };
        Some(vec![with, self.by_place::<D>(without, false)])
    }

    fn ordered<D: Database<Value = V>>(&self, column: &str, order: &Order) -> String {
        let place = self.place::<D>();
        format!("{column} {}, {place}", direction(order.descending))
    }

    /// Those that stand behind a value and the place of a cursor.
    fn behind<D: Database<Value = V>>(
        &self,
        column: &str,
        order: &Order,
        value: &V,
        cursor: &Cursor<V>,
    ) -> Condition<V> {
        let sign = if order.descending { "<" } else { ">" };
        let beyond = Condition::new(
            format!("{column} {sign}= ? AND ({column} {sign} ? OR ({column} = ?"),
            vec![value.clone(), value.clone(), value.clone()],
        );
        let mut behind = beyond.and(&self.behind_place::<D>(cursor));
        behind.sql.push_str("))");
        behind
    }
}

fn direction(descending: bool) -> &'static str {
    if descending { "DESC" } else { "ASC" }
}
