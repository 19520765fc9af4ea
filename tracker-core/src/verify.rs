//! Whether records still agree with the program.

use std::collections::HashMap;

use registry_core::__private::{Names, is_named_in, refer, reference};
use registry_core::{Arguments, ComponentInfo, Difference, Hash, Metadata, Value, diff};
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::disagreement::Disagreement;
use crate::error::{Error, Result};
use crate::many::{MANY, each_list};
use crate::ports::{Detail, Scope, Store};
use crate::tracker::Tracker;

impl Aggregate {
    /// Checks that the stored arguments still give the stored hashes: those of each module, and of
    /// each dataset and module of an iteration.
    ///
    /// - The name and the arguments of a record must give its hash.
    /// - Where components of that name are linked into the program, one of them must still give
    ///   that hash for what the record holds: an added parameter takes its default, a parameter
    ///   with `skip_default` is left out while it equals the present default, one that is gone is
    ///   dropped, and what has another name by now is found by its `alias`. The same holds for the
    ///   components inside an argument.
    ///
    /// Nothing is built, so a parameter that has changed its type alone is not seen; nor is a hash
    /// of another scheme than `md5-v1`, which only its maker can compute.
    ///
    /// # Errors
    ///
    /// [`Error::Disagrees`] names each record that does not agree, with the difference;
    /// [`Error::Missing`] when the aggregate was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::{Tracker, conformance::Sample};
    /// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
    /// # let of_last_year = Sample::new("Nadam", r#"{"lr": 0.001}"#);
    /// use registry_core::Entity;
    ///
    /// #[derive(Entity)]
    /// struct Nadam {
    ///     lr: f64,
    ///     #[register(default = 0.9)] // was added since
    ///     beta1: f64,
    /// }
    ///
    /// let run = Tracker::open("memory:")?.experiment("digits")?.track(&model)?;
    /// run.verify()?;
    ///
    /// let error = run.with("optimizer", &of_last_year)?.verify().unwrap_err();
    /// assert!(error.to_string().contains("optimizer `Nadam`: beta1: (absent) -> 0.9"));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn verify(&self) -> Result<()> {
        let found = disagreements(self.link().store()?, &[self.uuid()])?;
        let disagreements = found.into_iter().flatten().flatten().collect::<Vec<_>>();
        if disagreements.is_empty() {
            return Ok(());
        }
        Err(Error::Disagrees {
            aggregate: self.id().to_owned(),
            disagreements,
        })
    }
}

impl Tracker {
    /// As [`Aggregate::verify`], for the aggregates of these uuids, which are read together: what does
    /// not agree in each, in their order; `None` where there is nothing to check, as in an aggregate
    /// without modules.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when an aggregate was removed, or when the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::{Tracker, conformance::Sample};
    /// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
    /// let tracker = Tracker::open("memory:")?;
    /// let run = tracker.experiment("digits")?.track(&model)?;
    /// assert_eq!(tracker.disagreements(&[run.uuid()])?, [Some(Vec::new())]);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn disagreements(&self, aggregates: &[Uuid]) -> Result<Vec<Option<Vec<Disagreement>>>> {
        disagreements(self.link().store()?, aggregates)
    }
}

fn disagreements(store: &dyn Store, aggregates: &[Uuid]) -> Result<Vec<Option<Vec<Disagreement>>>> {
    let program = Program(Names::linked(None));
    let modules = Detail {
        modules: None,
        ..Detail::NONE
    };
    let mut found: HashMap<Uuid, Option<Vec<Disagreement>>> = HashMap::new();
    for some in aggregates.chunks(MANY) {
        for row in store.rows(&Scope::Uuids(some.to_vec()), &modules)? {
            let modules = row.modules.iter();
            let modules = modules
                .filter_map(|module| program.disagreement(&module.kind, None, &module.record));
            let modules = (!row.modules.is_empty()).then(|| modules.collect());
            found.insert(row.aggregate.uuid, modules);
        }
    }
    let mut all = Vec::new();
    let read = |some: &[Uuid]| store.iterations_of(some);
    each_list(aggregates, read, |aggregate, iterations| {
        let of_modules = found.get(&aggregate).cloned();
        let mut found = of_modules.ok_or_else(|| Error::no_aggregate(aggregate))?;
        for iteration in &iterations {
            let dataset = iteration.dataset.iter().map(|record| ("dataset", record));
            let modules = iteration.modules.iter();
            let modules = modules.map(|module| (module.kind.as_str(), &module.record));
            for (kind, record) in dataset.chain(modules) {
                let found = found.get_or_insert_default();
                let other = program.disagreement(kind, Some(&iteration.phase), record);
                found.extend(other.filter(|other| !found.contains(other)));
            }
        }
        all.push(found);
        Ok(())
    })?;
    Ok(all)
}

/// What the components that are linked into the program make of records.
struct Program(Names);

/// What a component of the program makes of a record.
#[derive(Default)]
struct Present<T> {
    written: T,
    missing: Vec<String>,
}

