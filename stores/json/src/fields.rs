//! The members of one document, read by name.

use registry_core::{Arguments, Value};
use tracker_core::Timestamp;

/// What is wrong with a document.
pub(crate) type DocumentError = String;

/// The members of one object.
pub(crate) struct Fields(Vec<(String, Value)>);

impl Fields {
    pub(crate) fn of(object: &Value) -> Self {
        Self(object.members().unwrap_or_default())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    pub(crate) fn need(&self, name: &str) -> Result<&Value, DocumentError> {
        self.get(name).ok_or_else(|| format!("it has no `{name}`"))
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, DocumentError> {
        text(name, self.need(name)?)
    }

    /// The text, where there is one; `null` is none.
    pub(crate) fn text_or_none(&self, name: &str) -> Result<Option<String>, DocumentError> {
        let present = self.get(name).filter(|value| value.as_str() != "null");
        present.map(|value| text(name, value)).transpose()
    }

    pub(crate) fn count(&self, name: &str) -> Result<u64, DocumentError> {
        count(name, self.need(name)?)
    }

    pub(crate) fn integer_or_0(&self, name: &str) -> Result<i64, DocumentError> {
        let Some(value) = self.get(name) else {
            return Ok(0);
        };
        value
            .to()
            .map_err(|_| format!("its `{name}` is no integer of 64 bits, but {value}"))
    }

    /// Whether it is said to be so.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, DocumentError> {
        let Some(value) = self.get(name) else {
            return Ok(false);
        };
        value
            .to()
            .map_err(|_| format!("its `{name}` is neither true nor false, but {value}"))
    }

    /// The time, where there is one.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, DocumentError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let time = value.to::<i64>().ok().map(Timestamp::from_microsecond);
        match time {
            Some(Ok(time)) => Ok(Some(time)),
            _ => Err(format!(
                "its `{name}` is no time in microseconds, but {value}"
            )),
        }
    }

    pub(crate) fn arguments(&self, name: &str) -> Result<Arguments, DocumentError> {
        let value = self.need(name)?;
        value
            .as_str()
            .parse()
            .map_err(|_| format!("its `{name}` is no object"))
    }
}

fn text(name: &str, value: &Value) -> Result<String, DocumentError> {
    value
        .to()
        .map_err(|_| format!("its `{name}` is no text, but {value}"))
}

/// Counts above the range of `i64` are refused everywhere.
fn count(name: &str, value: &Value) -> Result<u64, DocumentError> {
    let count = value.to::<i64>().ok();
    count
        .and_then(|count| u64::try_from(count).ok())
        .ok_or_else(|| format!("its `{name}` is no count, but {value}"))
}
