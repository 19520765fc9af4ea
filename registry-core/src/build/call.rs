//! The arguments of one call.

use crate::arguments::Arguments;
use crate::value::Value;

/// Arguments to build with: by position, by name, or both.
///
/// # Examples
///
/// Whatever says it shortest converts:
///
/// ```
/// use registry_core::Call;
/// use serde_json::json;
///
/// let by_name: Call = json!({"input_size": 784, "p": 0.5}).into();
/// let by_position: Call = json!([784, 256, 10]).into();
/// let both: Call = (json!([784, 256, 10]), json!({"p": 0.5})).into();
/// let none: Call = ().into();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// An array.
    pub(crate) args: Option<Value>,
    /// An object.
    pub(crate) kwargs: Option<Value>,
}

impl From<Value> for Call {
    fn from(value: Value) -> Self {
        match value.as_str().as_bytes().first() {
            Some(b'[') => Self {
                args: Some(value),
                kwargs: None,
            },
            Some(b'n') => Self::default(),
            // What is no object is reported when the call is made.
            _ => Self {
                args: None,
                kwargs: Some(value),
            },
        }
    }
}

impl From<serde_json::Value> for Call {
    fn from(value: serde_json::Value) -> Self {
        Value::from(value).into()
    }
}

impl From<()> for Call {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<&Arguments> for Call {
    fn from(arguments: &Arguments) -> Self {
        Self {
            args: None,
            kwargs: Some(Value::from_canonical(arguments.to_string())),
        }
    }
}

impl<A: Into<Value>, K: Into<Value>> From<(A, K)> for Call {
    fn from((args, kwargs): (A, K)) -> Self {
        Self {
            args: Some(args.into()),
            kwargs: Some(kwargs.into()),
        }
    }
}
