//! What was changed is told to whoever asks again and again, however transactions overlap.

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::Place;
use postgres::Client;
use tracker_core::Uuid;
use tracker_core::ports::{AggregateRecord, Change, ExperimentRecord, Mark, Store, Touch};
use tracker_postgres::PostgresStore;

/// A store with so many aggregates.
fn store(place: &Place, count: usize) -> (PostgresStore, Vec<Uuid>) {
    let store = PostgresStore::open(&place.address).unwrap();
    let experiment = ExperimentRecord::new("digits");
    let mut changes = vec![Change::CreateExperiment(experiment.clone())];
    let mut aggregates = Vec::new();
    for number in 0..count {
        let record = AggregateRecord::new(experiment.id, format!("run-{number}"));
        aggregates.push(record.uuid);
        changes.push(Change::CreateAggregate {
            record,
            modules: Vec::new(),
        });
    }
    let _ = store.apply(&changes, None).unwrap();
    (store, aggregates)
}

fn change(aggregate: Uuid, epoch: u64) -> [Change; 1] {
    [Change::SetEpoch { aggregate, epoch }]
}

fn subjects(touched: &[Touch]) -> Vec<Uuid> {
    let subject = |touch: &Touch| touch.aggregate.unwrap_or(touch.experiment);
    touched.iter().map(subject).collect()
}

/// Whether a transaction waits for a row of this store.
fn is_waited(client: &mut Client) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_locks AS waiting
         WHERE NOT granted AND pg_blocking_pids(pid) && ARRAY(
             SELECT pid FROM pg_locks WHERE relation = 'aggregates'::regclass))";
    client.query_one(sql, &[]).unwrap().get(0)
}

#[test]
fn nothing_is_missed_of_the_older_of_two_that_ends_last() {
    let place = Place::new();
    let (store, aggregates) = store(&place, 2);
    let before = store.newest_change().unwrap();
    let (mut other, mut watcher) = (place.client(), place.client());
    other
        .batch_execute("BEGIN; SELECT 1 FROM aggregates WHERE id = 'run-0' FOR UPDATE")
        .unwrap();
    let (early, newest) = std::thread::scope(|scope| {
        let (store, older) = (&store, aggregates[0]);
        // It has its number with its mark, and then waits.
        let mark = Mark {
            journal: Uuid::new_v4(),
            position: 1,
        };
        let older = scope.spawn(move || store.apply(&change(older, 1), Some(mark)));
        while !is_waited(&mut watcher) {
            std::thread::yield_now();
        }
        let _ = store.apply(&change(aggregates[1], 1), None).unwrap();
        let early = store.changes_after(before, 10).unwrap();
        let newest = store.newest_change().unwrap();
        other.batch_execute("COMMIT").unwrap();
        older.join().unwrap().unwrap().complete().unwrap();
        (early, newest)
    });
    assert_eq!(early, [], "the older one would be missed");
    assert!(newest >= before, "numbers rise");
    for last in [before, newest] {
        let touched = store.changes_after(last, 10).unwrap();
        assert_eq!(subjects(&touched), aggregates);
    }
}

#[test]
fn whoever_does_not_write_to_the_store_keeps_nothing_back() {
    let place = Place::new();
    let (store, aggregates) = store(&place, 1);
    let before = store.newest_change().unwrap();
    let mut other = place.client();
    other
        .batch_execute("BEGIN; SELECT pg_current_xact_id(); SAVEPOINT a; CREATE TEMP TABLE b ()")
        .unwrap();
    let _ = store.apply(&change(aggregates[0], 1), None).unwrap();
    let touched = store.changes_after(before, 10).unwrap();
    assert_eq!(subjects(&touched), aggregates);
    assert_eq!(store.newest_change().unwrap(), touched[0].number);
    other.batch_execute("ROLLBACK").unwrap();
}

#[test]
fn whoever_asks_again_is_told_all_that_many_change() {
    const WRITERS: usize = 6;
    const CALLS: u64 = 150;
    let place = Place::new();
    let (store, aggregates) = store(&place, WRITERS * 3);
    let running = AtomicUsize::new(WRITERS);
    let mut told = BTreeMap::new();
    std::thread::scope(|scope| {
        let (store, running) = (&store, &running);
        for own in aggregates.chunks(3) {
            scope.spawn(move || {
                for call in 0..CALLS {
                    // Some are changed in one transaction, and some stay behind early.
                    let last = if call < CALLS / 2 { 3 } else { 1 };
                    let changes: Vec<_> = own[..last]
                        .iter()
                        .flat_map(|uuid| change(*uuid, call))
                        .collect();
                    let _ = store.apply(&changes, None).unwrap();
                }
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        let mut last = 0;
        loop {
            let is_over = running.load(Ordering::SeqCst) == 0;
            let touched = store.changes_after(last, 5).unwrap();
            for touch in &touched {
                assert!(touch.number > last, "numbers rise");
                last = touch.number;
                told.insert(touch.aggregate, touch.number);
            }
            if is_over && touched.is_empty() {
                break;
            }
        }
    });
    let all = store.changes_after(0, usize::MAX).unwrap();
    let newest: BTreeMap<_, _> = all
        .iter()
        .map(|touch| (touch.aggregate, touch.number))
        .collect();
    assert_eq!(told, newest);
    assert_eq!(newest.len(), aggregates.len() + 1);
}

/// As after a restore: the numbers of its transactions are smaller there.
#[test]
fn numbers_go_on_rising_on_another_server() {
    let place = Place::new();
    let (store, aggregates) = store(&place, 1);
    let mut client = place.client();
    let sql = "UPDATE touches SET number = number + (1::bigint << 50)";
    client.execute(sql, &[]).unwrap();
    drop(store);
    let store = PostgresStore::open(&place.address).unwrap();
    let before = store.newest_change().unwrap();
    assert!(before > 1 << 50, "what was told is told");
    let _ = store.apply(&change(aggregates[0], 1), None).unwrap();
    let touched = store.changes_after(before, 10).unwrap();
    assert_eq!(subjects(&touched), aggregates);
    drop(store);
    let store = PostgresStore::open(&place.address).unwrap();
    assert_eq!(store.newest_change().unwrap(), touched[0].number);
}

/// As those do that find no place in a transaction any more.
#[test]
fn what_shares_a_number_is_told_together() {
    let place = Place::new();
    let (store, aggregates) = store(&place, 3);
    let sql = "UPDATE touches SET number = 1";
    place.client().execute(sql, &[]).unwrap();
    let touched = store.changes_after(0, 1).unwrap();
    assert_eq!(touched.len(), aggregates.len() + 1);
}

#[test]
fn what_is_removed_twice_is_told_once_as_gone() {
    let place = Place::new();
    let (store, aggregates) = store(&place, 2);
    let before = store.newest_change().unwrap();
    let experiment = store.experiments().unwrap()[0].id;
    let remove = Change::RemoveExperiment { experiment };
    let [set] = change(aggregates[0], 1);
    let changes = [set, remove.clone(), remove.clone()];
    let _ = store.apply(&changes, None).unwrap();
    let touched = store.changes_after(0, 10).unwrap();
    assert_eq!(subjects(&touched), [experiment]);
    assert!(touched[0].removed && touched[0].number > before);
    let _ = store.apply(&[remove], None).unwrap();
    assert_eq!(store.newest_change().unwrap(), touched[0].number);
}
