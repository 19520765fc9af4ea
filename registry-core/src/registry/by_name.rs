//! Components by name.

use super::duplicate::DuplicateName;
use crate::build::{
    Argument, BuildError, Builder, Call, ComponentOf, Interface, Problem, Reference, Report,
    reference, unknown_name,
};
use crate::error::{ArgumentError, ProblemKind};
use crate::identity::{ComponentInfo, Registered, Signature};
use crate::json::{Node, parse};
use crate::names::nearest;
use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map;
use std::fmt;

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
    entries: Names<Entry<I>>,
    /// What the names of older versions stand for.
    aliases: Names<Entry<I>>,
}

/// By name; looking one up is mostly hashing it.
type Names<T> = HashMap<&'static str, T, foldhash::fast::FixedState>;

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
    /// Where another one has the name too: that one cannot be built by its name.
    clash: Option<DuplicateName>,
}

/// Builds with the constructor at an index of a component's items.
pub(super) type Build<I> = for<'b, 'r, 'x, 'c> fn(
    usize,
    &mut Builder<'b, 'r>,
    &'x <I as Interface>::Context<'c>,
) -> Option<Registered<Box<I>>>;

/// What was given by position and by name.
#[derive(Clone, Copy, Default)]
struct Given<'g> {
    args: Option<&'g Node<'g>>,
    kwargs: Option<&'g Node<'g>>,
}

/// What a box of the registry holds.
#[expect(
    clippy::borrowed_box,
    clippy::unnecessary_wraps,
    reason = "it is a way to reach what a registry gives"
)]
pub(super) fn in_box<I: Interface + ?Sized>(boxed: &Box<I>) -> Option<&(dyn Any + 'static)> {
    Some(I::any(boxed))
}

