//! The arguments of one call.

use crate::error::ArgumentError;
use crate::identity::Arguments;
use crate::json::{Node, Value};

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
    pub(crate) args: Option<Given>,
    /// An object.
    pub(crate) kwargs: Option<Given>,
}

/// What was given, or why it is no JSON.
pub(crate) type Given = Result<Node<'static>, ArgumentError>;

fn given(value: &Value) -> Given {
    value.parse().map(Node::into_owned)
}

impl From<Given> for Call {
    fn from(given: Given) -> Self {
        match given {
            Ok(Node::Array(_)) => Self {
                args: Some(given),
                kwargs: None,
            },
            Ok(Node::Null) => Self::default(),
            // What is no object is reported when the call is made.
            _ => Self {
                args: None,
                kwargs: Some(given),
            },
        }
    }
}

impl From<Value> for Call {
    fn from(value: Value) -> Self {
        given(&value).into()
    }
}

impl From<serde_json::Value> for Call {
    fn from(value: serde_json::Value) -> Self {
        Node::of_json(value).into()
    }
}

impl From<&serde_json::Value> for Call {
    fn from(value: &serde_json::Value) -> Self {
        value.clone().into()
    }
}

impl From<()> for Call {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<&Arguments> for Call {
    fn from(arguments: &Arguments) -> Self {
        let members = arguments.iter().map(|(name, value)| {
            let value = given(value).map_err(|error| error.inside(name))?;
            Ok((name.to_owned().into(), value))
        });
        Self {
            args: None,
            kwargs: Some(members.collect::<Result<_, _>>().map(Node::Object)),
        }
    }
}

impl<A: Into<Value>, K: Into<Value>> From<(A, K)> for Call {
    fn from((args, kwargs): (A, K)) -> Self {
        Self {
            args: Some(given(&args.into())),
            kwargs: Some(given(&kwargs.into())),
        }
    }
}

/// A reference to a component, to build it: its name, or an object of `name` and `arguments`.
///
/// # Examples
///
/// ```
/// use registry_core::Reference;
/// use serde_json::json;
///
/// let configuration = json!({"model": {"name": "Dropout", "arguments": {"p": 0.5}}});
/// let model: Reference = (&configuration["model"]).into();
/// let by_name: Reference = "ReLU".into();
/// ```
#[derive(Clone, Debug)]
pub struct Reference(pub(crate) Given);

impl From<&str> for Reference {
    fn from(name: &str) -> Self {
        Self(Ok(Node::string(name.to_owned())))
    }
}

impl From<Value> for Reference {
    fn from(value: Value) -> Self {
        Self(given(&value))
    }
}

impl From<&Value> for Reference {
    fn from(value: &Value) -> Self {
        Self(given(value))
    }
}

impl From<serde_json::Value> for Reference {
    fn from(value: serde_json::Value) -> Self {
        Self(Node::of_json(value))
    }
}

impl From<&serde_json::Value> for Reference {
    fn from(value: &serde_json::Value) -> Self {
        value.clone().into()
    }
}
