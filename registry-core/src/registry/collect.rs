//! The annotated types of all linked crates.

use super::by_name::{Build, Registry, build_erased};
use super::duplicate::DuplicateName;
use crate::build::{ComponentOf, Interface};
use crate::identity::ComponentInfo;
use crate::names::nearest;
use std::any::{Any, TypeId};
use std::fmt;

/// One annotated type, as `inventory` collects it.
///
/// It is data, but for the one function that builds: whatever is instantiated here is compiled once
/// for each type of a user's crate.
pub struct Registration {
    interface_name: &'static str,
    interface_module: &'static str,
    items: &'static [ComponentInfo],
    /// A `Erased<dyn Trait>` of the registry's trait.
    erased: fn() -> &'static (dyn Any + Send + Sync),
}

/// What builds, with the registry's trait in its type.
struct Erased<I: Interface + ?Sized>(Build<I>);

inventory::collect!(Registration);

fn erased<T: ComponentOf<I>, I: Interface + ?Sized>() -> &'static (dyn Any + Send + Sync) {
    &const { Erased::<I>(build_erased::<T, I>) }
}

impl Registration {
    /// The registration of a type in the registry of `I`.
    pub const fn of<T: ComponentOf<I>, I: Interface + ?Sized>() -> Self {
        Self {
            interface_name: I::NAME,
            interface_module: I::MODULE,
            items: T::ITEMS,
            // In a function, for a constant would be evaluated where the trait has no registry, which
            // is a further error.
            erased: erased::<T, I>,
        }
    }

    pub(super) fn interface_name(&self) -> &'static str {
        self.interface_name
    }

    pub(super) fn interface_module(&self) -> &'static str {
        self.interface_module
    }

    pub(super) fn items(&self) -> &'static [ComponentInfo] {
        self.items
    }

    /// What builds, where the type is in the registry of `I`.
    pub(super) fn build<I: Interface + ?Sized>(&self) -> Option<Build<I>> {
        (self.erased)().downcast_ref().map(|Erased(build)| *build)
    }
}

pub(super) fn registrations() -> impl Iterator<Item = &'static Registration> {
    inventory::iter::<Registration>()
}

/// The registry of all linked crates, and the first name in it that two types have.
struct Linked<I: Interface + ?Sized> {
    registry: Registry<I>,
    clash: Option<DuplicateName>,
}

impl<I: Interface + ?Sized> Registry<I> {
    fn all() -> &'static Linked<I> {
        let made = I::global().get_or_init(|| {
            let (mut registry, mut clash) = (Self::new(), None);
            for registration in registrations() {
                if let Some(build) = registration.build::<I>() {
                    clash = clash.or(registry.add(registration.items(), build));
                }
            }
            Box::new(Linked { registry, clash })
        });
        match made.downcast_ref() {
            Some(linked) => linked,
            None => unreachable!("each trait keeps its own registry"),
        }
    }

    /// The same as [`global`](Self::global), but a name that two types have is an error for that
    /// name alone.
    pub(super) fn linked() -> &'static Self {
        &Self::all().registry
    }

    /// The registry of every annotated type of the linked crates.
    ///
    /// It is made at the first call. A crate that nothing names is dropped by the linker, and its
    /// types with it; `link!(my_models)` keeps it.
    ///
    /// # Errors
    ///
    /// Where two types of a typed registry have one name. In the default registry, which every type
    /// is in that names no other, such a name alone cannot be built: types that only their own
    /// program looks at, as those in two test functions, may have one name.
    pub fn global() -> Result<&'static Self, DuplicateName> {
        let linked = Self::all();
        match &linked.clash {
            Some(clash) if TypeId::of::<I>() != TypeId::of::<dyn Any>() => Err(clash.clone()),
            _ => Ok(&linked.registry),
        }
    }
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
            .flat_map(|item| std::iter::once(item.name).chain(item.aliases.iter().copied()))
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
