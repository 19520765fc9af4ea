//! Types and names that a `macro_rules!` passes on, which come in groups that nobody sees.

use entia::prelude::*;
use std::collections::BTreeMap;

macro_rules! constructed {
    ($me:ty, $ident:ident, $a:ty, $error:ty, $default:expr, $name:literal) => {
        #[derive(Debug)]
        struct $ident {
            a: $a,
        }

        #[register(name = $name)]
        impl $me {
            fn new(
                a: $a,
                #[register(default = $default)] more: Vec<$a>,
                map: BTreeMap<String, ($a, [$a; 2])>,
            ) -> Result<$me, $error> {
                let _ = (more, map);
                Ok(Self { a })
            }
        }
    };
}

constructed!(
    Constructed,
    Constructed,
    Option<i64>,
    std::fmt::Error,
    vec![None, Some(1 + 2)],
    "constructed"
);

macro_rules! returning {
    ($ident:ident, $me:ty, $out:ty, $wrapped:ty) => {
        struct $ident(f64);

        #[register]
        impl $me {
            fn new(x: f64) -> $out {
                Self(x)
            }

            #[register(name = concat!(stringify!($ident), "Zero"))]
            fn zero() -> $wrapped {
                Ok(Self(0.0))
            }
        }
    };
}

returning!(Returning, Returning, Self, Result<Returning, std::fmt::Error>);

macro_rules! function {
    ($vis:vis $ident:ident($($parameter:ident: $ty:ty),*) -> $out:ty = $body:expr, $context:ty) => {
        /// Documented.
        ///
        /// # Errors
        ///
        /// None.
        #[register(exclude = "context")]
        $vis fn $ident($($parameter: $ty,)* #[register(default = 0.5)] context: $context) -> $out {
            let _ = context;
            $body
        }
    };
}

function!(pub fallible(x: i64, y: Option<f64>) -> Result<Vec<i64>, std::num::TryFromIntError> = Ok(vec![x, y.map_or(0, |_| 1)]), f64);
function!(plain() -> Vec<i64> = vec![1], f64);

macro_rules! derived {
    ($(#[$meta:meta])* $vis:vis $ident:ident, $registry:path, $($field:ident: $ty:ty = $default:expr),*) => {
        $(#[$meta])*
        #[derive(Debug, Entity)]
        #[register(registry = $registry)]
        $vis struct $ident {
            $(#[register(default = $default)] $field: $ty,)*
        }
    };
}

/// A registry.
#[registry]
pub trait Model {}

derived!(
    /// Holds two.
    pub Derived, crate::Model, a: i64 = 1 + 1, b: Vec<Option<f64>> = vec![Some(-1.0)]
);

impl Model for Derived {}

macro_rules! generic {
    ($ident:ident, $of:ty) => {
        #[register]
        impl $ident<$of> {
            fn new(value: $of) -> Self {
                Self(value)
            }
        }
    };
}

struct Wrapper<T>(T);
generic!(Wrapper, f32);

#[test]
fn a_constructor_of_groups() {
    assert_eq!(
        Constructed::SIGNATURE.to_string(),
        "(a: Option<i64>, more: Vec<Option<i64>> = vec![None, Some(1 + 2)], \
         map: BTreeMap<String, (Option<i64>, [Option<i64>; 2])>)"
    );
    let built = Constructed::new(Some(1), vec![], BTreeMap::new()).unwrap();
    assert_eq!((built.name(), built.a), ("constructed", Some(1)));
    let again = DefaultRegistry::global()
        .unwrap()
        .build("constructed", json!({"a": 1, "more": [], "map": {}}), &())
        .unwrap();
    assert_eq!(again.hash(), built.hash());
    assert!((Returning::new(1.5).0 - 1.5).abs() < f64::EPSILON);
    assert!(Returning::zero().is_ok_and(|zero| zero.0 < 1.0));
    assert_eq!(Wrapper::<f32>::new(1.0).name(), "Wrapper");
    assert!((Wrapper::<f32>::new(1.0).0 - 1.0).abs() < f32::EPSILON);
}

#[test]
fn a_function_of_groups() {
    assert_eq!(
        FALLIBLE_FUNCTION.signature().to_string(),
        "(x: i64, y: Option<f64>)"
    );
    assert_eq!(*fallible(1, None, 0.0).unwrap(), [1, 0]);
    assert_eq!(*plain(0.0), [1]);
}

#[test]
fn a_derived_type_of_groups() {
    assert_eq!(
        Derived::SIGNATURE.to_string(),
        "(a: i64 = 1 + 1, b: Vec<Option<f64>> = vec![Some(-1.0)])"
    );
    let models = Registry::<dyn Model>::global().unwrap();
    assert!(models.build("Derived", json!({}), &()).is_ok());
}
