//! The annotated types of all linked crates.

use super::{Build, ComponentInfo, build_erased};
use crate::build::Component;
use crate::interface::Interface;
use crate::suggest::nearest;
use std::any::Any;
use std::fmt;

/// One annotated type, as `inventory` collects it.
///
/// It is data, but for the one function that builds: whatever is instantiated here is compiled once
/// for each type of a user's crate.
pub struct Registration {
    interface_name: &'static str,
    items: &'static [ComponentInfo],
    /// A `Erased<dyn Trait>` of the registry's trait.
    erased: fn() -> &'static (dyn Any + Send + Sync),
}

/// What builds, with the registry's trait in its type.
struct Erased<I: Interface + ?Sized>(Build<I>);

inventory::collect!(Registration);

impl Registration {
    /// The registration of a type.
    pub const fn of<T: Component>() -> Self {
        Self {
            interface_name: <T::Interface as Interface>::NAME,
            items: T::ITEMS,
            // In a function, for a constant would be evaluated where the trait has no registry, which
            // is a further error.
            erased: || &const { Erased::<T::Interface>(build_erased::<T>) },
        }
    }

    pub(crate) fn interface_name(&self) -> &'static str {
        self.interface_name
    }

    pub(crate) fn items(&self) -> &'static [ComponentInfo] {
        self.items
    }

    /// What builds, where the type is in the registry of `I`.
    pub(super) fn build<I: Interface + ?Sized>(&self) -> Option<Build<I>> {
        (self.erased)().downcast_ref().map(|Erased(build)| *build)
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
    pub fn check(names: &[&'static str]) -> Result<(), NotRegistered> {
        let known: Vec<_> = registrations()
            .flat_map(Registration::items)
            .map(|item| item.name)
            .collect();
        match names.iter().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(NotRegistered {
                name,
                nearest: nearest(name, known),
            }),
        }
    }
}

/// A name that no registry has.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct NotRegistered {
    name: &'static str,
    nearest: Option<&'static str>,
}

impl NotRegistered {
    /// The name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for NotRegistered {
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

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for NotRegistered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
