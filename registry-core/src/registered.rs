//! A value together with the identity it was built with.

use crate::entity::Entity;
use crate::error::ArgumentError;
use crate::hash::Hash;
use crate::signature::Signature;
use crate::writer::{ArgumentWriter, EntityReference, Mode, Writer, serialize_with_handoff};
use serde::ser::{Serialize, Serializer};
use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A value together with the identity it was built with.
///
/// It is what a `#[register]`ed constructor returns and what a registry builds. It derefs to the
/// value, so it is used as the value would be.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Registered};
/// # use registry_core::{ArgumentError, ArgumentWriter, Signature};
/// # #[derive(Clone, Copy)] struct ReLU;
/// # impl Entity for ReLU {
/// #     fn name(&self) -> &str { "ReLU" }
/// #     fn signature(&self) -> Signature { Signature::EMPTY }
/// #     fn write_arguments(&self, _: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> { Ok(()) }
/// # }
///
/// let mut activation = Registered::of(ReLU);
/// activation.set_name("Rectifier");
/// assert_eq!(activation.name(), "Rectifier");
/// assert_ne!(activation.hash(), ReLU.hash());
/// ```
#[derive(Clone)]
pub struct Registered<T> {
    value: T,
    identity: Identity,
}

/// What a constructor captured.
#[derive(Clone)]
pub struct Identity {
    name: Cow<'static, str>,
    signature: Signature,
    captured: Result<Captured, ArgumentError>,
    hash: Option<Hash>,
}

/// Writes the arguments that are captured. A trait object, so that the code that captures is compiled
/// once and not for each constructor.
type WriteArguments<'w> = &'w dyn Fn(&mut ArgumentWriter<'_>) -> Result<(), ArgumentError>;

/// The canonical text of the arguments.
#[derive(Clone)]
struct Captured {
    identity: String,
    /// With every skipped default, where any was skipped.
    exact: Option<String>,
    levels: usize,
}

impl Identity {
    /// Captures what `write` writes.
    pub fn capture(name: &'static str, signature: Signature, write: WriteArguments<'_>) -> Self {
        Self {
            name: Cow::Borrowed(name),
            signature,
            captured: Captured::of(signature, write),
            hash: None,
        }
    }
}

impl Captured {
    fn of(signature: Signature, write: WriteArguments<'_>) -> Result<Self, ArgumentError> {
        // Room for the names, their punctuation and a number each: scalars then fit at once.
        let names = signature
            .parameters()
            .iter()
            .map(|parameter| parameter.name.len() + 24);
        let mut writer = Writer::text(2 + names.sum::<usize>(), Mode::Identity);
        ArgumentWriter::arguments(&mut writer, write)?;
        let (skipped, mut levels) = (writer.skipped(), writer.deepest());
        let mut exact = None;
        if skipped {
            let mut writer = Writer::text(writer.length() + 64, Mode::Exact);
            ArgumentWriter::arguments(&mut writer, write)?;
            levels = levels.max(writer.deepest());
            exact = Some(writer.into_text());
        }
        Ok(Self {
            identity: writer.into_text(),
            exact,
            levels,
        })
    }
}

impl<T> Registered<T> {
    /// Joins a value and its identity; for the code that the macros write.
    #[doc(hidden)]
    pub fn new(value: T, identity: Identity) -> Self {
        Self { value, identity }
    }

    /// A derived entity with the identity that it has now.
    pub fn of(entity: T) -> Self
    where
        T: Entity,
    {
        let identity = Identity {
            name: Cow::Owned(entity.name().to_owned()),
            signature: entity.signature(),
            captured: Captured::of(entity.signature(), &|writer| entity.write_arguments(writer)),
            hash: None,
        };
        Self {
            value: entity,
            identity,
        }
    }

    /// Gives it another name, which changes its hash. A record under a name that no registry has
    /// cannot be built again.
    pub fn set_name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.identity.name = name.into();
    }

    /// Gives it a hash made elsewhere. An entity that holds it does not see that hash: it counts
    /// name and arguments.
    pub fn set_hash(&mut self, hash: Hash) {
        self.identity.hash = Some(hash);
    }

    /// The value alone; the identity is lost.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Another value with the same identity, such as the same one in a box.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Registered<U> {
        Registered {
            value: map(self.value),
            identity: self.identity,
        }
    }
}

impl Registered<Box<dyn Any>> {
    /// The value as its own type, which the default registry has erased.
    ///
    /// # Errors
    ///
    /// Gives itself back where the value is of another type.
    #[expect(
        clippy::result_large_err,
        reason = "the error is the value itself, as with `Box::downcast`"
    )]
    pub fn downcast<T: 'static>(self) -> Result<Registered<T>, Self> {
        match self.value.downcast() {
            Ok(value) => Ok(Registered {
                value: *value,
                identity: self.identity,
            }),
            Err(value) => Err(Self {
                value,
                identity: self.identity,
            }),
        }
    }
}

impl<T> Entity for Registered<T> {
    fn name(&self) -> &str {
        &self.identity.name
    }

    fn signature(&self) -> Signature {
        self.identity.signature
    }

    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        match &self.identity.captured {
            Ok(captured) => writer.captured(
                &captured.identity,
                captured.exact.as_deref(),
                captured.levels,
            ),
            Err(error) => Err(error.clone()),
        }
    }

    fn hash(&self) -> Hash {
        match (&self.identity.hash, &self.identity.captured) {
            (Some(hash), _) => hash.clone(),
            (None, Ok(captured)) => Hash::md5(|writer| {
                writer.put(&self.identity.name);
                writer.put(&captured.identity);
                Ok(())
            }),
            (None, Err(error)) => Hash::invalid(error),
        }
    }
}

impl<T> Deref for Registered<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Registered<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// Serializes in the reference form: the name, or an object of name and arguments.
impl<T> Serialize for Registered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_with_handoff(&EntityReference(self), serializer)
    }
}

impl<T> fmt::Debug for Registered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let arguments = self.arguments();
        if arguments.is_empty() && arguments.error().is_none() {
            return Ok(());
        }
        write!(f, " {arguments}")
    }
}
