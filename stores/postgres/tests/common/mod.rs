//! A server for the tests of a file: the one that `ENTIA_TEST_POSTGRES` names, or one of its own that
//! `scripts/postgres.sh` starts, and that ends with the process.

#![allow(dead_code, reason = "not every file needs all of it")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};
use tempfile::TempDir;

/// A server that is stopped when this is dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    script: Child,
}

impl Server {
    /// Starts one with these options.
    pub(crate) fn start(options: &[&str]) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
        let mut script = Command::new(path)
            .arg("hold")
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`scripts/postgres.sh` must run; or name a server in ENTIA_TEST_POSTGRES");
        let mut address = String::new();
        BufReader::new(script.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        assert!(
            address.starts_with("postgres://"),
            "no server was started, see above; or name one in ENTIA_TEST_POSTGRES"
        );
        Self {
            address: address.trim().to_owned(),
            script,
        }
    }

    /// The folder that the server is in.
    pub(crate) fn folder(&self) -> &Path {
        Path::new(self.address.split_once("host=").unwrap().1)
    }

    /// Starts it again once it was stopped.
    pub(crate) fn restart(&self) {
        let log = self.folder().join("log");
        // With the options that it had before.
        let options = std::fs::read_to_string(self.folder().join("options")).unwrap();
        let log = log.to_str().unwrap();
        self.control(&["start", "--wait", "--log", log, "--options", options.trim()]);
    }

    /// Runs `pg_ctl` on it, as the script does.
    pub(crate) fn control(&self, arguments: &[&str]) {
        let bin = std::fs::read_to_string(self.folder().join("bin")).unwrap();
        let mut command = as_server(&format!("{}/pg_ctl", bin.trim()));
        command.arg("--pgdata").arg(self.folder().join("data"));
        let done = command.args(arguments).stdout(Stdio::null()).status();
        assert!(done.unwrap().success(), "pg_ctl {arguments:?}");
    }
}

/// A command, run as the user that the server runs as.
fn as_server(program: &str) -> Command {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    if id != b"0\n" {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=nobody",
        "--regid=nogroup",
        "--clear-groups",
        program,
    ]);
    command.current_dir("/");
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

/// The address of the server that the tests of this process share.
fn shared() -> &'static str {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static GIVEN: OnceLock<Option<String>> = OnceLock::new();
    let given = GIVEN.get_or_init(|| std::env::var("ENTIA_TEST_POSTGRES").ok());
    match given {
        Some(address) => address,
        None => &SERVER.get_or_init(|| Server::start(&[])).address,
    }
}

/// A store of its own, in a schema that nobody else has.
pub(crate) struct Place {
    pub(crate) address: String,
    pub(crate) schema: String,
    server: String,
    journals: TempDir,
}

impl Place {
    /// On the shared server.
    pub(crate) fn new() -> Self {
        Self::on(shared())
    }

    /// On this server.
    pub(crate) fn on(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{}_{count}", std::process::id());
        let journals = tempfile::tempdir().unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        let address = format!(
            "{server}{sign}schema={schema}&journals={}",
            journals.path().display()
        );
        Self {
            address,
            schema,
            server: server.to_owned(),
            journals,
        }
    }

    /// The folder of the journals, in which a test may keep files of its own.
    pub(crate) fn folder(&self) -> &Path {
        self.journals.path()
    }

    /// A connection that sees the tables of the store.
    pub(crate) fn client(&self) -> Client {
        let mut client = Client::connect(&self.server, NoTls).unwrap();
        let path = format!("SET search_path TO {}", self.schema);
        client.batch_execute(&path).unwrap();
        client
    }
}

/// A server that was named keeps nothing of the tests.
impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(mut client) = Client::connect(&self.server, NoTls) {
            let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
            let _ = client.batch_execute(&drop);
        }
    }
}
