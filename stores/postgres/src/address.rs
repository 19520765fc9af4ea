//! What an address says: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use postgres::Config;
use postgres::config::{Host, SslMode};
use tracker_core::{Error, Result};

use crate::tls::{Check, Connector};

/// The schema of a store, unless the address names another.
const SCHEMA: &str = "entia";
/// Where a server listens, unless the address says otherwise.
const PORT: u16 = 5432;
/// A server that takes longer than this to answer is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// The options that an address may have.
const OPTIONS: [&str; 22] = [
    "schema",
    "journals",
    "sslmode",
    "sslrootcert",
    "user",
    "password",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "options",
    "application_name",
    "sslnegotiation",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];

/// What is wrong with an address, and what may help.
type Problem = (String, String);

/// Where a store is.
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) connector: Connector,
    /// The schema whose tables are the store.
    pub(crate) schema: String,
    /// Where points are kept on their way, unless it is where it is usual.
    pub(crate) journals: Option<PathBuf>,
    /// What messages call the store: its address, without the password.
    pub(crate) place: String,
}

impl Target {
    /// Reads an address; `refuse` makes an error of what is wrong with it, and what may help.
    pub(crate) fn parse(address: &str, refuse: impl Fn(String, &str) -> Error) -> Result<Self> {
        let options = Options::of(address).map_err(|(problem, hint)| refuse(problem, &hint))?;
        let mut config: Config = options.others.parse().map_err(|problem: postgres::Error| {
            let problem = std::error::Error::source(&problem).map(ToString::to_string);
            refuse(
                problem.unwrap_or_else(|| "it cannot be read".to_owned()),
                "write `postgres://USER@HOST:PORT/DATABASE`",
            )
        })?;
        let connector = Connector::new(options.check, options.trusted.as_deref())
            .map_err(|problem| refuse(problem, "name a file of certificates in `sslrootcert`"))?;
        config.ssl_mode(options.mode);
        complete(&mut config);
        Ok(Self {
            place: shown(&config, &options.schema),
            config,
            connector,
            schema: options.schema,
            journals: options.journals,
        })
    }
}

/// What the address leaves out, as the other programs of PostgreSQL fill it in.
fn complete(config: &mut Config) {
    if config.get_user().is_none()
        && let Ok(user) = std::env::var("PGUSER")
    {
        config.user(&user);
    }
    if config.get_password().is_none()
        && let Some(password) = std::env::var_os("PGPASSWORD")
    {
        config.password(password.as_encoded_bytes());
    }
    if config.get_application_name().is_none() {
        config.application_name("entia");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(PATIENCE);
    }
}

/// The options of an address that this crate reads itself, and the address without them.
struct Options {
    others: String,
    schema: String,
    journals: Option<PathBuf>,
    mode: SslMode,
    check: Check,
    trusted: Option<PathBuf>,
}

impl Options {
    fn of(address: &str) -> Result<Self, Problem> {
        let (base, query) = address.split_once('?').unwrap_or((address, ""));
        let (mut schema, mut journals, mut mode, mut trusted) =
            (SCHEMA.to_owned(), None, None, None);
        let mut others = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
            match name {
                "schema" => schema = value,
                "journals" => journals = Some(PathBuf::from(value)),
                "sslmode" => mode = Some(value),
                // Of `system`, too, the certificates are those that the system trusts.
                "sslrootcert" => trusted = Some(value),
                known if OPTIONS.contains(&known) => others.push(option),
                unknown => return Err(no_option(unknown)),
            }
        }
        if !is_name(&schema) {
            let problem = format!("the schema `{schema}` has no plain name");
            let hint = "use small letters, digits and `_`, as `schema=team_a`";
            return Err((problem, hint.to_owned()));
        }
        let (mode, check) = modes(mode.as_deref(), trusted.is_some())?;
        Ok(Self {
            others: if others.is_empty() {
                base.to_owned()
            } else {
                format!("{base}?{}", others.join("&"))
            },
            schema,
            journals,
            mode,
            check,
            trusted: trusted.filter(|file| file != "system").map(PathBuf::from),
        })
    }
}

fn no_option(unknown: &str) -> Problem {
    let hint = match registry_core::nearest(unknown, OPTIONS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the options are `{}`", OPTIONS.join("`, `")),
    };
    (format!("there is no option `{unknown}`"), hint)
}

