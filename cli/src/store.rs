//! The store that the options name.

use std::io::{self, Write};

use registry_core::nearest;
use tracker_core::ports::{Detail, Row, Scope};
use tracker_core::query::{self, Query};
use tracker_core::{Address, Aggregate, Experiment, Tracker, Uuid};

use crate::error::{Error, Result};
use crate::options::Options;
use crate::text;

/// What `entia serve` serves where nobody names a store: a file in the working folder.
#[cfg(feature = "serve")]
pub(crate) const SERVED: &str = "sqlite:entia.db";

/// An open store.
pub(crate) struct Store {
    /// Its address as messages show it: without a password.
    pub(crate) address: String,
    pub(crate) tracker: Tracker,
}

/// A run and the experiment it belongs to.
pub(crate) struct Run {
    pub(crate) experiment: Experiment,
    pub(crate) aggregate: Aggregate,
}

impl Store {
    /// Opens the store that the options name to look at it: no byte of it changes.
    pub(crate) fn read(options: &Options) -> Result<Self> {
        let store = Self::with(options, Tracker::read)?;
        tell_waiting(&store.tracker);
        Ok(store)
    }

    /// Opens the store that the options name, which must be there.
    pub(crate) fn change(options: &Options) -> Result<Self> {
        Self::with(options, Tracker::open_existing)
    }

    /// Opens the store that is named, or else that of the options, and creates it where there is none.
    pub(crate) fn create(named: Option<&str>, options: &Options) -> Result<Self> {
        match named {
            None => Self::with(options, Tracker::open),
            Some(address) => Ok(Self {
                address: Address::shown(address),
                tracker: Tracker::open(address)?,
            }),
        }
    }

    /// As [`create`](Self::create), where `entia serve` has its store when nobody names one.
    #[cfg(feature = "serve")]
    pub(crate) fn served(options: &Options) -> Result<Self> {
        let address = address(options).unwrap_or(SERVED);
        Ok(Self {
            address: Address::shown(address),
            tracker: Tracker::open(address)?,
        })
    }

    fn with(
        options: &Options,
        open: impl FnOnce(&str) -> tracker_core::Result<Tracker>,
    ) -> Result<Self> {
        let address = address(options).ok_or(Error::NoAddress)?;
        Ok(Self {
            address: Address::shown(address),
            tracker: open(address)?,
        })
    }

    /// The experiment of this name, or all where none is given.
    pub(crate) fn experiments(&self, name: Option<&str>) -> Result<Vec<Experiment>> {
        match name {
            Some(name) => Ok(vec![self.experiment(name)?]),
            None => Ok(self.tracker.experiments().list()?),
        }
    }

    /// The experiment of this name.
    pub(crate) fn experiment(&self, name: &str) -> Result<Experiment> {
        match self.tracker.experiments().get(name)? {
            Some(experiment) => Ok(experiment),
            None => Err(self.no_experiment(name)?),
        }
    }

    fn no_experiment(&self, name: &str) -> Result<Error> {
        let known = self.tracker.experiments().list()?;
        let names: Vec<String> = known.iter().map(Experiment::name).collect();
        let near = nearest(name, names.iter().map(String::as_str));
        let all = "`entia experiments` lists them";
        let hint = match near {
            Some(near) => format!("did you mean `{near}`? {all}"),
            None => all.to_owned(),
        };
        Ok(Error::Tracker(tracker_core::Error::Missing {
            what: "experiment",
            name: name.to_owned(),
            place: format!("the store `{}`", self.address),
            hint,
        }))
    }

    /// The runs with these uuids that are there, each with all its modules and summaries.
    pub(crate) fn rows(&self, uuids: Vec<Uuid>) -> Result<Vec<Row>> {
        let store = self.tracker.store()?;
        Ok(store.rows(&Scope::Uuids(uuids), &Detail::ALL)?)
    }
}

/// The address that the options or the environment name.
pub(crate) fn address(options: &Options) -> Option<&str> {
    options
        .store
        .as_deref()
        .filter(|address| !address.is_empty())
}

/// Says on standard error how many points wait in the journals of processes that have died: they
/// belong to the store, but who only reads it does not see them.
pub(crate) fn tell_waiting(tracker: &Tracker) {
    // Where the folder cannot be listed, what is in the store can be read nevertheless.
    let journals = tracker.journals().unwrap_or_default().into_iter();
    let left = journals.filter(|journal| !journal.live && journal.kept.is_none());
    let waiting: Vec<u64> = left.filter_map(|journal| journal.points).collect();
    let (points, journals) = (waiting.iter().sum(), waiting.len());
    if points > 0 {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(
            io::stderr(),
            "{}",
            text::note(&waiting_note(points, journals))
        );
    }
}

fn waiting_note(points: u64, journals: usize) -> String {
    let (verb, them) = if points == 1 {
        ("waits", "it")
    } else {
        ("wait", "them")
    };
    let place = match journals {
        1 => "the journal of a process that died".to_owned(),
        _ => format!("the journals of {journals} processes that died"),
    };
    format!(
        "{} {verb} in {place}; the next program that opens the store to write moves {them} there, \
         and so does `entia doctor`",
        text::plural(usize::try_from(points).unwrap_or(usize::MAX), "point")
    )
}

/// All runs, also those that were put away.
pub(crate) fn everything() -> Query {
    Query::new().filter(query::archived().exists())
}

#[cfg(test)]
mod tests {
    use super::waiting_note;

    #[test]
    fn what_waits_is_counted() {
        assert_eq!(
            waiting_note(1_200, 1),
            "1,200 points wait in the journal of a process that died; the next program that opens \
             the store to write moves them there, and so does `entia doctor`"
        );
        let one = waiting_note(1, 2);
        assert!(
            one.starts_with("1 point waits in the journals of 2 processes that died;"),
            "{one}"
        );
    }
}
