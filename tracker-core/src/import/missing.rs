//! What a source has and a target has not.

use std::collections::{BTreeMap, HashMap};

use registry_core::Hash;

use crate::ports::{AggregateRecord, Change};
use crate::records::{Annotation, Annotations, Iteration, ModuleRecord, Series};

/// What stands in the source under names that the target has not.
pub(super) fn missing<T: Clone>(
    source: &BTreeMap<String, T>,
    target: &BTreeMap<String, T>,
) -> Vec<(String, T)> {
    let missing = source
        .iter()
        .filter(|(name, _)| !target.contains_key(*name));
    missing
        .map(|(name, item)| (name.clone(), item.clone()))
        .collect()
}

/// The tags that are not there, and the notes where there are none.
pub(super) fn missing_annotations(source: &Annotations, target: &Annotations) -> Vec<Annotation> {
    let tags = source.tags.iter();
    let tags = tags.filter(|(tag, _)| !target.tags.contains_key(*tag));
    let tags = tags.map(|(tag, value)| Annotation::SetTag {
        tag: tag.clone(),
        value: value.clone(),
    });
    let notes = target.notes.is_empty() && !source.notes.is_empty();
    tags.chain(notes.then(|| Annotation::SetNotes(source.notes.clone())))
        .collect()
}

/// What the aggregate of the source has, and the one in the target has not.
pub(super) fn changes_of(source: &AggregateRecord, target: &AggregateRecord) -> Vec<Change> {
    let aggregate = target.uuid;
    let mut changes = Vec::new();
    if target.epoch < source.epoch {
        changes.push(Change::SetEpoch {
            aggregate,
            epoch: source.epoch,
        });
    }
    if target.name.is_empty() && !source.name.is_empty() {
        changes.push(Change::NameAggregate {
            aggregate,
            name: source.name.clone(),
        });
    }
    for annotation in missing_annotations(&source.annotations, &target.annotations) {
        changes.push(Change::Annotate {
            aggregate,
            annotation,
        });
    }
    for (name, value) in missing(&source.params, &target.params) {
        changes.push(Change::SetParam {
            aggregate,
            name,
            value,
        });
    }
    for (metric, definition) in missing(&source.definitions, &target.definitions) {
        changes.push(Change::DefineMetric {
            aggregate,
            metric,
            definition,
        });
    }
    changes
}

/// The modules that must be put, in order, so that those of each kind have been in use in the order
/// of the source, and the newest to the epoch of the source at least.
pub(super) fn missing_modules<'s>(
    source: &'s [ModuleRecord],
    target: &[ModuleRecord],
) -> Vec<&'s ModuleRecord> {
    // For each kind those of the target that have not been met yet; none once one is missing.
    let mut later: HashMap<&str, Vec<&ModuleRecord>> = HashMap::new();
    for module in target.iter().rev() {
        later.entry(&module.kind).or_default().push(module);
    }
    let mut missing = Vec::new();
    for module in source {
        let later = later.entry(&module.kind).or_default();
        match later
            .iter()
            .rposition(|other| other.hash() == module.hash())
        {
            // Only the newest of a kind can be changed; that is the first in the list.
            Some(place) => {
                if place == 0 && module.epoch >= later[0].epoch && module != later[0] {
                    missing.push(module);
                }
                later.truncate(place.max(1));
            }
            None => {
                later.clear();
                missing.push(module);
            }
        }
    }
    missing
}

/// The iterations that are not there, or only of an earlier epoch.
pub(super) fn missing_iterations<'s>(
    source: &'s [Iteration],
    target: &[Iteration],
) -> Vec<&'s Iteration> {
    let key = |iteration: &Iteration| (iteration.phase.clone(), iteration.hash());
    let there: HashMap<(String, Hash), &Iteration> =
        target.iter().map(|other| (key(other), other)).collect();
    let is_missing = |iteration: &&Iteration| match there.get(&key(iteration)) {
        Some(other) => other.epoch <= iteration.epoch && *iteration != *other,
        None => true,
    };
    source.iter().filter(is_missing).collect()
}

/// The indexes of the points of `source` that `target` has not, each point as often as it is there;
/// and whether the target has the first points of the source and no others.
pub(super) fn missing_points(source: &Series, target: &Series) -> (Vec<usize>, bool) {
    let pairs = std::iter::zip(points(source), points(target));
    let common = pairs.take_while(|(left, right)| left == right).count();
    if common == source.len() {
        return (Vec::new(), common == target.len());
    }
    let mut others: HashMap<Point<'_>, usize> = HashMap::new();
    for point in points(target).skip(common) {
        *others.entry(point).or_default() += 1;
    }
    let rest = points(source).enumerate().skip(common);
    let missing = rest.filter(|(_, point)| match others.get_mut(point) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    (
        missing.map(|(index, _)| index).collect(),
        common == target.len(),
    )
}

/// A point without its name and phase: epoch, step, time and value.
type Point<'s> = (u64, i64, i64, Value<'s>);

#[derive(PartialEq, Eq, Hash)]
enum Value<'s> {
    Bits(u64),
    Json(&'s str),
}

