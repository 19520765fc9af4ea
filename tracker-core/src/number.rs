//! Floats as serde writes them: most formats have no NaN and no infinities, so these take the form
//! that [`Value`] has for them.

use registry_core::Value;
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<T: Serialize, S: Serializer>(
    floats: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let value = Value::of(floats).map_err(S::Error::custom)?;
    value.serialize(serializer)
}

pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    value.to().map_err(D::Error::custom)
}
