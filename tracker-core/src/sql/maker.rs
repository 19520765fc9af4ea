//! Makes conditions for SQL of those of a query.

use super::condition::Condition;
use super::needle::{Needle, Needles};
use super::{Database, columns, of_attempt};
use crate::chunk::ordered;
use crate::query::{Comparison, Field, Literal, Operand, Pattern, Scalar, Statistic, Target, Tree};
use crate::scope::Scope;

/// Makes conditions for SQL. Each lets through all that the query finds; where it is not exact, some
/// others too.
pub(super) struct Maker<'d, D> {
    pub(super) database: &'d mut D,
    pub(super) scope: &'d Scope,
    /// What the rows are ordered by first: those that have it follow each other.
    pub(super) ordered: Option<&'d Field>,
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
    pub(super) fn holds(self, value: &Scalar<'_>) -> bool {
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::Compare(comparison, other), value) => comparison.holds(value, other),
            (Self::Matches(pattern), Scalar::Text(text)) => pattern.is_in(text),
            (Self::Matches(_), _) => false,
        }
    }
}

/// What SQL answers of a condition; nothing where it answers nothing.
type Made<D> = Result<Option<Needle<<D as Database>::Value>>, <D as Database>::Failure>;

impl<D: Database> Maker<'_, D> {
    /// Those that all must hold, and whether they are all that must: what SQL does not answer is left
    /// out.
    pub(super) fn needles(&mut self, tree: &Tree) -> Result<Needles<D::Value>, D::Failure> {
        let trees = match tree {
            Tree::All(trees) => trees.as_slice(),
            tree => std::slice::from_ref(tree),
        };
        let needles = trees.iter().map(|tree| self.make(tree));
        let needles: Vec<_> = needles
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?;
        let is_exact = needles.len() == trees.len() && needles.iter().all(Needle::is_exact);
        Ok((needles, is_exact))
    }

    pub(super) fn make(&mut self, tree: &Tree) -> Made<D> {
        match tree {
            Tree::Compare(field, comparison, Operand::Value(literal)) => self.ask(
                field.target(),
                Asked::Compare(*comparison, literal.scalar()),
            ),
            Tree::Compare(field, _, Operand::Field(other)) => {
                let both = [field, other].map(|field| self.ask(field.target(), Asked::Exists));
                let both = both.into_iter().filter_map(Result::transpose);
                let both: Vec<_> = both.collect::<Result<_, _>>()?;
                Ok((!both.is_empty()).then(|| Needle::all(both).inexact()))
            }
            Tree::In(field, values) => self.is_in(field.target(), values),
            Tree::Matches(field, pattern) => self.ask(field.target(), Asked::Matches(pattern)),
            Tree::Exists(field) => {
                let needle = self.ask(field.target(), Asked::Exists)?;
                let is_ordered = self.ordered == Some(field);
                Ok(needle.map(|needle| {
                    if is_ordered {
                        needle.unlisted()
                    } else {
                        needle
                    }
                }))
            }
            Tree::Any(trees) => {
                let needles = trees.iter().map(|tree| self.make(tree));
                let needles: Option<Vec<_>> = needles.collect::<Result<_, _>>()?;
                Ok(needles.map(|needles| Needle::any(&needles)))
            }
            Tree::All(_) => {
                let (needles, is_exact) = self.needles(tree)?;
                Ok((!needles.is_empty()).then(|| {
                    let all = Needle::all(needles);
                    if is_exact { all } else { all.inexact() }
                }))
            }
            Tree::Not(tree) => Ok(self.make(tree)?.and_then(Needle::negated)),
        }
    }

    fn is_in(&mut self, target: &Target, values: &[Literal]) -> Made<D> {
        if values.is_empty() {
            return Ok(Some(Needle::never::<D>()));
        }
        let equals =
            |value: &Literal| self.ask(target, Asked::Compare(Comparison::Eq, value.scalar()));
        let needles: Option<Vec<_>> = values.iter().map(equals).collect::<Result<_, _>>()?;
        Ok(needles.map(|needles| Needle::any(&needles)))
    }

    fn ask(&mut self, target: &Target, asked: Asked<'_>) -> Made<D> {
        Ok(match target {
            Target::Metric {
                name,
                phase,
                statistic,
            } => {
                let series = self.database.series(self.scope, name, phase)?;
                let needle = Needle::related::<D>(&series, &of_summary::<D>(*statistic, asked));
                // Every series has these.
                let is_everywhere = matches!(
                    statistic,
                    Statistic::First | Statistic::Last | Statistic::Count
                );
                let is_exact = is_everywhere && matches!(asked, Asked::Exists);
                Some(if is_exact { needle.exact() } else { needle })
            }
            Target::Id => Some(columns::text::<D>("a.id", asked)),
            Target::Name => Some(columns::text::<D>("a.name", asked)),
            Target::Notes => Some(columns::text::<D>(D::NOTES, asked)),
            Target::Epoch => columns::epoch::<D>(asked),
            Target::Archived => Some(columns::archived::<D>(asked)),
            Target::Status => Some(columns::status::<D>(asked)),
            Target::Created => Some(columns::time::<D>("a.created", asked)),
            Target::Updated => Some(columns::time::<D>(&of_attempt::<D>("seen"), asked)),
            Target::Ended => Some(columns::time::<D>(&of_attempt::<D>("ended"), asked)),
            Target::Duration => Some(columns::duration::<D>(asked)),
            target => {
                let facts = self.database.facts(self.scope, target)?;
                facts.map(|facts| {
                    let needle = Needle::related::<D>(&facts, &of_fact::<D>(asked));
                    let is_exact = matches!(asked, Asked::Exists);
                    if is_exact { needle.exact() } else { needle }
                })
            }
        })
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

fn is_null<V: Clone>(column: &str) -> Condition<V> {
    Condition::new(format!("t.{column} IS NULL"), Vec::new())
}

/// What a part of a summary must be; where no index tells, it must be there.
fn of_summary<D: Database>(statistic: Statistic, asked: Asked<'_>) -> Vec<Condition<D::Value>> {
    let columns: Vec<&str> = match statistic {
        // One of them is the best.
        Statistic::Best => vec!["min", "max"],
        statistic => indexed(statistic).into_iter().collect(),
    };
    let mut alternatives = Vec::new();
    for column in columns {
        match bound::<D>(column, asked) {
            Some(condition) => alternatives.push(condition),
            None => return vec![Condition::always()],
        }
        // A last value that is no number is asked of the record.
        if column == "last_number" {
            alternatives.push(is_null(column));
        }
    }
    if alternatives.is_empty() {
        alternatives.push(Condition::always());
    }
    alternatives
}

/// What a number of a summary must be.
fn bound<D: Database>(column: &str, asked: Asked<'_>) -> Option<Condition<D::Value>> {
    let Asked::Compare(comparison, literal) = asked else {
        return None;
    };
    let number = match literal {
        Scalar::Float(float) if !float.is_nan() => *float,
        // The nearest float is enough, for those that equal it are let through.
        #[expect(clippy::cast_precision_loss, reason = "the nearest is meant")]
        Scalar::Integer(integer) => *integer as f64,
        _ => return None,
    };
    // Both zeros are one number to a query.
    let (least, most) = if number == 0.0 {
        (ordered(-0.0), ordered(0.0))
    } else {
        (ordered(number), ordered(number))
    };
    let (sql, numbers) = match comparison {
        Comparison::Eq => ("BETWEEN ? AND ?", vec![least, most]),
        Comparison::Lt | Comparison::Le => ("<= ?", vec![most]),
        Comparison::Gt | Comparison::Ge => (">= ?", vec![least]),
        Comparison::Ne => return None,
    };
    let values = numbers.into_iter().map(D::integer).collect();
    Some(Condition::new(format!("t.{column} {sql}"), values))
}

/// What the value of a fact must be; NULL is asked of the record.
fn of_fact<D: Database>(asked: Asked<'_>) -> Vec<Condition<D::Value>> {
    let known = match asked {
        Asked::Compare(Comparison::Eq, Scalar::Null) => return vec![is_null("value")],
        Asked::Compare(comparison, literal) => {
            // What is equal is let through: a column may hold the nearest of several values.
            let symbol = match comparison {
                Comparison::Eq => Some("="),
                Comparison::Lt | Comparison::Le => Some("<="),
                Comparison::Gt | Comparison::Ge => Some(">="),
                Comparison::Ne => None,
            };
            let known = symbol.zip(D::fact(literal));
            known.map(|(symbol, value)| Condition::new(format!("t.value {symbol} ?"), vec![value]))
        }
        // What may stand in a number is sought in the records: columns hold numbers in other forms.
        Asked::Matches(pattern) => {
            let is_of_text =
                |text: &&str| !text.bytes().all(|byte| b"0123456789.e+-".contains(&byte));
            pattern.text().filter(is_of_text).map(D::fact_contains)
        }
        Asked::Exists => None,
    };
    match known {
        Some(known) => vec![known, is_null("value")],
        None => vec![Condition::always()],
    }
}