fn points(series: &Series) -> impl Iterator<Item = Point<'_>> {
    let mut json = series.json().iter().peekable();
    series
        .numbers()
        .iter()
        .enumerate()
        .map(move |(index, number)| {
            let value = match json.next_if(|(at, _)| *at == index) {
                Some((_, value)) => Value::Json(value.as_str()),
                // One NaN is as good as another.
                None if number.is_nan() => Value::Bits(f64::NAN.to_bits()),
                None => Value::Bits(number.to_bits()),
            };
            let time = series.times()[index];
            (series.epochs()[index], series.steps()[index], time, value)
        })
}

#[cfg(test)]
mod tests {
    use super::{missing_modules, missing_points};
    use crate::conformance::Sample;
    use crate::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Scope, Store};
    use crate::records::{Metric, ModuleRecord, Moment, Series};
    use crate::{MemoryStore, Timestamp, Uuid};
    use proptest::prelude::*;
    use serde_json::json;

    fn series(values: &[serde_json::Value]) -> Series {
        let mut series = Series::new("loss", "");
        for value in values {
            series.push(&Metric::new("loss", value.clone()).time(Timestamp::UNIX_EPOCH));
        }
        series
    }

    #[test]
    fn a_point_that_is_twice_in_the_source_is_twice_in_the_target() {
        let source = series(&[json!(1), json!([2]), json!(1), json!(3)]);
        let of = |values: &[serde_json::Value]| missing_points(&source, &series(values));
        assert_eq!(of(&[]), (vec![0, 1, 2, 3], true));
        assert_eq!(of(&[json!(1), json!([2])]), (vec![2, 3], true));
        assert_eq!(of(&[json!(9), json!(1)]), (vec![1, 2, 3], false));
        assert_eq!(
            of(&[json!(3), json!(1), json!([2]), json!(1)]),
            (vec![], false)
        );
        let more = [json!(1), json!([2]), json!(1), json!(3), json!(4)];
        assert_eq!(of(&more), (vec![], false));
    }

    #[test]
    fn one_nan_is_as_good_as_another_and_no_number() {
        let of = |number: f64| {
            let mut series = Series::new("loss", "");
            series.push_number(Moment::default(), number);
            series
        };
        let missing = |number| missing_points(&of(f64::NAN), &of(number)).0.len();
        assert_eq!(missing(-f64::NAN), 0);
        assert_eq!((missing(0.0), missing(f64::INFINITY)), (1, 1));
    }

    fn module() -> impl Strategy<Value = ModuleRecord> {
        (0..2_u8, 0..3_u8, 0..4_u64).prop_map(|(kind, name, epoch)| {
            let entity = Sample::new(&format!("N{name}"), "{}");
            let module = ModuleRecord::new(&format!("k{kind}"), &entity).unwrap();
            ModuleRecord { epoch, ..module }
        })
    }

    /// An aggregate in which these modules were put one after the other.
    fn store(modules: &[ModuleRecord]) -> (MemoryStore, Uuid) {
        let store = MemoryStore::default();
        let experiment = ExperimentRecord::new("digits");
        let record = AggregateRecord::new(experiment.id, "run");
        let aggregate = record.uuid;
        let created = [
            Change::CreateExperiment(experiment),
            Change::CreateAggregate {
                record,
                modules: Vec::new(),
            },
        ];
        let _ = store.apply(&created, None).unwrap();
        for module in modules {
            put(&store, aggregate, module);
        }
        (store, aggregate)
    }

    fn put(store: &MemoryStore, aggregate: Uuid, module: &ModuleRecord) {
        let module = module.clone();
        let _ = store
            .apply(&[Change::PutModule { aggregate, module }], None)
            .unwrap();
    }

    fn modules(store: &MemoryStore, aggregate: Uuid) -> Vec<ModuleRecord> {
        let mut rows = store
            .rows(&Scope::Uuids(vec![aggregate]), &Detail::ALL)
            .unwrap();
        rows.remove(0).modules
    }

    proptest! {
        #[test]
        fn modules_that_were_put_are_missing_no_more(
            source in proptest::collection::vec(module(), 0..6),
            target in proptest::collection::vec(module(), 0..6),
        ) {
            let (from, from_key) = store(&source);
            let source = modules(&from, from_key);
            let (to, key) = store(&target);
            let before = modules(&to, key);
            for module in missing_modules(&source, &before) {
                put(&to, key, module);
            }
            let after = modules(&to, key);
            prop_assert_eq!(missing_modules(&source, &after), Vec::<&ModuleRecord>::new());
            for kind in ["k0", "k1"] {
                let hashes = |modules: &[ModuleRecord]| -> Vec<_> {
                    let modules = modules.iter().filter(|module| module.kind == kind);
                    modules.map(|module| module.hash().clone()).collect()
                };
                let after = hashes(&after);
                prop_assert!(after.starts_with(&hashes(&before)));
                // Each is found behind the one before it.
                let mut after = after.into_iter();
                prop_assert!(hashes(&source).iter().all(|hash| after.any(|other| other == *hash)));
            }
        }
    }
}
