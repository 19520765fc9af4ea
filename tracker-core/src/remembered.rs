//! What this machine has read of a store that is elsewhere, for the time when that is away: the
//! experiments and runs that its programs have tracked, as they left them.
//!
//! Each record is a file of its own in a folder beside the journals, so that programs need not agree
//! on anything. What is remembered is read only while the store is away.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Result;
use crate::fork::Guarded;
use crate::journal;
use crate::memory::MemoryStore;
use crate::ports::{Change, ContentHasher, Detail, ExperimentRecord, Row, Scope, Store, Touched};
use crate::state;

/// What the name of the folder ends with.
const KNOWN: &str = ".known";

/// The file that says whose records these are.
const STORE: &str = "store";

/// A store on another machine that a program of this one has written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownStore {
    /// Its address, without a password.
    pub address: String,
    /// What tells it from every other; see [`Store::identity`].
    pub identity: Option<Uuid>,
    /// The file beside which its journals stand.
    #[serde(skip)]
    pub file: PathBuf,
}

impl KnownStore {
    /// How many journals for it no running program has: those that wait to be sent, and those that are
    /// kept.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn journals_left(&self) -> Result<usize> {
        journal::left(&self.file)
    }
}

/// The records of one store.
pub(crate) struct Remembered {
    folder: PathBuf,
    /// The store that they are of: another may have stood at its address, or take its place.
    identity: Option<Uuid>,
    /// The files of each run that this process has tracked.
    runs: Guarded<HashMap<Uuid, HashSet<PathBuf>>>,
}

/// The folder of the records beside the journals of a store.
fn folder(file: &Path) -> PathBuf {
    let mut folder = file.as_os_str().to_os_string();
    folder.push(KNOWN);
    folder.into()
}

/// The store whose journals stand beside `file`, where a program of this machine has written to it.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// assert!(tracker_core::known_store(&folder.path().join("http-1")).is_none());
/// ```
pub fn known_store(file: &Path) -> Option<KnownStore> {
    let known = read::<KnownStore>(&folder(file).join(STORE))?;
    Some(KnownStore {
        file: file.to_path_buf(),
        ..known
    })
}

/// The stores on other machines that programs of this user have written to, in the order of their
/// addresses. Those whose journals stand in a folder of their own are not among them.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn known_stores() -> Result<Vec<KnownStore>> {
    let Some(place) = state::folder() else {
        return Ok(Vec::new());
    };
    let entries = match fs::read_dir(&place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            let place = place.display().to_string();
            return Err(crate::error::Error::io("look for stores", place, error));
        }
    };
    let known = entries.filter_map(|entry| {
        let folder = entry.ok()?.path();
        let name = folder.file_name()?.to_str()?.strip_suffix(KNOWN)?;
        known_store(&folder.with_file_name(name))
    });
    let mut known: Vec<KnownStore> = known.collect();
    known.sort_unstable_by(|a, b| a.address.cmp(&b.address));
    Ok(known)
}

impl Remembered {
    /// The records of a store. Where they cannot be kept, nothing is remembered.
    pub(crate) fn of(store: &KnownStore) -> Self {
        let before = || known_store(&store.file)?.identity;
        let remembered = Self {
            runs: Guarded::new(HashMap::new()),
            folder: folder(&store.file),
            identity: store.identity.or_else(before),
        };
        if state::create(&remembered.folder).is_ok() {
            let store = KnownStore {
                identity: remembered.identity,
                ..store.clone()
            };
            remembered.write(&remembered.folder.join(STORE), &store);
        }
        remembered
    }

    /// The experiment of this name, as it was read last.
    pub(crate) fn experiment(&self, name: &str) -> Option<ExperimentRecord> {
        read(&self.path("experiment", &name))
    }

    /// Keeps an experiment.
    pub(crate) fn put_experiment(&self, record: &ExperimentRecord) {
        self.write(&self.path("experiment", &record.name), record);
    }

    /// The only run in a scope, as it was read last, and changed since by programs of this machine.
    pub(crate) fn row(&self, scope: &Scope, detail: &Detail) -> Option<Row> {
        let path = self.path("run", &(scope, detail));
        let row: Row = read(&path)?;
        self.note(&row, path);
        Some(row)
    }

    /// Keeps the only run in a scope.
    pub(crate) fn put_row(&self, scope: &Scope, detail: &Detail, row: &Row) {
        let path = self.path("run", &(scope, detail));
        self.write(&path, row);
        self.note(row, path);
    }

    fn note(&self, row: &Row, path: PathBuf) {
        let mut runs = self.runs.lock();
        runs.entry(row.aggregate.uuid).or_default().insert(path);
    }

    /// Makes changes in the runs that this process has tracked.
    pub(crate) fn apply(&self, changes: &[Change]) {
        for change in changes {
            if let Touched::Aggregate(aggregate) = change.touches()
                && is_of_record(change)
            {
                let paths = self.runs.lock().get(&aggregate).cloned();
                for path in paths.unwrap_or_default() {
                    if let Some(row) = read::<Row>(&path).and_then(|row| changed(row, change)) {
                        self.write(&path, &row);
                    }
                }
            }
        }
    }

