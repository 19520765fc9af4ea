//! What every handle holds: a store, and the journal in front of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::contents::FolderContents;
use crate::driver::{Access, Opened, shown};
use crate::error::{Error, ErrorKind, Result, StoreProblem};
use crate::fork::{Guarded, PerProcess};
use crate::journal::{self, Journal, JournalInfo};
use crate::ports::{Change, ContentStore, Mark, Scope, Store};
use crate::records::{ExperimentRecord, Metric, Row, Series};
use crate::remembered::{KnownStore, Remembered};
use crate::scope::Detail;
use crate::state;

/// A store and the way points take into it.
pub(crate) struct Link {
    /// Before the store: dropping it moves its points there.
    journal: Option<Journal>,
    store: Arc<dyn Store>,
    /// The file beside which journals and artifacts stand.
    file: Option<PathBuf>,
    /// Where the contents of artifacts are; none where nobody has said.
    contents: Guarded<Option<Arc<dyn ContentStore>>>,
    /// The mark of the last points that went into the store at once. A child with that of its parent
    /// would seem to repeat what that one does.
    direct: PerProcess<Mutex<Option<Mark>>>,
    /// What is known of a store while it is away.
    remembered: Option<Remembered>,
    /// Why nothing may be changed, where that is so.
    refusal: Option<Error>,
}

impl Link {
    /// A link that hands each point to the store at once.
    pub(crate) fn direct(store: Arc<dyn Store>) -> Self {
        Self::with(store, None, None, None)
    }

    fn with(
        store: Arc<dyn Store>,
        journal: Option<Journal>,
        file: Option<PathBuf>,
        refusal: Option<Error>,
    ) -> Self {
        let contents = file.as_deref().map(beside);
        Self {
            journal,
            store,
            file,
            contents: Guarded::new(contents),
            direct: PerProcess::default(),
            remembered: None,
            refusal,
        }
    }

    /// A link that hands points to a journal beside the file of the store.
    /// With `place`, what messages call it, the store is on another machine.
    pub(crate) fn journaled(
        store: Arc<dyn Store>,
        file: &Path,
        place: Option<String>,
    ) -> Result<Self> {
        let journal = Journal::open(file, Arc::clone(&store), place)?;
        Ok(Self::with(
            store,
            Some(journal),
            Some(file.to_path_buf()),
            None,
        ))
    }

    /// A link to the store of an address.
    pub(crate) fn opened(opened: Opened, address: &str, access: Access) -> Result<Self> {
        let contents = opened.contents.clone();
        let link = Self::of_access(opened, address, access)?;
        if let Some(contents) = contents {
            link.set_contents(contents);
        }
        Ok(link)
    }

    fn of_access(opened: Opened, address: &str, access: Access) -> Result<Self> {
        let Opened {
            store,
            file,
            journaled,
            remote,
            ..
        } = opened;
        if access == Access::Read {
            let place = file.as_ref().filter(|_| !remote);
            let place = place.map(|file| file.display().to_string());
            let refusal = Error::Unusable {
                place: place.unwrap_or_else(|| shown(address)),
                problem: StoreProblem::OpenedToRead,
            };
            return Ok(Self::with(store, None, file, Some(refusal)));
        }
        match file {
            Some(file) if journaled => {
                let known = remote.then(|| KnownStore {
                    address: shown(address),
                    // One that is away has told it before, or cannot be told from another yet.
                    identity: store.identity().unwrap_or_default(),
                    file: file.clone(),
                });
                if remote {
                    state::make_room(&file)?;
                }
                let mut link = Self::journaled(store, &file, remote.then(|| shown(address)))?;
                link.remembered = known.as_ref().map(Remembered::of);
                Ok(link)
            }
            file => Ok(Self::with(store, None, file, None)),
        }
    }

    /// The store, to read what does not concern points, once it holds every other change that was
    /// made through this link.
    pub(crate) fn store(&self) -> Result<&dyn Store> {
        if let Some(journal) = &self.journal {
            journal.settle_changes()?;
        }
        Ok(&*self.store)
    }

