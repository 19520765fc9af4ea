//! Rows are locked in one order, and what is broken off because others came in the way is done once
//! more.

mod common;

use common::{Place, Server};
use postgres::Client;
use tracker_core::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Mark, Scope, Store};
use tracker_core::{Moment, Series, Uuid};
use tracker_postgres::PostgresStore;

/// A store with so many aggregates, each in an experiment of its own or all in one.
fn store(place: &Place, count: usize, in_one: bool) -> (PostgresStore, Vec<Uuid>) {
    let store = PostgresStore::open(&place.address).unwrap();
    let mut experiments: Vec<ExperimentRecord> = Vec::new();
    let mut changes = Vec::new();
    let mut aggregates = Vec::new();
    for number in 0..count {
        if experiments.is_empty() || !in_one {
            let experiment = ExperimentRecord::new(format!("experiment-{number}"));
            changes.push(Change::CreateExperiment(experiment.clone()));
            experiments.push(experiment);
        }
        let experiment = experiments[experiments.len() - 1].id;
        let record = AggregateRecord {
            // Of no order.
            uuid: Uuid::new_v4(),
            ..AggregateRecord::new(experiment, format!("run-{number}"))
        };
        aggregates.push(record.uuid);
        changes.push(Change::CreateAggregate {
            record,
            modules: Vec::new(),
        });
    }
    let _ = store.apply(&changes, None).unwrap();
    (store, aggregates)
}

fn point(aggregate: Uuid) -> Change {
    let mut series = Series::new("loss", "");
    series.push_number(Moment::default(), 0.5);
    Change::AddPoints {
        aggregate,
        series: vec![series],
    }
}

fn log(server: &Server) -> String {
    std::fs::read_to_string(server.folder().join("log")).unwrap()
}

#[test]
fn changes_of_many_runs_never_wait_for_each_other() {
    const THREADS: usize = 8;
    const CALLS: usize = 60;
    let server = Server::start(&["-c", "deadlock_timeout=5ms"]);
    for in_one in [true, false] {
        let place = Place::on(&server.address);
        let (store, aggregates) = store(&place, 6, in_one);
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (store, aggregates) = (&store, &aggregates);
                scope.spawn(move || {
                    for call in 0..CALLS {
                        // Each names them in another order.
                        let mut order = aggregates.clone();
                        order.rotate_left((thread + call) % aggregates.len());
                        if thread % 2 == 0 {
                            order.reverse();
                        }
                        let changes: Vec<Change> = order.into_iter().map(point).collect();
                        let _ = store.apply(&changes, None).unwrap();
                    }
                });
            }
        });
        let rows = store.rows(&Scope::All, &Detail::ALL).unwrap();
        let expected = u64::try_from(THREADS * CALLS).unwrap();
        assert!(rows.iter().all(|row| row.summaries[0].count == expected));
    }
    assert!(!log(&server).contains("deadlock detected"));
}

#[test]
fn what_a_deadlock_has_broken_off_is_done_once_more() {
    let server = Server::start(&["-c", "deadlock_timeout=100ms"]);
    let place = Place::on(&server.address);
    let (store, mut aggregates) = store(&place, 2, true);
    aggregates.sort_unstable();
    let lock = |client: &mut Client, aggregate: Uuid| {
        let sql = "SELECT 1 FROM aggregates WHERE aggregate = $1 FOR UPDATE";
        client.query(sql, &[&aggregate])
    };
    let waits = |client: &mut Client| {
        let sql = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)";
        client.query_one(sql, &[]).unwrap().get::<_, bool>(0)
    };
    let changes: Vec<Change> = aggregates.iter().copied().map(point).collect();
    let journal = Uuid::new_v4();
    // It locks against the order. Who waits looks once for a deadlock; where the store has looked
    // before there is one, the other is broken off, and both begin again.
    let (mut other, mut watcher) = (place.client(), place.client());
    let wait_longer = "SET deadlock_timeout TO '2s'";
    other.batch_execute(wait_longer).unwrap();
    let mut rounds = 0;
    let mut store_was_broken_off = false;
    while !store_was_broken_off {
        rounds += 1;
        let mark = Mark {
            journal,
            position: rounds,
        };
        other.batch_execute("BEGIN").unwrap();
        lock(&mut other, aggregates[1]).unwrap();
        std::thread::scope(|scope| {
            let apply = scope.spawn(|| store.apply(&changes, Some(mark)));
            while !waits(&mut watcher) {
                std::thread::yield_now();
            }
            store_was_broken_off = lock(&mut other, aggregates[0]).is_ok();
            other.batch_execute("ROLLBACK").unwrap();
            apply.join().unwrap().unwrap().complete().unwrap();
        });
    }
    assert!(log(&server).contains("deadlock detected"));
    let rows = store.rows(&Scope::All, &Detail::ALL).unwrap();
    assert!(rows.iter().all(|row| row.summaries[0].count == rounds));
}

/// One experiment is removed while others create runs in it and add points to them.
#[test]
fn an_experiment_is_removed_while_others_fill_it() {
    const CALLS: usize = 40;
    let server = Server::start(&["-c", "deadlock_timeout=5ms"]);
    let place = Place::on(&server.address);
    let (store, _) = store(&place, 1, true);
    let experiment = ExperimentRecord::new("digits");
    let create = [Change::CreateExperiment(experiment.clone())];
    std::thread::scope(|scope| {
        let (store, experiment, create) = (&store, &experiment, &create);
        for _ in 0..4 {
            scope.spawn(move || {
                for _ in 0..CALLS {
                    let record = AggregateRecord::new(experiment.id, Uuid::new_v4().to_string());
                    let aggregate = record.uuid;
                    let modules = Vec::new();
                    // It is refused while the experiment is not there.
                    let made = store.apply(&[Change::CreateAggregate { record, modules }], None);
                    if made.is_ok() {
                        let _ = store.apply(&[point(aggregate)], None).unwrap();
                    }
                }
            });
        }
        let remove = [Change::RemoveExperiment {
            experiment: experiment.id,
        }];
        for _ in 0..CALLS {
            let _ = store.apply(create, None).unwrap();
            let _ = store.apply(&remove, None).unwrap();
        }
    });
    assert!(!log(&server).contains("deadlock detected"));
    assert_eq!(store.check().unwrap(), [""; 0]);
    for table in ["aggregates", "series", "chunks", "facts"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE experiment = $1");
        let row = place.client().query_one(&sql, &[&experiment.id]).unwrap();
        assert_eq!(row.get::<_, i64>(0), 0, "rows are left in `{table}`");
    }
}
