//! Which crate opens which address: `sqlite:runs.db`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::contents::MemoryContents;
use crate::error::{Error, Result};
use crate::memory::MemoryStore;
use crate::ports::{ContentStore, Store};

/// What opens the stores of one scheme, registered with
/// [`register_driver!`](crate::register_driver).
///
/// # Examples
///
/// A scheme of one's own, whose stores are all in memory:
///
/// ```standalone_crate
/// use std::sync::Arc;
/// use tracker_core::{Driver, MemoryStore, Opened, Tracker};
///
/// tracker_core::register_driver!(Driver {
///     scheme: "scratch",
///     form: "scratch:",
///     open: |_address, _access| Ok(Opened::new(Arc::new(MemoryStore::default()))),
/// });
///
/// let tracker = Tracker::open("scratch:")?;
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Driver {
    /// The scheme, the text before the first `:` of an address.
    pub scheme: &'static str,
    /// How an address is written, as `sqlite:FILE`.
    pub form: &'static str,
    /// Opens the store of an address.
    pub open: fn(&Address<'_>, Access) -> Result<Opened>,
}

inventory::collect!(Driver);

/// Registers a [`Driver`] when the program is linked.
///
/// A crate that nobody names is not linked: `use my_store as _;` in the program is enough.
#[macro_export]
macro_rules! register_driver {
    ($driver:expr) => {
        $crate::__private::inventory::submit! { $driver }
    };
}

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read and write; it is created where there is none.
    Create,
    /// To read and write, where it is there.
    Existing,
    /// To read, without changing a byte of it or beside it.
    Read,
}

/// A store that was just opened.
#[derive(Clone)]
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The file beside which journals and artifacts stand; none for a store without a file.
    pub file: Option<PathBuf>,
    /// Whether changes go through a journal beside the file, rather than into the store at once.
    pub journaled: bool,
    /// Whether the store is on another machine, and may be away for hours: see
    /// [`remote`](Self::remote).
    pub remote: bool,
    /// Where the contents of artifacts are kept, where that is not a folder beside the file.
    pub contents: Option<Arc<dyn ContentStore>>,
}

impl Opened {
    /// A store without a file.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            file: None,
            journaled: false,
            remote: false,
            contents: None,
        }
    }

    /// A store in a file, beside which journals and artifacts may stand.
    pub fn beside(store: Arc<dyn Store>, file: impl Into<PathBuf>) -> Self {
        Self {
            store,
            file: Some(file.into()),
            journaled: true,
            remote: false,
            contents: None,
        }
    }

    /// A store on another machine, with journals beside a [`state_file`](crate::state_file).
    ///
    /// While it is away, whoever adds is not told, as all waits in the journal; and the experiments
    /// and runs that programs of this machine have tracked before are opened as they were left.
    pub fn remote(store: Arc<dyn Store>, file: impl Into<PathBuf>) -> Self {
        Self {
            remote: true,
            ..Self::beside(store, file)
        }
    }

    /// The store without a journal, as where the disk has no room for one.
    #[must_use]
    pub fn without_journal(mut self) -> Self {
        self.journaled = false;
        self
    }

    /// The store with a place of its own for the contents of artifacts.
    #[must_use]
    pub fn with_contents(mut self, contents: Arc<dyn ContentStore>) -> Self {
        self.contents = Some(contents);
        self
    }
}

/// The address of a store: a scheme, `:`, and what the scheme makes of the rest.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    text: &'a str,
    scheme: &'a str,
    rest: &'a str,
}

/// Schemes that are known here, whether or not they are linked: how an address is written, the crate
/// that opens it, and the feature of `entia`.
const KNOWN: [Known; 7] = [
    Known("memory", "memory:", "", ""),
    Known("sqlite", "sqlite:FILE", "tracker-sqlite", "sqlite"),
    Known("json", "json:FILE", "tracker-json", "json"),
    Known(
        "postgres",
        "postgres://HOST/DATABASE",
        "tracker-postgres",
        "postgres",
    ),
    Known(
        "postgresql",
        "postgresql://HOST/DATABASE",
        "tracker-postgres",
        "postgres",
    ),
    Known("http", "http://HOST", "tracker-http", "http"),
    Known("https", "https://HOST", "tracker-http", "http"),
];

