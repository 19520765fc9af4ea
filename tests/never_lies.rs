//! There is no way to a wrong identity, or to a component that was never built, without being told.

use entia::ProblemKind;
use entia::prelude::*;
use std::any::Any;
use std::marker::PhantomData;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn registry() -> &'static DefaultRegistry {
    Registry::<dyn Any>::global().expect("the default registry is always there")
}

/// What a constructor returns is recognised by its type, under whatever name.
mod refused {
    use super::*;

    #[derive(Debug)]
    pub(crate) struct Linear(pub(crate) i64);

    pub(crate) type Fallible<T> = Result<T, String>;
    pub(crate) type Built = Result<Linear, String>;
    pub(crate) type Plain = Linear;

    fn checked(n: i64) -> Result<Linear, String> {
        if n < 1 {
            Err(format!("n is {n}"))
        } else {
            Ok(Linear(n))
        }
    }

    #[register]
    pub(crate) fn linear(n: i64) -> Fallible<Linear> {
        checked(n)
    }

    #[register]
    pub(crate) fn without_parameters(n: i64) -> Built {
        checked(n)
    }

    #[register]
    pub(crate) fn plain(n: i64) -> Plain {
        Linear(n)
    }

    pub(crate) struct Checked;

    #[register]
    impl Checked {
        pub(crate) fn new(n: i64) -> Fallible<Self> {
            checked(n).map(|_| Self)
        }
    }

    type OfChecked = std::result::Result<Other, std::fmt::Error>;

    pub(crate) struct Other;

    #[register]
    impl Other {
        pub(crate) fn new(n: i64) -> OfChecked {
            if n < 1 {
                Err(std::fmt::Error)
            } else {
                Ok(Self)
            }
        }
    }

    type Me = SameType;

    pub(crate) struct SameType;

    #[register]
    impl SameType {
        pub(crate) fn new() -> Me {
            Self
        }
    }

    macro_rules! made {
        ($me:ty, $name:ident, $out:ty) => {
            #[register(name = stringify!($name))]
            impl $me {
                pub(crate) fn new(n: i64) -> $out {
                    if n < 1 {
                        Err(format!("n is {n}"))
                    } else {
                        Ok(Self)
                    }
                }
            }
        };
    }

    pub(crate) struct Made;
    made!(Made, MadeByMacro, Result<Self, String>);

    pub(crate) struct MadeToo;
    made!(MadeToo, MadeTooByMacro, Result<MadeToo, String>);

    pub(crate) struct Boxed;

    #[register(name = "BoxedError")]
    impl Boxed {
        pub(crate) fn new(n: i64) -> Result<Self, Box<dyn std::error::Error>> {
            if n < 1 {
                Err(format!("n is {n}"))?;
            }
            Ok(Self)
        }
    }
}

#[test]
fn a_refused_construction_is_no_component() -> Outcome {
    use refused::*;
    assert_eq!(linear(3)?.0, 3);
    assert!(linear(-1).is_err() && without_parameters(0).is_err());
    assert_eq!(plain(-1).0, -1);
    assert!(Checked::new(0).is_err() && Other::new(0).is_err());
    assert!(Made::new(0).is_err() && MadeToo::new(0).is_err() && Boxed::new(0).is_err());
    assert_eq!(SameType::new().name(), "SameType");
    assert_eq!(Made::new(1)?.name(), "MadeByMacro");
    for name in [
        "linear",
        "without_parameters",
        "Checked",
        "Other",
        "MadeByMacro",
        "MadeTooByMacro",
        "BoxedError",
    ] {
        registry().build(name, json!([1]), &())?;
        let error = registry().build(name, json!([0]), &()).unwrap_err();
        assert_eq!(error.kind(), ProblemKind::Refused, "{error}");
    }
    let built = registry().build_as::<Linear>("linear", json!([2]), &())?;
    assert_eq!(built.0, 2);
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Entity)]
struct Adam {
    lr: f64,
    #[register(default = 0.9)]
    beta1: f64,
}

#[registry]
trait Optimizer {
    fn set_lr(&mut self, lr: f64);
}

#[derive(Clone, Debug, Entity)]
#[register(registry = Optimizer)]
enum Method {
    Sgd { lr: f64 },
    Frozen,
}

impl Optimizer for Method {
    fn set_lr(&mut self, new: f64) {
        match self {
            Self::Sgd { lr } => *lr = new,
            Self::Frozen => {}
        }
    }
}

#[test]
fn a_derived_entity_has_the_identity_of_its_present_fields() -> Outcome {
    let base = registry().build("Adam", json!({"lr": 0.1}), &())?;
    let mut adam = base.downcast::<Adam>()?;
    adam.lr = 0.01;
    let wanted = Adam {
        lr: 0.01,
        beta1: 0.9,
    };
    assert_eq!(adam.hash(), wanted.hash());
    assert_eq!(serde_json::to_value(&adam)?, serde_json::to_value(&wanted)?);
    assert_eq!(adam.metadata()?, wanted.metadata()?);
    let experiment = Tracker::open("memory:")?.experiment("sweep")?;
    assert_eq!(experiment.track(&adam)?.id(), wanted.hash().as_str());

    // Behind a trait too, and as another variant.
    let mut method = Registry::<dyn Optimizer>::global()?.build("Sgd", json!([0.1]), &())?;
    method.set_lr(0.5);
    assert_eq!(method.hash(), Method::Sgd { lr: 0.5 }.hash());
    let mut method = method.downcast::<Method>()?;
    *method = Method::Frozen;
    assert_eq!(
        (method.name(), method.hash()),
        ("Frozen", Method::Frozen.hash())
    );

    // In a box that the registry has filled, and in a reference counter.
    let mut boxed = registry().build("Adam", json!([0.1]), &())?;
    boxed.downcast_mut::<Adam>().ok_or("no Adam")?.lr = 0.25;
    assert_eq!(
        boxed.arguments().to_string(),
        r#"{"lr": 0.25, "beta1": 0.9}"#
    );
    *boxed = Box::new(1);
    assert!(!boxed.hash().is_valid() && boxed.metadata().is_err());
    Ok(())
}

