//! A module of the user's, lists of modules, and inputs that do not fit.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Entity, Registry, register};
use registry_tch::layers::{Activation, Dropout, Linear};
use registry_tch::{AnyModule, Module, Parallel, Sequential, TorchError, any_module, layer};
use serde_json::json;
use tch::{Device, Kind, Tensor, nn};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

/// The example of the Python package, with layers that give errors.
#[derive(Debug)]
struct Mlp {
    input_layer: AnyModule,
    dropout: AnyModule,
    activation: AnyModule,
    output_layer: AnyModule,
}

#[register(name = "MLP", exclude = "vs", registry = Module)]
impl Mlp {
    fn new(
        vs: &nn::Path<'_>,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        dropout: f64,
        activation: AnyModule,
    ) -> Result<Self, TorchError> {
        Ok(Self {
            input_layer: layer(Linear::new(input_size, hidden_size), vs / "input_layer")?,
            dropout: layer(Dropout::new().with_p(dropout), vs)?,
            activation,
            output_layer: layer(Linear::new(hidden_size, output_size), vs / "output_layer")?,
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

fn relu(vs: &nn::VarStore) -> Result<AnyModule, TorchError> {
    layer(Activation::ReLU { inplace: false }, vs.root())
}

#[test]
fn the_example_of_the_python_package_has_its_hash() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let model = Mlp::new(&vs.root(), 784, 256, 10, 0.5, relu(&vs)?)?;
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
    let mut names: Vec<_> = vs.variables().into_keys().collect();
    names.sort();
    let expected = [
        "input_layer.bias",
        "input_layer.weight",
        "output_layer.bias",
        "output_layer.weight",
    ];
    assert_eq!(names, expected.map(|name| format!("0.{name}")));
    let by_hand = Sequential::new(vec![
        any_module(Mlp::new(&vs.root(), 8, 4, 3, 0.5, relu(&vs)?)?),
        layer(Dropout::new().with_p(0.25), vs.root())?,
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
        "`Linear` at `layers[0].input_layer`: expected 8 features in the last dimension, found 7\n\
         hint: its input has the shape [2, 7]"
    );
    Ok(())
}

/// Layers side by side, some of the user's own, and each given what it needs.
#[test]
fn modules_of_the_user_stand_side_by_side_with_ready_made_ones() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let mlp = json!({"name": "MLP", "arguments": {
        "input_size": 3, "hidden_size": 4, "output_size": 3, "dropout": 0.0, "activation": "Tanh",
    }});
    let linear = json!({"name": "Linear", "arguments": {"in_features": 3, "out_features": 3}});
    let modules = Registry::<dyn Module>::global()?;
    let xs = Tensor::rand([2, 3], CPU);
    for (merge, size) in [("add", 3), ("multiply", 3), ("concatenate", 9)] {
        let layers = json!({"layers": [mlp, linear, "Identity"], "merge": merge});
        let built = modules.build("Parallel", layers, &vs.root())?;
        assert_eq!(
            built.try_forward_t(&xs, false)?.size(),
            [2, size],
            "{merge}"
        );
    }
    let both = || Ok::<_, TorchError>(vec![layer(Linear::new(3, 3), vs.root())?, relu(&vs)?]);
    let sum = Parallel::new(both()?, registry_tch::layers::Merge::Add)?;
    let parts = both()?;
    let expected = parts[1].try_forward_t(&xs, false)?;
    let found = sum.try_forward_t(&xs, false)?.f_sub(&expected)?;
    assert_eq!(found.size(), [2, 3]);
    let error = Parallel::new(vec![], registry_tch::layers::Merge::Add).unwrap_err();
    assert_eq!(error.message(), "`layers` cannot be empty");
    let narrow = json!({"name": "Linear", "arguments": {"in_features": 3, "out_features": 2}});
    let uneven = modules.build("Parallel", json!({"layers": [linear, narrow]}), &vs.root())?;
    assert_eq!(
        uneven.try_forward_t(&xs, false).unwrap_err().name(),
        "Parallel"
    );
    Ok(())
}

#[test]
fn what_cannot_be_built_is_an_error() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let modules = Registry::<dyn Module>::global()?;
    let conv =
        |more: &str| format!(r#"{{"in_channels": 3, "out_channels": 4, "kernel_size": 3{more}}}"#);
    let cases = [
        (
            "Linear",
            r#"{"in_features": -4, "out_features": 5}"#.to_owned(),
        ),
        ("Conv2d", conv(r#", "groups": 2"#)),
        ("Conv1d", conv(r#", "stride": 2, "padding": "same""#)),
        ("Conv2d", conv(r#", "padding": [1]"#)),
        (
            "LSTM",
            r#"{"input_size": 3, "hidden_size": 2, "proj_size": 2}"#.to_owned(),
        ),
        (
            "Embedding",
            r#"{"num_embeddings": 6, "embedding_dim": 2, "padding_idx": -7}"#.to_owned(),
        ),
        ("Dropout", r#"{"p": 1.5}"#.to_owned()),
        ("Dropout", r#"{"p": -0.1}"#.to_owned()),
        ("Hardtanh", r#"{"min_val": 2.0, "max_val": 1.0}"#.to_owned()),
        ("Hardtanh", r#"{"min_val": 3.0, "max_val": 3.0}"#.to_owned()),
        ("GELU", r#"{"approximate": "exact"}"#.to_owned()),
        (
            "Sequential",
            r#"{"layers": ["ReLU", {"name": "CELU", "arguments": {"alpha": 0.0}}]}"#.to_owned(),
        ),
        ("Sequential", r#"{"layers": ["ReLU", "Relu6"]}"#.to_owned()),
        ("Parallel", r#"{"layers": []}"#.to_owned()),
    ];
    let mut texts = Vec::new();
    for (name, arguments) in cases {
        let call: registry_core::Value = serde_json::from_str(&arguments)?;
        let built = modules.build(name, call, &vs.root());
        texts.push(built.map(|_| ()).unwrap_err().to_string());
    }
    insta::assert_snapshot!(texts.join("\n\n"));
    assert!(vs.is_empty(), "what is refused leaves no weights");
    Ok(())
}

#[test]
fn what_rust_describes_is_asked_too_and_told_with_its_place() {
    let vs = nn::VarStore::new(Device::Cpu);
    let inside = registry_tch::layers::Sequential::new(vec![Dropout::new().with_p(1.5).into()]);
    let error = layer(inside, vs.root()).unwrap_err();
    assert_eq!((error.name(), error.path()), ("Dropout", "layers[0]"));
    let huge = registry_tch::layers::Sequential::new(vec![Linear::new(1 << 30, 1 << 30).into()]);
    let error = layer(huge, vs.root()).unwrap_err();
    assert_eq!((error.name(), error.path()), ("Linear", "layers[0]"));
    assert_eq!(
        error.hint(),
        "its `weight` would have the shape [1073741824, 1073741824]"
    );
}

#[test]
fn a_device_that_is_not_there_is_told_in_two_lines() {
    if tch::Cuda::is_available() {
        return;
    }
    let vs = nn::VarStore::new(Device::Cuda(0));
    let error = layer(Linear::new(2, 3), vs.root()).unwrap_err().to_string();
    assert_eq!(
        error,
        "`Linear`: there is no `CUDA` here\nhint: choose `Device::Cpu`, or `Device::cuda_if_available()`"
    );
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
        ("LSTM", json!({"input_size": 2, "hidden_size": 2})),
        ("GRU", json!({"input_size": 2, "hidden_size": 2})),
        ("GLU", json!({"dim": 1})),
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
                "`{name}`: expected more than one value to normalize, found one\n\
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
    let elu = modules.build("ELU", json!({"alpha": 2.0}), &vs.root())?;
    assert_eq!(
        elu.try_forward_t(&complex, true).unwrap_err().to_string(),
        "`ELU`: expected floating-point numbers, found ComplexFloat\nhint: its input has the shape [2]"
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

/// What is beside the weights must not come into the output.
#[test]
fn sequences_of_another_size_are_refused_before_they_are_read() -> Outcome {
    let modules = Registry::<dyn Module>::global()?;
    for name in ["RNN", "LSTM", "GRU"] {
        for arguments in [
            json!({}),
            json!({"num_layers": 2, "bidirectional": true}),
            json!({"batch_first": true}),
        ] {
            let vs = nn::VarStore::new(Device::Cpu);
            let mut arguments = arguments;
            arguments["input_size"] = json!(3);
            arguments["hidden_size"] = json!(4);
            let layer = modules.build(name, arguments, &vs.root())?;
            for size in [5, 2, 0, 3_000_000] {
                let error = layer.try_forward_t(&Tensor::zeros([4, 2, size], CPU), false);
                assert_eq!(
                    error.unwrap_err().message(),
                    format!("expected 3 features in the last dimension, found {size}")
                );
            }
            let double = Tensor::zeros([4, 2, 3], (Kind::Double, Device::Cpu));
            let error = layer.try_forward_t(&double, false).unwrap_err();
            assert_eq!(
                error.message(),
                "expected the kind of the weights, Float, found Double"
            );
        }
    }
    Ok(())
}

#[test]
fn what_is_no_number_is_passed_on_while_training() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    for (lower, upper) in [(0.125, 1.0 / 3.0), (0.25, 0.5)] {
        let rrelu = layer(
            Activation::RReLU {
                lower,
                upper,
                inplace: false,
            },
            vs.root(),
        )?;
        let xs = Tensor::from_slice(&[f64::NAN, 2.0]).f_set_requires_grad(true)?;
        rrelu.try_forward_t(&xs, true)?.f_sum(None)?.f_backward()?;
        assert_eq!(xs.grad(), Tensor::from_slice(&[1.0, 1.0]));
    }
    Ok(())
}

#[test]
fn the_number_of_threads_is_chosen() {
    assert_eq!(registry_tch::set_threads(Some(1)), 1);
    assert_eq!(tch::get_num_threads(), 1);
    assert!(registry_tch::set_threads(None) >= 1);
    registry_tch::set_threads(Some(1));
}
