//! Orders that an index has.

use std::collections::BTreeMap;

use tracker_core::chunk::ordered;
use tracker_core::ports::{Scope, Search};
use tracker_core::query::{Key, Order, Scalar, Statistic, Target};
use tracker_core::{Definition, Direction, Uuid};

use super::needle::indexed;
use crate::column::{get, json};
use crate::condition::{Condition, Value};
use crate::failure::Failure;
use crate::session::Session;
use crate::text::column as stored;

/// Rows in order: those of the first stage stand before those of the next.
pub(super) struct Stage {
    pub(super) from: &'static str,
    pub(super) condition: Condition,
    pub(super) order: String,
}

const AGGREGATES: &str = "aggregates AS a";
/// One series after the other, in the order of an index.
const SERIES: &str =
    "series AS s JOIN aggregates AS a ON a.experiment = s.experiment AND a.aggregate = s.aggregate";
const PLACE: &str = "a.created, a.aggregate";

/// The stages in which the rows of a query come in its order, behind its cursor; nothing where no
/// index has the order.
pub(super) fn stages(
    session: &mut Session,
    wanted: &Search<'_>,
) -> Result<Option<Vec<Stage>>, Failure> {
    let query = wanted.query;
    let cursor = match query.cursor() {
        Some(cursor) => (!cursor.is_start()).then_some(Cursor {
            keys: cursor.keys(query)?,
            place: {
                let (created, uuid) = cursor.place();
                vec![Value::Integer(created.as_microsecond()), Value::Uuid(uuid)]
            },
        }),
        None => None,
    };
    let cursor = cursor.as_ref();
    let order = match query.orders() {
        [] => return Ok(Some(vec![by_place(cursor, Condition::always())])),
        [order] => order,
        _ => return Ok(None),
    };
    match order.field.target() {
        Target::Id => Ok(by_column("a.id", order, cursor)),
        Target::Epoch => Ok(by_column("a.epoch", order, cursor)),
        Target::Created => Ok(by_column("a.created", order, cursor)),
        Target::Metric {
            name,
            phase,
            statistic,
        } => {
            let Some(metric) = Metric::find(session, &wanted.scope, name, phase)? else {
                return Ok(None);
            };
            let statistic = match statistic {
                Statistic::Best => match metric.best(session)? {
                    Some(statistic) => statistic,
                    None => return Ok(None),
                },
                statistic => *statistic,
            };
            let Some(column) = indexed(statistic) else {
                return Ok(None);
            };
            if statistic == Statistic::Last && metric.has_json(session)? {
                return Ok(None);
            }
            Ok(metric.stages(column, order, cursor))
        }
        _ => Ok(None),
    }
}

/// Where the page before has ended.
struct Cursor {
    keys: Vec<Key<'static>>,
    place: Vec<Value>,
}

/// Those behind the cursor, where there is one, by their place.
fn by_place(cursor: Option<&Cursor>, condition: Condition) -> Stage {
    let behind =
        cursor.map(|cursor| Condition::new(format!("({PLACE}) > (?, ?)"), cursor.place.clone()));
    Stage {
        from: AGGREGATES,
        condition: match behind {
            Some(behind) => condition.and(&behind),
            None => condition,
        },
        order: PLACE.to_owned(),
    }
}

/// By a column that every aggregate has.
fn by_column(column: &str, order: &Order, cursor: Option<&Cursor>) -> Option<Vec<Stage>> {
    let condition = match cursor {
        Some(cursor) => {
            let value = match cursor.keys.first()?.value()? {
                Scalar::Integer(integer) => Value::Integer(i64::try_from(*integer).ok()?),
                Scalar::Text(text) => Value::text(text),
                _ => return None,
            };
            behind(column, order, &value, cursor)
        }
        None => Condition::always(),
    };
    Some(vec![Stage {
        from: AGGREGATES,
        condition,
        order: format!("{column} {}, {PLACE}", direction(order)),
    }])
}

/// Those that stand behind a value and a place.
fn behind(column: &str, order: &Order, value: &Value, cursor: &Cursor) -> Condition {
    let sign = if order.descending { "<" } else { ">" };
    let mut values = vec![value.clone(), value.clone(), value.clone()];
    values.extend(cursor.place.iter().cloned());
    Condition::new(
        format!(
            "{column} {sign}= ? AND ({column} {sign} ? OR ({column} = ? AND ({PLACE}) > (?, ?)))"
        ),
        values,
    )
}

