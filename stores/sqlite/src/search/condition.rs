//! Conditions of a query, as far as SQL answers them.

use rusqlite::Transaction;
use rusqlite::types::Value as Column;
use tracker_core::Status;
use tracker_core::chunk::ordered;
use tracker_core::query::{Comparison, Literal, Operand, Pattern, Scalar, Statistic, Target, Tree};

use super::columns;
use super::needle::Needle;
use crate::facts;
use crate::failure::Failure;
use crate::rows::Condition;

/// Makes conditions for SQL. Each lets through all that the query finds; where it is not exact, some
/// others too.
pub(super) struct Maker<'t> {
    pub(super) transaction: &'t Transaction<'t>,
    pub(super) has_facts: bool,
}

/// What is asked of one field.
#[derive(Clone, Copy)]
pub(super) enum Asked<'q> {
    /// Whether it is there.
    Exists,
    /// How it compares with a value.
    Compare(Comparison, &'q Scalar<'q>),
    /// Whether it is a text in which a pattern is found.
    Matches(&'q Pattern),
}

impl Asked<'_> {
    /// Whether it holds of a value.
    fn holds(self, value: &Scalar<'_>) -> bool {
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::Compare(comparison, other), value) => comparison.holds(value, other),
            (Self::Matches(pattern), Scalar::Text(text)) => pattern.is_in(text),
            (Self::Matches(_), _) => false,
        }
    }
}

impl Maker<'_> {
    /// Those that all must hold; what SQL does not answer is left out.
    pub(super) fn needles(&self, tree: &Tree) -> Result<Vec<Needle>, Failure> {
        let trees = match tree {
            Tree::All(trees) => trees.as_slice(),
            tree => std::slice::from_ref(tree),
        };
        let needles = trees.iter().map(|tree| self.make(tree));
        needles.filter_map(Result::transpose).collect()
    }

    /// Nothing where SQL does not answer it.
    pub(super) fn make(&self, tree: &Tree) -> Result<Option<Needle>, Failure> {
        match tree {
            Tree::Compare(field, comparison, Operand::Value(literal)) => self.ask(
                field.target(),
                Asked::Compare(*comparison, literal.scalar()),
            ),
            Tree::Compare(field, _, Operand::Field(other)) => {
                let exists = |target| self.ask(target, Asked::Exists);
                let both = [exists(field.target())?, exists(other.target())?];
                let both: Vec<Needle> = both.into_iter().flatten().collect();
                Ok((!both.is_empty()).then(|| Needle::all(both).inexact()))
            }
            Tree::In(field, values) => self.is_in(field.target(), values),
            Tree::Matches(field, pattern) => self.ask(field.target(), Asked::Matches(pattern)),
            Tree::Exists(field) => self.ask(field.target(), Asked::Exists),
            Tree::Any(trees) => {
                let needles = trees.iter().map(|tree| self.make(tree));
                let needles: Option<Vec<_>> = needles.collect::<Result<_, _>>()?;
                Ok(needles.map(|needles| Needle::any(&needles)))
            }
            Tree::All(trees) => {
                let needles = self.needles(tree)?;
                let is_whole = needles.len() == trees.len();
                Ok((!needles.is_empty()).then(|| {
                    let all = Needle::all(needles);
                    if is_whole { all } else { all.inexact() }
                }))
            }
            Tree::Not(tree) => Ok(self.make(tree)?.and_then(Needle::negated)),
            // What is not known here is asked of the rows.
            _ => Ok(None),
        }
    }

    fn is_in(&self, target: &Target, values: &[Literal]) -> Result<Option<Needle>, Failure> {
        if values.is_empty() {
            return Ok(Some(Needle::never()));
        }
        let equals =
            |value: &Literal| self.ask(target, Asked::Compare(Comparison::Eq, value.scalar()));
        let needles: Option<Vec<_>> = values.iter().map(equals).collect::<Result<_, _>>()?;
        Ok(needles.map(|needles| Needle::any(&needles)))
    }

    fn ask(&self, target: &Target, asked: Asked<'_>) -> Result<Option<Needle>, Failure> {
        Ok(match target {
            Target::Metric {
                name,
                phase,
                statistic,
            } => {
                return self
                    .metric(name, phase, &bounds(*statistic, asked))
                    .map(Some);
            }
            Target::Id => Some(columns::text("a.id", asked)),
            Target::Name => Some(columns::text("a.name", asked)),
            Target::Notes => Some(columns::text("a.notes", asked)),
            Target::Epoch => columns::epoch(asked),
            Target::Archived => Some(columns::one_of(
                "a.archived",
                [false, true].map(|archived| {
                    let column = Column::Integer(archived.into());
                    (column, asked.holds(&Scalar::Bool(archived)))
                }),
            )),
            Target::Status => Some(status(asked)),
            Target::Created => Some(columns::time("a.created", asked)),
            Target::Updated => Some(columns::time(&columns::of_attempt("seen"), asked)),
            Target::Ended => Some(columns::time(&columns::of_attempt("ended"), asked)),
            Target::Duration => Some(columns::duration(asked)),
            target => return self.fact(target, asked),
        })
    }

    /// Those with a series of this metric for which one of these holds.
    fn metric(
        &self,
        name: &str,
        phase: &str,
        alternatives: &[Condition],
    ) -> Result<Needle, Failure> {
        let metrics = super::order::metrics(self.transaction, name, phase)?;
        if metrics.is_empty() {
            return Ok(Needle::never());
        }
        let rows: Vec<String> = metrics.iter().map(|(row, _)| row.to_string()).collect();
        let key = format!("metric IN ({})", rows.join(", "));
        Ok(Needle::elsewhere("series", &key, alternatives))
    }

    /// Those with a fact of which this holds.
    fn fact(&self, target: &Target, asked: Asked<'_>) -> Result<Option<Needle>, Failure> {
        let Some(field) = facts::Field::of(target).filter(|_| self.has_facts) else {
            return Ok(None);
        };
        let Some(row) = field.row(self.transaction)? else {
            return Ok(Some(Needle::never()));
        };
        let key = format!("field = {row}");
        Ok(Some(Needle::elsewhere("facts", &key, &of_fact(asked))))
    }
}

