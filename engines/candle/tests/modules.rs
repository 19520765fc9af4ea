//! Modules by name: ready-made ones, and those of a user beside them.

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::{ModuleT, VarBuilder, VarMap};
use registry_candle::{AnyModule, Module, layer, manual_seed, var_builder, variables};
use registry_core::{Entity, Registry, register};
use registry_nn::Layer;
use serde_json::{Value, json};

type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

/// A module of a user's own: a layer beside its input.
struct Gate {
    linear: candle_nn::Linear,
    inner: AnyModule,
}

#[register(exclude = "vb", registry = Module)]
impl Gate {
    fn new(vb: VarBuilder<'_>, features: usize, inner: AnyModule) -> Result<Self> {
        let linear = candle_nn::linear(features, features, vb.pp("linear"))?;
        Ok(Self { linear, inner })
    }
}

impl ModuleT for Gate {
    fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        xs.apply(&self.linear)? * self.inner.forward_t(xs, train)?
    }
}

impl Module for Gate {}

fn on(map: &VarMap) -> VarBuilder<'static> {
    var_builder(map, DType::F32, &Device::Cpu)
}

fn linear(from: usize, to: usize) -> Value {
    json!({"name": "Linear", "arguments": {"in_features": from, "out_features": to}})
}

fn zeros(shape: &[usize]) -> Result<Tensor> {
    Tensor::zeros(shape, DType::F32, &Device::Cpu)
}

#[test]
fn a_list_holds_modules_of_a_user_and_names_weights_as_pytorch() -> Outcome {
    let inner = json!({"name": "Sequential", "arguments": {"layers": ["Tanh", linear(4, 4)]}});
    let gate = json!({"name": "Gate", "arguments": {"features": 4, "inner": inner}});
    let layers = json!({"layers": [linear(3, 4), gate, linear(4, 2)]});
    let map = VarMap::new();
    let model = Registry::<dyn Module>::global()?.build("Sequential", layers, &on(&map))?;
    assert_eq!(model.forward_t(&zeros(&[5, 3])?, true)?.dims(), [5, 2]);
    let names: Vec<_> = variables(&map).into_keys().collect();
    assert_eq!(
        names,
        [
            "0.bias",
            "0.weight",
            "1.inner.1.bias",
            "1.inner.1.weight",
            "1.linear.bias",
            "1.linear.weight",
            "2.bias",
            "2.weight"
        ]
    );
    let refused = model.forward_t(&zeros(&[5, 4])?, true).unwrap_err();
    insta::assert_snapshot!(refused);
    Ok(())
}

#[test]
fn by_name_and_by_description_it_is_the_same() -> Outcome {
    let layers = json!([linear(3, 4), {"name": "Parallel", "arguments": {"layers": ["Identity", linear(4, 4)]}}]);
    let reference = json!({"name": "Sequential", "arguments": {"layers": layers}});
    let described: Layer = serde_json::from_value(reference)?;
    let device = Device::Cpu;

    let (one, other) = (VarMap::new(), VarMap::new());
    manual_seed(5, &device)?;
    let built = Registry::<dyn Module>::global()?.build(
        "Sequential",
        json!({"layers": layers}),
        &on(&one),
    )?;
    manual_seed(5, &device)?;
    let made = layer(described.clone(), on(&other))?;
    assert_eq!(built.hash(), made.hash());
    assert_eq!(built.description(), Some(&described));
    assert!(variables(&one).keys().eq(variables(&other).keys()));

    let xs = Tensor::ones((2, 3), DType::F32, &device)?;
    let outputs = [&built, &made].map(|model| model.forward_t(&xs, false)?.to_vec2::<f32>());
    let [one, other] = outputs;
    assert_eq!(one?, other?);
    insta::assert_snapshot!(built.forward_t(&zeros(&[2, 4])?, false).unwrap_err());
    Ok(())
}

