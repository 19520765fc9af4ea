//! The connections of a store, and transactions on them.

use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracker_core::fork::PerProcess;
use tracker_core::{Result, Uuid};

use crate::address::Target;
use crate::failure::{Failure, is_lost};
use crate::session::Session;

/// So many connections are open at most; who needs one more waits.
const MOST: usize = 16;

/// How often a transaction is tried that others come in the way of.
const TRIES: u32 = 12;

/// A read-only transaction sees one state of the store.
const BEGIN_TO_READ: &str = "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// The connections of a store. A child has its own: what it said on those of its parent would come in
/// between, and to end them there would end them for the parent.
pub(crate) struct Pool {
    pub(crate) target: Target,
    read_only: bool,
    connections: PerProcess<Connections>,
}

#[derive(Default)]
struct Connections {
    idle: Mutex<Idle>,
    freed: Condvar,
}

/// Connections that were opened and are not in use.
#[derive(Default)]
struct Idle {
    sessions: Vec<Session>,
    /// How many there are, those in use too.
    open: usize,
}

impl Pool {
    pub(crate) fn new(target: Target, read_only: bool) -> Self {
        Self {
            target,
            read_only,
            connections: PerProcess::default(),
        }
    }

    /// Asks one statement, or several that need not see one state.
    pub(crate) fn asking<T: Send>(
        &self,
        action: &str,
        act: impl Fn(&mut Session) -> Result<T, Failure> + Sync,
    ) -> Result<T> {
        self.trying(action, act)
    }

    /// Runs `act` on one state of the store.
    pub(crate) fn reading<T: Send>(
        &self,
        action: &str,
        act: impl Fn(&mut Session) -> Result<T, Failure> + Sync,
    ) -> Result<T> {
        self.trying(action, |session| {
            session.run(BEGIN_TO_READ)?;
            let done = act(session)?;
            session.run("COMMIT")?;
            Ok(done)
        })
    }

    /// Runs `act`, which begins a transaction, wholly or not at all. Where the connection is lost at
    /// its very end, nobody knows whether it was done; `may_repeat` says that doing it again would
    /// find out.
    pub(crate) fn writing<T: Send>(
        &self,
        action: &str,
        may_repeat: bool,
        act: impl Fn(&mut Session) -> Result<T, Failure> + Sync,
    ) -> Result<T> {
        self.trying(action, |session| {
            let done = act(session)?;
            match session.run("COMMIT") {
                Ok(_) => Ok(done),
                Err(Failure::Postgres(error)) if is_lost(&error) && !may_repeat => {
                    Err(Failure::Open(error))
                }
                Err(failure) => Err(failure),
            }
        })
    }

    /// Calls `act` with a connection; once more where others came in the way, or the connection had
    /// been made before, and was lost since.
    fn trying<T: Send>(
        &self,
        action: &str,
        act: impl Fn(&mut Session) -> Result<T, Failure> + Sync,
    ) -> Result<T> {
        let done = outside(|| {
            let mut tries = 0;
            loop {
                let mut lent = self.take()?;
                let is_fresh = lent.is_fresh;
                let failure = match lent.act(&act) {
                    Ok(done) => return Ok(done),
                    Err(failure) => failure,
                };
                drop(lent);
                tries += 1;
                if failure.is_conflict() && tries < TRIES {
                    std::thread::sleep(pause(tries));
                } else if matches!(failure, Failure::Open(_)) || !failure.is_lost() || is_fresh {
                    return Err(failure);
                }
            }
        });
        done.map_err(|failure: Failure| failure.explain(&self.target.place, action))
    }

    /// A connection that nobody else uses now.
    fn take(&self) -> Result<Lent<'_>, Failure> {
        let connections = self.connections.get();
        let mut idle = connections.lock();
        while idle.sessions.is_empty() && idle.open >= MOST {
            idle = connections
                .freed
                .wait(idle)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let mut lent = Lent {
            connections,
            session: idle.sessions.pop(),
            is_good: false,
            is_fresh: false,
        };
        if lent.session.is_none() {
            idle.open += 1;
            drop(idle);
            lent.session = Some(self.connect()?);
            lent.is_fresh = true;
        }
        Ok(lent)
    }

    fn connect(&self) -> Result<Session, Failure> {
        let Target {
            config,
            connector,
            schema,
            ..
        } = &self.target;
        let mut session = Session::new(config.connect(connector.clone())?);
        let read_only = if self.read_only { "on" } else { "off" };
        // A plan that was made while a table was small is kept however large it becomes.
        session.run(&format!(
            "SET search_path TO {schema}; SET default_transaction_read_only TO {read_only};
             SET plan_cache_mode TO force_custom_plan"
        ))?;
        Ok(session)
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connections end outside of a runtime, too.
impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(connections) = self.connections.existing() {
            let sessions = mem::take(&mut connections.lock().sessions);
            outside(|| drop(sessions));
        }
    }
}

/// A connection in use. What was not ended well, by a panic too, is not used again.
struct Lent<'p> {
    connections: &'p Connections,
    session: Option<Session>,
    is_fresh: bool,
    is_good: bool,
}

impl Lent<'_> {
    fn act<T>(
        &mut self,
        act: impl FnOnce(&mut Session) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let Some(session) = &mut self.session else {
            return Err(Failure::Damaged("a connection is missing".to_owned()));
        };
        let done = act(session);
        self.is_good = match &done {
            Ok(_) => true,
            Err(failure) => !failure.is_lost() && session.run("ROLLBACK").is_ok(),
        };
        done
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let session = self.session.take().filter(|_| self.is_good);
        let mut idle = self.connections.lock();
        match session {
            Some(session) => idle.sessions.push(session),
            None => idle.open -= 1,
        }
        drop(idle);
        self.connections.freed.notify_one();
    }
}

/// How long to wait before the next try: twice as long each time, and by chance, so that those who
/// came in each other's way do not do so again.
fn pause(tries: u32) -> Duration {
    let longest = 1_000_u64 << tries.min(8);
    let (chance, _) = Uuid::new_v4().as_u64_pair();
    Duration::from_micros(chance % longest)
}

/// Calls `act` where no runtime is: a connection has one of its own, and may not wait for it inside
/// of another.
pub(crate) fn outside<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return act();
    }
    let done = std::thread::scope(|scope| scope.spawn(act).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
