//! Containers of components: what holds a type that is built with the context is built so too.

use super::argument::{Argument, FromArgument};
use super::problem::Problem;
use crate::error::ProblemKind;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

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
        if argument.is_none() {
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
        let Argument { node, report } = argument;
        let elements =
            Argument { node, report }.elements(|element| T::from_argument(element, context))?;
        elements
            .try_into()
            .map_err(|elements: Vec<T>| report.add(of_length(N, elements.len())))
            .ok()
    }
}

fn of_length(expected: usize, found: usize) -> Problem {
    let message = format!("expected {expected} elements, found {found}");
    Problem::new(ProblemKind::WrongType, message)
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
                let Argument { node, report } = argument;
                let mut length = 0;
                let mut elements = ($(None::<$element>,)+);
                Argument { node, report }.elements(|element| {
                    length += 1;
                    match length - 1 {
                        $($index => {
                            elements.$index = $element::from_argument(element, context);
                            elements.$index.is_some().then_some(())
                        })+
                        _ => Some(()),
                    }
                })?;
                if length != $length {
                    report.add(of_length($length, length));
                    return None;
                }
                Some(($(elements.$index?,)+))
            }
        }
    };
}

tuple_from_argument!(2: A 0, B 1);
tuple_from_argument!(3: A 0, B 1, D 2);
tuple_from_argument!(4: A 0, B 1, D 2, E 3);
