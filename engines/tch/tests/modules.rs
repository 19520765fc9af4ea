//! A module of the user's, lists of modules, and inputs that do not fit.

use registry_core::{Entity, Registered, Registry, register};
use registry_tch::layers::{Activation, Dropout, Linear, Sequential};
use registry_tch::{Module, TorchError, any_module};
use serde_json::json;
use tch::{Device, Kind, Tensor, nn};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

/// The example of the Python package, with layers that give errors.
#[derive(Debug)]
struct Mlp {
    input_layer: Registered<Linear>,
    dropout: Dropout,
    activation: Registered<Box<dyn Module>>,
    output_layer: Registered<Linear>,
}

#[register(name = "MLP", exclude = "vs", registry = Module)]
impl Mlp {
    fn new(
        vs: &nn::Path<'_>,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        dropout: f64,
        activation: Registered<Box<dyn Module>>,
    ) -> Result<Self, TorchError> {
        Ok(Self {
            input_layer: Linear::new(&(vs / "input_layer"), input_size, hidden_size, true)?,
            dropout: Dropout::new().with_p(dropout),
            activation,
            output_layer: Linear::new(&(vs / "output_layer"), hidden_size, output_size, true)?,
        })
    }
}

impl Module for Mlp {
    fn try_forward_t(&self, features: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let features = self.input_layer.try_forward_t(features, train);
        let features = features.map_err(|error| error.inside("input_layer"))?;
        let features = self.dropout.try_forward_t(&features, train)?;
        let features = self.activation.try_forward_t(&features, train)?;
        self.output_layer.try_forward_t(&features, train)
    }
}

registry_tch::module_t!(Mlp);

fn relu() -> Registered<Box<dyn Module>> {
    any_module(Registered::of(Activation::ReLU { inplace: false }))
}

#[test]
fn the_example_of_the_python_package_has_its_hash() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let model = Mlp::new(&vs.root(), 784, 256, 10, 0.5, relu())?;
    assert_eq!(model.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
    assert_eq!(
        model.arguments().to_string(),
        r#"{"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": "ReLU"}"#
    );
    let output = Tensor::zeros([2, 784], CPU).apply_t(&*model, true);
    assert_eq!(output.size(), [2, 10]);
    Ok(())
}

