//! A store in memory that makes a mistake.

mod metrics;
mod mistake;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use tracker_core::ports::{
    AggregateKey, AggregateRecord, AggregateStore, Columns, ExperimentRecord, ExperimentStore,
    IterationStore, Row, Upkeep,
};
use tracker_core::{
    Annotation, Annotations, Error, Iteration, MemoryStore, Module, Result, Timestamp, Uuid,
};

use mistake::Mistake as M;
pub(crate) use mistake::{MISTAKES, Mistake};

/// Passes every call on, but for its mistake.
pub(crate) struct Careless {
    inner: MemoryStore,
    mistake: Option<Mistake>,
    /// What it has kept aside, by the id of the owner.
    aside: Mutex<BTreeMap<String, Annotations>>,
    journals: Mutex<BTreeSet<Uuid>>,
}

impl Careless {
    pub(crate) fn new(mistake: Option<Mistake>) -> Self {
        Self {
            inner: MemoryStore::default(),
            mistake,
            aside: Mutex::default(),
            journals: Mutex::default(),
        }
    }

    fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn milliseconds(&self, time: &mut Timestamp) {
        if self.makes(M::KeepsWholeMilliseconds) {
            *time = Timestamp::from_millisecond(time.as_millisecond()).unwrap();
        }
    }

    /// The change as the mistake has it; none for one that is lost.
    fn changed(&self, change: &Annotation, now: &Annotations) -> Vec<Annotation> {
        let mut change = change.clone();
        match &mut change {
            Annotation::SetTag { tag, value } => {
                let there = now.tags.contains_key(tag);
                if self.makes(M::DropsEmptyTags) && value.is_empty()
                    || self.makes(M::KeepsTheFirstTag) && there
                {
                    return Vec::new();
                }
                if self.makes(M::KeepsOneTag) {
                    let others = now.tags.keys().cloned();
                    let removals = others.map(|tag| Annotation::RemoveTag { tag });
                    return removals.chain([change]).collect();
                }
            }
            Annotation::RemoveTag { .. } if self.makes(M::RemovesAllTags) => {
                let tags = now.tags.keys().cloned();
                return tags.map(|tag| Annotation::RemoveTag { tag }).collect();
            }
            Annotation::SetNotes(notes) => {
                if self.makes(M::KeepsNotesForEmptyOnes) && notes.is_empty() {
                    return Vec::new();
                }
                if self.makes(M::TrimsTexts) {
                    *notes = notes.trim().to_owned();
                }
            }
            Annotation::RemoveTag { .. } => {}
        }
        vec![change]
    }

    fn keys(&self, id: &str) -> Result<Vec<AggregateKey>> {
        let experiments = self.inner.experiments()?.into_iter();
        Ok(experiments
            .map(|experiment| AggregateKey {
                experiment: experiment.id,
                id: id.to_owned(),
            })
            .collect())
    }
}

/// Methods that are passed on as they are.
macro_rules! pass_on {
    ($(fn $name:ident($($parameter:ident: $type:ty),*) -> $result:ty;)+) => {
        $(fn $name(&self, $($parameter: $type),*) -> $result {
            self.inner.$name($($parameter),*)
        })+
    };
}

impl ExperimentStore for Careless {
    fn create_experiment(&self, record: &ExperimentRecord) -> Result<()> {
        let mut record = record.clone();
        self.milliseconds(&mut record.created);
        let others = self.inner.experiments()?;
        let same_id = others.iter().any(|other| other.id == record.id);
        if self.makes(M::CreatesOverAnId) && same_id {
            record.id = Uuid::new_v4();
        }
        let same_name = others.iter().any(|other| other.name == record.name);
        if self.makes(M::CreatesOverAName) && same_name {
            return Ok(());
        }
        self.inner.create_experiment(&record)
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        let mut experiments = self.inner.experiments()?.into_iter();
        Ok(experiments.find(|other| match self.mistake {
            Some(M::IgnoresTheCaseOfNames) => other.name.eq_ignore_ascii_case(name),
            _ => other.name == name,
        }))
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        let mut experiments = self.inner.experiments()?;
        if self.makes(M::ListsExperimentsByTime) {
            experiments.sort_by_key(|experiment| experiment.created);
        }
        Ok(experiments)
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        self.inner.rename_experiment(id, name)?;
        if self.makes(M::RenamingDropsAnnotations) {
            let none = Annotation::SetNotes(String::new());
            self.inner.annotate_experiment(id, &none)?;
        }
        Ok(())
    }

    fn annotate_experiment(&self, id: Uuid, change: &Annotation) -> Result<()> {
        let mut experiments = self.inner.experiments()?.into_iter();
        let now = experiments.find(|experiment| experiment.id == id);
        let Some(now) = now else {
            return match self.mistake {
                Some(M::AnnotatesWhatIsMissing) => Ok(()),
                _ => Err(Error::no_experiment(id)),
            };
        };
        let changes = self.changed(change, &now.annotations);
        changes
            .iter()
            .try_for_each(|change| self.inner.annotate_experiment(id, change))
    }

    fn remove_experiment(&self, id: Uuid) -> Result<()> {
        if self.makes(M::RemovesNoEmptyExperiment) && self.inner.aggregates(id)?.is_empty() {
            return Ok(());
        }
        if self.makes(M::PositionsGoWithExperiments) {
            for journal in self.journals.lock().unwrap().iter() {
                self.inner.forget(*journal)?;
            }
        }
        self.inner.remove_experiment(id)
    }
}

