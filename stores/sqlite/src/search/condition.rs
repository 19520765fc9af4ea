//! Conditions of a query, as far as an index answers them.

use rusqlite::types::Value as Column;
use rusqlite::{Transaction, params_from_iter};
use tracker_core::query::{Comparison, Scalar, Statistic, Target, Tree};

use crate::facts;
use crate::failure::Failure;
use crate::number::ordered;
use crate::rows::Condition;

/// So few rows are read at once rather than walked past.
const FEW: usize = 2_000;

/// A condition that every row fulfils which the query finds, and perhaps some others.
pub(super) struct Needle {
    /// The condition asked of one row after the other.
    pub(super) tested: Condition,
    /// The same as a list of the rows for which it holds.
    pub(super) listed: Condition,
    /// What lists the rows one by one; none where no index does.
    source: Option<Condition>,
}

impl Needle {
    /// Those of a condition that all must hold: what no index answers is left out.
    pub(super) fn of(
        transaction: &Transaction<'_>,
        tree: &Tree,
        has_facts: bool,
    ) -> Result<Vec<Self>, Failure> {
        let maker = Maker {
            transaction,
            has_facts,
        };
        match tree {
            Tree::All(trees) => {
                let mut needles = Vec::new();
                for tree in trees {
                    needles.extend(maker.make(tree)?);
                }
                Ok(needles)
            }
            tree => Ok(maker.make(tree)?.into_iter().collect()),
        }
    }

    /// Whether few rows fulfil it.
    pub(super) fn leaves_few(&self, transaction: &Transaction<'_>) -> Result<bool, Failure> {
        let Some(source) = &self.source else {
            return Ok(false);
        };
        let sql = format!(
            "SELECT count(*) <= {FEW} FROM ({} LIMIT {})",
            source.sql,
            FEW + 1
        );
        let mut statement = transaction.prepare_cached(&sql)?;
        let parameters = params_from_iter(&source.parameters);
        Ok(statement.query_row(parameters, |row| row.get(0))?)
    }

    /// Rows of another table that belong to an aggregate: of which table, and which of its rows. One
    /// of the alternatives must hold; each of them an index answers.
    fn elsewhere(table: &str, key: &str, alternatives: &[Condition]) -> Self {
        let parameters = alternatives.iter().flat_map(|one| one.parameters.clone());
        let parameters: Vec<Column> = parameters.collect();
        let any: Vec<&str> = alternatives.iter().map(|one| one.sql.as_str()).collect();
        let each = any.iter();
        let each = each.map(|one| format!("SELECT aggregate FROM {table} WHERE {key} AND {one}"));
        let source = each.collect::<Vec<_>>().join(" UNION ALL ");
        Self {
            tested: Condition::new(
                format!(
                    "EXISTS (SELECT 1 FROM {table} WHERE aggregate = a.row AND {key} AND ({}))",
                    any.join(" OR ")
                ),
                parameters.clone(),
            ),
            listed: Condition::new(format!("a.row IN ({source})"), parameters.clone()),
            source: Some(Condition::new(source, parameters)),
        }
    }

    /// A condition of the aggregate itself.
    fn here(condition: &str, parameters: Vec<Column>) -> Self {
        let condition = Condition::new(condition, parameters);
        Self {
            tested: condition.clone(),
            listed: condition,
            source: None,
        }
    }

    /// One that no row fulfils.
    fn never() -> Self {
        Self {
            source: Some(Condition::new("SELECT 1 WHERE 0", Vec::new())),
            ..Self::here("0", Vec::new())
        }
    }

    /// Whether one of them holds.
    fn any(needles: &[Self]) -> Self {
        let join = |part: &dyn Fn(&Self) -> &Condition| {
            let sql: Vec<&str> = needles
                .iter()
                .map(|needle| part(needle).sql.as_str())
                .collect();
            let parameters = needles
                .iter()
                .flat_map(|needle| part(needle).parameters.clone());
            Condition::new(format!("({})", sql.join(" OR ")), parameters.collect())
        };
        let sources: Option<Vec<&Condition>> = needles
            .iter()
            .map(|needle| needle.source.as_ref())
            .collect();
        let source = sources.map(|sources| {
            let sql: Vec<&str> = sources.iter().map(|source| source.sql.as_str()).collect();
            let parameters = sources.iter().flat_map(|source| source.parameters.clone());
            Condition::new(sql.join(" UNION ALL "), parameters.collect())
        });
        Self {
            tested: join(&|needle| &needle.tested),
            listed: join(&|needle| &needle.listed),
            source,
        }
    }
}

struct Maker<'t> {
    transaction: &'t Transaction<'t>,
    has_facts: bool,
}

