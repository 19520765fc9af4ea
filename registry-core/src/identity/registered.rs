//! A value together with its identity.

use super::argument_writer::ArgumentWriter;
use super::arguments::Arguments;
use super::capture::{Capture, Captured};
use super::entity::{Entity, arguments, serialize};
use super::hash::Hash;
use super::signature::Signature;
use super::written::ReferenceForm;
use crate::error::{ArgumentError, ProblemKind};
use serde::ser::{Serialize, Serializer};
use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A value together with its identity.
///
/// It is what a `#[register]`ed constructor returns and what a registry builds. It is a smart
/// pointer: it derefs to the value, so it is used as the value would be, and what concerns the
/// pointer itself is a function, `Registered::into_inner(model)`, so that no method of the value is
/// hidden.
///
/// # Which identity it has
///
/// - A derived entity has the identity of its present fields, wherever it came from. It may be
///   changed after it was built, as sweeps do: `adam.lr = 0.01`.
/// - A value whose constructor was captured has the identity of that call, as in Python: what
///   happens to the value later, as training changes weights, does not concern it.
///
/// # Reaching a method that `Entity` has too
///
/// `name`, `hash`, `arguments`, `signature` and `metadata` are methods of [`Entity`]. Where the
/// value has a method of such a name, `Net::name(&net)` or `(*net).name()` calls it.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Registered};
/// # use registry_core::{ArgumentError, ArgumentWriter, Signature};
/// # struct Adam { lr: f64 }
/// # impl Entity for Adam {
/// #     fn name(&self) -> &str { "Adam" }
/// #     fn signature(&self) -> Signature { Signature::EMPTY }
/// #     fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
/// #         writer.argument("lr", &self.lr)
/// #     }
/// # }
///
/// let mut adam = Registered::of(Adam { lr: 0.1 });
/// adam.lr = 0.01;
/// assert_eq!(adam.arguments().to_string(), r#"{"lr": 0.01}"#);
/// Registered::set_name(&mut adam, "Adam2");
/// assert_eq!(adam.name(), "Adam2");
/// ```
#[derive(Clone)]
pub struct Registered<T> {
    value: T,
    /// How the entity in a live value is reached, whatever box it is in.
    any: fn(&T) -> Option<&(dyn Any + 'static)>,
    identity: Identity,
}

/// Where the identity comes from, and what was set instead. It does not depend on the value's type, so
/// that it is compiled once.
#[derive(Clone)]
pub(crate) struct Identity {
    source: Source,
    overrides: Option<Box<Overrides>>,
}

#[derive(Clone)]
enum Source {
    /// What a constructor was called with.
    Captured(Capture),
    /// The value, each time anew.
    Live(for<'v> fn(&'v (dyn Any + 'static)) -> Option<&'v dyn Facts>),
}

/// The part of an entity that its identity comes from: less to compile for each type than the whole
/// of [`Entity`] behind a pointer.
trait Facts {
    fn name_now(&self) -> &str;
    fn signature_now(&self) -> Signature;
    fn write_now(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError>;
}

impl<T: Entity> Facts for T {
    fn name_now(&self) -> &str {
        self.name()
    }

    fn signature_now(&self) -> Signature {
        self.signature()
    }

    fn write_now(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        self.write_arguments(writer)
    }
}

/// The facts of a `T`.
fn facts<'v, T: Entity + 'static>(any: &'v (dyn Any + 'static)) -> Option<&'v dyn Facts> {
    match any.downcast_ref::<T>() {
        Some(entity) => Some(entity),
        None => None,
    }
}

/// A value that is in no box.
#[expect(clippy::unnecessary_wraps, reason = "what was captured is not reached")]
pub(crate) fn itself<T: 'static>(value: &T) -> Option<&(dyn Any + 'static)> {
    Some(value)
}

/// A value whose constructor was captured, which need not be reached.
fn nowhere<T>(_value: &T) -> Option<&(dyn Any + 'static)> {
    None
}

/// A name and a hash that were set.
#[derive(Clone, Default)]
struct Overrides {
    name: Option<Cow<'static, str>>,
    hash: Option<Hash>,
}

impl<T> Registered<T> {
    /// Joins a value and what its constructor was called with; for the code that the macros write.
    #[doc(hidden)]
    #[inline]
    pub fn captured(value: T, capture: Capture) -> Self {
        Self {
            value,
            any: nowhere,
            identity: Identity {
                source: Source::Captured(capture),
                overrides: None,
            },
        }
    }

    /// A derived entity with the identity of its present fields.
    #[inline]
    pub fn of(entity: T) -> Self
    where
        T: Entity + 'static,
    {
        Self {
            value: entity,
            any: itself::<T>,
            identity: Identity {
                source: Source::Live(facts::<T>),
                overrides: None,
            },
        }
    }

    /// Gives it another name, which changes its hash. A record under a name that no registry has
    /// cannot be built again.
    pub fn set_name(this: &mut Self, name: impl Into<Cow<'static, str>>) {
        this.identity.overrides.get_or_insert_default().name = Some(name.into());
    }

