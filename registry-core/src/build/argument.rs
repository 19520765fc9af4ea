//! One argument on its way to a parameter's type.

use super::reference::reference;
use super::report::{ArgumentPath, Report};
use crate::error::{ArgumentError, ProblemKind};
use crate::json::{Node, key};
use serde::de::{self, DeserializeOwned, Visitor};
use serde::forward_to_deserialize_any;
use std::collections::HashSet;
use std::marker::PhantomData;

/// One argument, and where its problems go.
pub struct Argument<'a, 'r> {
    /// None where it is missing.
    pub(super) node: Option<&'a Node<'a>>,
    pub(super) report: &'a mut Report<'r>,
}

/// A parameter's type that holds components, and so is built with their registries and the
/// context; every other type is read by serde.
///
/// The macros implement it for entities and for `Box<dyn Trait>` of a typed registry.
pub trait FromArgument<C: ?Sized>: Sized {
    /// Builds it, or reports why not.
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self>;
}

/// A parameter's type that serde reads.
#[diagnostic::on_unimplemented(
    message = "a parameter of type `{Self}` cannot be built from JSON",
    label = "neither an entity nor a type that serde can read",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it, or `Entity`, or exclude the parameter with `#[register(exclude)]`",
    note = "a component behind a trait is `Registered<Box<dyn Trait>>`, `Registered<Rc<dyn Trait>>` or `Registered<Arc<dyn Trait>>`; where it must be `Send`, let the trait extend `Send`"
)]
pub trait ArgumentType: DeserializeOwned {}

impl<T: DeserializeOwned> ArgumentType for T {}

/// Chooses how a parameter of type `T` is built: through [`FromArgument`] where `T` has it, else by
/// serde. The inherent function is found first, the one of [`ProbeFallback`] else.
pub struct Probe<T, C: ?Sized>(PhantomData<fn(&C) -> T>);

impl<T: FromArgument<C>, C: ?Sized> Probe<T, C> {
    /// Builds the argument.
    pub fn take(argument: Argument<'_, '_>, context: &C) -> Option<T> {
        T::from_argument(argument, context)
    }
}

/// See [`Probe`].
pub trait ProbeFallback<T, C: ?Sized> {
    /// Reads the argument.
    fn take(argument: Argument<'_, '_>, _context: &C) -> Option<T>
    where
        T: ArgumentType,
    {
        argument.read()
    }
}

impl<T, C: ?Sized> ProbeFallback<T, C> for Probe<T, C> {}

impl<'a, 'r> Argument<'a, 'r> {
    pub(crate) fn new(node: &'a Node<'a>, report: &'a mut Report<'r>) -> Self {
        Self {
            node: Some(node),
            report,
        }
    }

    /// The registry that the build began with, where it is an `R`.
    pub(crate) fn registry<R: 'static>(&self) -> Option<&'r R> {
        self.report.registry()
    }

    /// Where it stands inside the component whose argument it is.
    pub(super) fn path(&self) -> ArgumentPath<'_> {
        self.report.argument_path()
    }

    /// What was given; that nothing was is reported.
    fn given(&mut self) -> Option<&'a Node<'a>> {
        if self.node.is_none() {
            self.report.add_missing();
        }
        self.node
    }

    /// Whether `None` stands for it.
    pub(super) fn is_none(&self) -> bool {
        matches!(self.node, None | Some(Node::Null))
    }

    /// Reads it with serde. A missing argument is read as serde reads a missing field: it is `None`
    /// where the type is an `Option`.
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        match self.node {
            Some(node) => node
                .to()
                .map_err(|error| self.report.add_error(&error))
                .ok(),
            None => T::deserialize(Missing)
                .map_err(|_| self.report.add_missing())
                .ok(),
        }
    }

    /// Hands the name and the arguments of a reference to `build`.
    ///
    /// A reference is the bare name, or `{"name": ..., "arguments": {...}}`.
    pub(crate) fn resolve<T>(
        mut self,
        build: impl FnOnce(&str, Option<&'a Node<'a>>, &mut Report<'r>) -> Option<T>,
    ) -> Option<T> {
        match reference(self.given()?) {
            Ok((name, arguments)) => self
                .report
                .component(|report| build(name, arguments, report)),
            Err(problem) => {
                self.report.add(problem);
                None
            }
        }
    }

    pub(super) fn elements<T>(
        mut self,
        mut build: impl FnMut(Argument<'_, 'r>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let node = self.given()?;
        let Node::Array(elements) = node else {
            return self.read::<Vec<de::IgnoredAny>>().and(None);
        };
        let mut built = Vec::with_capacity(elements.len());
        let before = self.report.count();
        for (index, node) in elements.iter().enumerate() {
            let element = self
                .report
                .inside_index(index, |report| build(Argument::new(node, report)));
            built.extend(element);
        }
        (self.report.count() == before).then_some(built)
    }

    pub(super) fn entries<K: DeserializeOwned, T>(
        mut self,
        mut build: impl FnMut(Argument<'_, 'r>) -> Option<T>,
    ) -> Option<Vec<(K, T)>> {
        let Node::Object(members) = self.given()? else {
            return self
                .read::<serde_json::Map<String, serde_json::Value>>()
                .and(None);
        };
        let mut built = Vec::with_capacity(members.len());
        let before = self.report.count();
        let mut names = HashSet::new();
        for (name, node) in members {
            if !names.insert(name) {
                self.report.add_error(&ArgumentError::twice().inside(name));
                continue;
            }
            self.report.inside(name, |report| {
                let key = key(name).map_err(|error| report.add_error(&error)).ok();
                let value = build(Argument::new(node, report));
                built.extend(key.zip(value));
                Some(())
            });
        }
        (self.report.count() == before).then_some(built)
    }
}

/// What serde reads where there is nothing.
struct Missing;

impl<'de> de::Deserializer<'de> for Missing {
    type Error = ArgumentError;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, ArgumentError> {
        Err(ArgumentError::new(ProblemKind::Missing, "missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