#[test]
fn a_seed_gives_the_same_dropout_again() -> Outcome {
    let model = layer(
        serde_json::from_value::<Layer>(json!("Dropout"))?,
        on(&VarMap::new()),
    )?;
    let xs = Tensor::ones((4, 50), DType::F32, &Device::Cpu)?;
    let drawn = |seed: u64| -> Result<Vec<Vec<f32>>> {
        manual_seed(seed, &Device::Cpu)?;
        model.forward_t(&xs, true)?.to_vec2()
    };
    assert_eq!(drawn(1)?, drawn(1)?);
    assert_ne!(drawn(1)?, drawn(2)?);
    assert!(drawn(1)?.concat().iter().all(|it| [0.0, 2.0].contains(it)));
    Ok(())
}

/// As PyTorch draws them: the least and the largest of many numbers, their mean and their spread.
#[test]
fn first_weights_have_the_distributions_of_pytorch() -> Outcome {
    manual_seed(3, &Device::Cpu)?;
    let map = VarMap::new();
    let embedding = json!({"name": "Embedding", "arguments": {"num_embeddings": 500, "embedding_dim": 40, "padding_idx": 7}});
    layer(
        serde_json::from_value::<Layer>(linear(100, 200))?,
        on(&map).pp("linear"),
    )?;
    layer(
        serde_json::from_value::<Layer>(embedding)?,
        on(&map).pp("embedding"),
    )?;
    let of = |name: &str| variables(&map)[name].flatten_all()?.to_vec1::<f32>();

    let weight = of("linear.weight")?;
    let largest = weight
        .iter()
        .fold(0f32, |largest, it| largest.max(it.abs()));
    assert!((0.0995..=0.1).contains(&largest), "{largest}");
    let rows = of("embedding.weight")?;
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let square = rows.iter().map(|it| it * it).sum::<f32>() / rows.len() as f32;
    assert!((0.95..1.05).contains(&square), "{square}");
    assert!(rows[7 * 40..8 * 40].iter().all(|it| *it == 0.0));
    Ok(())
}

fn refused(layers: &Value) -> String {
    let registry = Registry::<dyn Module>::global().unwrap();
    let built = registry.build("Sequential", json!({"layers": layers}), &on(&VarMap::new()));
    let network = json!({"name": "Sequential", "arguments": {"layers": layers}});
    let made = serde_json::from_value::<Layer>(network)
        .map(|network| layer(network, on(&VarMap::new())).err());
    let made = match made {
        Ok(error) => error.map(|error| error.to_string()).unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    format!(
        "{made}\n\n{}",
        built
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    )
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    let inplace = json!({"name": "ReLU", "arguments": {"inplace": true}});
    let beside = json!({"name": "Parallel", "arguments": {"layers": ["Identity", inplace]}});
    insta::assert_snapshot!(refused(&json!([beside])));
    insta::assert_snapshot!(refused(
        &json!(["ReLU", {"name": "Dropout", "arguments": {"p": 1.5}}])
    ));
    insta::assert_snapshot!(refused(&json!(["Relu"])));
}

#[test]
fn one_value_is_not_normalized_while_training() -> Outcome {
    let norm = json!({"name": "BatchNorm1d", "arguments": {"num_features": 3}});
    let model = layer(serde_json::from_value::<Layer>(norm)?, on(&VarMap::new()))?;
    assert!(model.forward_t(&zeros(&[1, 3])?, false).is_ok());
    insta::assert_snapshot!(model.forward_t(&zeros(&[1, 3])?, true).unwrap_err());
    Ok(())
}

#[test]
fn what_is_no_number_is_the_largest_of_a_window_and_gets_its_gradient() -> Outcome {
    let pool = json!({"name": "MaxPool2d", "arguments": {"kernel_size": 2}});
    let pool = layer(serde_json::from_value::<Layer>(pool)?, on(&VarMap::new()))?;
    let image = [[[[f32::NAN, 3.0, 1.0, 5.0], [1.0, 2.0, 5.0, f32::NAN]]]];
    let image = Var::new(&image, &Device::Cpu)?;
    let output = pool.forward_t(&image, true)?;
    assert!(
        output
            .flatten_all()?
            .to_vec1::<f32>()?
            .iter()
            .all(|it| it.is_nan())
    );
    let gradients = output.sum_all()?.backward()?;
    let gradient = gradients.get(&image).ok_or("there is no gradient")?;
    assert_eq!(
        gradient.flatten_all()?.to_vec1::<f32>()?,
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    );
    Ok(())
}
