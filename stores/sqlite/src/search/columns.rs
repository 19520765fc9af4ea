//! Conditions of what stands in the columns of an aggregate, or of its newest attempt.

use rusqlite::types::Value as Column;
use tracker_core::query::{Comparison, Scalar};

use super::condition::Asked;
use super::needle::Needle;
use crate::facts;

/// A column of the newest attempt on an aggregate `a`; NULL without one.
pub(super) fn of_attempt(column: &str) -> String {
    format!("(SELECT {column} FROM attempts WHERE aggregate = a.row ORDER BY row DESC LIMIT 1)")
}

/// The sign of SQL for a comparison that it makes as a query does.
pub(super) fn symbol(comparison: Comparison) -> Option<&'static str> {
    match comparison {
        Comparison::Eq => Some("="),
        Comparison::Lt => Some("<"),
        Comparison::Le => Some("<="),
        Comparison::Gt => Some(">"),
        Comparison::Ge => Some(">="),
        Comparison::Ne => None,
    }
}

/// Of a column that has one of these values: those for which what is asked holds.
pub(super) fn one_of<const N: usize>(column: &str, values: [(Column, bool); N]) -> Needle {
    let (mut alternatives, mut parameters) = (Vec::new(), Vec::new());
    for (value, holds) in values {
        if holds {
            alternatives.push(format!("{column} IS ?"));
            parameters.push(value);
        }
    }
    if alternatives.is_empty() {
        return Needle::never();
    }
    Needle::here(format!("({})", alternatives.join(" OR ")), parameters).exact()
}

/// Of a text, which is not there where it is empty; but an id never is.
pub(super) fn text(column: &str, asked: Asked<'_>) -> Needle {
    let is_there = format!("{column} <> ''");
    let also = |sql: String, text: &str| {
        let parameters = vec![Column::Text(text.to_owned())];
        Needle::here(format!("({is_there} AND {sql})"), parameters).exact()
    };
    match asked {
        Asked::Compare(comparison, Scalar::Text(text)) => {
            let symbol = symbol(comparison).unwrap_or("<>");
            also(format!("{column} {symbol} ?"), text)
        }
        Asked::Compare(Comparison::Ne, _) | Asked::Exists => {
            Needle::here(is_there, Vec::new()).exact()
        }
        Asked::Compare(..) => Needle::never(),
        Asked::Matches(pattern) => match pattern.text() {
            Some(text) => also(format!("instr({column}, ?)"), text),
            None => Needle::here(is_there, Vec::new()),
        },
    }
}

/// Of the epoch.
pub(super) fn epoch(asked: Asked<'_>) -> Option<Needle> {
    let Asked::Compare(comparison, literal @ (Scalar::Integer(_) | Scalar::Float(_))) = asked
    else {
        return None;
    };
    let value = facts::column(literal);
    let symbol = symbol(comparison).filter(|_| value != Column::Null)?;
    Some(Needle::here(format!("a.epoch {symbol} ?"), vec![value]).exact())
}

/// Of a time. It is kept to the microsecond, so the one before and the one behind come into question.
pub(super) fn time(column: &str, asked: Asked<'_>) -> Needle {
    let Asked::Compare(comparison, Scalar::Time(time)) = asked else {
        return Needle::here(format!("{column} IS NOT NULL"), Vec::new());
    };
    let time = time.as_microsecond();
    between(column, comparison, (time - 1, time + 1))
}

/// Of the seconds that the newest attempt has run. How long it has run that has not ended, the store
/// does not know.
pub(super) fn duration(asked: Asked<'_>) -> Needle {
    /// More than what floats of seconds round off.
    const SLACK: i64 = 1_000;
    let seconds = match asked {
        Asked::Compare(_, Scalar::Float(seconds)) => *seconds,
        #[expect(clippy::cast_precision_loss, reason = "the slack is larger")]
        Asked::Compare(_, Scalar::Integer(seconds)) => *seconds as f64,
        _ => f64::NAN,
    };
    let column = of_attempt("iif(ended IS NULL, 'running', max(ended - started, 0))");
    match asked {
        Asked::Compare(comparison, _) if !seconds.is_nan() => {
            #[expect(clippy::cast_possible_truncation, reason = "it ends at the largest")]
            let micros = (seconds * 1e6) as i64;
            let bounds = (micros.saturating_sub(SLACK), micros.saturating_add(SLACK));
            let ended = between(&column, comparison, bounds);
            Needle::any(&[
                Needle::here(format!("{column} IS 'running'"), Vec::new()),
                ended,
            ])
        }
        _ => Needle::here(format!("{column} IS NOT NULL"), Vec::new()),
    }
}

/// Of a number that compares so with one within these bounds.
fn between(column: &str, comparison: Comparison, (least, most): (i64, i64)) -> Needle {
    let (least, most) = (Column::Integer(least), Column::Integer(most));
    match comparison {
        Comparison::Eq => Needle::here(format!("{column} BETWEEN ? AND ?"), vec![least, most]),
        Comparison::Lt | Comparison::Le => Needle::here(format!("{column} <= ?"), vec![most]),
        Comparison::Gt | Comparison::Ge => Needle::here(format!("{column} >= ?"), vec![least]),
        Comparison::Ne => Needle::here(format!("{column} IS NOT NULL"), Vec::new()),
    }
}
