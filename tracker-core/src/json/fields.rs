//! The members of one document, read by name.

use jiff::Timestamp;
use registry_core::{Arguments, Value};

/// What is wrong with a document.
pub(super) type Misfit = String;

/// The members of one object.
pub(super) struct Fields(Vec<(String, Value)>);

impl Fields {
    pub(super) fn of(object: &Value) -> Self {
        Self(object.members().unwrap_or_default())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    pub(super) fn need(&self, name: &str) -> Result<&Value, Misfit> {
        self.get(name).ok_or_else(|| format!("it has no `{name}`"))
    }

    pub(super) fn text(&self, name: &str) -> Result<String, Misfit> {
        text(name, self.need(name)?)
    }

    /// The text, where there is one; `null` is none.
    pub(super) fn text_or_none(&self, name: &str) -> Result<Option<String>, Misfit> {
        let present = self.get(name).filter(|value| value.as_str() != "null");
        present.map(|value| text(name, value)).transpose()
    }

    pub(super) fn count(&self, name: &str) -> Result<u64, Misfit> {
        count(name, self.need(name)?)
    }

    pub(super) fn count_or_0(&self, name: &str) -> Result<u64, Misfit> {
        self.get(name).map_or(Ok(0), |value| count(name, value))
    }

    /// The time; 1970 where there is none.
    pub(super) fn time(&self, name: &str) -> Result<Timestamp, Misfit> {
        let Some(value) = self.get(name) else {
            return Ok(Timestamp::UNIX_EPOCH);
        };
        let time = value.to::<i64>().ok().map(Timestamp::from_microsecond);
        match time {
            Some(Ok(time)) => Ok(time),
            _ => Err(format!(
                "its `{name}` is no time in microseconds, but {value}"
            )),
        }
    }

    pub(super) fn arguments(&self, name: &str) -> Result<Arguments, Misfit> {
        let value = self.need(name)?;
        value
            .as_str()
            .parse()
            .map_err(|_| format!("its `{name}` is no object"))
    }
}

fn text(name: &str, value: &Value) -> Result<String, Misfit> {
    value
        .to()
        .map_err(|_| format!("its `{name}` is no text, but {value}"))
}

/// Counts above the range of `i64` are refused everywhere.
fn count(name: &str, value: &Value) -> Result<u64, Misfit> {
    let count = value.to::<i64>().ok();
    count
        .and_then(|count| u64::try_from(count).ok())
        .ok_or_else(|| format!("its `{name}` is no count, but {value}"))
}
