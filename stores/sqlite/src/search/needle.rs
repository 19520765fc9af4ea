//! Conditions as SQL asks them.

use rusqlite::types::Value as Column;
use rusqlite::{Transaction, params_from_iter};

use crate::failure::Failure;
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
    /// Whether no other row fulfils it, so that its negation can be asked too, and they be counted.
    is_exact: bool,
}

impl Needle {
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
    pub(super) fn elsewhere(table: &str, key: &str, alternatives: &[Condition]) -> Self {
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
            is_exact: false,
        }
    }

    /// A condition of the aggregate itself.
    pub(super) fn here(condition: impl Into<String>, parameters: Vec<Column>) -> Self {
        let condition = Condition::new(condition, parameters);
        Self {
            tested: condition.clone(),
            listed: condition,
            source: None,
            is_exact: false,
        }
    }

    /// One that no row fulfils.
    pub(super) fn never() -> Self {
        Self {
            source: Some(Condition::new("SELECT 1 WHERE 0", Vec::new())),
            ..Self::here("0", Vec::new()).exact()
        }
    }

    /// The same, which no other row fulfils than those that the query finds.
    pub(super) fn exact(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// Whether no other row fulfils it than those that the query finds.
    pub(super) fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The same, which others may fulfil too.
    pub(super) fn inexact(mut self) -> Self {
        self.is_exact = false;
        self
    }

    /// Whether it does not hold; nothing where that would leave out too much.
    pub(super) fn negated(self) -> Option<Self> {
        let not = |condition: Condition| {
            Condition::new(format!("NOT ({})", condition.sql), condition.parameters)
        };
        self.is_exact.then(|| Self {
            tested: not(self.tested),
            listed: not(self.listed),
            source: None,
            is_exact: true,
        })
    }

    /// Whether all of them hold.
    pub(super) fn all(needles: Vec<Self>) -> Self {
        let mut all = Self {
            tested: joined(&needles, " AND ", |needle| &needle.tested),
            listed: joined(&needles, " AND ", |needle| &needle.listed),
            source: None,
            is_exact: needles.iter().all(|needle| needle.is_exact),
        };
        all.source = needles.into_iter().find_map(|needle| needle.source);
        all
    }

    /// Whether one of them holds.
    pub(super) fn any(needles: &[Self]) -> Self {
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
            tested: joined(needles, " OR ", |needle| &needle.tested),
            listed: joined(needles, " OR ", |needle| &needle.listed),
            source,
            is_exact: needles.iter().all(|needle| needle.is_exact),
        }
    }
}

/// A part of each, with a word between them.
fn joined(needles: &[Needle], word: &str, part: impl Fn(&Needle) -> &Condition) -> Condition {
    let sql: Vec<&str> = needles
        .iter()
        .map(|needle| part(needle).sql.as_str())
        .collect();
    let parameters = needles
        .iter()
        .flat_map(|needle| part(needle).parameters.clone());
    Condition::new(format!("({})", sql.join(word)), parameters.collect())
}