    fn path(&self, what: &str, key: &impl Serialize) -> PathBuf {
        let mut hasher = ContentHasher::default();
        // What cannot be written has a file with others, which say whose they are.
        hasher.update(&serde_json::to_vec(&(self.identity, key)).unwrap_or_default());
        self.folder
            .join(format!("{what}-{}", &hasher.finish()[..32]))
    }

    fn write(&self, path: &Path, record: &impl Serialize) {
        if let Ok(bytes) = serde_json::to_vec(record) {
            self.keep(path, &bytes);
        }
    }

    /// Puts a file in its place whole. One that cannot be kept is missed only while the store is
    /// away, and then that is what is said.
    fn keep(&self, path: &Path, bytes: &[u8]) {
        if fs::read(path).is_ok_and(|there| there == bytes) {
            return;
        }
        let new = self.folder.join(format!("new-{}", Uuid::new_v4().simple()));
        let written = fs::File::create(&new).and_then(|mut file| file.write_all(bytes));
        if written.and_then(|()| fs::rename(&new, path)).is_err() {
            let _ = fs::remove_file(&new);
        }
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Whether a change may show in the record of a run, or in its modules.
fn is_of_record(change: &Change) -> bool {
    !matches!(
        change,
        Change::AddPoints { .. }
            | Change::ClearMetrics { .. }
            | Change::PutIteration { .. }
            | Change::ClearIterations { .. }
            | Change::PutAttempt { .. }
            | Change::UpdateAttempt { .. }
            | Change::PutArtifact { .. }
            | Change::RemoveArtifact { .. }
    )
}

/// A run after a change.
fn changed(row: Row, change: &Change) -> Option<Row> {
    let store = MemoryStore::default();
    let mut experiment = ExperimentRecord::new("of the run");
    experiment.id = row.aggregate.experiment;
    let uuid = row.aggregate.uuid;
    let changes = [
        Change::CreateExperiment(experiment),
        Change::CreateAggregate {
            record: row.aggregate,
            modules: row.modules,
        },
        change.clone(),
    ];
    store.apply(&changes, None).ok()?.complete().ok()?;
    let rows = store.rows(&Scope::Uuids(vec![uuid]), &Detail::ALL).ok()?;
    rows.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::{KnownStore, Remembered, known_store};
    use crate::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Row, Scope};
    use std::path::Path;
    use uuid::Uuid;

    fn store(folder: &Path) -> KnownStore {
        KnownStore {
            address: "http://localhost".to_owned(),
            identity: Some(Uuid::max()),
            file: folder.join("http-1"),
        }
    }

    #[test]
    fn a_run_is_remembered_as_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = store(folder.path()).file;
        let remembered = Remembered::of(&store(folder.path()));
        assert_eq!(known_store(&file), Some(store(folder.path())));
        let record = AggregateRecord::new(Uuid::nil(), "run");
        let aggregate = record.uuid;
        let row = Row {
            aggregate: record,
            modules: Vec::new(),
            summaries: Vec::new(),
            means: Vec::new(),
        };
        let scope = Scope::Id {
            experiment: Some(Uuid::nil()),
            id: "run".to_owned(),
        };
        assert!(remembered.row(&scope, &Detail::NONE).is_none());
        remembered.put_row(&scope, &Detail::NONE, &row);
        remembered.apply(&[Change::SetEpoch {
            aggregate,
            epoch: 7,
        }]);

        let later = Remembered::of(&store(folder.path()));
        let found = later.row(&scope, &Detail::NONE).unwrap();
        assert_eq!(found.aggregate.epoch, 7);
        // Also what is changed without another read.
        later.apply(&[Change::Rewind {
            aggregate,
            epoch: 3,
        }]);
        let found = remembered.row(&scope, &Detail::NONE).unwrap();
        assert_eq!(found.aggregate.epoch, 3);
    }

    #[test]
    fn what_is_known_of_one_store_is_not_taken_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = store(folder.path()).file;
        let record = ExperimentRecord::new("digits");
        Remembered::of(&store(folder.path())).put_experiment(&record);
        let other = KnownStore {
            identity: Some(Uuid::from_u128(1)),
            ..store(folder.path())
        };
        let other = Remembered::of(&other);
        assert_eq!(other.experiment("digits"), None);
        // One that cannot say which it is, as it is away, is the one that was there last.
        let away = KnownStore {
            identity: None,
            ..store(folder.path())
        };
        let letters = ExperimentRecord::new("letters");
        other.put_experiment(&letters);
        let same = Remembered::of(&away);
        assert_eq!(same.experiment("letters"), Some(letters));
        assert_eq!(
            known_store(&file).unwrap().identity,
            Some(Uuid::from_u128(1))
        );
        let back = Remembered::of(&store(folder.path()));
        assert_eq!(back.experiment("digits"), Some(record));
    }

    #[test]
    fn an_experiment_is_remembered_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::of(&store(folder.path()));
        let record = ExperimentRecord::new("digits");
        remembered.put_experiment(&record);
        assert_eq!(remembered.experiment("digits"), Some(record));
        assert_eq!(remembered.experiment("letters"), None);
    }
}
