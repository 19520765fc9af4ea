//! Types, names and documentation that other macros write.

use entia::prelude::*;

const PREFIX_AND_NAME: &str = "acme/Constant";

#[derive(Clone, Debug, Entity)]
#[register(name = PREFIX_AND_NAME)]
struct ByConstant;

#[derive(Clone, Debug, Entity)]
enum Named {
    #[register(name = concat!("acme/", "First"))]
    First,
    #[register(name = stringify!(acme::Second))]
    Second { x: i64 },
}

macro_rules! models {
    ($($(#[$meta:meta])* $model:ident ( $($field:ident: $ty:ty = $default:expr),* ) as $name:literal, $doc:expr;)*) => {$(
        $(#[$meta])*
        #[doc = $doc]
        #[derive(Clone, Debug, Entity)]
        #[register(name = $name)]
        struct $model {
            $(
                #[doc = concat!("The ", stringify!($field), ".")]
                #[register(default = $default)]
                $field: $ty,
            )*
        }
    )*};
}

models! {
    /// Written by hand.
    Small(width: i64 = 3, act: Option<String> = None) as "small", "And by a macro.";
    Large(sizes: Vec<f64> = vec![1.0]) as "large", concat!("Of ", "parts.");
}

struct Written;

macro_rules! constructor {
    ($me:ty, $registry:path, $arg:ident: $ty:ty) => {
        #[register(name = concat!(stringify!($me), "ByMacro"), registry = $registry)]
        impl $me {
            fn new($arg: $ty) -> Self {
                let _ = $arg;
                Self
            }
        }
    };
}

#[registry]
trait Model {}

impl Model for Written {}

constructor!(Written, Model, text: String);

#[test]
fn names_are_constants() -> Result<(), Box<dyn std::error::Error>> {
    let registry = DefaultRegistry::global()?;
    for name in [
        "acme/Constant",
        "acme/First",
        "acme::Second",
        "small",
        "large",
    ] {
        assert!(registry.names().contains(&name), "{name}");
    }
    assert_eq!(ByConstant.name(), "acme/Constant");
    assert_eq!(
        (Named::First.name(), Named::Second { x: 1 }.name()),
        ("acme/First", "acme::Second")
    );
    let built = registry.build("acme::Second", json!([1]), &())?;
    assert_eq!(built.hash(), Named::Second { x: 1 }.hash());
    assert_eq!(Registry::<dyn Model>::global()?.names(), ["WrittenByMacro"]);
    assert_eq!(Written::new("x".to_owned()).name(), "WrittenByMacro");
    assert_eq!(
        Small::SIGNATURE.to_string(),
        "(width: i64 = 3, act: Option<String> = None)"
    );
    let small = registry.build_as::<Small>("small", (), &())?;
    assert_eq!((small.width, &small.act), (3, &None));
    assert_eq!(registry.build_as::<Large>("large", (), &())?.sizes, [1.0]);
    Ok(())
}

#[test]
fn documentation_reaches_the_catalog() -> Result<(), Box<dyn std::error::Error>> {
    let registry = DefaultRegistry::global()?;
    let doc = |name: &str| registry.get(name).map(|item| item.doc);
    assert_eq!(doc("small"), Some("Written by hand.\nAnd by a macro."));
    assert_eq!(doc("large"), Some("Of parts."));
    let width = Small::SIGNATURE.parameter("width").map(|it| it.doc);
    assert_eq!(width, Some("The width."));
    Ok(())
}