impl AggregateStore for Careless {
    fn create_aggregate(
        &self,
        experiment: Uuid,
        record: &AggregateRecord,
        modules: &[Module],
    ) -> Result<()> {
        let mut record = record.clone();
        self.milliseconds(&mut record.created);
        let key = AggregateKey {
            experiment,
            id: record.id.clone(),
        };
        let there = self.inner.aggregate(&key)?.is_some();
        if self.makes(M::KeepsModulesOfARefusal) && there {
            let put = |module| self.inner.put_module(&key, module);
            modules.iter().try_for_each(put)?;
        }
        if self.makes(M::CreatesOverAnAggregate) && there {
            return Ok(());
        }
        if self.makes(M::CreatesWithoutAnnotations) {
            record.annotations = Annotations::default();
        }
        if self.makes(M::AnnotationsOutliveTheirOwner) {
            let aside = self.aside.lock().unwrap();
            record.annotations = aside.get(&record.id).cloned().unwrap_or_default();
        }
        let count = match self.mistake {
            Some(M::CreatesWithOneModule) => modules.len().min(1),
            _ => modules.len(),
        };
        let modules = &modules[..count];
        self.inner.create_aggregate(experiment, &record, modules)
    }

    fn table(&self, experiment: Uuid, columns: &Columns) -> Result<Vec<Row>> {
        let mut columns = columns.clone();
        let none = columns.ids.as_ref().is_some_and(BTreeSet::is_empty);
        if self.makes(M::TableIsOfAllIds) || self.makes(M::NoIdIsAnyId) && none {
            columns.ids = None;
        }
        if self.makes(M::TableIsOfAllKinds) {
            columns.kinds = None;
        }
        let named = columns.series.clone();
        if self.makes(M::SeriesAreNamedByNameAlone) {
            columns.series = None;
        }
        let mut rows = self.inner.table(experiment, &columns)?;
        match self.mistake {
            Some(M::TableIsByIds) => rows.sort_by(|a, b| a.aggregate.id.cmp(&b.aggregate.id)),
            Some(M::RowsNeedAModule) => rows.retain(|row| !row.modules.is_empty()),
            Some(M::RowsNeedASummary) => rows.retain(|row| !row.summaries.is_empty()),
            Some(M::TableOfTheMissingFails) => {
                let experiments = self.inner.experiments()?;
                if experiments.iter().all(|other| other.id != experiment) {
                    return Err(Error::no_experiment(experiment));
                }
            }
            Some(M::SeriesAreNamedByNameAlone) => {
                for (row, named) in rows.iter_mut().zip(named.iter().cycle()) {
                    let wanted = |name: &str| named.iter().any(|wanted| wanted.0 == name);
                    row.summaries.retain(|summary| wanted(summary.name()));
                }
            }
            _ => {}
        }
        Ok(rows)
    }

    fn annotate_aggregate(&self, key: &AggregateKey, change: &Annotation) -> Result<()> {
        let Some(now) = self.inner.aggregate(key)? else {
            return match self.mistake {
                Some(M::AnnotatesWhatIsMissing) => Ok(()),
                _ => Err(Error::no_aggregate(key)),
            };
        };
        let keys = match self.mistake {
            Some(M::AnnotatesByIdAlone) => self.keys(&key.id)?,
            _ => vec![key.clone()],
        };
        for change in self.changed(change, &now.annotations) {
            for key in &keys {
                match self.inner.annotate_aggregate(key, &change) {
                    Err(Error::Missing { .. }) if self.makes(M::AnnotatesByIdAlone) => {}
                    done => done?,
                }
            }
        }
        Ok(())
    }

    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()> {
        if self.makes(M::RemovesNoSecondAggregate) && key.id == "seed-1" {
            return Ok(());
        }
        if let Some(record) = self.inner.aggregate(key)? {
            let mut aside = self.aside.lock().unwrap();
            aside.insert(key.id.clone(), record.annotations);
        }
        if self.makes(M::RemovesByIdAlone) {
            let mut keys = self.keys(&key.id)?.into_iter();
            return keys.try_for_each(|key| self.inner.remove_aggregate(&key));
        }
        self.inner.remove_aggregate(key)
    }

    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>> {
        let modules = self.inner.modules(key);
        match self.mistake {
            Some(M::MissingHasNoModules) => Ok(modules.unwrap_or_default()),
            Some(M::ListsModulesBackwards) => {
                modules.map(|modules| modules.into_iter().rev().collect())
            }
            _ => modules,
        }
    }

    pass_on! {
        fn aggregate(key: &AggregateKey) -> Result<Option<AggregateRecord>>;
        fn aggregates(experiment: Uuid) -> Result<Vec<AggregateRecord>>;
        fn set_epoch(key: &AggregateKey, epoch: u64) -> Result<()>;
        fn put_module(key: &AggregateKey, module: &Module) -> Result<()>;
    }
}

impl IterationStore for Careless {
    pass_on! {
        fn put_iteration(key: &AggregateKey, iteration: &Iteration) -> Result<()>;
        fn iterations(key: &AggregateKey) -> Result<Vec<Iteration>>;
        fn clear_iterations(key: &AggregateKey) -> Result<()>;
    }
}

impl Upkeep for Careless {
    fn position(&self, journal: Uuid) -> Result<u64> {
        match self.mistake {
            Some(M::HasOnePosition) => self.inner.position(Uuid::nil()),
            _ => self.inner.position(journal),
        }
    }

    fn forget(&self, journal: Uuid) -> Result<()> {
        match self.mistake {
            Some(M::ForgetsNothing) => Ok(()),
            _ => self.inner.forget(journal),
        }
    }

    fn check(&self) -> Result<Vec<String>> {
        match self.mistake {
            Some(M::FindsFaultWithAll) => Ok(vec!["it is a store".to_owned()]),
            _ => self.inner.check(),
        }
    }

    pass_on! {
        fn sync() -> Result<()>;
    }
}
