//! Orders of MLflow as those of queries.

use tracker_core::Query;
use tracker_core::query::{Field, Order, created, ended, id, metric, run_name, tag};

use super::experiment::NOTE;
use super::filter::{Entity, Identifier};
use super::metric::series;
use super::refusal::{invalid, unknown};
use super::run::{NAME, USER};
use super::translate::{ATTRIBUTES, any, param};
use crate::problem::{Problem, shown};

/// The parts of a search, one behind the other: where a metric is ordered by first, the runs that have
/// none of it come last, also behind those where it is NaN.
pub(super) fn parts(query: Query, orders: &[(Identifier, bool)]) -> Result<Vec<Query>, Problem> {
    for (index, (of, _)) in orders.iter().enumerate() {
        if orders[..index].iter().any(|(other, _)| other == of) {
            return Err(invalid(format!(
                "`order_by` contains duplicate fields: '{}'",
                shown(&of.key)
            )));
        }
    }
    match orders.split_first() {
        Some(((of, _), others)) if of.entity == Entity::Metric => {
            let there = any(fields(of)?.into_iter().map(Field::exists));
            Ok(vec![
                ordered(query.clone().filter(there.clone()), orders)?,
                ordered(query.filter(!there), others)?,
            ])
        }
        _ => Ok(vec![ordered(query, orders)?]),
    }
}

/// A query with these orders, and behind them the latest first.
fn ordered(mut query: Query, orders: &[(Identifier, bool)]) -> Result<Query, Problem> {
    let mut has_start = false;
    for (of, descending) in orders {
        has_start |= of.entity == Entity::Attribute && of.key == "start_time";
        for field in fields(of)? {
            query = query.order_by(Order {
                field,
                descending: *descending,
            });
        }
    }
    Ok(if has_start {
        query
    } else {
        query.order_by(created().desc())
    })
}

fn fields(of: &Identifier) -> Result<Vec<Field>, Problem> {
    let key = of.key.as_str();
    Ok(match of.entity {
        Entity::Metric => {
            let places = series(key).into_iter();
            places
                .map(|(name, phase)| metric(name).phase(phase).last())
                .collect()
        }
        Entity::Param => param(key),
        Entity::Tag => match key {
            NAME => vec![run_name(), id()],
            NOTE => vec![tracker_core::query::notes()],
            key => vec![tag(key)],
        },
        Entity::Attribute => match key {
            "start_time" => vec![created()],
            "end_time" => vec![ended()],
            "status" => vec![tracker_core::query::status()],
            "run_name" => vec![run_name(), id()],
            "user_id" => vec![tag(USER)],
            // The address of a run's artifacts ends with its id.
            "run_id" | "artifact_uri" => vec![id()],
            key => return Err(unknown("order_by attribute", key, &ATTRIBUTES)),
        },
        Entity::Dataset => {
            return Err(invalid(
                "Invalid order_by entity 'dataset'. Order by another field.",
            ));
        }
    })
}