fn direction(order: &Order) -> &'static str {
    if order.descending { "DESC" } else { "ASC" }
}

/// A metric of one experiment.
struct Metric<'n> {
    experiment: Uuid,
    name: &'n str,
    phase: &'n str,
}

impl<'n> Metric<'n> {
    /// The metric in a scope, where one experiment has it.
    fn find(
        session: &mut Session,
        scope: &Scope,
        name: &'n str,
        phase: &'n str,
    ) -> Result<Option<Self>, Failure> {
        let of = |experiment| Self {
            experiment,
            name,
            phase,
        };
        if let Scope::Experiment(experiment) = scope {
            return Ok(Some(of(*experiment)));
        }
        let rows = session.query(
            "SELECT experiment FROM experiments AS e WHERE EXISTS (SELECT 1 FROM series AS s
                 WHERE s.experiment = e.experiment AND s.name = $1 AND s.phase = $2)
             LIMIT 2",
            &[&stored(name), &stored(phase)],
        )?;
        match &rows[..] {
            [row] => Ok(Some(of(get(row, 0)?))),
            _ => Ok(None),
        }
    }

    /// Whether the best number is the smallest or the largest; nothing where that is not known, or
    /// an aggregate may say otherwise.
    fn best(&self, session: &mut Session) -> Result<Option<Statistic>, Failure> {
        let rows = session.query(
            "SELECT definitions, EXISTS (SELECT 1 FROM aggregates AS a
                 WHERE a.experiment = $1 AND a.definitions <> '{}')
             FROM experiments WHERE experiment = $1",
            &[&self.experiment],
        )?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        if get(row, 1)? {
            return Ok(None);
        }
        let definitions: BTreeMap<String, Definition> = json(row, 0, "definitions")?;
        let definition = Definition::of(self.name, definitions.get(self.name));
        Ok(match definition.direction {
            Some(Direction::Minimize) => Some(Statistic::Min),
            Some(Direction::Maximize) => Some(Statistic::Max),
            None => None,
        })
    }

    /// Whether a series ends in a value that is no number.
    fn has_json(&self, session: &mut Session) -> Result<bool, Failure> {
        let rows = session.query(
            "SELECT EXISTS (SELECT 1 FROM series WHERE experiment = $1 AND name = $2
                 AND phase = $3 AND last_number IS NULL)",
            &[&self.experiment, &stored(self.name), &stored(self.phase)],
        )?;
        rows.first().map_or(Ok(false), |row| get(row, 0))
    }

    /// By a number of the summary; those without one last.
    fn stages(&self, column: &str, order: &Order, cursor: Option<&Cursor>) -> Option<Vec<Stage>> {
        let is_number = |series: &str| {
            Condition::new(
                format!(
                    "{series}.name = ? AND {series}.phase = ?
                     AND {series}.{column} BETWEEN {} AND {}",
                    ordered(f64::NEG_INFINITY),
                    ordered(f64::INFINITY)
                ),
                vec![Value::text(self.name), Value::text(self.phase)],
            )
        };
        let number = is_number("t");
        let without = Condition::new(
            format!(
                "NOT EXISTS (SELECT 1 FROM series AS t WHERE t.experiment = a.experiment
                     AND t.aggregate = a.aggregate AND {})",
                number.sql
            ),
            number.values,
        );
        let of = Condition::new("s.experiment = ?", vec![Value::Uuid(self.experiment)]);
        let mut with = of.and(&is_number("s"));
        let key = cursor.map(|cursor| (cursor, cursor.keys.first().and_then(Key::value)));
        if let Some((cursor, key)) = key {
            let value = match key {
                Some(Scalar::Float(number)) => Value::Integer(ordered(*number)),
                Some(_) => return None,
                // The page before has ended among those without a number.
                None => return Some(vec![by_place(Some(cursor), without)]),
            };
            with = with.and(&behind(&format!("s.{column}"), order, &value, cursor));
        }
        let with = Stage {
            from: SERIES,
            condition: with,
            order: format!("s.{column} {}, {PLACE}", direction(order)),
        };
        Some(vec![with, by_place(None, without)])
    }
}
