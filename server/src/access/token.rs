//! Tokens, as the store keeps them.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use jiff::Timestamp;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tracker_core::ports::Change;
use tracker_core::{Error, Micros, Result, Tracker, Uuid};

/// Before the name of each token in the settings of a store.
const PREFIX: &str = "token/";

/// What a token allows; each role may do what those before it may.
///
/// # Examples
///
/// ```
/// use entia_server::Role;
///
/// assert!(Role::Admin > Role::Write);
/// assert_eq!("read".parse(), Ok(Role::Read));
/// ```
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// To look at what is recorded.
    Read,
    /// To record, and to change names, tags and notes.
    Write,
    /// To import other stores, and whatever else there is.
    Admin,
}

impl Role {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = [Self::Read, Self::Write, Self::Admin].into_iter();
        let found = all.find(|role| role.as_str() == text);
        found
            .ok_or_else(|| format!("there is no role `{text}`: it is one of read, write and admin"))
    }
}

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What it is called; unique in the store.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it is good.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// The ids of the experiments that it is limited to; all with `None`.
    #[serde(default)]
    pub experiments: Option<Vec<Uuid>>,
    /// The SHA-256 of its secret, in hexadecimal digits.
    pub digest: String,
}

/// A token that was just made: the only time that its secret is known.
#[derive(Clone, Debug)]
pub struct Issued {
    /// What the store keeps.
    pub token: Token,
    /// What a client sends.
    pub secret: String,
}

/// The tokens of a store, which all its servers share.
///
/// # Examples
///
/// ```
/// use entia_server::{Role, Tokens};
/// use tracker_core::Tracker;
///
/// let tokens = Tokens::of(Tracker::open("memory:")?);
/// let issued = tokens.create("ci", Role::Write, None, None)?;
/// assert!(issued.secret.starts_with("entia_"));
/// assert_eq!(tokens.list()?, [issued.token]);
/// assert!(tokens.revoke("ci")?);
/// assert!(tokens.list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tokens(Tracker);

impl Tokens {
    /// Those of the store of a tracker.
    pub fn of(tracker: Tracker) -> Self {
        Self(tracker)
    }

    /// Makes a token, perhaps for some experiments alone, by their ids.
    ///
    /// # Errors
    ///
    /// [`Error::Taken`] where there is one of this name, [`Error::EmptyName`]; or when the store keeps
    /// no tokens, or fails.
    pub fn create(
        &self,
        name: &str,
        role: Role,
        expires: Option<Timestamp>,
        experiments: Option<Vec<Uuid>>,
    ) -> Result<Issued> {
        if name.is_empty() {
            return Err(Error::EmptyName {
                what: "name",
                place: "a token".to_owned(),
            });
        }
        if self.list()?.iter().any(|token| token.name == name) {
            return Err(Error::Taken {
                what: "access token",
                name: name.to_owned(),
                hint: "choose another name, or revoke that one first".to_owned(),
            });
        }
        let secret = format!("entia_{}", secret());
        let token = Token {
            name: name.to_owned(),
            role,
            created: Micros::now().timestamp(),
            expires,
            experiments,
            digest: digest(&secret),
        };
        let value = Value::of(&token).map_err(|problem| Error::Json {
            place: "a token".to_owned(),
            problem,
        })?;
        put(&self.0, format!("{PREFIX}{name}"), Some(value))?;
        Ok(Issued { token, secret })
    }

    /// All of them, by their names.
    ///
    /// # Errors
    ///
    /// When the store keeps no tokens, or fails.
    pub fn list(&self) -> Result<Vec<Token>> {
        let settings = self.0.store()?.settings(PREFIX)?.into_iter();
        // What another version has written and this one cannot read, opens nothing.
        Ok(settings.filter_map(|(_, value)| value.to().ok()).collect())
    }

    /// Ends a token, and says whether there was one of this name. Servers see it within a second.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn revoke(&self, name: &str) -> Result<bool> {
        let is_there = self.list()?.iter().any(|token| token.name == name);
        if is_there {
            put(&self.0, format!("{PREFIX}{name}"), None)?;
        }
        Ok(is_there)
    }
}

/// Sets or removes a setting.
pub(super) fn put(tracker: &Tracker, key: String, value: Option<Value>) -> Result<()> {
    let change = Change::PutSetting { key, value };
    tracker.store()?.apply(&[change], None)?.complete()
}

/// 244 bits that nobody can guess, from the operating system.
pub(super) fn secret() -> String {
    let [one, two] = [Uuid::new_v4(), Uuid::new_v4()];
    format!("{}{}", one.simple(), two.simple())
}

/// The SHA-256 of a secret.
pub(super) fn digest(secret: &str) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(secret.as_bytes()) {
        // Writing to a `String` does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// Whether two digests are equal, in a time that does not tell where they differ.
pub(super) fn same(a: &str, b: &str) -> bool {
    let pairs = a.bytes().zip(b.bytes());
    a.len() == b.len() && pairs.fold(0, |all, (a, b)| all | (a ^ b)) == 0
}
