//! The annotated types of all linked crates.

use super::{Entry, Item, entries};
use crate::build::Component;
use crate::interface::Interface;
use crate::suggest::nearest;
use std::any::{Any, TypeId};
use std::fmt;

/// One annotated type, as `inventory` collects it.
pub struct Registration {
    interface: fn() -> TypeId,
    interface_name: &'static str,
    items: fn() -> Vec<&'static Item>,
    entries: fn() -> Box<dyn Any>,
}

inventory::collect!(Registration);

impl Registration {
    /// The registration of a type.
    pub const fn of<T: Component>() -> Self {
        Self {
            interface: || TypeId::of::<T::Interface>(),
            interface_name: <T::Interface as Interface>::NAME,
            items: || {
                T::CONSTRUCTORS
                    .iter()
                    .map(|constructor| &constructor.item)
                    .collect()
            },
            entries: || Box::new(entries::<T>()),
        }
    }

    pub(crate) fn interface(&self) -> TypeId {
        (self.interface)()
    }

    pub(crate) fn interface_name(&self) -> &'static str {
        self.interface_name
    }

    pub(crate) fn items(&self) -> Vec<&'static Item> {
        (self.items)()
    }

    /// The entries, where they are of the interface `I`.
    pub(super) fn entries<I: Interface + ?Sized>(&self) -> Vec<Entry<I>> {
        (self.entries)()
            .downcast()
            .map(|entries| *entries)
            .unwrap_or_default()
    }
}

pub(crate) fn registrations() -> impl Iterator<Item = &'static Registration> {
    inventory::iter::<Registration>()
}

/// Checks that names are registered; see [`expect_registered!`](crate::expect_registered).
#[derive(Debug)]
pub struct Expected;

impl Expected {
    /// The first of `names` that no registry has.
    ///
    /// # Errors
    ///
    /// Where there is one.
    pub fn check(names: &[&'static str]) -> Result<(), Missing> {
        let known: Vec<_> = registrations()
            .flat_map(Registration::items)
            .map(|item| item.name)
            .collect();
        match names.iter().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(Missing {
                name,
                nearest: nearest(name, known),
            }),
        }
    }
}

/// A name that no registry has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Missing {
    name: &'static str,
    nearest: Option<&'static str>,
}

impl Missing {
    /// The name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not registered\nhint: ", self.name)?;
        match self.nearest {
            Some(near) => write!(f, "did you mean `{near}`?"),
            None => f.write_str(
                "the linker drops a crate that nothing names; name the one that defines it with \
                 `entia::link!(my_models)`",
            ),
        }
    }
}