struct Known(&'static str, &'static str, &'static str, &'static str);

impl<'a> Address<'a> {
    fn parse(text: &'a str) -> Result<Self> {
        let Some((scheme, rest)) = text.split_once(':') else {
            let path = Path::new(text);
            let is_json = path
                .extension()
                .is_some_and(|extension| extension == "json");
            let scheme = if is_json { "json" } else { "sqlite" };
            let file = if text.is_empty() { "runs.db" } else { text };
            let hint = format!("write `{scheme}:{file}`; the schemes are {}", forms());
            return Err(refuse(text, "it has no scheme", hint));
        };
        Ok(Self { text, scheme, rest })
    }

    /// The whole address.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// What follows the first `:`.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// The file that the rest names.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] where it names none.
    pub fn file(&self) -> Result<&'a Path> {
        let Self { scheme, rest, .. } = *self;
        let refuse = |problem, instead: &str| {
            Err(self.refuse(problem, format!("write `{scheme}:{instead}`")))
        };
        if rest == ":memory:" {
            return Err(self.refuse("`:memory:` is not a file", "write `memory:`"));
        }
        if rest.is_empty() {
            let ending = if scheme == "sqlite" { "db" } else { scheme };
            return refuse("the path of the file is missing", &format!("runs.{ending}"));
        }
        // Two slashes come from the habit of URLs; as a path they would mean the root folder.
        if rest.starts_with("//") {
            return refuse("`//` is no part of a path", rest.trim_start_matches('/'));
        }
        if rest != rest.trim() {
            return refuse("the path begins or ends with a space", rest.trim());
        }
        Ok(Path::new(rest))
    }

    /// The file, which must be there unless it may be created.
    ///
    /// # Errors
    ///
    /// [`Error::Address`], and [`StoreProblem::Absent`](crate::StoreProblem::Absent).
    pub fn file_for(&self, access: Access) -> Result<&'a Path> {
        let file = self.file()?;
        // A file that cannot be looked at is there, as far as anybody knows.
        if access != Access::Create && matches!(file.try_exists(), Ok(false)) {
            return Err(Error::Unusable {
                place: file.display().to_string(),
                problem: crate::error::StoreProblem::Absent,
            });
        }
        Ok(file)
    }

    /// A refusal of the address.
    pub fn refuse(&self, problem: &str, hint: impl Into<String>) -> Error {
        refuse(self.text, problem, hint.into())
    }
}

/// Opens the store of an address.
pub(crate) fn open(text: &str, access: Access) -> Result<Opened> {
    let address = Address::parse(text)?;
    if address.scheme == "memory" {
        if address.rest.is_empty() {
            let store = Opened::new(Arc::new(MemoryStore::default()));
            return Ok(store.with_contents(Arc::new(MemoryContents::default())));
        }
        let hint = "write `memory:`; every store in memory is a new one";
        return Err(address.refuse("a store in memory has no name", hint));
    }
    let drivers = inventory::iter::<Driver>.into_iter();
    let mut found = drivers.filter(|driver| driver.scheme == address.scheme);
    match found.next() {
        Some(driver) => (driver.open)(&address, access),
        None => Err(not_found(&address)),
    }
}

fn not_found(address: &Address<'_>) -> Error {
    let scheme = address.scheme;
    if let Some(Known(_, _, package, feature)) = KNOWN.iter().find(|known| known.0 == scheme) {
        return Error::NotLinked {
            address: shown(address.text),
            scheme: scheme.to_owned(),
            hint: format!(
                "turn on the feature `{feature}` of `entia`; or add the crate `{package}` and write \
                 `use {} as _;`",
                package.replace('-', "_")
            ),
        };
    }
    let linked = inventory::iter::<Driver>
        .into_iter()
        .map(|driver| driver.scheme);
    let names = KNOWN.iter().map(|known| known.0).chain(linked);
    let hint = match registry_core::nearest(scheme, names) {
        Some(near) => format!("did you mean `{near}`? The schemes are {}", forms()),
        None => format!("the schemes are {}", forms()),
    };
    address.refuse(&format!("there is no scheme `{scheme}`"), hint)
}

