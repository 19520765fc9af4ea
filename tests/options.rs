//! Each option, on the item and on a field or parameter.

use entia::prelude::*;
use std::any::Any;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn registry() -> Result<&'static Registry<dyn Any>, entia::DuplicateName> {
    Registry::<dyn Any>::global()
}

/// What `build` says is wrong.
fn problem(
    name: &str,
    arguments: impl Into<entia::Call>,
) -> Result<String, Box<dyn std::error::Error>> {
    match registry()?.build(name, arguments, &()) {
        Ok(built) => Err(format!("built {built:?}").into()),
        Err(error) => Ok(error.to_string()),
    }
}

#[derive(Clone, Debug, Entity)]
#[register(name = "torch.optim.Adam")]
struct Adam {
    #[register(exclude, default = Vec::new())]
    params: Vec<f64>,
    lr: f64,
}

struct Mlp;

#[register(name = "mlp 2", exclude = "seed, path,")]
impl Mlp {
    fn new(
        #[register(default)] seed: u64,
        size: i64,
        #[register(default = "here")] path: &str,
        #[register(exclude, default = 1)] threads: usize,
    ) -> Self {
        let _ = (seed, size, path, threads);
        Self
    }
}

#[test]
fn name_is_any_text() -> Outcome {
    let adam = Adam {
        params: vec![],
        lr: 0.1,
    };
    assert_eq!(adam.name(), "torch.optim.Adam");
    assert_eq!(Mlp::new(0, 1, "", 1).name(), "mlp 2");
    assert_eq!(registry()?.build("mlp 2", json!([1]), &())?.name(), "mlp 2");
    Ok(())
}

#[test]
fn excluded_parameters_are_no_part_of_identity() -> Outcome {
    let adam = |params| Adam { params, lr: 0.1 };
    let (one, none) = (adam(vec![1.0]), adam(vec![]));
    assert_ne!(one.params, none.params);
    assert_eq!(one.hash(), none.hash());
    let mlp = Mlp::new(1, 2, "there", 3);
    assert_eq!(mlp.arguments().to_string(), r#"{"size": 2}"#);
    assert_eq!(mlp.hash(), Mlp::new(0, 2, "here", 1).hash());
    let told = problem("mlp 2", json!({"size": 1, "threads": 2}))?;
    assert!(
        told.contains("threads: an excluded parameter cannot be given"),
        "{told}"
    );
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Entity)]
struct Sgd {
    lr: f64,
    #[register(default)]
    momentum: f64,
    #[register(default = Some(0.5))]
    decay: Option<f64>,
}

#[test]
fn a_default_stands_in_for_what_is_not_given() -> Outcome {
    let built = registry()?.build("Sgd", json!({"lr": 0.1}), &())?;
    assert_eq!(
        built.arguments().to_string(),
        r#"{"lr": 0.1, "momentum": 0.0, "decay": 0.5}"#
    );
    let built = registry()?.build("Sgd", json!({"lr": 0.1, "decay": null}), &())?;
    let sgd = built.downcast::<Sgd>().map_err(|_| "another type")?;
    assert_eq!(sgd.decay, None);
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Entity)]
struct Skipping {
    size: i64,
    #[register(default = 3, skip_default)]
    added: i64,
    #[register(default = 4)]
    kept: i64,
}

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(skip_default)]
struct SkippingAll {
    size: i64,
    #[register(default = 3)]
    added: i64,
    #[register(default = 4)]
    more: i64,
}

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(skip_default)]
enum Schedule {
    Step {
        #[register(default = 30)]
        size: i64,
    },
}

#[derive(Clone, Debug, PartialEq, Entity)]
enum Loss {
    #[register(skip_default)]
    Huber {
        #[register(default = 1.0)]
        delta: f64,
    },
    Smooth {
        #[register(default = 1.0)]
        beta: f64,
    },
}

struct Linear;

#[register(skip_default)]
impl Linear {
    fn new(size: i64, #[register(default = true)] bias: bool) -> Self {
        let _ = (size, bias);
        Self
    }
}

#[register(skip_default)]
fn dropout(#[register(default = 0.5)] p: f64) -> Linear {
    let _ = p;
    Linear
}

