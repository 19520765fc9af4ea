//! Queries as clients write them: in the long form, or in the short forms of a filter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracker_core::ports::Scope;
use tracker_core::query::Vocabulary;
use tracker_core::{Query, Uuid};

use crate::app::App;
use crate::problem::Problem;

/// What the runs have is looked at again after so many times as long as that takes.
const PATIENCE: u32 = 20;

/// What the runs of each experiment have, and of all; it is asked for with each key that is pressed.
#[derive(Default)]
pub(crate) struct Vocabularies(Mutex<HashMap<Option<Uuid>, Kept>>);

#[derive(Clone)]
struct Kept {
    known: Arc<Vocabulary>,
    /// The number of the newest change that it shows; none where the store has no numbers.
    seq: Option<u64>,
    until: Instant,
}

impl App {
    /// Reads a query about runs in a scope.
    pub(crate) fn query(&self, scope: &Scope, text: Option<&str>) -> Result<Query, Problem> {
        let text = text.unwrap_or_default();
        // What is long says by itself what it is about.
        if let Ok(query) = text.parse::<Query>()
            && !query.may_be_short()
        {
            return Ok(query);
        }
        let (known, is_newest) = self.known_for(scope)?;
        match Query::read(text, &known) {
            // It may be a name that is there only now.
            Err(_) if !is_newest => {
                let known = self.known_anew(scope)?;
                Ok(Query::read(text, &known)?)
            }
            read => Ok(read?),
        }
    }

    /// What runs in a scope have, now or a moment ago.
    pub(crate) fn known(&self, scope: &Scope) -> Result<Arc<Vocabulary>, Problem> {
        Ok(self.known_for(scope)?.0)
    }

    /// The same, and whether it is of now.
    fn known_for(&self, scope: &Scope) -> Result<(Arc<Vocabulary>, bool), Problem> {
        match self.kept(scope)? {
            Some((kept, is_newest)) if is_newest || Instant::now() < kept.until => {
                Ok((kept.known, is_newest))
            }
            _ => Ok((self.known_anew(scope)?, true)),
        }
    }

    /// What was found last, and whether nothing has changed since.
    fn kept(&self, scope: &Scope) -> Result<Option<(Kept, bool)>, Problem> {
        let seq = self.tracker.store()?.newest_change().ok();
        let kept = self.vocabularies.get(key(scope));
        Ok(kept.map(|kept| {
            let is_newest = seq.is_some() && kept.seq == seq;
            (kept, is_newest)
        }))
    }

    /// Looks again at what runs have, and tells whether that may be more than was known.
    pub(crate) fn renew(&self, scope: &Scope) -> Result<bool, Problem> {
        if self.kept(scope)?.is_some_and(|(_, is_newest)| is_newest) {
            return Ok(false);
        }
        self.known_anew(scope)?;
        Ok(true)
    }

    fn known_anew(&self, scope: &Scope) -> Result<Arc<Vocabulary>, Problem> {
        let seq = self.tracker.store()?.newest_change().ok();
        let start = Instant::now();
        let known = Arc::new(self.vocabulary(scope, None)?);
        let kept = Kept {
            known: Arc::clone(&known),
            seq,
            until: Instant::now() + start.elapsed() * PATIENCE,
        };
        self.vocabularies.put(key(scope), kept);
        Ok(known)
    }
}

/// The experiment of a scope; none for all.
fn key(scope: &Scope) -> Option<Uuid> {
    match scope {
        Scope::Experiment(id) => Some(*id),
        _ => None,
    }
}

impl Vocabularies {
    fn get(&self, key: Option<Uuid>) -> Option<Kept> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&key).cloned()
    }

    fn put(&self, key: Option<Uuid>, vocabulary: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key, vocabulary);
    }
}