impl Program {
    fn disagreement(
        &self,
        kind: &str,
        phase: Option<&str>,
        record: &Metadata,
    ) -> Option<Disagreement> {
        let hash = Hash::of(record);
        if hash.scheme() != record.hash.scheme() {
            return None;
        }
        let renamed = self.0.named(&record.name).first();
        let renamed = renamed.map(|entry| entry.item.name.to_owned());
        let renamed = renamed.filter(|name| *name != record.name);
        let disagreement = |differences, missing| {
            Some(Disagreement {
                kind: kind.to_owned(),
                name: record.name.clone(),
                renamed: renamed.clone(),
                phase: phase.map(str::to_owned),
                differences,
                missing,
            })
        };
        if hash != record.hash {
            let difference = Difference {
                path: "hash".to_owned(),
                left: Value::of(record.hash.as_str()).ok(),
                right: Value::of(hash.as_str()).ok(),
            };
            return disagreement(vec![difference], Vec::new());
        }
        // What has another name by now is the same under that.
        let today = self.0.today(record, None);
        let exact = today.exact_arguments();
        let candidates = self.0.named(&record.name).iter().map(|entry| entry.item);
        let present = self.apply_best(candidates, Some(&today.arguments), exact, "")?;
        if present.missing.is_empty() && present.written == today.arguments {
            return None;
        }
        let mut differences = diff(
            &today,
            &Metadata {
                arguments: present.written.clone(),
                ..today.clone()
            },
        );
        if differences.is_empty() && present.missing.is_empty() {
            differences.push(Difference {
                path: "arguments".to_owned(),
                left: Value::of(&today.arguments).ok(),
                right: Value::of(&present.written).ok(),
            });
        }
        disagreement(differences, present.missing)
    }

    /// The arguments that one of `candidates` gives: the first that gives the stored ones, else the
    /// first of all.
    fn apply_best<'p>(
        &self,
        candidates: impl Iterator<Item = &'p ComponentInfo>,
        stored: Option<&Arguments>,
        exact: &Arguments,
        path: &str,
    ) -> Option<Present<Arguments>> {
        let mut first = None;
        for item in candidates {
            let present = self.apply(item, stored, exact, path);
            if present.missing.is_empty() && stored == Some(&present.written) {
                return Some(present);
            }
            first.get_or_insert(present);
        }
        first
    }

    /// The arguments that identify a component which is given the `exact` ones. They were `stored`
    /// when it was recorded.
    fn apply(
        &self,
        item: &ComponentInfo,
        stored: Option<&Arguments>,
        exact: &Arguments,
        path: &str,
    ) -> Present<Arguments> {
        let (mut written, mut missing) = (Vec::new(), Vec::new());
        for parameter in item.signature.identifying() {
            let default = parameter.default_value();
            let value = match (exact.get(parameter.name), &default) {
                (Some(given), _) => {
                    let stored = stored.and_then(|stored| stored.get(parameter.name));
                    let path = format!("{path}{}", parameter.name);
                    let present = self.rewrite(given, stored, parameter.type_name, &path);
                    missing.extend(present.missing);
                    present.written
                }
                (None, Some(default)) => default.clone(),
                (None, None) => {
                    missing.push(format!("{path}{parameter}"));
                    continue;
                }
            };
            if !parameter.skip_default || default.as_ref() != Some(&value) {
                written.push((parameter.name, value));
            }
        }
        Present {
            written: written.into_iter().collect(),
            missing,
        }
    }

    /// A value inside the arguments, with each component in it as the program would write it.
    fn rewrite(
        &self,
        exact: &Value,
        stored: Option<&Value>,
        type_name: &str,
        path: &str,
    ) -> Present<Value> {
        if let Some((name, arguments)) = reference(exact) {
            let plain = exact.as_str().starts_with('"');
            let candidates = self.0.named(&name).iter();
            // Any text may be the name of a component by chance.
            let candidates = candidates.filter(|entry| !plain || is_named_in(entry, type_name));
            let stored_arguments = stored.and_then(reference).map(|(_, arguments)| arguments);
            let path = format!("{path}.arguments.");
            let items = candidates.map(|entry| entry.item);
            return match self.apply_best(items, stored_arguments.as_ref(), &arguments, &path) {
                Some(present) => Present {
                    written: refer(&name, &present.written),
                    missing: present.missing,
                },
                // What cannot be checked stays as it is.
                None => Present {
                    written: stored.unwrap_or(exact).clone(),
                    missing: Vec::new(),
                },
            };
        }
        let mut missing = Vec::new();
        let mut inner = |key: &str, exact: &Value, stored: Option<Value>| {
            let path = format!("{path}.{key}");
            let present = self.rewrite(exact, stored.as_ref(), type_name, &path);
            missing.extend(present.missing);
            present.written
        };
        let written = if let Some(members) = exact.members() {
            let members = members.into_iter().map(|(key, value)| {
                let stored = stored.and_then(|stored| stored.get(&key));
                let value = inner(&key, &value, stored);
                (key, value)
            });
            Value::of(&members.collect::<Arguments>()).ok()
        } else if let Some(elements) = exact.elements() {
            let mut stored = stored
                .and_then(Value::elements)
                .unwrap_or_default()
                .into_iter();
            let elements = elements.iter().enumerate();
            let elements =
                elements.map(|(index, value)| inner(&index.to_string(), value, stored.next()));
            Value::of(&elements.collect::<Vec<_>>()).ok()
        } else {
            None
        };
        Present {
            written: written.unwrap_or_else(|| exact.clone()),
            missing,
        }
    }
}
