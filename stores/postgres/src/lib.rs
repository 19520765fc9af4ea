//! Experiment tracking in PostgreSQL, which many programs and servers may use at once: the store
//! behind the addresses `postgres://HOST/DATABASE`.
//!
//! A program that depends on this crate directly links the scheme with `use tracker_postgres as _;`;
//! the crate `entia` does so by its feature `postgres`.
//!
//! ```no_run
//! use tracker_core::Tracker;
//! use tracker_postgres as _;
//!
//! let tracker = Tracker::open("postgres://me@db.example.org/runs")?;
//! assert!(tracker.experiments().list()?.is_empty());
//! # Ok::<(), tracker_core::Error>(())
//! ```
//!
//! # Addresses
//!
//! `postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE&...`, or the same with `postgresql://`.
//! The database must be there; the store is made in it. What is left out is taken from the
//! environment variables `PGUSER` and `PGPASSWORD`, and no message shows a password. Beside those of
//! [`postgres::Config`], as `host=/run/postgresql` for a socket and `connect_timeout=10`, these are
//! the options:
//!
//! | option | what it says |
//! |---|---|
//! | `schema` | the schema whose tables are the store; `entia` unless it is said |
//! | `journals` | the folder where points wait on their way to the server |
//! | `sslmode` | `disable`; `prefer`, as usual; `require`; `verify-ca`, which looks whether somebody who is trusted has signed the certificate of the server; or `verify-full`, which looks at the name in it, too |
//! | `sslrootcert` | a file of certificates that are trusted; those of the system unless it is given |
//!
//! # Where points wait
//!
//! A point that was added stands in a journal on the machine of the program until the server has it,
//! so that adding costs what it costs with a file, and training goes on while the server is away.
//! Journals stand in `$XDG_STATE_HOME/entia`, which is `~/.local/state/entia` unless it is set, and
//! `%LOCALAPPDATA%\entia` on Windows. Those of a program that was killed are moved by the next one
//! that opens the store on that machine.
//!
//! The [contents of artifacts](PostgresContents) are in the database, where every program finds them.
//!
//! # Rights
//!
//! Who makes the store needs the right `CREATE` on the database, or a schema of that name; who writes
//! needs `USAGE` on the schema and on its sequence, and `SELECT`, `INSERT`, `UPDATE` and `DELETE` on
//! its tables; who only reads, `USAGE` on the schema and `SELECT` on its tables.
//!
//! # Partitions
//!
//! The keys of all tables whose rows belong to a run begin with its experiment, so they may be
//! partitioned by it, or distributed to several machines, and nothing else changes. With the
//! partitions of PostgreSQL itself, while no program uses the store:
//!
//! ```sql
//! SET search_path TO entia;
//! DO $$
//! DECLARE
//!     whole text;
//! BEGIN
//!     FOREACH whole IN ARRAY ARRAY['aggregates', 'attempts', 'iterations', 'artifacts', 'series',
//!         'chunks', 'facts']
//!     LOOP
//!         EXECUTE format('ALTER TABLE %I RENAME TO whole', whole);
//!         EXECUTE format('CREATE TABLE %I (LIKE whole INCLUDING ALL) PARTITION BY HASH (experiment)',
//!             whole);
//!         FOR part IN 0..7 LOOP
//!             EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 8, REMAINDER %s)',
//!                 whole || '_' || part, whole, part);
//!         END LOOP;
//!         EXECUTE format('INSERT INTO %I SELECT * FROM whole', whole);
//!         DROP TABLE whole;
//!     END LOOP;
//! END $$;
//! ```
//!
//! With Citus, which sends every statement about an experiment to the machine that has it:
//!
//! ```text
//! SET search_path TO entia, public;
//! SELECT create_reference_table('experiments');
//! SELECT create_distributed_table('aggregates', 'experiment');
//! SELECT create_distributed_table(name, 'experiment', colocate_with => 'aggregates')
//!     FROM unnest(ARRAY['attempts', 'iterations', 'artifacts', 'series', 'chunks', 'facts']) AS name;
//! ```

mod address;
mod aggregates;
mod artifacts;
mod attempts;
mod begin;
mod changes;
mod chunks;
mod column;
mod condition;
mod contents;
mod experiments;
mod facts;
mod failure;
mod histories;
mod iterations;
mod pool;
mod rewind;
mod rows;
mod schema;
mod search;
mod series;
mod session;
mod settings;
mod store;
mod summaries;
mod text;
mod tls;
mod touches;

pub use contents::PostgresContents;
pub use store::PostgresStore;

use std::sync::Arc;

use tracker_core::{Access, Address, Driver, Opened, Result};

use address::Target;

tracker_core::register_driver!(Driver {
    scheme: "postgres",
    form: "postgres://HOST/DATABASE",
    open,
});

tracker_core::register_driver!(Driver {
    scheme: "postgresql",
    form: "postgresql://HOST/DATABASE",
    open,
});

fn open(address: &Address<'_>, access: Access) -> Result<Opened> {
    let target = Target::parse(address.text(), |problem, hint| {
        address.refuse(&problem, hint)
    })?;
    let journals = target.journals.clone();
    let store = PostgresStore::at(target, access)?;
    let contents = Arc::new(store.contents());
    let opened = match access {
        Access::Read => Opened::new(Arc::new(store)),
        Access::Create | Access::Existing => {
            // By its id, the store is the same under whatever address.
            let name = format!("postgres-{}", store.id().simple());
            let file = tracker_core::state_file(&name, journals.as_deref())?;
            Opened::remote(Arc::new(store), file)
        }
    };
    Ok(opened.with_contents(contents))
}

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