impl Maker<'_> {
    fn make(&self, tree: &Tree) -> Result<Option<Needle>, Failure> {
        match tree {
            Tree::Compare(field, comparison, literal) => {
                self.compare(field.target(), *comparison, literal.scalar())
            }
            Tree::Exists(field) => self.exists(field.target()),
            Tree::Any(trees) => {
                let mut needles = Vec::new();
                for tree in trees {
                    match self.make(tree)? {
                        Some(needle) => needles.push(needle),
                        None => return Ok(None),
                    }
                }
                Ok(Some(Needle::any(&needles)))
            }
            // What lets through too much would leave out too much.
            _ => Ok(None),
        }
    }

    fn exists(&self, target: &Target) -> Result<Option<Needle>, Failure> {
        match target {
            Target::Metric { name, phase, .. } => self.metric(name, phase, &[always()]),
            target => self.fact(target, &[always()]),
        }
    }

    fn compare(
        &self,
        target: &Target,
        comparison: Comparison,
        literal: &Scalar<'_>,
    ) -> Result<Option<Needle>, Failure> {
        match target {
            Target::Metric {
                name,
                phase,
                statistic,
            } => {
                let Some(column) = indexed(*statistic) else {
                    return Ok(None);
                };
                match bounds(column, comparison, literal) {
                    Some(alternatives) => self.metric(name, phase, &alternatives),
                    None => Ok(None),
                }
            }
            Target::Id => Ok(of_text("a.id", comparison, literal)),
            Target::Name => Ok(of_text("a.name", comparison, literal)),
            Target::Epoch => Ok(of_epoch(comparison, literal)),
            Target::Created => Ok(of_created(comparison, literal)),
            target => match of_fact(comparison, literal) {
                Some(alternatives) => self.fact(target, &alternatives),
                None => Ok(None),
            },
        }
    }

    /// Those with a series of this metric for which one of these holds.
    fn metric(
        &self,
        name: &str,
        phase: &str,
        alternatives: &[Condition],
    ) -> Result<Option<Needle>, Failure> {
        let metrics = super::order::metrics(self.transaction, name, phase)?;
        if metrics.is_empty() {
            return Ok(Some(Needle::never()));
        }
        let rows: Vec<String> = metrics.iter().map(|(row, _)| row.to_string()).collect();
        let key = format!("metric IN ({})", rows.join(", "));
        Ok(Some(Needle::elsewhere("series", &key, alternatives)))
    }

    /// Those with a fact for which one of these holds.
    fn fact(&self, target: &Target, alternatives: &[Condition]) -> Result<Option<Needle>, Failure> {
        let Some(field) = facts::Field::of(target).filter(|_| self.has_facts) else {
            return Ok(None);
        };
        let Some(row) = field.row(self.transaction)? else {
            return Ok(Some(Needle::never()));
        };
        let key = format!("field = {row}");
        Ok(Some(Needle::elsewhere("facts", &key, alternatives)))
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

/// What a number of a summary must be. A last value that is no number is asked of the record.
fn bounds(column: &str, comparison: Comparison, literal: &Scalar<'_>) -> Option<Vec<Condition>> {
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
        Comparison::Ne | Comparison::Contains => return None,
    };
    let parameters = parameters.into_iter().map(Column::Integer).collect();
    let mut alternatives = vec![Condition::new(format!("{column} {sql}"), parameters)];
    if column == "last_number" {
        alternatives.push(is_null(column));
    }
    Some(alternatives)
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
fn of_fact(comparison: Comparison, literal: &Scalar<'_>) -> Option<Vec<Condition>> {
    let value = match literal {
        Scalar::Text(text) => Column::Text(text.to_string()),
        Scalar::Null if comparison == Comparison::Eq => return Some(vec![is_null("value")]),
        literal => match facts::column(literal) {
            Column::Null => return None,
            value => value,
        },
    };
    match comparison {
        Comparison::Ne | Comparison::Contains => Some(vec![always()]),
        comparison => {
            let compared = format!("value {} ?", symbol(comparison)?);
            Some(vec![
                Condition::new(compared, vec![value]),
                is_null("value"),
            ])
        }
    }
}

fn of_text(column: &str, comparison: Comparison, literal: &Scalar<'_>) -> Option<Needle> {
    let Scalar::Text(text) = literal else {
        return None;
    };
    let parameters = vec![Column::Text(text.to_string())];
    let sql = match symbol(comparison) {
        Some(symbol) => format!("{column} {symbol} ?"),
        None if comparison == Comparison::Contains => format!("instr({column}, ?)"),
        None => format!("{column} <> ?"),
    };
    Some(Needle::here(&sql, parameters))
}

fn of_epoch(comparison: Comparison, literal: &Scalar<'_>) -> Option<Needle> {
    let value = match literal {
        Scalar::Integer(_) | Scalar::Float(_) => facts::column(literal),
        _ => return None,
    };
    let symbol = symbol(comparison).filter(|_| value != Column::Null)?;
    Some(Needle::here(&format!("a.epoch {symbol} ?"), vec![value]))
}

/// Times are kept to the microsecond, so the one before and the one behind come into question.
fn of_created(comparison: Comparison, literal: &Scalar<'_>) -> Option<Needle> {
    let Scalar::Time(time) = literal else {
        return None;
    };
    let time = time.as_microsecond();
    let (before, behind) = (Column::Integer(time - 1), Column::Integer(time + 1));
    Some(match comparison {
        Comparison::Eq => Needle::here("a.created BETWEEN ? AND ?", vec![before, behind]),
        Comparison::Lt | Comparison::Le => Needle::here("a.created <= ?", vec![behind]),
        Comparison::Gt | Comparison::Ge => Needle::here("a.created >= ?", vec![before]),
        Comparison::Ne | Comparison::Contains => return None,
    })
}

fn symbol(comparison: Comparison) -> Option<&'static str> {
    match comparison {
        Comparison::Eq => Some("="),
        Comparison::Lt => Some("<"),
        Comparison::Le => Some("<="),
        Comparison::Gt => Some(">"),
        Comparison::Ge => Some(">="),
        Comparison::Ne | Comparison::Contains => None,
    }
}