    /// Gives it a hash made elsewhere. An entity that holds it does not see that hash: it counts
    /// name and arguments.
    pub fn set_hash(this: &mut Self, hash: Hash) {
        this.identity.overrides.get_or_insert_default().hash = Some(hash);
    }

    /// The value alone; the identity is lost.
    pub fn into_inner(this: Self) -> T {
        this.value
    }

    /// Another value under the identity that this one has now, such as the same one in a box, or
    /// what a method that takes `self` makes of it: `Registered::map(net, |net| net.with_k(3))`.
    pub fn map<U>(this: Self, map: impl FnOnce(T) -> U) -> Registered<U> {
        let present = match &this.identity.source {
            Source::Captured(_) => None,
            Source::Live(_) => Some(now(this.facts())),
        };
        let mut identity = this.identity;
        if let Some(present) = present {
            identity.source = Source::Captured(present);
        }
        Registered {
            value: map(this.value),
            any: nowhere,
            identity,
        }
    }

    /// The value and its identity, to put the value into another box.
    #[inline]
    pub(crate) fn into_parts(self) -> (T, Identity) {
        (self.value, self.identity)
    }

    /// A value with its identity; `any` reaches what it holds.
    #[inline]
    pub(crate) fn from_parts(
        value: T,
        identity: Identity,
        any: fn(&T) -> Option<&(dyn Any + 'static)>,
    ) -> Self {
        Self {
            value,
            any,
            identity,
        }
    }

    /// The facts of a live value; none where it was replaced by another one.
    fn facts(&self) -> Option<&dyn Facts> {
        match &self.identity.source {
            Source::Captured(_) => None,
            Source::Live(facts) => facts((self.any)(&self.value)?),
        }
    }

    fn name_set(&self) -> Option<&str> {
        self.identity.overrides.as_ref()?.name.as_deref()
    }

    fn hash_set(&self) -> Option<&Hash> {
        self.identity.overrides.as_ref()?.hash.as_ref()
    }
}

/// What an entity is now.
fn now(entity: Option<&dyn Facts>) -> Capture {
    let Some(entity) = entity else {
        return Capture {
            name: Cow::Borrowed(""),
            signature: Signature::EMPTY,
            arguments: Err(replaced()),
        };
    };
    let signature = entity.signature_now();
    Capture {
        name: Cow::Owned(entity.name_now().to_owned()),
        signature,
        arguments: Captured::of(signature, &|writer| entity.write_now(writer)),
    }
}

/// Somebody put a value of another type into the box that a registry had filled.
fn replaced() -> ArgumentError {
    let message = "the component was replaced by a value that the registry did not build";
    ArgumentError::new(ProblemKind::Unwritable, message)
        .with_hint("build the other component by the registry, or with its constructor")
}

impl<T> Entity for Registered<T> {
    fn name(&self) -> &str {
        match (self.name_set(), &self.identity.source) {
            (Some(name), _) => name,
            (None, Source::Captured(capture)) => &capture.name,
            (None, Source::Live(_)) => self.facts().map_or("", Facts::name_now),
        }
    }

    fn signature(&self) -> Signature {
        match &self.identity.source {
            Source::Captured(capture) => capture.signature,
            Source::Live(_) => self.facts().map_or(Signature::EMPTY, Facts::signature_now),
        }
    }

    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        match &self.identity.source {
            Source::Captured(Capture { arguments, .. }) => match arguments {
                Ok(captured) => writer.captured(
                    &captured.identity,
                    captured.exact.as_deref(),
                    captured.levels,
                ),
                Err(error) => Err(error.clone()),
            },
            Source::Live(_) => match self.facts() {
                Some(entity) => entity.write_now(writer),
                None => Err(replaced()),
            },
        }
    }

    fn hash(&self) -> Hash {
        if let Some(hash) = self.hash_set() {
            return hash.clone();
        }
        let name = self.name();
        match &self.identity.source {
            Source::Captured(Capture { arguments, .. }) => match arguments {
                Ok(captured) => Hash::md5(|writer| {
                    writer.put(name);
                    writer.put(&captured.identity);
                    Ok(())
                }),
                Err(error) => Hash::invalid(error),
            },
            Source::Live(_) => match self.facts() {
                Some(entity) => Hash::of_written(name, &|writer| entity.write_now(writer)),
                None => Hash::invalid(&replaced()),
            },
        }
    }

    fn arguments(&self) -> Arguments {
        match &self.identity.source {
            Source::Live(_) => arguments(self.signature(), &|writer| self.write_arguments(writer)),
            Source::Captured(Capture {
                signature,
                arguments,
                ..
            }) => {
                let read = arguments.as_ref().map_err(Clone::clone);
                let read = read.and_then(|captured| captured.identity.parse::<Arguments>());
                read.map_or_else(Arguments::unwritable, |read| read.split_by(signature))
            }
        }
    }
}

impl<T> Deref for Registered<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A derived entity takes the identity of what its fields are changed to; a value whose constructor
/// was captured keeps the identity of the call.
impl<T> DerefMut for Registered<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> ReferenceForm for Registered<T> {}

/// Serializes in the reference form: the name, or an object of name and arguments.
impl<T> Serialize for Registered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self, serializer)
    }
}

/// The identity; see [`Display`](fmt::Display) for the value.
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
