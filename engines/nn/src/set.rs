//! Classes of one kind as one type: an enum with a variant for each, for engines to match on.

use registry_core::ComponentInfo;

/// What all of several slices hold, in one of length `N`.
pub(crate) const fn joined<const N: usize>(
    parts: &[&'static [ComponentInfo]],
) -> [ComponentInfo; N] {
    let mut all = [parts[0][0]; N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            all[at] = parts[part][index];
            at += 1;
            index += 1;
        }
        part += 1;
    }
    all
}

/// Declares the enum of the classes that implement a trait. It is the entity that it holds: it has
/// its name, arguments and hash, is written as it is, and is built by the name of any of them.
macro_rules! set {
    (
        $(#[$meta:meta])*
        pub enum $set:ident of $class:ident {
            $($(#[$doc:meta])* $variant:ident($type:ty)),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $set {
            $($(#[$doc])* $variant($type)),+
        }

        $(
            impl From<$type> for $set {
                fn from(class: $type) -> Self {
                    Self::$variant(class)
                }
            }
        )+

        const _: () = {
            use registry_core::__private::{
                Admits, Argument, Builder, Component, ComponentOf, FromArgument, ReferenceForm,
                Registered, construct, deserialize, serde, serialize, unregistered,
            };
            use registry_core::{
                ArgumentError, ArgumentWriter, ComponentInfo, Entity, Signature,
            };

            impl $set {
                fn class(&self) -> &dyn $class {
                    match self {
                        $(Self::$variant(class) => class),+
                    }
                }

                fn entity(&self) -> &dyn Entity {
                    match self {
                        $(Self::$variant(class) => class),+
                    }
                }
            }

            impl Entity for $set {
                fn name(&self) -> &str {
                    self.entity().name()
                }

                fn signature(&self) -> Signature {
                    self.entity().signature()
                }

                fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
                    self.entity().write_arguments(writer)
                }
            }

            impl ReferenceForm for $set {}

            impl serde::Serialize for $set {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serialize(self, serializer)
                }
            }

            impl Component for $set {
                type Output = Self;
                type Interface = dyn $class;

                const ITEMS: &'static [ComponentInfo] = &$crate::set::joined::<
                    { 0 $(+ <$type as Component>::ITEMS.len())+ },
                >(&[$(<$type as Component>::ITEMS),+]);

                fn build(argument: Argument<'_, '_>, (): &()) -> Option<Registered<Self>> {
                    construct::<Self, dyn $class>(argument, &())
                }
            }

            impl ComponentOf<dyn $class> for $set {
                fn call(index: usize, builder: &mut Builder<'_, '_>, (): &()) -> Option<Registered<Self>> {
                    let mut first = 0;
                    $(
                        let behind = first + <$type as Component>::ITEMS.len();
                        if (first..behind).contains(&index) {
                            let built = <$type as ComponentOf<dyn $class>>::call(index - first, builder, &())?;
                            return Some(Registered::map(built, Self::from));
                        }
                        first = behind;
                    )+
                    let _ = first;
                    None
                }

                fn erase(built: Self) -> Box<dyn $class> {
                    Box::new(built)
                }
            }

            impl<C: ?Sized> FromArgument<C> for $set
            where
                dyn $class: Admits<C>,
            {
                fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
                    unregistered::<Self, C>(argument, context)
                }
            }

            impl<'de> serde::Deserialize<'de> for $set {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserialize(deserializer).map(Registered::into_inner)
                }
            }
        };
    };
}

pub(crate) use set;
