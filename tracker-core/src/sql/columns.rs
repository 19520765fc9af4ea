//! Conditions of what stands in the columns of an aggregate, or of its newest attempt.

use super::maker::Asked;
use super::needle::Needle;
use super::{Database, of_attempt};
use crate::query::{Comparison, Scalar};
use crate::records::Status;

/// The sign of SQL for a comparison that it makes as a query does.
fn symbol(comparison: Comparison) -> Option<&'static str> {
    match comparison {
        Comparison::Eq => Some("="),
        Comparison::Lt => Some("<"),
        Comparison::Le => Some("<="),
        Comparison::Gt => Some(">"),
        Comparison::Ge => Some(">="),
        Comparison::Ne => None,
    }
}

/// Of whether it is archived.
pub(super) fn archived<D: Database>(asked: Asked<'_>) -> Needle<D::Value> {
    let holds = |archived| asked.holds(&Scalar::Bool(archived));
    let condition = match (holds(false), holds(true)) {
        (false, false) => return Needle::never::<D>(),
        (true, true) => "true",
        (true, false) => "NOT a.archived",
        (false, true) => "a.archived",
    };
    Needle::here(condition, Vec::new()).exact()
}

/// Of the status. Whether an attempt that has not ended is lost, the store does not know.
pub(super) fn status<D: Database>(asked: Asked<'_>) -> Needle<D::Value> {
    let holds = |status: Status| asked.holds(&Scalar::Text(status.as_str().into()));
    let (running, lost) = (holds(Status::Running), holds(Status::Lost));
    let outcome = of_attempt::<D>("outcome");
    let (mut alternatives, mut values) = (Vec::new(), Vec::new());
    if holds(Status::Unknown) {
        alternatives.push(format!("{outcome} IS NULL"));
    }
    for (text, holds) in [
        ("finished", holds(Status::Finished)),
        ("failed", holds(Status::Failed)),
        ("running", running || lost),
    ] {
        if holds {
            // Never NULL, so that it can be negated.
            alternatives.push(format!("{outcome} IS NOT DISTINCT FROM ?"));
            values.push(D::text(text));
        }
    }
    if alternatives.is_empty() {
        return Needle::never::<D>();
    }
    let needle = Needle::here(format!("({})", alternatives.join(" OR ")), values);
    if running == lost {
        needle.exact()
    } else {
        needle
    }
}

/// Of a text, which is not there where it is empty; but an id never is.
pub(super) fn text<D: Database>(column: &str, asked: Asked<'_>) -> Needle<D::Value> {
    let is_there = format!("{column} <> ''");
    let also = |sql: String, text: &str| {
        Needle::here(format!("({is_there} AND {sql})"), vec![D::text(text)])
    };
    match asked {
        Asked::Compare(comparison, Scalar::Text(text)) => {
            let symbol = symbol(comparison).unwrap_or("<>");
            also(format!("{column} {symbol} ?"), text).exact()
        }
        Asked::Compare(Comparison::Ne, _) | Asked::Exists => {
            Needle::here(is_there, Vec::new()).exact()
        }
        Asked::Compare(..) => Needle::never::<D>(),
        Asked::Matches(pattern) => match pattern.text() {
            Some(text) => {
                let needle = also(D::contains(column), text);
                // Not every database keeps these as they are.
                if text.contains(char::is_control) {
                    needle
                } else {
                    needle.exact()
                }
            }
            None => Needle::here(is_there, Vec::new()),
        },
    }
}

/// Of the epoch; nothing where that is compared with what is no integer.
pub(super) fn epoch<D: Database>(asked: Asked<'_>) -> Option<Needle<D::Value>> {
    let Asked::Compare(comparison, Scalar::Integer(integer)) = asked else {
        return None;
    };
    let value = D::integer(i64::try_from(*integer).ok()?);
    let sql = format!("a.epoch {} ?", symbol(comparison)?);
    Some(Needle::here(sql, vec![value]).exact())
}

/// Of a time. It is kept to the microsecond, so the one before and the one behind come into question.
pub(super) fn time<D: Database>(column: &str, asked: Asked<'_>) -> Needle<D::Value> {
    let Asked::Compare(comparison, Scalar::Time(time)) = asked else {
        return Needle::here(format!("{column} IS NOT NULL"), Vec::new());
    };
    let time = time.as_microsecond();
    between::<D>(column, comparison, (time - 1, time + 1))
}

/// Of the seconds that the newest attempt has run. How long it has run that has not ended, the store
/// does not know.
pub(super) fn duration<D: Database>(asked: Asked<'_>) -> Needle<D::Value> {
    /// More than what floats of seconds round off.
    const SLACK: i64 = 1_000;
    let seconds = match asked {
        Asked::Compare(_, Scalar::Float(seconds)) => *seconds,
        #[expect(clippy::cast_precision_loss, reason = "the slack is larger")]
        Asked::Compare(_, Scalar::Integer(seconds)) => *seconds as f64,
        _ => f64::NAN,
    };
    match asked {
        Asked::Compare(comparison, _) if !seconds.is_nan() => {
            #[expect(clippy::cast_possible_truncation, reason = "it ends at the largest")]
            let micros = (seconds * 1e6) as i64;
            let bounds = (micros.saturating_sub(SLACK), micros.saturating_add(SLACK));
            let taken = "CASE WHEN ended < started THEN 0 ELSE ended - started END";
            Needle::any(&[
                Needle::here(of_attempt::<D>("ended IS NULL"), Vec::new()),
                between::<D>(&of_attempt::<D>(taken), comparison, bounds),
            ])
        }
        _ => Needle::here(
            format!("{} IS NOT NULL", of_attempt::<D>("started")),
            Vec::new(),
        ),
    }
}

/// Of a number that compares so with one within these bounds.
fn between<D: Database>(
    column: &str,
    comparison: Comparison,
    (least, most): (i64, i64),
) -> Needle<D::Value> {
    let (least, most) = (D::integer(least), D::integer(most));
    match comparison {
        Comparison::Eq => Needle::here(format!("{column} BETWEEN ? AND ?"), vec![least, most]),
        Comparison::Lt | Comparison::Le => Needle::here(format!("{column} <= ?"), vec![most]),
        Comparison::Gt | Comparison::Ge => Needle::here(format!("{column} >= ?"), vec![least]),
        Comparison::Ne => Needle::here(format!("{column} IS NOT NULL"), Vec::new()),
    }
}