pub(super) fn build_erased<T: ComponentOf<I>, I: Interface + ?Sized>(
    index: usize,
    builder: &mut Builder<'_, '_>,
    context: &I::Context<'_>,
) -> Option<Registered<Box<I>>> {
    match T::call(index, builder, context) {
        Some(built) => {
            let (value, identity) = built.into_parts();
            Some(Registered::from_parts(T::erase(value), identity, in_box))
        }
        None => None,
    }
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
            aliases: HashMap::default(),
        }
    }

    /// Adds a type; an enum adds each of its variants.
    ///
    /// # Errors
    ///
    /// Where the name, or one of its aliases, is taken.
    pub fn with<T: ComponentOf<I>>(self) -> Result<Self, DuplicateName> {
        self.with_items(T::ITEMS, build_erased::<T, I>)
    }

    pub(super) fn with_items(
        mut self,
        items: &'static [ComponentInfo],
        build: Build<I>,
    ) -> Result<Self, DuplicateName> {
        match self.add(items, build) {
            None => Ok(self),
            Some(clash) => Err(clash),
        }
    }

    /// Adds a type. Where a name of it is taken, neither of the two can be built by that name.
    pub(super) fn add(
        &mut self,
        items: &'static [ComponentInfo],
        build: Build<I>,
    ) -> Option<DuplicateName> {
        let mut first = None;
        for (index, item) in items.iter().enumerate() {
            let entry = || Entry {
                item,
                index,
                build,
                clash: None,
            };
            let alias = self.aliases.get(item.name).map(|alias| alias.item);
            let mut clash = insert(&mut self.entries, item.name, entry());
            if let (None, Some(other)) = (&clash, alias) {
                clash = Some(DuplicateName::new::<I>(item.name, item, other));
                self.entries.get_mut(item.name)?.clash.clone_from(&clash);
            }
            first = first.or(clash);
            for alias in item.aliases {
                let clash = match self.entries.get_mut(alias) {
                    Some(taken) => {
                        let clash = DuplicateName::new::<I>(alias, taken.item, item);
                        taken.clash = Some(clash.clone());
                        Some(clash)
                    }
                    None => insert(&mut self.aliases, alias, entry()),
                };
                first = first.or(clash);
            }
        }
        first
    }

    /// The names, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.entries.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// The names that two components have, so that neither is built by them; sorted, and empty where
    /// all is well.
    pub fn clashes(&self) -> Vec<DuplicateName> {
        let entries = self.entries.values().chain(self.aliases.values());
        let mut clashes: Vec<_> = entries.filter_map(|entry| entry.clash.clone()).collect();
        clashes.sort_by_key(|clash| clash.name);
        clashes
    }

    /// What is known of the component that has or had this name: signature, documentation, place.
    pub fn get(&self, name: &str) -> Option<&'static ComponentInfo> {
        self.entry(name).map(|entry| entry.item)
    }

    fn entry(&self, name: &str) -> Option<&Entry<I>> {
        self.entries.get(name).or_else(|| self.aliases.get(name))
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
        let mut report = Report::new(Some(self));
        let mut given = Given::default();
        for (part, slot) in [
            (&call.args, &mut given.args),
            (&call.kwargs, &mut given.kwargs),
        ] {
            match part {
                None => {}
                Some(Ok(node)) => *slot = Some(node),
                Some(Err(error)) => {
                    report.add_error(error);
                    return Err(report.into_error(Some(name)));
                }
            }
        }
        match self.call(name, given, &mut report, context) {
            Some(built) => Ok(built),
            None => Err(report.into_error(Some(name))),
        }
    }

    /// Builds a component by name, as its own type.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); and where the component of that name is of another type.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// use registry_core::{DefaultRegistry, Entity};
    /// use serde_json::json;
    ///
    /// #[derive(Entity)]
    /// struct Adam {
    ///     lr: f64,
    /// }
    ///
    /// let optimizers = DefaultRegistry::new().with::<Adam>().unwrap();
    /// let mut adam = optimizers.build_as::<Adam>("Adam", json!({"lr": 0.1}), &()).unwrap();
    /// adam.lr = 0.01;
    /// let error = optimizers.build_as::<String>("Adam", json!([0.1]), &()).unwrap_err();
    /// assert!(error.to_string().contains("`Adam` is no `alloc::string::String`"));
    /// # }
    /// ```
    pub fn build_as<T: 'static>(
        &self,
        name: &str,
        arguments: impl Into<Call>,
        context: &I::Context<'_>,
    ) -> Result<Registered<T>, BuildError> {
        let built = self.build(name, arguments, context)?;
        built.downcast::<T>().map_err(|_| {
            let type_name = self.get(name).map_or(name, |item| item.type_name);
            let expected = std::any::type_name::<T>();
            let message = format!("`{type_name}` is no `{expected}`");
            let problem = Problem::new(ProblemKind::WrongType, message)
                .with_hint("ask for the type that its constructor makes");
            let mut report = Report::new(None);
            report.add(problem);
            report.into_error(Some(name))
        })
    }

    /// Builds the component that a reference names: `"ReLU"`, or
    /// `{"name": "LeakyReLU", "arguments": {"slope": 0.01}}`.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build).
    pub fn build_value(
        &self,
        reference: impl Into<Reference>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        let Reference(given) = reference.into();
        self.build_node(given.as_ref(), context)
    }

    /// Builds the component that the JSON text of a reference names, without a detour through a
    /// tree of another program.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); and where `text` is not JSON.
    pub fn build_json(
        &self,
        text: &str,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        self.build_node(parse(text).as_ref(), context)
    }

    fn build_node(
        &self,
        node: Result<&Node<'_>, &ArgumentError>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        let mut report = Report::new(Some(self));
        let built = match node {
            Ok(node) => self.build_argument(Argument::new(node, &mut report), context),
            Err(error) => {
                report.add_error(error);
                None
            }
        };
        built.ok_or_else(|| {
            let name = node.ok().and_then(|node| reference(node).ok());
            report.into_error(name.map(|(name, _)| name))
        })
    }

    pub(super) fn build_argument(
        &self,
        argument: Argument<'_, '_>,
        context: &I::Context<'_>,
    ) -> Option<Registered<Box<I>>> {
        argument.resolve(|name, kwargs, report| {
            let given = Given { args: None, kwargs };
            self.call(name, given, report, context)
        })
    }

    fn call(
        &self,
        name: &str,
        given: Given<'_>,
        report: &mut Report<'_>,
        context: &I::Context<'_>,
    ) -> Option<Registered<Box<I>>> {
        match self.entry(name) {
            Some(Entry {
                clash: Some(clash), ..
            }) => {
                report.add(clash.to_problem());
                None
            }
            Some(entry) => {
                let mut builder = Builder::bind(entry.item, given.args, given.kwargs, report);
                (entry.build)(entry.index, &mut builder, context)
            }
            None => {
                let old = self
                    .aliases
                    .keys()
                    .copied()
                    .filter(|old| nearest(name, [*old]).is_some());
                report.add(unknown_name(name, self.entries.keys().copied().chain(old)));
                None
            }
        }
    }
}

/// Adds an entry. Where the name is taken, the two clash.
fn insert<I: Interface + ?Sized>(
    names: &mut Names<Entry<I>>,
    name: &'static str,
    entry: Entry<I>,
) -> Option<DuplicateName> {
    match names.entry(name) {
        hash_map::Entry::Vacant(place) => {
            place.insert(entry);
            None
        }
        hash_map::Entry::Occupied(mut taken) => {
            let clash = DuplicateName::new::<I>(name, taken.get().item, entry.item);
            taken.get_mut().clash = Some(clash.clone());
            Some(clash)
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
