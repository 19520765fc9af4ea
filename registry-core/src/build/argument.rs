//! One argument on its way from text to a parameter's type.

use super::builder::{Builder, Component};
use super::problem::Problem;
use super::report::Report;
use crate::error::ArgumentError;
use crate::interface::Admits;
use crate::reader;
use crate::registered::Registered;
use crate::registry::ComponentInfo;
use crate::suggest::{nearest, shortened};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The JSON text of one argument, and where its problems go.
pub struct Argument<'a, 'r> {
    pub(super) text: &'a str,
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
    note = "derive `serde::Serialize` and `serde::Deserialize` for it, or `Entity`, or exclude the parameter with `#[register(exclude)]`"
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
    pub(crate) fn new(text: &'a str, report: &'a mut Report<'r>) -> Self {
        Self { text, report }
    }

    /// The registry that the build began with, where it is an `R`.
    pub(crate) fn registry<R: 'static>(&self) -> Option<&'r R> {
        self.report.registry()
    }

    /// Reports an error that is not about the arguments.
    pub(crate) fn fail(self, error: &dyn std::error::Error) {
        self.report.add(Problem::new(error.to_string()));
    }

    /// Reads it with serde.
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        reader::from_text(self.text)
            .map_err(|error| self.report.add_error(&error))
            .ok()
    }

    fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// Builds the component that this reference names, by the constructor of that name.
    ///
    /// A reference is the bare name, or `{"name": ..., "arguments": {...}}`.
    pub(crate) fn construct<T>(
        self,
        items: &'static [ComponentInfo],
        call: impl FnOnce(usize, &mut Builder<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        self.resolve(|name, arguments, report| {
            let Some(index) = items.iter().position(|item| item.name == name) else {
                report.add(unknown_name(name, items.iter().map(|item| item.name)));
                return None;
            };
            call(
                index,
                &mut Builder::bind(&items[index], None, arguments, report),
            )
        })
    }

    /// Hands the name and the arguments of a reference to `build`.
    pub(crate) fn resolve<T>(
        self,
        build: impl FnOnce(&str, Option<&str>, &mut Report<'r>) -> Option<T>,
    ) -> Option<T> {
        match reference(self.text) {
            Ok((name, arguments)) => self
                .report
                .deeper(2, |report| build(&name, arguments, report)),
            Err(problem) => {
                self.report.add(problem);
                None
            }
        }
    }

    fn elements<T>(self, mut build: impl FnMut(Argument<'_, 'r>) -> Option<T>) -> Option<Vec<T>> {
        if !self.text.starts_with('[') {
            return self.read::<Vec<serde::de::IgnoredAny>>().and(None);
        }
        let mut built = Vec::new();
        let mut index = 0;
        let before = self.report.count();
        let report = self.report;
        let read = reader::elements(self.text, |text| {
            let element = report.inside_index(index, |report| build(Argument { text, report }));
            built.extend(element);
            index += 1;
            Ok(())
        });
        if let Err(error) = read {
            report.add_error(&error);
        }
        (report.count() == before).then_some(built)
    }

    fn entries<K: DeserializeOwned, T>(
        self,
        mut build: impl FnMut(Argument<'_, 'r>) -> Option<T>,
    ) -> Option<Vec<(K, T)>> {
        if !self.text.starts_with('{') {
            return self
                .read::<serde_json::Map<String, serde_json::Value>>()
                .and(None);
        }
        let mut built = Vec::new();
        let before = self.report.count();
        let report = self.report;
        let mut names = HashSet::new();
        let read = reader::members(self.text, |name, text| {
            if !names.insert(name.clone()) {
                return Err(ArgumentError::new("given twice").inside(&name));
            }
            report.inside(&name, |report| {
                let key = reader::key(&name)
                    .map_err(|error| report.add_error(&error))
                    .ok();
                let value = build(Argument { text, report });
                built.extend(key.zip(value));
                Some(())
            });
            Ok(())
        });
        if let Err(error) = read {
            report.add_error(&error);
        }
        (report.count() == before).then_some(built)
    }
}

/// Splits a reference into its name and the text of its arguments.
pub(crate) fn reference(text: &str) -> Result<(Cow<'_, str>, Option<&str>), Problem> {
    const SHAPE: &str = "write the name, or {\"name\": ..., \"arguments\": {...}}";
    if text.starts_with('"') {
        let name = reader::from_text(text).map_err(|error| Problem::new(error.message()))?;
        return Ok((name, None));
    }
    if !text.starts_with('{') {
        let found = reader::kind(text);
        return Err(Problem::new(format!("expected a component, found {found}")).with_hint(SHAPE));
    }
    let (mut name, mut arguments, mut unknown, mut twice) = (None, None, None, false);
    let read = reader::members(text, |key, value| {
        match &*key {
            "name" => twice |= name.replace(value).is_some(),
            "arguments" => twice |= arguments.replace(value).is_some(),
            _ => unknown = Some(key),
        }
        Ok(())
    });
    if let Err(error) = read {
        let mut problem = Problem::new(error.message());
        problem.hint = error.hint().map(str::to_owned);
        return Err(problem);
    }
    if let Some(unknown) = unknown {
        let hint = nearest(&unknown, ["name", "arguments"]).map_or_else(
            || SHAPE.to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(
            Problem::new(format!("unexpected key `{}`", shortened(&unknown))).with_hint(hint),
        );
    }
    if twice {
        return Err(Problem::new("a key of the component is given twice").with_hint(SHAPE));
    }
    match name.map(reader::from_text) {
        Some(Ok(name)) => Ok((name, arguments)),
        Some(Err(error)) => {
            Err(Problem::new(format!("`name`: {}", error.message())).with_hint(SHAPE))
        }
        None => Err(Problem::new("the component has no `name`").with_hint(SHAPE)),
    }
}

/// What to say of a name that nobody has.
pub(crate) fn unknown_name<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Problem {
    let mut known: Vec<_> = known.collect();
    known.sort_unstable();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "no name is registered here; a crate that nothing names is \
             dropped by the linker, so name it with `entia::link!(my_models)`"
            .to_owned(),
        None => format!("the names here are {}", reader::listed(&known)),
    };
    Problem::new(format!("unknown name `{}`", shortened(name))).with_hint(hint)
}

impl<C: ?Sized, T: Component<Output = T>> FromArgument<C> for Registered<T>
where
    T::Interface: Admits<C>,
{
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
        <T::Interface as Admits<C>>::enter(context, argument, T::build)
    }
}

