//! Registries: components by name.

use crate::build::{Argument, BuildError, Builder, Call, Component, Report};
use crate::interface::Interface;
use crate::reader;
use crate::registered::Registered;
use crate::signature::Signature;
use crate::value::Value;
use std::collections::HashMap;
use std::fmt;

mod collect;
mod info;

pub(crate) use collect::registrations;
pub use collect::{Expected, NotRegistered, Registration};
pub use info::{ComponentInfo, DuplicateName, Location};

/// Components by name, of one interface.
///
/// [`Registry::global`] holds every annotated type of the linked crates. A registry made with
/// [`Registry::new`] holds what it is given, and nothing else.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use registry_core::{Entity, Registry, registry};
/// use serde_json::json;
///
/// #[registry]
/// trait Activation {
///     fn apply(&self, x: f64) -> f64;
/// }
///
/// #[derive(Entity)]
/// #[register(registry = Activation)]
/// struct LeakyReLU {
///     #[register(default = 0.01)]
///     slope: f64,
/// }
///
/// impl Activation for LeakyReLU {
///     fn apply(&self, x: f64) -> f64 {
///         if x < 0.0 { self.slope * x } else { x }
///     }
/// }
///
/// let activations = Registry::<dyn Activation>::new().with::<LeakyReLU>().unwrap();
/// assert_eq!(activations.names(), ["LeakyReLU"]);
/// let leaky = activations.build("LeakyReLU", json!({"slope": 0.5}), &()).unwrap();
/// assert_eq!(leaky.apply(-2.0), -1.0);
/// let same = activations.build_json(r#"{"name": "LeakyReLU", "arguments": {"slope": 0.5}}"#, &());
/// assert_eq!(same.unwrap().hash(), leaky.hash());
/// let error = activations.build("LeakyRelu", (), &()).unwrap_err();
/// assert!(error.to_string().contains("did you mean `LeakyReLU`?"));
/// # }
/// ```
pub struct Registry<I: Interface + ?Sized> {
    entries: HashMap<&'static str, Entry<I>, foldhash::fast::FixedState>,
}

/// The registry of every type that names no other.
///
/// # Examples
///
/// ```
/// use registry_core::DefaultRegistry;
///
/// for name in DefaultRegistry::global()?.names() {
///     println!("{name}");
/// }
/// # Ok::<(), registry_core::DuplicateName>(())
/// ```
pub type DefaultRegistry = Registry<dyn std::any::Any>;

/// One constructor, its type erased.
struct Entry<I: Interface + ?Sized> {
    item: &'static ComponentInfo,
    index: usize,
    build: Build<I>,
}

/// Builds with the constructor at an index of a component's items.
type Build<I> = for<'b, 'r, 'x, 'c> fn(
    usize,
    &mut Builder<'b, 'r>,
    &'x <I as Interface>::Context<'c>,
) -> Option<Registered<Box<I>>>;

/// The texts of an array and of an object.
#[derive(Clone, Copy)]
struct Given<'g> {
    args: Option<&'g str>,
    kwargs: Option<&'g str>,
}

fn build_erased<T: Component>(
    index: usize,
    builder: &mut Builder<'_, '_>,
    context: &<T::Interface as Interface>::Context<'_>,
) -> Option<Registered<Box<T::Interface>>> {
    T::call(index, builder, context).map(|built| built.map(T::erase))
}

impl<I: Interface + ?Sized> Default for Registry<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Interface + ?Sized> Registry<I> {
    /// A registry that holds nothing.
    pub fn new() -> Self {
        Self {
            entries: HashMap::default(),
        }
    }

