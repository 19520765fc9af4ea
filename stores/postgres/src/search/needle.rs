//! Conditions of a query, as far as an index answers them.

use tracker_core::chunk::ordered;
use tracker_core::ports::Scope;
use tracker_core::query::{Comparison, Literal, Operand, Pattern, Scalar, Statistic, Target, Tree};

use crate::column::get;
use crate::condition::{Condition, Value};
use crate::facts;
use crate::failure::Failure;
use crate::session::Session;

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
    pub(super) fn of(tree: &Tree, scope: &Scope) -> Vec<Self> {
        let maker = Maker { scope };
        match tree {
            Tree::All(trees) => trees.iter().filter_map(|tree| maker.make(tree)).collect(),
            tree => maker.make(tree).into_iter().collect(),
        }
    }

    /// Whether few rows fulfil it.
    pub(super) fn leaves_few(&self, session: &mut Session) -> Result<bool, Failure> {
        let Some(source) = &self.source else {
            return Ok(false);
        };
        let sql = format!(
            "SELECT count(*) <= {FEW} FROM ({} LIMIT {}) AS few",
            source.sql,
            FEW + 1
        );
        let rows = session.select(&sql, &source.values)?;
        rows.first().map_or(Ok(false), |row| get(row, 0))
    }

    /// A condition of the aggregate itself.
    fn here(sql: impl Into<String>, values: Vec<Value>) -> Self {
        let condition = Condition::new(sql, values);
        Self {
            tested: condition.clone(),
            listed: condition,
            source: None,
        }
    }

    /// Whether one of them holds.
    fn any(needles: &[Self]) -> Self {
        let join = |part: &dyn Fn(&Self) -> &Condition| {
            let parts: Vec<&Condition> = needles.iter().map(part).collect();
            joined(&parts, " OR ", true)
        };
        let sources: Option<Vec<&Condition>> = needles
            .iter()
            .map(|needle| needle.source.as_ref())
            .collect();
        Self {
            tested: join(&|needle| &needle.tested),
            listed: join(&|needle| &needle.listed),
            source: sources.map(|sources| joined(&sources, " UNION ALL ", false)),
        }
    }
}

fn joined(parts: &[&Condition], by: &str, in_brackets: bool) -> Condition {
    let sql: Vec<&str> = parts.iter().map(|part| part.sql.as_str()).collect();
    let sql = sql.join(by);
    let values = parts.iter().flat_map(|part| part.values.clone());
    Condition::new(
        if in_brackets { format!("({sql})") } else { sql },
        values.collect(),
    )
}

struct Maker<'s> {
    scope: &'s Scope,
}

impl Maker<'_> {
    fn make(&self, tree: &Tree) -> Option<Needle> {
        match tree {
            Tree::Compare(field, comparison, Operand::Value(literal)) => {
                self.compare(field.target(), *comparison, literal.scalar())
            }
            Tree::Compare(field, _, Operand::Field(other)) => {
                // Both must be there; the rest is asked of the rows.
                let mut both = [field, other].map(|field| self.exists(field.target()));
                both.iter_mut().find_map(Option::take)
            }
            Tree::In(field, values) => {
                let equals =
                    |value: &Literal| self.compare(field.target(), Comparison::Eq, value.scalar());
                let needles: Option<Vec<Needle>> = values.iter().map(equals).collect();
                needles
                    .filter(|needles| !needles.is_empty())
                    .map(|needles| Needle::any(&needles))
            }
            Tree::Matches(field, pattern) => self.matches(field.target(), pattern),
            Tree::Exists(field) => self.exists(field.target()),
            Tree::Any(trees) => {
                let needles: Option<Vec<Needle>> =
                    trees.iter().map(|tree| self.make(tree)).collect();
                needles.map(|needles| Needle::any(&needles))
            }
            // What lets through too much would leave out too much.
            _ => None,
        }
    }

    fn exists(&self, target: &Target) -> Option<Needle> {
        match target {
            Target::Metric { name, phase, .. } => {
                Some(self.metric(name, phase, &Condition::always()))
            }
            target => self.fact(target, &Condition::always()),
        }
    }

    fn matches(&self, target: &Target, pattern: &Pattern) -> Option<Needle> {
        let column = match target {
            Target::Id => "a.id",
            Target::Name => "a.name",
            Target::Notes => "a.notes",
            target => return self.exists(target),
        };
        let part = vec![Value::text(pattern.text()?)];
        Some(Needle::here(format!("strpos({column}, ?) > 0"), part))
    }

    fn compare(
        &self,
        target: &Target,
        comparison: Comparison,
        literal: &Scalar<'_>,
    ) -> Option<Needle> {
        match target {
            Target::Metric {
                name,
                phase,
                statistic,
            } => {
                let bounds = bounds(indexed(*statistic)?, comparison, literal)?;
                Some(self.metric(name, phase, &bounds))
            }
            Target::Id => of_text("a.id", comparison, literal),
            Target::Name => of_text("a.name", comparison, literal),
            Target::Epoch => of_epoch(comparison, literal),
            Target::Created => of_created(comparison, literal),
            Target::Archived => match (comparison, literal) {
                (Comparison::Eq, Scalar::Bool(true)) => Some(Needle::here("a.archived", vec![])),
                (Comparison::Eq, Scalar::Bool(false)) => {
                    Some(Needle::here("NOT a.archived", vec![]))
                }
                _ => None,
            },
            Target::Status => of_status(comparison, literal),
            target => self.fact(target, &of_fact(comparison, literal)?),
        }
    }

    /// Those with a series of this metric for which this holds.
    fn metric(&self, name: &str, phase: &str, condition: &Condition) -> Needle {
        let key = Condition::new(
            "t.name = ? AND t.phase = ?",
            vec![Value::text(name), Value::text(phase)],
        );
        self.elsewhere("series", key.and(condition))
    }

    /// Those with a fact for which this holds.
    fn fact(&self, target: &Target, condition: &Condition) -> Option<Needle> {
        let field = Value::Text(facts::field(target)?);
        let key = Condition::new("t.field = ?", vec![field]);
        Some(self.elsewhere("facts", key.and(condition)))
    }

    /// Rows `t` of another table that belong to an aggregate.
    fn elsewhere(&self, table: &str, condition: Condition) -> Needle {
        let Condition { sql, values } = condition;
        // Every index begins with the experiment.
        let of = match self.scope {
            Scope::Experiment(id) => Condition::new("t.experiment = ?", vec![Value::Uuid(*id)]),
            _ => Condition::new(
                "t.experiment IN (SELECT experiment FROM experiments)",
                Vec::new(),
            ),
        };
        let mut source = of.and(&Condition::new(sql.as_str(), values.clone()));
        source.sql = format!("SELECT t.aggregate FROM {table} AS t WHERE {}", source.sql);
        Needle {
            tested: Condition::new(
                format!(
                    "EXISTS (SELECT 1 FROM {table} AS t WHERE t.experiment = a.experiment
                         AND t.aggregate = a.aggregate AND {sql})"
                ),
                values,
            ),
            listed: Condition::new(
                format!("a.aggregate IN ({})", source.sql),
                source.values.clone(),
            ),
            source: Some(source),
        }
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