/// Those whose status fulfils what is asked. Whether an attempt that has not ended is lost, the store
/// does not know.
fn status(asked: Asked<'_>) -> Needle {
    let holds = |status: Status| asked.holds(&Scalar::Text(status.as_str().into()));
    let text = |text: &str| Column::Text(text.to_owned());
    let (running, lost) = (holds(Status::Running), holds(Status::Lost));
    let needle = columns::one_of(
        &columns::of_attempt("outcome"),
        [
            (Column::Null, holds(Status::Unknown)),
            (text("finished"), holds(Status::Finished)),
            (text("failed"), holds(Status::Failed)),
            (text("running"), running || lost),
        ],
    );
    if running == lost {
        needle
    } else {
        needle.inexact()
    }
}

/// The column of a part of a summary that has an index.
pub(super) fn indexed(statistic: Statistic) -> Option<&'static str> {
    match statistic {
        Statistic::Min => Some("min"),
        Statistic::Max => Some("max"),
        Statistic::Last => Some("last_number"),
        _ => None,
    }
}

fn always() -> Condition {
    Condition::new("1", Vec::new())
}

fn is_null(column: &str) -> Condition {
    Condition::new(format!("{column} IS NULL"), Vec::new())
}

/// What a part of a summary must be; where no index tells, it must be there.
fn bounds(statistic: Statistic, asked: Asked<'_>) -> Vec<Condition> {
    let columns: Vec<&str> = match statistic {
        // One of them is the best.
        Statistic::Best => vec!["min", "max"],
        statistic => indexed(statistic).into_iter().collect(),
    };
    let mut alternatives = Vec::new();
    for column in columns {
        match bound(column, asked) {
            Some(condition) => alternatives.push(condition),
            None => return vec![always()],
        }
        // A last value that is no number is asked of the record.
        if column == "last_number" {
            alternatives.push(is_null(column));
        }
    }
    if alternatives.is_empty() {
        alternatives.push(always());
    }
    alternatives
}

/// What a number of a summary must be.
fn bound(column: &str, asked: Asked<'_>) -> Option<Condition> {
    let Asked::Compare(comparison, literal) = asked else {
        return None;
    };
    let number = exact(literal)?;
    // Both zeros are one number to a query.
    let (least, most) = if number == 0.0 {
        (ordered(-0.0), ordered(0.0))
    } else {
        (ordered(number), ordered(number))
    };
    let (sql, parameters) = match comparison {
        Comparison::Eq => ("BETWEEN ? AND ?", vec![least, most]),
        Comparison::Lt | Comparison::Le => ("<= ?", vec![most]),
        Comparison::Gt | Comparison::Ge => (">= ?", vec![least]),
        Comparison::Ne => return None,
    };
    let parameters = parameters.into_iter().map(Column::Integer).collect();
    Some(Condition::new(format!("{column} {sql}"), parameters))
}

/// The number as a float, where that is the same number.
fn exact(literal: &Scalar<'_>) -> Option<f64> {
    /// Below this every integer is a float.
    const EXACT: i128 = 1 << f64::MANTISSA_DIGITS;
    match literal {
        Scalar::Float(float) if !float.is_nan() => Some(*float),
        #[expect(clippy::cast_precision_loss, reason = "it is within the range")]
        Scalar::Integer(integer) if (-EXACT..=EXACT).contains(integer) => Some(*integer as f64),
        _ => None,
    }
}

/// What the value of a fact must be; NULL is asked of the record.
fn of_fact(asked: Asked<'_>) -> Vec<Condition> {
    let known = match asked {
        Asked::Compare(Comparison::Eq, Scalar::Null) => return vec![is_null("value")],
        Asked::Compare(comparison, literal) => {
            let value = match literal {
                Scalar::Text(text) => Column::Text(text.to_string()),
                literal => facts::column(literal),
            };
            let symbol = columns::symbol(comparison).filter(|_| value != Column::Null);
            symbol.map(|symbol| Condition::new(format!("value {symbol} ?"), vec![value]))
        }
        Asked::Matches(pattern) => pattern
            .text()
            .map(|text| Condition::new("instr(value, ?)", vec![Column::Text(text.to_owned())])),
        Asked::Exists => None,
    };
    match known {
        Some(known) => vec![known, is_null("value")],
        None => vec![always()],
    }
}