#[test]
fn a_module_of_the_user_is_built_inside_a_list() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let reference = json!({"layers": [
        {"name": "MLP", "arguments": {
            "input_size": 8, "hidden_size": 4, "output_size": 3, "dropout": 0.5, "activation": "ReLU",
        }},
        {"name": "Dropout", "arguments": {"p": 0.25}},
    ]});
    let built = Registry::<dyn Module>::global()?.build("Sequential", reference, &vs.root())?;
    let by_hand = Sequential::new(vec![
        any_module(Mlp::new(&vs.root(), 8, 4, 3, 0.5, relu())?),
        any_module(Registered::of(Dropout::new().with_p(0.25))),
    ]);
    assert_eq!(built.hash(), by_hand.hash());
    assert_eq!(
        built
            .try_forward_t(&Tensor::zeros([2, 8], CPU), true)?
            .size(),
        [2, 3]
    );
    let error = built
        .try_forward_t(&Tensor::zeros([2, 7], CPU), true)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Linear` at `layers[0].input_layer`: mat1 and mat2 shapes cannot be multiplied (2x7 and 8x4)\n\
         hint: its input has the shape [2, 7]"
    );
    Ok(())
}

#[test]
fn what_cannot_be_built_is_an_error() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let modules = Registry::<dyn Module>::global()?;
    let cases = [
        (
            json!({"name": "Linear", "arguments": {"in_features": -4, "out_features": 5}}),
            "`Linear` refused: zeros: Dimension size must be non-negative.\n\
             hint: its `weight` would have the shape [5, -4]",
        ),
        (
            json!({"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "groups": 2}}),
            "`Conv2d` refused: `in_channels` cannot be 3 in 2 groups\n\
             hint: choose a multiple of `groups`, and both above zero",
        ),
        (
            json!({"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": [3, 0]}}),
            "`Conv2d` refused: `kernel_size` cannot be 0\nhint: choose 1 or more, 2147483647 at most",
        ),
        (
            json!({"name": "Conv1d", "arguments": {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "stride": 2, "padding": "same"}}),
            "`Conv1d` refused: `padding` cannot be `same` where there are strides\n\
             hint: leave `stride` out",
        ),
        (
            json!({"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": [3]}}),
            "kernel_size: expected an integer, or a list with one for each dimension\n\
             hint: the parameter is `kernel_size: Size<2>`",
        ),
        (
            json!({"name": "GroupNorm", "arguments": {"num_groups": 0, "num_channels": 4}}),
            "`GroupNorm` refused: `num_channels` cannot be 4 in 0 groups\n\
             hint: choose a `num_groups` that divides it",
        ),
        (
            json!({"name": "LSTM", "arguments": {"input_size": 3, "hidden_size": 2, "proj_size": 2}}),
            "`LSTM` refused: a size is too small, or `proj_size` too large\n\
             hint: choose 1 or more, and a `proj_size` below `hidden_size`",
        ),
        (
            json!({"name": "GRU", "arguments": {"input_size": 3, "hidden_size": 2, "dropout": 1.5}}),
            "`GRU` refused: `dropout` cannot be 1.5\nhint: choose a probability, in 0 to 1",
        ),
        (
            json!({"name": "Embedding", "arguments": {"num_embeddings": 6, "embedding_dim": 2, "padding_idx": -7}}),
            "`Embedding` refused: `padding_idx` cannot be -7\nhint: choose one of the 6 rows",
        ),
    ];
    for (reference, expected) in cases {
        let built = modules.build_value(reference.clone(), &vs.root());
        let text = built.map(|_| ()).unwrap_err().to_string();
        let lines: Vec<_> = text.lines().skip(1).map(str::trim).collect();
        assert_eq!(lines.join("\n"), expected, "{reference}");
    }
    assert!(vs.is_empty(), "what is refused leaves no weights");
    Ok(())
}

#[test]
fn sizes_beyond_all_memory_are_errors() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let modules = Registry::<dyn Module>::global()?;
    let huge = i64::MAX;
    let cases = [
        ("Linear", json!([huge, huge])),
        ("Conv2d", json!([1, 1, huge])),
        ("Conv1d", json!([1, 1, huge, 1, "same", huge])),
        ("ConvTranspose3d", json!([huge, huge, huge])),
        ("ConvTranspose1d", json!([1, 1, 1, huge])),
        (
            "Conv2d",
            json!({"in_channels": 1, "out_channels": 1, "kernel_size": 1, "padding": huge, "padding_mode": "replicate"}),
        ),
        ("BatchNorm1d", json!([huge])),
        ("LayerNorm", json!([[huge, huge]])),
        ("GroupNorm", json!([1, huge])),
        ("Embedding", json!([huge, huge, -1])),
        ("Embedding", json!([i64::MIN, 1, 0])),
        ("PReLU", json!([huge])),
        ("PReLU", json!([1i64 << 50])),
        ("LSTM", json!([huge, huge])),
        ("GRU", json!([1, huge, 2, true, false, 0.0, true])),
        ("GRU", json!([1, 1, huge])),
    ];
    for (name, arguments) in cases {
        let built = modules.build(name, arguments, &vs.root()).map(|_| ());
        let text = built.expect_err(name).to_string();
        assert!(text.contains(&format!("`{name}` refused: ")), "{text}");
        assert!(!text.contains("frame #"), "{text}");
        assert!(text.contains("\n  hint: "), "{text}");
    }
    assert!(vs.is_empty());
    Ok(())
}

#[test]
fn every_layer_gives_an_error_for_an_input_that_does_not_fit() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let modules = Registry::<dyn Module>::global()?;
    let nowhere = Tensor::zeros([0, 1, 1, 1, 1, 1, 1], CPU);
    let sizes = json!({"in_channels": 2, "out_channels": 2, "kernel_size": 2});
    let cases = [
        ("Linear", json!({"in_features": 2, "out_features": 3})),
        ("Conv1d", sizes.clone()),
        ("Conv2d", sizes.clone()),
        ("Conv3d", sizes.clone()),
        ("ConvTranspose1d", sizes.clone()),
        ("ConvTranspose2d", sizes.clone()),
        ("ConvTranspose3d", sizes),
        ("BatchNorm1d", json!({"num_features": 2})),
        ("BatchNorm2d", json!({"num_features": 2})),
        ("BatchNorm3d", json!({"num_features": 2})),
        ("LayerNorm", json!({"normalized_shape": 2})),
        ("GroupNorm", json!({"num_groups": 1, "num_channels": 2})),
        (
            "Embedding",
            json!({"num_embeddings": 2, "embedding_dim": 2}),
        ),
        ("MaxPool2d", json!({"kernel_size": 2})),
        ("AvgPool2d", json!({"kernel_size": 2})),
        ("AdaptiveAvgPool2d", json!({"output_size": 2})),
        ("Flatten", json!({"start_dim": 9})),
        ("Dropout", json!({"p": 1.5})),
        ("LSTM", json!({"input_size": 2, "hidden_size": 2})),
        ("GRU", json!({"input_size": 2, "hidden_size": 2})),
        ("GLU", json!({"dim": 1})),
        ("GELU", json!({"approximate": "x"})),
        ("PReLU", json!({"num_parameters": 3})),
        ("Softmax", json!({"dim": 9})),
    ];
    for (name, arguments) in cases {
        let layer = modules.build(name, arguments, &vs.root())?;
        let error = layer
            .try_forward_t(&nowhere, true)
            .map(|_| ())
            .expect_err(name);
        assert_eq!((error.name(), error.path()), (name, ""));
        let lines: Vec<_> = error.to_string().lines().map(str::to_owned).collect();
        assert!(lines[0].starts_with(&format!("`{name}`: ")), "{error}");
        assert_eq!(
            lines[1..],
            ["hint: its input has the shape [0, 1, 1, 1, 1, 1, 1]"],
            "{error}"
        );
    }
    Ok(())
}

#[test]
fn a_single_value_per_channel_is_refused_and_not_learned() -> Outcome {
    let modules = Registry::<dyn Module>::global()?;
    let untracked = json!({"num_features": 2, "track_running_stats": false});
    let cases = [
        ("BatchNorm1d", json!([2]), true, vec![1, 2]),
        ("BatchNorm1d", json!([2]), true, vec![1, 2, 1]),
        ("BatchNorm2d", json!([2]), true, vec![1, 2, 1, 1]),
        ("BatchNorm3d", untracked, false, vec![1, 2, 1, 1, 1]),
        ("GroupNorm", json!([2, 2]), false, vec![1, 2]),
        ("GroupNorm", json!([2, 2]), true, vec![1, 2, 1, 1]),
    ];
    for (name, arguments, train, shape) in cases {
        let vs = nn::VarStore::new(Device::Cpu);
        let layer = modules.build(name, arguments, &vs.root())?;
        let output = layer.try_forward_t(&Tensor::ones(&shape, CPU), train);
        assert_eq!(
            output.map(|_| ()).expect_err(name).to_string(),
            format!(
                "`{name}`: expected more than one value per channel\n\
                 hint: its input has the shape {shape:?}"
            )
        );
        for variable in vs.variables().values() {
            assert!(bool::try_from(variable.isfinite().all())?);
        }
    }
    let vs = nn::VarStore::new(Device::Cpu);
    let layer = modules.build("BatchNorm1d", json!([2]), &vs.root())?;
    let one = Tensor::ones([1, 2], CPU);
    assert_eq!(layer.try_forward_t(&one, false)?.size(), [1, 2]);
    Ok(())
}

#[test]
fn no_layer_panics_for_a_kind_that_does_not_fit() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let modules = Registry::<dyn Module>::global()?;
    for name in modules.names() {
        let arguments = match name {
            "Threshold" => json!([0.5, 1.0]),
            _ => json!({}),
        };
        // Layers with sizes are none that take any shape.
        let Ok(layer) = modules.build(name, arguments, &vs.root()) else {
            continue;
        };
        for kind in [Kind::Bool, Kind::Int64, Kind::Half, Kind::ComplexFloat] {
            let output = layer.try_forward_t(&Tensor::ones([2, 2, 2], (kind, Device::Cpu)), true);
            if let Err(error) = output {
                assert_eq!(error.name(), name, "{error}");
            }
        }
    }
    let complex = Tensor::ones([2], (Kind::ComplexFloat, Device::Cpu));
    let elu = modules.build("ELU", json!({}), &vs.root())?;
    assert_eq!(
        elu.try_forward_t(&complex, true).unwrap_err().to_string(),
        "`ELU`: expected real numbers, found ComplexFloat\nhint: its input has the shape [2]"
    );
    let padded = json!({
        "in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": 1, "padding_mode": "reflect",
    });
    let conv = modules.build("Conv2d", padded, &vs.root())?;
    assert_eq!(
        conv.try_forward_t(&Tensor::ones([4, 4], CPU), true)
            .unwrap_err()
            .to_string(),
        "`Conv2d`: expected 3 dimensions or 4, found 2\nhint: its input has the shape [4, 4]"
    );
    Ok(())
}

#[test]
fn activations_refuse_what_pytorch_refuses() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let modules = Registry::<dyn Module>::global()?;
    let cases = [
        ("CELU", json!([0.0]), "`alpha` cannot be 0"),
        ("Hardtanh", json!([1.0, 0.0]), "`min_val` cannot be above"),
        ("RReLU", json!([1.0, 0.0]), "`lower` cannot be above"),
        ("Softmax2d", json!([]), "expected 3 dimensions or 4"),
        ("Softshrink", json!([-1.0]), "`lambd` cannot be negative"),
    ];
    let xs = Tensor::ones([2, 2, 2, 2, 2], CPU);
    for (name, arguments, expected) in cases {
        let layer = modules.build(name, arguments, &vs.root())?;
        let error = layer.try_forward_t(&xs, false).map(|_| ()).expect_err(name);
        assert_eq!(error.name(), name);
        assert!(error.message().starts_with(expected), "{error}");
    }
    Ok(())
}