struct Net {
    weights: Vec<f64>,
}

#[register]
impl Net {
    fn new(size: usize) -> Self {
        Self {
            weights: vec![0.0; size],
        }
    }
}

#[test]
fn a_captured_value_has_the_identity_of_the_call() {
    let mut net = Net::new(2);
    let hash = net.hash();
    net.weights.push(1.0);
    assert_eq!(net.hash(), hash);
}

/// A dataset with methods that a smart pointer could hide.
struct Numbers(Vec<f64>);

#[register]
#[expect(
    clippy::wrong_self_convention,
    clippy::unused_self,
    reason = "the names are those that a pointer could hide"
)]
impl Numbers {
    fn new(count: u32) -> Self {
        Self((0..count).map(f64::from).collect())
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        self.0.iter().map(|it| f(*it)).collect()
    }

    fn into_inner(&self) -> usize {
        self.0.len()
    }

    fn set_name(&self, name: &str) -> String {
        name.to_owned()
    }
}

#[test]
fn the_methods_of_the_value_are_not_hidden() {
    let numbers = Numbers::new(3);
    assert_eq!(numbers.map(|it| it * 2.0), [0.0, 2.0, 4.0]);
    assert_eq!(numbers.into_inner(), 3);
    assert_eq!(numbers.set_name("x"), "x");
}

#[derive(Clone, Debug, Entity)]
struct Conv<const N: usize> {
    x: i64,
}

#[derive(Clone, Debug, Entity)]
struct Wrapper<T> {
    x: T,
}

struct Backend;

#[derive(Clone, Debug, Entity)]
struct OnBackend<B> {
    x: i64,
    #[register(exclude, default = PhantomData)]
    on: PhantomData<B>,
}

#[derive(Clone, Debug, Entity)]
struct Phantom<B> {
    x: i64,
    on: PhantomData<B>,
}

#[derive(Clone, Debug, Entity)]
#[register(exclude = "N, T")]
struct Excluded<T, const N: usize> {
    x: T,
}

struct Grid<const ROWS: usize, const WRAPS: bool>;

#[register]
impl<const ROWS: usize, const WRAPS: bool> Grid<ROWS, WRAPS> {
    fn new(x: i64) -> Self {
        let _ = x;
        Self
    }
}

#[test]
fn instances_of_a_generic_type_differ() -> Outcome {
    assert_ne!(Conv::<3> { x: 1 }.hash(), Conv::<5> { x: 1 }.hash());
    assert_eq!(
        Conv::<3> { x: 1 }.arguments().to_string(),
        r#"{"N": 3, "x": 1}"#
    );
    assert_ne!(Wrapper { x: 3_u8 }.hash(), Wrapper { x: 3_i64 }.hash());
    assert_eq!(
        Wrapper { x: 3_u8 }.arguments().to_string(),
        r#"{"T": "u8", "x": 3}"#
    );
    let on = OnBackend::<Backend> {
        x: 1,
        on: PhantomData,
    };
    assert_eq!(on.arguments().to_string(), r#"{"x": 1}"#);
    let phantom = Phantom::<Backend> {
        x: 1,
        on: PhantomData,
    };
    assert_eq!(phantom.arguments().to_string(), r#"{"x": 1, "on": null}"#);
    let excluded = Excluded::<i64, 3> { x: 1 };
    assert_eq!(excluded.arguments().to_string(), r#"{"x": 1}"#);
    let grid = Grid::<2, true>::new(7);
    assert_eq!(
        grid.arguments().to_string(),
        r#"{"ROWS": 2, "WRAPS": true, "x": 7}"#
    );
    assert_eq!(
        Grid::<2, true>::SIGNATURE.to_string(),
        "(const ROWS: usize, const WRAPS: bool, x: i64)"
    );
    assert_eq!(grid.arguments().args().count(), 1);

    // What the type says may be given again, but not changed.
    let local = DefaultRegistry::new()
        .with::<Conv<3>>()?
        .with::<Wrapper<u8>>()?;
    let built = local.build("Conv", json!([1]), &())?;
    assert_eq!(built.hash(), Conv::<3> { x: 1 }.hash());
    assert_eq!(
        local.build("Conv", &built.arguments(), &())?.hash(),
        built.hash()
    );
    let error = local
        .build("Conv", json!({"N": 5, "x": 1}), &())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("N: `Conv` is registered with N = 3"),
        "{error}"
    );
    let error = local
        .build("Wrapper", json!({"T": "i64", "x": 1}), &())
        .unwrap_err();
    assert!(
        error.to_string().contains("registered with T = \"u8\""),
        "{error}"
    );
    Ok(())
}
