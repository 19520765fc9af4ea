//! What a search asks of the database: see [`tracker_core::sql`].

use tracker_core::Uuid;
use tracker_core::ports::{Detail, ExperimentRecord, Row, Scope};
use tracker_core::query::{Scalar, Target};
use tracker_core::sql::{Database, Related, Stage};

use crate::column::get;
use crate::condition::{Condition, Value};
use crate::experiments;
use crate::facts;
use crate::failure::Failure;
use crate::rows;
use crate::session::Session;
use crate::text::column as stored;

impl Database for Session {
    type Value = Value;
    type Failure = Failure;

    const KEY: &'static str = "a.aggregate";
    const UUID: &'static str = "a.aggregate";
    const NOTES: &'static str = "a.notes COLLATE \"C\"";
    const OWNED: &'static str = "t.experiment = a.experiment AND t.aggregate = a.aggregate";
    const JOIN: &'static str = "JOIN";
    const APPENDED: &'static str = "t.place";

    fn integer(integer: i64) -> Value {
        Value::Integer(integer)
    }

    fn text(text: &str) -> Value {
        Value::text(text)
    }

    fn uuid(uuid: Uuid) -> Value {
        Value::Uuid(uuid)
    }

    fn contains(column: &str) -> String {
        format!("strpos({column}, ?) > 0")
    }

    fn scope(scope: &Scope) -> Condition {
        let of = |experiment: &Option<Uuid>| match experiment {
            Some(id) => Condition::new("a.experiment = ?", vec![Value::Uuid(*id)]),
            None => Condition::always(),
        };
        match scope {
            Scope::All => Condition::always(),
            Scope::Experiment(id) => of(&Some(*id)),
            Scope::Uuids(uuids) => {
                Condition::new("a.aggregate = ANY(?)", vec![Value::Uuids(uuids.clone())])
            }
            Scope::Id { experiment, id } => {
                of(experiment).and(&Condition::new("a.id = ?", vec![Value::text(id)]))
            }
            Scope::Prefix { experiment, prefix } => {
                of(experiment).and(&Condition::beginning("a.id", prefix, Value::text))
            }
        }
    }

    fn fact(value: &Scalar<'_>) -> Option<Value> {
        facts::bytes(value).map(Value::Bytes)
    }

    fn fact_contains(text: &str) -> Condition {
        let bytes = Value::Bytes(text.as_bytes().to_vec());
        Condition::new("position(? IN t.value) > 0", vec![bytes])
    }

    fn number(&mut self, asked: &Condition) -> Result<i64, Failure> {
        let rows = self.select(&asked.sql, &asked.values)?;
        rows.first().map_or(Ok(0), |row| get(row, 0))
    }

    fn experiments(&mut self) -> Result<Vec<ExperimentRecord>, Failure> {
        experiments::all(self)
    }

    fn experiments_with(&mut self, name: &str, phase: &str) -> Result<Vec<Uuid>, Failure> {
        let rows = self.query(
            "SELECT experiment FROM experiments AS e WHERE EXISTS (SELECT 1 FROM series AS s
                 WHERE s.experiment = e.experiment AND s.name = $1 AND s.phase = $2)
             LIMIT 2",
            &[&stored(name), &stored(phase)],
        )?;
        rows.iter().map(|row| get(row, 0)).collect()
    }

    fn series(
        &mut self,
        scope: &Scope,
        name: &str,
        phase: &str,
    ) -> Result<Related<Value>, Failure> {
        Ok(Related {
            table: "series",
            start: start(scope),
            key: Condition::new(
                "t.name = ? AND t.phase = ?",
                vec![Value::text(name), Value::text(phase)],
            ),
        })
    }

    fn facts(&mut self, scope: &Scope, target: &Target) -> Result<Option<Related<Value>>, Failure> {
        Ok(facts::field(target).map(|field| Related {
            table: "facts",
            start: start(scope),
            key: Condition::new("t.field = ?", vec![Value::Text(field)]),
        }))
    }

    fn rows(&mut self, condition: &Condition, detail: &Detail) -> Result<Vec<Row>, Failure> {
        rows::read(self, condition, detail)
    }

    fn fill(&mut self, rows: &mut [Row], detail: &Detail) -> Result<(), Failure> {
        rows::fill_modules(self, detail, rows)?;
        rows::fill(self, detail, rows)
    }

    fn walk(
        &mut self,
        stage: &Stage<Value>,
        detail: &Detail,
        enough: usize,
        show: &mut dyn FnMut(Row) -> bool,
    ) -> Result<bool, Failure> {
        let order = format!("{} LIMIT {enough}", stage.order);
        let mut rows = rows::select(self, &stage.from, &stage.condition, detail, &order)?;
        let is_all = rows.len() < enough;
        rows::fill(self, detail, &mut rows)?;
        Ok(rows.into_iter().all(&mut *show) && is_all)
    }
}

/// Every index begins with the experiment.
fn start(scope: &Scope) -> Condition {
    match scope {
        Scope::Experiment(id) => Condition::new("t.experiment = ?", vec![Value::Uuid(*id)]),
        _ => Condition::new(
            "t.experiment IN (SELECT experiment FROM experiments)",
            Vec::new(),
        ),
    }
}