    /// The experiment of this name; as this machine knows it, where the store is away.
    pub(crate) fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        let found = self.store().and_then(|store| store.experiment(name));
        let Some(remembered) = &self.remembered else {
            return found;
        };
        match found {
            Ok(Some(record)) => {
                remembered.put_experiment(&record);
                Ok(Some(record))
            }
            Err(away) if away.kind() == ErrorKind::Unavailable => {
                let known = remembered.experiment(name);
                known
                    .map(Some)
                    .ok_or_else(|| unknown(away, "experiment", name))
            }
            found => found,
        }
    }

    /// The run of this id in an experiment; as this machine knows it, where the store is away.
    pub(crate) fn run(&self, experiment: Uuid, id: &str, detail: &Detail) -> Result<Option<Row>> {
        let scope = scope(experiment, id);
        let found = self.store().and_then(|store| store.rows(&scope, detail));
        let found = found.map(|rows| rows.into_iter().next());
        let Some(remembered) = &self.remembered else {
            return found;
        };
        match found {
            Ok(Some(row)) => {
                remembered.put_row(&scope, detail, &row);
                Ok(Some(row))
            }
            Err(away) if away.kind() == ErrorKind::Unavailable => {
                let known = remembered.row(&scope, detail);
                known.map(Some).ok_or_else(|| unknown(away, "run", id))
            }
            found => found,
        }
    }

    /// Remembers an experiment that was created through this link.
    pub(crate) fn remember_experiment(&self, record: &ExperimentRecord) {
        if let Some(remembered) = &self.remembered {
            remembered.put_experiment(record);
        }
    }

    /// Remembers a run that was created through this link.
    pub(crate) fn remember_run(&self, detail: &Detail, row: &Row) {
        if let Some(remembered) = &self.remembered {
            let scope = scope(row.aggregate.experiment, &row.aggregate.id);
            remembered.put_row(&scope, detail, row);
        }
    }

    /// The store, to read, once it holds everything that was added through this link.
    pub(crate) fn settled(&self) -> Result<&dyn Store> {
        if let Some(journal) = &self.journal {
            journal.settle()?;
        }
        Ok(&*self.store)
    }

    /// Makes a change, behind all that were made before.
    pub(crate) fn apply(&self, change: Change) -> Result<()> {
        self.apply_all(&[change])
    }

    /// As [`apply`](Self::apply), several in one step.
    pub(crate) fn apply_all(&self, changes: &[Change]) -> Result<()> {
        self.check_access()?;
        if changes.is_empty() {
            return Ok(());
        }
        match &self.journal {
            Some(journal) if journal.change(changes)? => {
                if let Some(remembered) = &self.remembered {
                    remembered.apply(changes);
                }
                Ok(())
            }
            _ => self.settled()?.apply(changes, None)?.complete(),
        }
    }

    /// Adds points of one aggregate: all of them, or none.
    pub(crate) fn add(&self, aggregate: Uuid, metrics: &[Metric]) -> Result<()> {
        self.check_access()?;
        match &self.journal {
            Some(journal) => journal.add(aggregate, metrics),
            None => self.apply_direct(&[Change::AddPoints {
                aggregate,
                series: by_series(metrics),
            }]),
        }
    }

    /// Hands changes to the store at once, as copies of what was checked or another store has, and with a
    /// mark, so that a store that repeats the call after a failure on the way does not make them twice.
    pub(crate) fn apply_direct(&self, changes: &[Change]) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let last = self.direct.get().lock();
        let mut last = last.unwrap_or_else(PoisonError::into_inner);
        let mark = Mark {
            journal: last.map_or_else(Uuid::new_v4, |last| last.journal),
            position: last.map_or(0, |last| last.position) + 1,
        };
        // Whatever becomes of the call, another list of changes must not come under its mark.
        *last = Some(mark);
        self.store.copy(changes, Some(mark))?.complete()
    }

    /// Returns when everything that was added survives a power loss.
    pub(crate) fn flush(&self) -> Result<()> {
        match &self.journal {
            Some(journal) => journal.flush(),
            None if self.refusal.is_none() => self.store.sync(),
            None => Ok(()),
        }
    }

    /// The journals beside the store, those of dead processes too.
    pub(crate) fn journals(&self) -> Result<Vec<JournalInfo>> {
        match &self.file {
            Some(file) => journal::journals(file, &*self.store),
            None => Ok(Vec::new()),
        }
    }

    /// Asks the store for an answer.
    pub(crate) fn ping(&self) -> Result<()> {
        self.store.position(Uuid::nil()).map(drop)
    }

    /// Says how long the journal may become, in bytes.
    pub(crate) fn set_journal_limit(&self, limit: u64) {
        if let Some(journal) = &self.journal {
            journal.set_limit(limit);
        }
    }

    /// Says where the contents of artifacts are from now on.
    pub(crate) fn set_contents(&self, contents: Arc<dyn ContentStore>) {
        *self.contents.lock() = Some(contents);
    }

    /// Where the contents of artifacts are.
    pub(crate) fn contents(&self) -> Result<Arc<dyn ContentStore>> {
        self.contents.lock().clone().ok_or(Error::NoPlace)
    }

    /// An error where the store was opened to be read.
    pub(crate) fn check_access(&self) -> Result<()> {
        self.refusal.clone().map_or(Ok(()), Err)
    }

    /// An error where the aggregate is not there.
    pub(crate) fn check_aggregate(&self, aggregate: Uuid) -> Result<()> {
        let scope = Scope::Uuids(vec![aggregate]);
        let rows = self.store()?.rows(&scope, &Detail::NONE)?;
        match rows.first() {
            Some(_) => Ok(()),
            None => Err(Error::no_aggregate(aggregate)),
        }
    }
}

