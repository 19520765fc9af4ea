//! What a [`Registered`] value does as the value does it.

use super::entity::Entity;
use super::registered::Registered;
use std::cmp::Ordering;
use std::fmt;
use std::hash::Hasher;

/// The value, as it displays itself.
impl<T: fmt::Display> fmt::Display for Registered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Compares the values, as smart pointers do.
impl<T: PartialEq> PartialEq for Registered<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Registered<T> {}

impl<T: PartialOrd> PartialOrd for Registered<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Ord> Ord for Registered<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: std::hash::Hash> std::hash::Hash for Registered<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: Default + Entity + 'static> Default for Registered<T> {
    fn default() -> Self {
        Self::of(T::default())
    }
}