    /// The registry of every annotated type of the linked crates.
    ///
    /// It is made at the first call. A crate that nothing names is dropped by the linker, and its
    /// types with it; `link!(my_models)` keeps it.
    ///
    /// # Errors
    ///
    /// Where two types have one name.
    pub fn global() -> Result<&'static Self, DuplicateName> {
        let made = I::global().get_or_init(|| {
            registrations()
                .filter_map(|registration| Some((registration.items(), registration.build::<I>()?)))
                .try_fold(Self::new(), |registry, (items, build)| {
                    registry.with_items(items, build)
                })
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// Adds a type; an enum adds each of its variants.
    ///
    /// # Errors
    ///
    /// Where the name is taken.
    pub fn with<T: Component<Interface = I>>(self) -> Result<Self, DuplicateName> {
        self.with_items(T::ITEMS, build_erased::<T>)
    }

    fn with_items(
        mut self,
        items: &'static [ComponentInfo],
        build: Build<I>,
    ) -> Result<Self, DuplicateName> {
        for (index, item) in items.iter().enumerate() {
            let entry = Entry { item, index, build };
            if let Some(first) = self.entries.insert(item.name, entry) {
                return Err(DuplicateName::new(I::NAME, first.item, item));
            }
        }
        Ok(self)
    }

    /// The names, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.entries.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// What is known of the component of this name: signature, documentation, place.
    pub fn get(&self, name: &str) -> Option<&'static ComponentInfo> {
        self.entries.get(name).map(|entry| entry.item)
    }

    /// The signature of the component of this name.
    pub fn signature(&self, name: &str) -> Option<Signature> {
        self.get(name).map(|item| item.signature)
    }

    /// Builds a component by name. Arguments are given by name (`json!({...})`), by position
    /// (`json!([...])`), or both (a pair of the two). A registry without a context takes `&()`.
    ///
    /// # Errors
    ///
    /// Every problem of the arguments at once, each with its path; an unknown name with the
    /// nearest known one; the constructor's own error.
    pub fn build(
        &self,
        name: &str,
        arguments: impl Into<Call>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        let call = arguments.into();
        let given = Given {
            args: call.args.as_ref().map(Value::as_str),
            kwargs: call.kwargs.as_ref().map(Value::as_str),
        };
        let mut report = Report::new(Some(self));
        for text in [given.args, given.kwargs].into_iter().flatten() {
            if let Err(error) = reader::check(text) {
                report.add_error(&error);
                return Err(report.into_error(Some(name)));
            }
        }
        match self.call(name, given, &mut report, context) {
            Some(built) => Ok(built),
            None => Err(report.into_error(Some(name))),
        }
    }

    /// Builds the component that a reference names: `"ReLU"`, or
    /// `{"name": "LeakyReLU", "arguments": {"slope": 0.01}}`.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build).
    pub fn build_value(
        &self,
        reference: impl Into<Value>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        self.build_json(reference.into().as_str(), context)
    }

    /// Builds the component that the JSON text of a reference names, without a detour through a
    /// tree.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); and where `text` is not JSON.
    pub fn build_json(
        &self,
        text: &str,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        let mut report = Report::new(Some(self));
        let argument = Argument::new(text.trim(), &mut report);
        match self.build_argument(argument, context) {
            Some(built) => Ok(built),
            None => Err(report.into_error_of(text)),
        }
    }

    pub(crate) fn build_argument(
        &self,
        argument: Argument<'_, '_>,
        context: &I::Context<'_>,
    ) -> Option<Registered<Box<I>>> {
        argument.resolve(|name, arguments, report| {
            self.call(
                name,
                Given {
                    args: None,
                    kwargs: arguments,
                },
                report,
                context,
            )
        })
    }

    fn call(
        &self,
        name: &str,
        given: Given<'_>,
        report: &mut Report<'_>,
        context: &I::Context<'_>,
    ) -> Option<Registered<Box<I>>> {
        match self.entries.get(name) {
            Some(entry) => {
                let mut builder = Builder::bind(entry.item, given.args, given.kwargs, report);
                (entry.build)(entry.index, &mut builder, context)
            }
            None => {
                report.add(crate::build::unknown_name(
                    name,
                    self.entries.keys().copied(),
                ));
                None
            }
        }
    }
}

impl<I: Interface + ?Sized> fmt::Debug for Registry<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("interface", &I::NAME)
            .field("names", &self.names())
            .finish()
    }
}