fn scope(experiment: Uuid, id: &str) -> Scope {
    Scope::Id {
        experiment: Some(experiment),
        id: id.to_owned(),
    }
}

/// The error of a store that is away, and of which this machine does not know something.
fn unknown(away: Error, what: &str, name: &str) -> Error {
    match away {
        Error::Store {
            kind,
            action,
            place,
            cause,
            hint,
        } => Error::Store {
            kind,
            action,
            place,
            cause,
            hint: format!(
                "{hint}; this machine has not tracked the {what} `{name}` before, so it cannot go on \
                 without the server: log to `sqlite:FILE`, and bring that in later with \
                 `entia import`"
            ),
        },
        away => away,
    }
}

/// The contents of artifacts beside the file of a store.
fn beside(file: &Path) -> Arc<dyn ContentStore> {
    let mut folder = journal::real(file).into_os_string();
    folder.push(".artifacts");
    Arc::new(FolderContents::new(folder))
}

/// Forgets the marks of this link, which nobody asks for again.
impl Drop for Link {
    fn drop(&mut self) {
        let own = self.direct.existing();
        let last = own.and_then(|own| *own.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(Mark { journal, .. }) = last {
            // A position that stays behind takes some bytes.
            let _ = self.store.apply(&[Change::ForgetJournal { journal }], None);
        }
    }
}

/// Gets what has this name, or creates it. `get` and `create` may contradict each other while others
/// create and remove the same; not for ever.
pub(crate) fn get_or_create<T>(
    (what, name): (&'static str, &str),
    get: impl Fn() -> Result<Option<T>>,
    create: impl Fn() -> Result<T>,
) -> Result<T> {
    const ATTEMPTS: usize = 100;
    for _ in 0..ATTEMPTS {
        if let Some(found) = get()? {
            return Ok(found);
        }
        match create() {
            // Another thread or process was faster.
            Err(Error::Taken { .. }) => {}
            done => return done,
        }
    }
    Err(Error::contradiction(what, name))
}

/// Points as columns, a series each.
pub(crate) fn by_series(metrics: &[Metric]) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for metric in metrics {
        let place = *places
            .entry((&metric.name, &metric.phase))
            .or_insert_with(|| {
                all.push(Series::new(&metric.name, &metric.phase));
                all.len() - 1
            });
        all[place].push(metric);
    }
    all
}
