//! Histories for charts: what is thinned while it is decoded is what is thinned of all points.

use proptest::prelude::*;
use proptest::sample::select;
use tracker_core::ports::{AggregateRecord, Axis, Change, ExperimentRecord, Histories, Store};
use tracker_core::{MemoryStore, Micros, Moment, Series, Uuid};
use tracker_sqlite::SqliteStore;

/// How a history grows from a point to the next: epoch, step and time.
fn any_growth() -> impl Strategy<Value = [i64; 3]> {
    prop_oneof![
        4 => (0..2_i64, 0..4_i64, 0..9_i64).prop_map(|(epoch, step, time)| [epoch, step, time]),
        1 => Just([1, -3, 5]),
        1 => Just([0, 1, -2]),
    ]
}

fn series(count: usize, growth: &[[i64; 3]], odd: &[f64]) -> Series {
    let mut series = Series::new("loss", "train");
    let mut at = [0_i64; 3];
    for index in 0..count {
        let grown = growth[index % growth.len()];
        for (place, by) in at.iter_mut().zip(grown) {
            *place += by;
        }
        let moment = Moment {
            epoch: at[0].unsigned_abs(),
            step: at[1],
            time: Micros::new(at[2]).unwrap(),
        };
        // A wave, with something odd in it now and then.
        #[expect(clippy::cast_precision_loss, reason = "it is small")]
        let number = (index as f64 / 50.0).sin();
        let is_odd = index % 331 == 7;
        series.push_number(
            moment,
            if is_odd {
                odd[index % odd.len()]
            } else {
                number
            },
        );
    }
    series
}

/// Both stores with the same points, which came in several steps.
fn filled(folder: &tempfile::TempDir, parts: &[Series]) -> (SqliteStore, MemoryStore, Uuid) {
    let sqlite = SqliteStore::open(folder.path().join("runs.db")).unwrap();
    let memory = MemoryStore::default();
    let experiment = ExperimentRecord::new("digits");
    let record = AggregateRecord::new(experiment.id, "run");
    let aggregate = record.uuid;
    let mut changes = vec![
        Change::CreateExperiment(experiment),
        Change::CreateAggregate {
            record,
            modules: Vec::new(),
        },
    ];
    changes.extend(parts.iter().map(|part| Change::AddPoints {
        aggregate,
        series: vec![part.clone()],
    }));
    for change in changes {
        for store in [&sqlite as &dyn Store, &memory] {
            let _ = store.apply(std::slice::from_ref(&change), None).unwrap();
        }
    }
    (sqlite, memory, aggregate)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn sqlite_thins_as_memory_does(
        count in 1_100..6_000_usize,
        growth in prop::collection::vec(any_growth(), 1..3),
        odd in prop::collection::vec(
            select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 9.0, -9.0]), 1..4),
        more in 0..900_usize,
        from in prop::option::of(-50..4_000_i64),
        to in prop::option::of(0..12_000_i64),
        most in prop::option::weighted(0.9, 1..900_usize),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let whole = series(count + more, &growth, &odd);
        let mut parts = [Series::new("loss", "train"), Series::new("loss", "train")];
        for index in 0..whole.len() {
            parts[usize::from(index >= count)].push_from(&whole, index);
        }
        let (sqlite, memory, aggregate) = filled(&folder, &parts);
        for axis in [Axis::Step, Axis::Epoch, Axis::Time] {
            let wanted = Histories {
                axis,
                from,
                to,
                most,
                ..Histories::of(aggregate, "loss", "train")
            };
            let (found, expected) =
                (sqlite.histories(&wanted).unwrap(), memory.histories(&wanted).unwrap());
            prop_assert_eq!(found, expected, "along {:?}", axis);
        }
    }
}

#[test]
fn a_long_history_is_thinned_on_several_threads() {
    let folder = tempfile::tempdir().unwrap();
    let whole = series(250_000, &[[0, 1, 7]], &[f64::NAN, 1e9, f64::NEG_INFINITY]);
    let (sqlite, memory, aggregate) = filled(&folder, &[whole]);
    let wanted = Histories::of(aggregate, "loss", "train").most(2_000);
    let found = sqlite.histories(&wanted).unwrap();
    assert_eq!(found, memory.histories(&wanted).unwrap());
    assert!(found[0].series.len() <= 2_000);
}
