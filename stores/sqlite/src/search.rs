//! What a search asks of a file: see [`tracker_core::sql`].

use rusqlite::types::Value as Column;
use rusqlite::{Transaction, params, params_from_iter};
use serde_json::json;
use tracker_core::Uuid;
use tracker_core::ports::{Detail, ExperimentRecord, Row, Scope};
use tracker_core::query::{Scalar, Target};
use tracker_core::sql::{Database, Related, Stage};

use crate::aggregates;
use crate::experiments;
use crate::facts::{self, Field};
use crate::failure::Failure;
use crate::rows::{self, Condition};

/// A state of a file. Without facts, only what is in the other tables is answered by SQL.
pub(crate) struct State<'t> {
    pub(crate) transaction: &'t Transaction<'t>,
    pub(crate) has_facts: bool,
}

/// Of one experiment.
const EXPERIMENT: &str = "a.experiment = (SELECT row FROM experiments WHERE uuid = ?)";

impl Database for State<'_> {
    type Value = Column;
    type Failure = Failure;

    const KEY: &'static str = "a.row";
    const UUID: &'static str = "a.uuid";
    const NOTES: &'static str = "a.notes";
    const OWNED: &'static str = "t.aggregate = a.row";
    // In this order whatever SQLite thinks of it.
    const JOIN: &'static str = "CROSS JOIN";
    const APPENDED: &'static str = "t.row";

    fn integer(integer: i64) -> Column {
        Column::Integer(integer)
    }

    fn text(text: &str) -> Column {
        Column::Text(text.to_owned())
    }

    fn uuid(uuid: Uuid) -> Column {
        Column::Blob(uuid.as_bytes().to_vec())
    }

    fn contains(column: &str) -> String {
        format!("instr({column}, ?) > 0")
    }

    fn scope(scope: &Scope) -> Condition {
        let of = |experiment: Option<&Uuid>| match experiment {
            Some(id) => Condition::new(EXPERIMENT, vec![Self::text(&id.to_string())]),
            None => Condition::always(),
        };
        match scope {
            Scope::All => Condition::always(),
            Scope::Experiment(id) => of(Some(id)),
            Scope::Uuids(uuids) => {
                let hex: Vec<String> = uuids.iter().map(|uuid| uuid.simple().to_string()).collect();
                Condition::new(rows::OF_UUIDS, vec![Self::text(&json!(hex).to_string())])
            }
            Scope::Id { experiment, id } => {
                of(experiment.as_ref()).and(&Condition::new("a.id = ?", vec![Self::text(id)]))
            }
            Scope::Prefix { experiment, prefix } => {
                of(experiment.as_ref()).and(&Condition::beginning("a.id", prefix, Self::text))
            }
        }
    }

    fn tested(mut scope: Condition) -> Condition {
        scope.sql = scope.sql.replace("a.experiment = ", "+a.experiment = ");
        scope
    }

    fn fact(value: &Scalar<'_>) -> Option<Column> {
        match value {
            // A longer one than a fact may be is behind it, or before it, all the same.
            Scalar::Text(text) => Some(Self::text(text)),
            value => Some(facts::column(value)).filter(|value| *value != Column::Null),
        }
    }

    fn fact_contains(text: &str) -> Condition {
        Condition::new("instr(t.value, ?) > 0", vec![Self::text(text)])
    }

    fn number(&mut self, asked: &Condition) -> Result<i64, Failure> {
        let mut statement = self.transaction.prepare_cached(&asked.sql)?;
        Ok(statement.query_row(params_from_iter(&asked.values), |row| row.get(0))?)
    }

    fn experiments(&mut self) -> Result<Vec<ExperimentRecord>, Failure> {
        experiments::select(self.transaction, "1", [])
    }

    fn experiments_with(&mut self, name: &str, phase: &str) -> Result<Vec<Uuid>, Failure> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT experiments.uuid FROM experiments
             CROSS JOIN metrics ON metrics.experiment = experiments.row
             WHERE metrics.name = ? AND metrics.phase = ? LIMIT 2",
        )?;
        let mut rows = statement.query([name, phase])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let uuid: String = row.get(0)?;
            found.push(experiments::id(&uuid, "of a metric")?);
        }
        Ok(found)
    }

    fn series(
        &mut self,
        scope: &Scope,
        name: &str,
        phase: &str,
    ) -> Result<Related<Column>, Failure> {
        // There is one for each experiment that has it.
        let mut statement = self.transaction.prepare_cached(
            "SELECT metrics.row FROM experiments
             CROSS JOIN metrics ON metrics.experiment = experiments.row
             WHERE metrics.name = ?1 AND metrics.phase = ?2
                 AND (?3 IS NULL OR experiments.uuid = ?3)",
        )?;
        let experiment = match scope {
            Scope::Experiment(id) => Some(id.to_string()),
            _ => None,
        };
        let rows = statement.query_map(params![name, phase, experiment], |row| row.get(0))?;
        let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;
        let rows: Vec<String> = rows.iter().map(i64::to_string).collect();
        let key = match &rows[..] {
            [only] => format!("t.metric = {only}"),
            rows => format!("t.metric IN ({})", rows.join(", ")),
        };
        Ok(related("series", key))
    }

    fn facts(
        &mut self,
        _scope: &Scope,
        target: &Target,
    ) -> Result<Option<Related<Column>>, Failure> {
        let Some(field) = Field::of(target).filter(|_| self.has_facts) else {
            return Ok(None);
        };
        Ok(Some(match field.row(self.transaction)? {
            Some(row) => related("facts", format!("t.field = {row}")),
            None => related("facts", "false"),
        }))
    }

    fn ordered_facts(
        &mut self,
        scope: &Scope,
        target: &Target,
    ) -> Result<Option<Related<Column>>, Failure> {
        let row = match Field::of(target).filter(|_| self.has_facts) {
            Some(field) => field.row(self.transaction)?,
            None => None,
        };
        match row {
            Some(row) if facts::are_in_order(self.transaction, row)? => self.facts(scope, target),
            _ => Ok(None),
        }
    }

    fn rows(&mut self, condition: &Condition, detail: &Detail) -> Result<Vec<Row>, Failure> {
        rows::read(self.transaction, condition, detail)
    }

    fn fill(&mut self, rows: &mut [Row], detail: &Detail) -> Result<(), Failure> {
        rows::fill(self.transaction, rows, detail)
    }

    /// Each is shown as it is read: mostly few are wanted.
    fn walk(
        &mut self,
        stage: &Stage<Column>,
        detail: &Detail,
        _enough: usize,
        show: &mut dyn FnMut(Row) -> bool,
    ) -> Result<bool, Failure> {
        let sql = format!(
            "{} WHERE {} ORDER BY {}",
            aggregates::select(&stage.from),
            stage.condition.sql,
            stage.order
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let mut found = statement.query(params_from_iter(&stage.condition.values))?;
        while let Some(row) = found.next()? {
            let (number, aggregate) = aggregates::read(row)?;
            let mut row = rows::of(aggregate);
            rows::fill_one(self.transaction, number, &mut row, detail)?;
            if !show(row) {
                break;
            }
        }
        Ok(true)
    }
}

/// Rows of a table, which an index finds by a number that it is told.
fn related(table: &'static str, key: impl Into<String>) -> Related<Column> {
    Related {
        table,
        start: Condition::always(),
        key: Condition::new(key, Vec::new()),
    }
}
