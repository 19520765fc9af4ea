//! What a server allows, and how much of it.

use std::time::Duration;

/// What a server allows, and its limits.
///
/// # Examples
///
/// ```
/// use entia_server::Options;
///
/// let options = Options { read_only: true, ..Options::default() };
/// assert!(!options.allow_delete);
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// The address of the store, without its password, as people are told what is served; empty where
    /// nobody is told.
    pub store: String,
    /// Whether runs, experiments and artifacts may be removed.
    pub allow_delete: bool,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether all is allowed to everybody as long as the store has no tokens. Otherwise nothing is.
    pub open: bool,
    /// Whether a request has to name this machine, as `localhost`, for its host: else any web site
    /// could give its own name this address, and reach the server through the browser of whoever
    /// visits it. Not asked of requests with a token.
    pub only_local_hosts: bool,
    /// The largest body but for artifacts, in bytes.
    pub largest_body: usize,
    /// The most points, params or ids in one request.
    pub largest_batch: usize,
    /// How long a request may take, but for artifacts and events.
    pub patience: Duration,
    /// The most calls of the store at once; others wait.
    pub most_at_once: usize,
    /// The most connections at once.
    pub most_connections: usize,
    /// How often the store is looked at for what other programs have changed, while somebody listens.
    pub look_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            store: String::new(),
            allow_delete: false,
            read_only: false,
            open: true,
            only_local_hosts: true,
            largest_body: 32 << 20,
            largest_batch: 100_000,
            patience: Duration::from_secs(60),
            most_at_once: 16,
            most_connections: 4_096,
            look_every: Duration::from_millis(250),
        }
    }
}
