//! Where a page ends.

use std::fmt::{self, Write};
use std::str::FromStr;

use jiff::Timestamp;
use registry_core::Value;
use uuid::Uuid;

use crate::error::{Error, Result};

/// The place behind the last item of a [`Page`](super::Page), where the next page begins.
///
/// It stays good while runs are added, removed and trained on: it holds the values that the page
/// was ordered by. `Display` writes it as letters and digits, which can be read again.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
/// # experiment.track(&Sample::new("MLP", "{}"))?;
/// # experiment.track(&Sample::new("CNN", "{}"))?;
/// use tracker_core::Query;
/// use tracker_core::query::Cursor;
///
/// let query = Query::new().limit(1);
/// let page = experiment.aggregates().find(&query)?;
/// let text = page.next.unwrap().to_string();
/// let next = experiment.aggregates().find(query.after(text.parse()?))?;
/// assert_eq!(next.len(), 1);
/// assert_ne!(next[0].id(), page.items[0].id());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What the last item was ordered by; null for what stands last.
    pub(super) keys: Vec<Value>,
    /// When it was created, in microseconds since 1970.
    pub(super) created: i64,
    /// Its uuid.
    pub(super) uuid: Uuid,
    /// Tells the query from another.
    pub(super) query: u32,
}

impl Cursor {
    /// Where a page that holds nothing has begun: before the first item.
    pub(super) fn start(query: u32) -> Self {
        Self {
            keys: Vec::new(),
            created: Timestamp::MIN.as_microsecond(),
            uuid: Uuid::nil(),
            query,
        }
    }

    /// Whether it stands before the first item, so that all follow it.
    pub fn is_start(&self) -> bool {
        let first = Timestamp::MIN.as_microsecond();
        self.keys.is_empty() && self.uuid.is_nil() && self.created == first
    }

    /// When the last item was created, and its uuid: where it stands among those of the same keys.
    pub fn place(&self) -> (Timestamp, Uuid) {
        let created = Timestamp::from_microsecond(self.created);
        (created.unwrap_or_default(), self.uuid)
    }
}

/// JSON in hexadecimal digits, for which no shell and no query needs quotes.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut json = String::from("[[");
        for (index, key) in self.keys.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(json, "{comma}{key}")?;
        }
        write!(json, "],{},\"{}\",{}]", self.created, self.uuid, self.query)?;
        json.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        read(text).ok_or_else(|| Error::Query {
            query: text.to_owned(),
            column: 0,
            problem: "expected a cursor".to_owned(),
            hint: "give the cursor that came with a page, whole".to_owned(),
        })
    }
}

fn read(text: &str) -> Option<Cursor> {
    let digits = text.as_bytes();
    if !digits.iter().all(u8::is_ascii_hexdigit) || !digits.len().is_multiple_of(2) {
        return None;
    }
    let bytes = digits.chunks_exact(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let json: Value = String::from_utf8(bytes.collect::<Option<_>>()?)
        .ok()?
        .parse()
        .ok()?;
    let (keys, created, uuid, query) = json.to().ok()?;
    Timestamp::from_microsecond(created).ok()?;
    Some(Cursor {
        keys,
        created,
        uuid,
        query,
    })
}