/// What a number of a summary must be. A last value that is no number is asked of the record.
fn bounds(column: &str, comparison: Comparison, literal: &Scalar<'_>) -> Option<Condition> {
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
    let (sql, values) = match comparison {
        Comparison::Eq => ("BETWEEN ? AND ?", vec![least, most]),
        Comparison::Lt | Comparison::Le => ("<= ?", vec![most]),
        Comparison::Gt | Comparison::Ge => (">= ?", vec![least]),
        Comparison::Ne => return None,
    };
    let values = values.into_iter().map(Value::Integer).collect();
    let mut sql = format!("t.{column} {sql}");
    if column == "last_number" {
        sql = format!("({sql} OR t.{column} IS NULL)");
    }
    Some(Condition::new(sql, values))
}

/// What the value of a fact must be; NULL is asked of the record.
fn of_fact(comparison: Comparison, literal: &Scalar<'_>) -> Option<Condition> {
    if matches!(literal, Scalar::Null) && comparison == Comparison::Eq {
        return Some(Condition::new("t.value IS NULL", Vec::new()));
    }
    let value = facts::bytes(literal);
    match (comparison, value) {
        (Comparison::Ne, _) => Some(Condition::always()),
        (comparison, Some(value)) => Some(Condition::new(
            format!("(t.value {} ? OR t.value IS NULL)", inclusive(comparison)?),
            vec![Value::Bytes(value)],
        )),
        (_, None) => None,
    }
}

fn of_text(column: &str, comparison: Comparison, literal: &Scalar<'_>) -> Option<Needle> {
    let Scalar::Text(text) = literal else {
        return None;
    };
    let sql = match comparison {
        Comparison::Ne => format!("{column} <> ?"),
        comparison => format!("{column} {} ?", inclusive(comparison)?),
    };
    Some(Needle::here(sql, vec![Value::text(text)]))
}

/// Those whose newest attempt may stand so. Whether one that has not ended is lost, the store does not
/// know.
fn of_status(comparison: Comparison, literal: &Scalar<'_>) -> Option<Needle> {
    let Scalar::Text(status) = literal else {
        return None;
    };
    let outcome = match (comparison, &**status) {
        (Comparison::Eq, "finished" | "failed") => status.to_string(),
        (Comparison::Eq, "running" | "lost") => "running".to_owned(),
        _ => return None,
    };
    let newest = "(SELECT outcome FROM attempts AS t WHERE t.experiment = a.experiment
         AND t.aggregate = a.aggregate ORDER BY place DESC LIMIT 1) = ?";
    Some(Needle::here(newest, vec![Value::Text(outcome)]))
}

fn of_epoch(comparison: Comparison, literal: &Scalar<'_>) -> Option<Needle> {
    let Scalar::Integer(integer) = literal else {
        return None;
    };
    let epoch = i64::try_from(*integer).ok()?;
    let sql = format!("a.epoch {} ?", inclusive(comparison)?);
    Some(Needle::here(sql, vec![Value::Integer(epoch)]))
}

/// Times are kept to the microsecond, so the one before and the one behind come into question.
fn of_created(comparison: Comparison, literal: &Scalar<'_>) -> Option<Needle> {
    let Scalar::Time(time) = literal else {
        return None;
    };
    let time = time.as_microsecond();
    let (before, behind) = (Value::Integer(time - 1), Value::Integer(time + 1));
    Some(match comparison {
        Comparison::Eq => Needle::here("a.created BETWEEN ? AND ?", vec![before, behind]),
        Comparison::Lt | Comparison::Le => Needle::here("a.created <= ?", vec![behind]),
        Comparison::Gt | Comparison::Ge => Needle::here("a.created >= ?", vec![before]),
        Comparison::Ne => return None,
    })
}

/// A comparison that lets through what is equal, too.
fn inclusive(comparison: Comparison) -> Option<&'static str> {
    match comparison {
        Comparison::Eq => Some("="),
        Comparison::Lt | Comparison::Le => Some("<="),
        Comparison::Gt | Comparison::Ge => Some(">="),
        Comparison::Ne => None,
    }
}