/// How addresses are written.
fn forms() -> String {
    let known = KNOWN.iter().map(|known| (known.0, known.1));
    let linked = inventory::iter::<Driver>.into_iter();
    // Of two schemes for one thing, the first is enough.
    let known = known.filter(|(scheme, _)| !matches!(*scheme, "https" | "postgresql"));
    let mut all: Vec<(&str, &str)> = known.collect();
    for driver in linked {
        if KNOWN.iter().all(|known| known.0 != driver.scheme) {
            all.push((driver.scheme, driver.form));
        }
    }
    // Those of others last.
    all.sort_by_key(|(scheme, _)| {
        let known = KNOWN.iter().position(|known| known.0 == *scheme);
        known.unwrap_or(KNOWN.len())
    });
    let forms: Vec<String> = all.iter().map(|(_, form)| format!("`{form}`")).collect();
    match forms.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => forms.concat(),
    }
}

impl Address<'_> {
    /// An address as messages show it: without its password.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::Address;
    ///
    /// assert_eq!(Address::shown("postgres://me:hunter2@db/runs"), "postgres://me:***@db/runs");
    /// assert_eq!(Address::shown("sqlite:runs.db"), "sqlite:runs.db");
    /// ```
    #[must_use]
    pub fn shown(address: &str) -> String {
        shown(address)
    }
}

/// An address as messages show it: without its password.
///
/// # Examples
///
/// ```
/// let shown = tracker_core::shown("postgres://me:secret@host/runs");
/// assert_eq!(shown, "postgres://me:***@host/runs");
/// ```
pub fn shown(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = match host.rsplit_once('@') {
        Some((user, _)) => Some(user),
        // A password may have these, too: PostgreSQL's ends at the first `@`.
        None if scheme.starts_with("postgres") && host.contains(':') => {
            rest.split_once('@').map(|(user, _)| user)
        }
        None => None,
    };
    let named = user.and_then(|user| Some((user, user.split_once(':')?.0)));
    let shown = match named {
        Some((user, name)) => format!("{scheme}://{name}:***{}", &rest[user.len()..]),
        None => address.to_owned(),
    };
    let Some((place, options)) = shown.split_once('?') else {
        return shown;
    };
    let hidden = options
        .split('&')
        .map(|option| match option.split_once('=') {
            Some((name @ ("password" | "sslpassword" | "token"), _)) => format!("{name}=***"),
            _ => option.to_owned(),
        });
    format!("{place}?{}", hidden.collect::<Vec<_>>().join("&"))
}

fn refuse(address: &str, problem: &str, hint: String) -> Error {
    Error::Address {
        address: shown(address),
        problem: problem.to_owned(),
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn no_message_shows_a_password() {
        for (address, expected) in [
            ("postgres://me:hunter2@host/db", "postgres://me:***@host/db"),
            (
                "postgres://me:h@nter2@host:5432/db?x=1",
                "postgres://me:***@host:5432/db?x=1",
            ),
            (
                "postgres://host/db?user=me&password=h@nter2&x=1",
                "postgres://host/db?user=me&password=***&x=1",
            ),
            (
                "postgres://me:hunt/er#2@host/db",
                "postgres://me:***@host/db",
            ),
            ("postgres://host:5432/db", "postgres://host:5432/db"),
            ("http://me@host/a:b@c", "http://me@host/a:b@c"),
            ("http://host?token=a", "http://host?token=***"),
            ("http://host", "http://host"),
            ("sqlite:a@b:c.db", "sqlite:a@b:c.db"),
        ] {
            assert_eq!(shown(address), expected);
        }
    }
}