#[test]
fn a_skipped_default_is_no_part_of_identity() -> Outcome {
    let text = |entity: &dyn Entity| entity.arguments().to_string();
    let skipping = |added, kept| Skipping {
        size: 1,
        added,
        kept,
    };
    assert_eq!(text(&skipping(3, 4)), r#"{"size": 1, "kept": 4}"#);
    assert_eq!(
        text(&skipping(5, 4)),
        r#"{"size": 1, "added": 5, "kept": 4}"#
    );
    let all = SkippingAll {
        size: 1,
        added: 3,
        more: 4,
    };
    assert_eq!(text(&all), r#"{"size": 1}"#);
    assert_eq!(text(&Schedule::Step { size: 30 }), "{}");
    assert_eq!(text(&Loss::Huber { delta: 1.0 }), "{}");
    assert_eq!(text(&Loss::Smooth { beta: 1.0 }), r#"{"beta": 1.0}"#);
    assert_eq!(text(&Linear::new(1, true)), r#"{"size": 1}"#);
    assert_eq!(
        text(&Linear::new(1, false)),
        r#"{"size": 1, "bias": false}"#
    );
    assert_eq!(text(&dropout(0.5)), "{}");
    let built = registry()?.build("Skipping", json!([1]), &())?;
    assert_eq!(built.hash(), skipping(3, 4).hash());
    Ok(())
}

#[derive(Clone, Debug, Entity)]
struct Conv {
    inputs: i64,
    #[register(keyword, default = 1)]
    stride: i64,
    #[register(default = 0)]
    padding: i64,
}

#[register]
fn pool(#[register(keyword)] kernel: i64, stride: i64) -> Conv {
    Conv {
        inputs: kernel,
        stride,
        padding: 0,
    }
}

#[test]
fn what_follows_keyword_is_given_by_name_only() -> Outcome {
    assert_eq!(
        Conv::SIGNATURE.to_string(),
        "(inputs: i64, *, stride: i64 = 1, padding: i64 = 0)"
    );
    assert_eq!(
        POOL_FUNCTION.signature().to_string(),
        "(*, kernel: i64, stride: i64)"
    );
    let conv = Conv {
        inputs: 3,
        stride: 1,
        padding: 2,
    };
    let arguments = conv.arguments();
    assert_eq!(arguments.args().count(), 1);
    let kwargs: Vec<_> = arguments.kwargs().map(|(name, _)| name).collect();
    assert_eq!(kwargs, ["stride", "padding"]);
    let built = registry()?.build("Conv", (json!([3]), json!({"padding": 2})), &())?;
    assert_eq!(built.hash(), conv.hash());
    let told = problem("Conv", json!([3, 2]))?;
    assert!(
        told.contains("takes 1 positional argument, found 2"),
        "{told}"
    );
    Ok(())
}

#[registry]
trait Model {
    fn size(&self) -> i64;
}

#[derive(Debug, Entity)]
#[register(registry = Model)]
struct Derived {
    size: i64,
}

#[derive(Debug, Entity)]
#[register(registry = self::Model)]
enum Variants {
    Fixed,
}

#[register(registry = crate::Model)]
impl Linear2 {
    fn new(size: i64) -> Self {
        Self(size)
    }
}

struct Linear2(i64);

#[register(registry = Model, name = "Function")]
fn function(size: i64) -> Linear2 {
    Linear2(-size)
}

impl Model for Derived {
    fn size(&self) -> i64 {
        self.size
    }
}

impl Model for Variants {
    fn size(&self) -> i64 {
        0
    }
}

impl Model for Linear2 {
    fn size(&self) -> i64 {
        self.0
    }
}

#[test]
fn registry_chooses_the_registry() -> Outcome {
    let models = Registry::<dyn Model>::global()?;
    assert_eq!(models.names(), ["Derived", "Fixed", "Function", "Linear2"]);
    assert_eq!(models.build("Derived", json!([3]), &())?.size(), 3);
    assert_eq!(models.build("Function", json!([3]), &())?.size(), -3);
    assert!(registry()?.get("Derived").is_none());
    let boxed: Vec<Box<dyn Model>> =
        serde_json::from_value(json!(["Fixed", {"name": "Linear2", "arguments": {"size": 4}}]))?;
    assert_eq!(boxed.iter().map(|model| model.size()).sum::<i64>(), 4);
    Ok(())
}

/// The library under another path.
mod renamed {
    pub(crate) mod library {
        pub(crate) use entia::*;
    }
}

#[derive(Clone, Debug, Entity)]
#[register(crate = renamed::library)]
struct Renamed {
    size: i64,
}

#[derive(Clone, Debug, Entity)]
#[register(crate = renamed::library)]
enum RenamedVariant {
    Only,
}

#[register(crate = crate::renamed::library)]
fn renamed_function(size: i64) -> Renamed {
    Renamed { size }
}

struct RenamedBlock;

#[register(crate = renamed::library)]
impl RenamedBlock {
    fn new(size: i64) -> Self {
        let _ = size;
        Self
    }
}

#[registry(crate = renamed::library)]
trait RenamedTrait {}

#[test]
fn crate_says_where_the_library_is() -> Outcome {
    assert_eq!(
        Renamed { size: 1 }.arguments().to_string(),
        r#"{"size": 1}"#
    );
    assert_eq!(RenamedVariant::Only.name(), "Only");
    assert_eq!(renamed_function(3).size, 3);
    assert_eq!(RenamedBlock::new(3).name(), "RenamedBlock");
    assert!(Registry::<dyn RenamedTrait>::global()?.names().is_empty());
    Ok(())
}

#[test]
fn options_may_stand_in_several_attributes() {
    #[derive(Entity)]
    #[register(name = "Several")]
    #[register(exclude = "a", new)]
    struct Split {
        #[register(default = 1)]
        #[register(keyword)]
        a: i64,
        #[register()]
        b: i64,
    }
    let split = Split::new(2);
    assert_eq!((split.name(), split.a), ("Several", 1));
    assert_eq!(
        (split.b, split.arguments().to_string().as_str()),
        (2, r#"{"b": 2}"#)
    );
    assert!(
        Split::SIGNATURE
            .parameter("b")
            .is_some_and(|parameter| parameter.keyword)
    );
}