macro_rules! pointer_from_argument {
    ($($pointer:ident),*) => {$(
        impl<C: ?Sized, T: FromArgument<C>> FromArgument<C> for $pointer<T> {
            fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
                T::from_argument(argument, context).map(Self::new)
            }
        }
    )*};
}

pointer_from_argument!(Box, Rc, Arc);

impl<C: ?Sized, T: FromArgument<C>> FromArgument<C> for Option<T> {
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
        if argument.is_null() {
            return Some(None);
        }
        T::from_argument(argument, context).map(Some)
    }
}

impl<C: ?Sized, T: FromArgument<C>> FromArgument<C> for Vec<T> {
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
        argument.elements(|element| T::from_argument(element, context))
    }
}

impl<C: ?Sized, T: FromArgument<C>, const N: usize> FromArgument<C> for [T; N] {
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
        let Argument { text, report } = argument;
        let elements =
            Argument { text, report }.elements(|element| T::from_argument(element, context))?;
        elements
            .try_into()
            .map_err(|elements: Vec<T>| {
                let message = format!("expected {N} elements, found {}", elements.len());
                report.add(Problem::new(message));
            })
            .ok()
    }
}

impl<C: ?Sized, K: DeserializeOwned + Ord, T: FromArgument<C>> FromArgument<C> for BTreeMap<K, T> {
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
        let entries = argument.entries(|value| T::from_argument(value, context))?;
        Some(entries.into_iter().collect())
    }
}

impl<C, K, T, S> FromArgument<C> for HashMap<K, T, S>
where
    C: ?Sized,
    K: DeserializeOwned + Eq + Hash,
    T: FromArgument<C>,
    S: BuildHasher + Default,
{
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
        let entries = argument.entries(|value| T::from_argument(value, context))?;
        Some(entries.into_iter().collect())
    }
}

macro_rules! tuple_from_argument {
    ($length:literal: $($element:ident $index:tt),+) => {
        impl<C: ?Sized, $($element),+> FromArgument<C> for ($($element,)+)
        where
            $($element: FromArgument<C>),+
        {
            fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
                let Argument { text, report } = argument;
                let mut texts = Vec::new();
                Argument { text, report }.elements(|element| {
                    texts.push(element.text.to_owned());
                    Some(())
                })?;
                if texts.len() != $length {
                    let message = format!("expected {} elements, found {}", $length, texts.len());
                    report.add(Problem::new(message));
                    return None;
                }
                let elements = ($(
                    report.inside_index($index, |report| {
                        $element::from_argument(Argument { text: &texts[$index], report }, context)
                    }),
                )+);
                Some(($(elements.$index?,)+))
            }
        }
    };
}

tuple_from_argument!(2: A 0, B 1);
tuple_from_argument!(3: A 0, B 1, D 2);
tuple_from_argument!(4: A 0, B 1, D 2, E 3);

/// The name in a reference, for the head of an error.
pub(crate) fn name_of(text: &str) -> Option<String> {
    reference(text.trim())
        .ok()
        .map(|(name, _)| shortened(&name).into_owned())
}