/// Whether a schema can be named so without quotes.
fn is_name(schema: &str) -> bool {
    let mut bytes = schema.bytes();
    let begins = bytes.next().is_some_and(|first| first.is_ascii_lowercase());
    begins
        && schema.len() <= 63
        && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// What `sslmode` means. As with other programs of PostgreSQL, a file of certificates makes
/// `require` look at that of the server.
fn modes(mode: Option<&str>, has_trusted: bool) -> Result<(SslMode, Check), Problem> {
    Ok(match mode {
        None | Some("prefer" | "allow") => (SslMode::Prefer, Check::Nothing),
        Some("disable") => (SslMode::Disable, Check::Nothing),
        Some("require") if !has_trusted => (SslMode::Require, Check::Nothing),
        Some("require" | "verify-ca") => (SslMode::Require, Check::Signature),
        Some("verify-full") => (SslMode::Require, Check::Server),
        Some(other) => {
            return Err((
                format!("there is no sslmode `{other}`"),
                "write `disable`, `prefer`, `require`, `verify-ca` or `verify-full`".to_owned(),
            ));
        }
    })
}

/// The address as messages show it: without its password, and without what is usual.
fn shown(config: &Config, schema: &str) -> String {
    let mut shown = "postgres://".to_owned();
    if let Some(user) = config.get_user() {
        let _ = write!(shown, "{user}@");
    }
    let mut folder = None;
    for (index, host) in config.get_hosts().iter().enumerate() {
        if index > 0 {
            shown.push(',');
        }
        match host {
            Host::Tcp(name) => shown.push_str(name),
            #[cfg(unix)]
            Host::Unix(path) => folder = Some(path.display().to_string()),
        }
        let ports = config.get_ports();
        let port = ports.get(index).or(ports.first()).unwrap_or(&PORT);
        if *port != PORT {
            let _ = write!(shown, ":{port}");
        }
    }
    let _ = write!(shown, "/{}", config.get_dbname().unwrap_or_default());
    let host = folder.map(|folder| format!("host={folder}"));
    let schema = (schema != SCHEMA).then(|| format!("schema={schema}"));
    let options: Vec<String> = host.into_iter().chain(schema).collect();
    if !options.is_empty() {
        let _ = write!(shown, "?{}", options.join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::Target;
    use crate::tls::Check;
    use tracker_core::Error;

    fn parse(address: &str) -> Result<Target, Error> {
        Target::parse(address, |problem, hint| Error::Address {
            address: "the address".to_owned(),
            problem,
            hint: hint.to_owned(),
        })
    }

    #[test]
    fn no_place_shows_a_password() {
        for (address, expected) in [
            (
                "postgres://me:hunter2@host:77/runs",
                "postgres://me@host:77/runs",
            ),
            (
                "postgresql://me@host/runs?password=hunter2",
                "postgres://me@host/runs",
            ),
            (
                "postgres:///runs?host=/run/pg&schema=team_a&user=me",
                "postgres://me@/runs?host=/run/pg&schema=team_a",
            ),
            ("postgres://a,b/runs?user=me", "postgres://me@a,b/runs"),
        ] {
            let target = parse(address).unwrap();
            assert_eq!(target.place, expected);
            assert!(!format!("{:?}", target.config).contains("hunter2"));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for address in [
            "postgres://me:hunter2@host/runs?schema=Team-A",
            "postgres://me:hunter2@host/runs?sslmode=always",
            "postgres://me:hunter2@host/runs?colour=red",
            "postgres://me:hunter2@host:port/runs",
            "postgres://me:hunter2@host/runs?sslmode=verify-full&sslrootcert=/no/such/file",
        ] {
            let error = parse(address).map(drop).unwrap_err().to_string();
            assert!(error.contains("\nhint: "), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_file_of_certificates_makes_require_strict() {
        let check = |mode, trusted| super::modes(mode, trusted).unwrap().1;
        assert_eq!(check(Some("require"), false), Check::Nothing);
        assert_eq!(check(Some("require"), true), Check::Signature);
        assert_eq!(check(Some("verify-full"), true), Check::Server);
    }
}
