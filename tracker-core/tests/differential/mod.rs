//! Whatever is done to a store, it answers as the store in memory does.
//!
//! The tests of the crates that bring stores take this file in.

mod changes;

use std::fmt::Debug;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use tracker_core::ports::{
    AggregateRecord, Axis, Change, Detail, ExperimentRecord, Histories, Mark, Scope, Search, Store,
};
use tracker_core::{MemoryStore, Query, Result, Uuid};

use changes::{KINDS, SERIES, aggregates, any_change, any_mark, experiments};

/// The changes of one call, and the mark.
type Call = (Vec<Change>, Option<Mark>);

fn any_call() -> impl Strategy<Value = Call> {
    let changes = prop_oneof![
        4 => prop::collection::vec(any_change(), 1),
        1 => prop::collection::vec(any_change(), 0..4),
    ];
    (changes, any_mark())
}

/// The experiment and the two aggregates to begin with: else hardly any call would find one.
fn beginning() -> Vec<Call> {
    let [experiment, _] = experiments();
    let create = |uuid, id| Change::CreateAggregate {
        record: AggregateRecord {
            uuid,
            ..AggregateRecord::new(experiment, id)
        },
        modules: Vec::new(),
    };
    let [a, b, _] = aggregates();
    let changes = vec![
        Change::CreateExperiment(ExperimentRecord {
            id: experiment,
            ..ExperimentRecord::new("digits")
        }),
        create(b, "b"),
        create(a, "a"),
    ];
    vec![(changes, None)]
}

/// The answer as text: errors, too, must say the same.
fn answer<T: Debug>(answer: Result<T>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => error.to_string(),
    }
}

/// What the reading calls answer.
fn answers(store: &dyn Store, detail: &Detail, wanted: &Histories) -> Vec<String> {
    let mut answers = vec![answer(store.experiments()), answer(store.histories(wanted))];
    for name in ["digits", "letters"] {
        answers.push(answer(store.experiment(name)));
    }
    let mut scopes = vec![Scope::All, Scope::Uuids(aggregates().to_vec())];
    for experiment in experiments() {
        answers.push(answer(store.experiment_by_id(experiment)));
        answers.push(answer(store.position(experiment)));
        scopes.push(Scope::Experiment(experiment));
        for experiment in [None, Some(experiment)] {
            let (id, prefix) = ("a".to_owned(), "b".to_owned());
            scopes.push(Scope::Id { experiment, id });
            scopes.push(Scope::Prefix { experiment, prefix });
        }
    }
    let query = Query::new().limit(2);
    for scope in scopes {
        answers.push(answer(store.rows(&scope, &Detail::ALL)));
        answers.push(answer(store.rows(&scope, detail)));
        let search = Search {
            scope,
            query: &query,
            detail: detail.clone(),
        };
        answers.push(answer(store.search(&search).map(|page| page.items)));
    }
    for aggregate in aggregates() {
        answers.push(answer(store.iterations(aggregate)));
        answers.push(answer(store.attempts(aggregate)));
        answers.push(answer(store.artifacts(aggregate)));
        for (name, phase) in SERIES {
            answers.push(answer(store.history(aggregate, name, phase)));
        }
    }
    answers
}

fn any_detail() -> impl Strategy<Value = Detail> {
    let kinds = prop::collection::vec(select(KINDS.to_vec()).prop_map(str::to_owned), 0..3);
    let series = select(SERIES.to_vec());
    let series = series.prop_map(|(name, phase)| (name.to_owned(), phase.to_owned()));
    let series = prop::collection::vec(series, 0..3);
    (prop::option::of(kinds), prop::option::of(series)).prop_map(|(modules, series)| Detail {
        modules,
        series,
        ..Detail::ALL
    })
}

fn any_histories() -> impl Strategy<Value = Histories> {
    let axis = select(vec![Axis::Step, Axis::Epoch, Axis::Time]);
    let end = || prop::option::of(-3..3_i64);
    let most = prop::option::of(1..20_usize);
    (axis, end(), end(), most).prop_map(|(axis, from, to, most)| {
        let series = SERIES.map(|(name, phase)| (name.to_owned(), phase.to_owned()));
        Histories {
            aggregates: aggregates().to_vec(),
            series: series.to_vec(),
            axis,
            from,
            to,
            most,
        }
    })
}

/// Makes the same changes to the store in memory and to one from `open`, which is given the path of
/// a file that does not exist yet, and once more when it does.
pub(crate) fn answers_as_memory(cases: u32, open: impl Fn(&Path) -> Box<dyn Store>) {
    let calls = prop::collection::vec(any_call(), 1..30);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(calls in calls, detail in any_detail(), wanted in any_histories())| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let store = open(&path);
        let memory = MemoryStore::default();
        for (changes, mark) in beginning().iter().chain(&calls) {
            // Names that no handle takes come from other programs.
            let (expected, found) = (memory.apply(changes, *mark), store.copy(changes, *mark));
            prop_assert_eq!(answer(found), answer(expected), "{:?} {:?}", changes, mark);
        }
        store.sync().unwrap();
        // As it answers, and as another answers that opens the same file.
        let again = open(&path);
        for store in [&store, &again] {
            let found = answers(&**store, &detail, &wanted);
            for (found, expected) in found.iter().zip(answers(&memory, &detail, &wanted)) {
                prop_assert!(*found == expected, "found {found}\nexpected {expected}");
            }
            prop_assert_eq!(store.check().unwrap(), [""; 0]);
        }
    });
}

/// As many ids, one after the other.
fn numbered<const N: usize>(first: u128) -> [Uuid; N] {
    std::array::from_fn(|at| Uuid::from_u128(first + at as u128))
}
