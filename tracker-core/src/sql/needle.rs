//! Conditions of a query, as SQL asks them.

use super::Database;
use super::condition::Condition;

/// So few rows are read at once rather than walked past.
const FEW: usize = 2_000;

/// Rows `t` of another table that belong to aggregates, one at most to each.
#[derive(Clone, Debug)]
pub struct Related<V> {
    /// The table.
    pub table: &'static str,
    /// What an index begins with that lists them.
    pub start: Condition<V>,
    /// Which rows are meant, beside `start`.
    pub key: Condition<V>,
}

impl<V: Clone> Related<V> {
    /// The aggregates of those for which a condition holds too.
    fn listed(&self, condition: &Condition<V>) -> Condition<V> {
        let mut listed = self.start.clone().and(&self.key).and(condition);
        listed.sql = format!(
            "SELECT t.aggregate FROM {} AS t WHERE {}",
            self.table, listed.sql
        );
        listed
    }

    /// Whether an aggregate has one for which a condition holds too.
    pub(super) fn tested<D: Database<Value = V>>(&self, condition: &Condition<V>) -> Condition<V> {
        let mut tested = self.key.clone().and(condition);
        tested.sql = format!(
            "EXISTS (SELECT 1 FROM {} AS t WHERE {} AND {})",
            self.table,
            D::OWNED,
            tested.sql
        );
        tested
    }
}

/// Conditions that all must hold, and whether they are all that must.
pub(super) type Needles<V> = (Vec<Needle<V>>, bool);

/// A condition that every row fulfils which the query finds, and perhaps some others.
pub(super) struct Needle<V> {
    /// The condition asked of one row after the other.
    pub(super) tested: Condition<V>,
    /// The same as a list of the rows for which it holds.
    pub(super) listed: Condition<V>,
    /// What lists the rows one by one; none where no index does.
    source: Option<Condition<V>>,
    /// Whether no other row fulfils it, so that its negation can be asked too, and they be counted.
    is_exact: bool,
}

impl<V: Clone> Needle<V> {
    /// Whether few rows fulfil it.
    pub(super) fn leaves_few<D: Database<Value = V>>(
        &self,
        database: &mut D,
    ) -> Result<bool, D::Failure> {
        let Some(source) = &self.source else {
            return Ok(false);
        };
        let sql = format!(
            "SELECT count(*) FROM ({} LIMIT {}) AS few",
            source.sql,
            FEW + 1
        );
        let found = database.number(&Condition::new(sql, source.values.clone()))?;
        Ok(usize::try_from(found).is_ok_and(|found| found <= FEW))
    }

    /// Those that have a row of another table for which one of these holds; each of them an index
    /// answers.
    pub(super) fn related<D: Database<Value = V>>(
        related: &Related<V>,
        alternatives: &[Condition<V>],
    ) -> Self {
        let any = Condition::joined(alternatives.iter(), " OR ").in_brackets();
        let sources: Vec<_> = alternatives.iter().map(|one| related.listed(one)).collect();
        let source = Condition::joined(sources.iter(), " UNION ALL ");
        let mut listed = source.clone();
        listed.sql = format!("{} IN ({})", D::KEY, source.sql);
        Self {
            tested: related.tested::<D>(&any),
            listed,
            source: Some(source),
            is_exact: false,
        }
    }

    /// A condition of the aggregate itself.
    pub(super) fn here(condition: impl Into<String>, values: Vec<V>) -> Self {
        let condition = Condition::new(condition, values);
        Self {
            tested: condition.clone(),
            listed: condition,
            source: None,
            is_exact: false,
        }
    }

    /// One that no row fulfils.
    pub(super) fn never<D: Database<Value = V>>() -> Self {
        let none = format!("SELECT {} FROM aggregates AS a WHERE false", D::KEY);
        Self {
            source: Some(Condition::new(none, Vec::new())),
            ..Self::here("false", Vec::new()).exact()
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

    /// The same, without a list of the rows: it leaves as many as there are.
    pub(super) fn unlisted(mut self) -> Self {
        self.source = None;
        self
    }

    /// Whether it does not hold; nothing where that would leave out too much.
    pub(super) fn negated(self) -> Option<Self> {
        let not = |condition: Condition<V>| {
            Condition::new(format!("NOT ({})", condition.sql), condition.values)
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
        let join = |part: fn(&Self) -> &Condition<V>| {
            Condition::joined(needles.iter().map(part), " AND ").in_brackets()
        };
        Self {
            tested: join(|needle| &needle.tested),
            listed: join(|needle| &needle.listed),
            is_exact: needles.iter().all(Self::is_exact),
            source: needles.into_iter().find_map(|needle| needle.source),
        }
    }

    /// Whether one of them holds.
    pub(super) fn any(needles: &[Self]) -> Self {
        let join = |part: fn(&Self) -> &Condition<V>| {
            Condition::joined(needles.iter().map(part), " OR ").in_brackets()
        };
        let sources: Option<Vec<&Condition<V>>> = needles
            .iter()
            .map(|needle| needle.source.as_ref())
            .collect();
        Self {
            tested: join(|needle| &needle.tested),
            listed: join(|needle| &needle.listed),
            source: sources.map(|sources| Condition::joined(sources.into_iter(), " UNION ALL ")),
            is_exact: needles.iter().all(Self::is_exact),
        }
    }
}
