//! What cannot be built, and what is said of it.

use registry_nn::layers::{Conv2d, Dropout, Embedding, LSTM, Linear, Parallel, Select, Sequential};
use registry_nn::optimizers::{Adagrad, Adam};
use registry_nn::{Criterion, Layer, Optimizer, Padding, Refusal, RefusalKind, Scheduler};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;

fn refused<T: DeserializeOwned>(name: &str, arguments: &Value) -> Option<String> {
    let reference = json!({"name": name, "arguments": arguments});
    serde_json::from_value::<T>(reference)
        .err()
        .map(|error| error.to_string())
}

#[test]
fn optimizers_and_schedules_are_refused_as_by_pytorch() -> Result<(), serde_json::Error> {
    let cases: Vec<(String, Value, bool)> =
        serde_json::from_str(include_str!("../vectors/refusals.json"))?;
    for (name, arguments, is_taken) in cases {
        let refusal = refused::<Optimizer>(&name, &arguments)
            .and_then(|_| refused::<Scheduler>(&name, &arguments));
        assert_eq!(
            refusal.is_none(),
            is_taken,
            "{name} {arguments}: {refusal:?}"
        );
    }
    Ok(())
}

/// A layer in each line that cannot be.
const LAYERS: &str = r#"
{"name": "Linear", "arguments": {"in_features": -1, "out_features": 2}}
{"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "groups": 2}}
{"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "groups": 0}}
{"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": [3, 0]}}
{"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": [3, 3, 3]}}
{"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same"}}
{"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "padding": "sane"}}
{"name": "Conv2d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "padding_mode": "mirror"}}
{"name": "ConvTranspose1d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "output_padding": 1}}
{"name": "ConvTranspose1d", "arguments": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "padding_mode": "reflect"}}
{"name": "MaxPool2d", "arguments": {"kernel_size": 3, "padding": 2}}
{"name": "AvgPool1d", "arguments": {"kernel_size": 3, "divisor_override": 2}}
{"name": "AvgPool2d", "arguments": {"kernel_size": 3, "divisor_override": 0}}
{"name": "AdaptiveAvgPool2d", "arguments": {"output_size": [1, 2, 3]}}
{"name": "ZeroPad2d", "arguments": {"padding": [1, 2, 3]}}
{"name": "GroupNorm", "arguments": {"num_groups": 3, "num_channels": 4}}
{"name": "LayerNorm", "arguments": {"normalized_shape": []}}
{"name": "Dropout", "arguments": {"p": 1.5}}
{"name": "Hardtanh", "arguments": {"min_val": 3.0, "max_val": 3.0}}
{"name": "RReLU", "arguments": {"lower": 0.5, "upper": 0.25}}
{"name": "CELU", "arguments": {"alpha": 0.0}}
{"name": "Softshrink", "arguments": {"lambd": -1.0}}
{"name": "GELU", "arguments": {"approximate": "exact"}}
{"name": "Embedding", "arguments": {"num_embeddings": 3, "embedding_dim": 2, "padding_idx": 3}}
{"name": "LSTM", "arguments": {"input_size": 3, "hidden_size": 4, "proj_size": 4}}
{"name": "GRU", "arguments": {"input_size": 3, "hidden_size": 4, "num_layers": 0}}
{"name": "MultiheadAttention", "arguments": {"embed_dim": 6, "num_heads": 4}}
{"name": "PositionalEncoding", "arguments": {"d_model": 3}}
{"name": "Upsample", "arguments": {}}
{"name": "Upsample", "arguments": {"size": 4, "align_corners": true}}
{"name": "Upsample", "arguments": {"size": 4, "recompute_scale_factor": true}}
{"name": "Parallel", "arguments": {"layers": []}}
{"name": "Lineear", "arguments": {}}
{"name": "Sequential", "arguments": {"layers": ["ReLU", {"name": "Dropout", "arguments": {"p": -0.1}}]}}
"#;

/// A loss in each line that cannot be.
const CRITERIA: &str = r#"
{"name": "SmoothL1Loss", "arguments": {"beta": -1.0}}
{"name": "HuberLoss", "arguments": {"delta": 0.0}}
{"name": "CrossEntropyLoss", "arguments": {"label_smoothing": 1.5}}
{"name": "TripletMarginLoss", "arguments": {"margin": 0.0}}
{"name": "MSELoss", "arguments": {"reduction": "average"}}
"#;

/// An optimizer in each line that cannot be.
const OPTIMIZERS: &str = r#"
{"name": "Adam", "arguments": {"lr": -0.5}}
{"name": "Adam", "arguments": {"betas": [1.0, 0.5]}}
{"name": "SGD", "arguments": {"nesterov": true}}
"#;

/// A schedule in each line that cannot be.
const SCHEDULERS: &str = r#"
{"name": "StepLR", "arguments": {"step_size": 0}}
{"name": "LinearLR", "arguments": {"start_factor": 0.0}}
{"name": "OneCycleLR", "arguments": {"max_lr": 0.5}}
{"name": "ReduceLROnPlateau", "arguments": {"factor": 1.0}}
{"name": "SequentialLR", "arguments": {"schedulers": ["LinearLR"], "milestones": [2]}}
{"name": "SequentialLR", "arguments": {"schedulers": ["LinearLR", "LinearLR", "LinearLR"], "milestones": [4, 2]}}
{"name": "SequentialLR", "arguments": {"schedulers": ["LinearLR", "ReduceLROnPlateau"], "milestones": [2]}}
"#;

/// What is said of each line.
fn refusals<T: DeserializeOwned + Debug>(lines: &str) -> String {
    let texts = lines.trim().lines().map(|line| {
        let refused = serde_json::from_str::<T>(line);
        format!("{line}\n{}\n", refused.unwrap_err())
    });
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn arguments_are_refused_with_a_remedy() {
    insta::assert_snapshot!(refusals::<Layer>(LAYERS));
    insta::assert_snapshot!(refusals::<Criterion>(CRITERIA));
    insta::assert_snapshot!(refusals::<Optimizer>(OPTIMIZERS));
    insta::assert_snapshot!(refusals::<Scheduler>(SCHEDULERS));
}

/// What was made in Rust is asked where its shape is, and where it is used.
#[test]
fn what_rust_made_is_refused_too() {
    let dropout = Layer::from(Sequential::new(vec![Dropout::new().with_p(1.5).into()]));
    let refusal = dropout.check().unwrap_err();
    assert_eq!(
        (refusal.kind(), refusal.path()),
        (RefusalKind::Argument, "layers[0]")
    );
    assert_eq!(dropout.output_shape(&[2]).unwrap_err(), refusal);
    assert!(
        Optimizer::from(Adam::new().with_lr(f64::INFINITY))
            .check()
            .is_err()
    );
    assert!(
        Optimizer::from(Adam::new().with_eps(f64::NAN))
            .check()
            .is_err()
    );

    let cycle: Scheduler = serde_json::from_value(
        json!({"name": "OneCycleLR", "arguments": {"max_lr": 0.5, "total_steps": 9}}),
    )
    .unwrap();
    insta::assert_snapshot!(
        cycle.start(&Adagrad::new().into()).unwrap_err(),
        @"
    `OneCycleLR`: `Adagrad` has no momentum to change
    hint: set `cycle_momentum` to false
    "
    );
}

fn shape_refusals() -> Vec<Refusal> {
    let of = |layer: Layer, input: &[i64]| layer.output_shape(input).unwrap_err();
    let json = |name: &str, arguments: Value| -> Layer {
        serde_json::from_value(json!({"name": name, "arguments": arguments})).unwrap()
    };
    let conv = || Conv2d::new(3, 4, 5.into());
    let network = Sequential::new(vec![
        conv().into(),
        Parallel::new(vec![
            json("Identity", json!({})),
            Conv2d::new(4, 2, 1.into()).into(),
        ])
        .into(),
    ]);
    let deep = Sequential::new(vec![
        json("Identity", json!({})),
        Sequential::new(vec![Linear::new(4, 2).into()]).into(),
    ]);
    let reflect = conv().with_padding(Padding::Size(4.into()));
    let reflect = Layer::from(reflect.with_padding_mode(registry_nn::PaddingMode::Reflect));
    vec![
        of(network.into(), &[1, 3, 8, 8]),
        of(deep.into(), &[2, 3]),
        of(conv().into(), &[1, 4, 8, 8]),
        of(conv().into(), &[1, 3, 8]),
        of(conv().into(), &[1, 3, 8, 4]),
        of(conv().into(), &[1, -3, 8, 8]),
        of(reflect, &[1, 3, 4, 8]),
        of(LSTM::new(3, 4).into(), &[4, 2, 5]),
        of(LSTM::new(3, 4).into(), &[0, 2, 3]),
        of(LSTM::new(3, 4).into(), &[3]),
        of(Linear::new(3, 4).into(), &[]),
        of(Select::new(1, 7).into(), &[2, 5]),
        of(Select::new(3, 0).into(), &[2, 5]),
        of(json("GLU", json!({})), &[2, 5]),
        of(json("Softmax2d", json!({})), &[2, 5]),
        of(json("BatchNorm1d", json!({"num_features": 3})), &[5]),
        of(json("InstanceNorm1d", json!({"num_features": 3})), &[3, 1]),
        of(
            json("LayerNorm", json!({"normalized_shape": [3, 4]})),
            &[2, 4],
        ),
        of(
            json("Flatten", json!({"start_dim": 2, "end_dim": 1})),
            &[2, 4, 3],
        ),
        of(
            json("Unflatten", json!({"dim": 1, "unflattened_size": [2, 3]})),
            &[2, 5],
        ),
        of(
            json("PixelShuffle", json!({"upscale_factor": 2})),
            &[3, 4, 4],
        ),
        of(
            json("PixelUnshuffle", json!({"downscale_factor": 2})),
            &[3, 5, 4],
        ),
        of(
            json("Upsample", json!({"size": 4, "mode": "bilinear"})),
            &[1, 2, 3],
        ),
        of(
            json("AdaptiveMaxPool1d", json!({"output_size": 4})),
            &[1, 2, 0],
        ),
        of(
            json(
                "ConvTranspose1d",
                json!({"in_channels": 1, "out_channels": 1, "kernel_size": 1, "padding": 3}),
            ),
            &[1, 1, 4],
        ),
        of(
            json("ConstantPad1d", json!({"padding": -3, "value": 0.0})),
            &[4],
        ),
        of(
            json("PositionalEncoding", json!({"d_model": 4, "max_len": 3})),
            &[5, 1, 4],
        ),
        of(
            json(
                "MultiheadAttention",
                json!({"embed_dim": 4, "num_heads": 2}),
            ),
            &[5, 1, 3],
        ),
        of(Embedding::new(3, 4).with_padding_idx(Some(7)).into(), &[2]),
    ]
}

#[test]
fn shapes_are_refused_with_the_place_of_the_layer() {
    let texts: Vec<_> = shape_refusals().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn shapes_of_losses_are_refused_with_their_names() {
    let of = |name: &str, arguments: Value, shapes: &[&[i64]]| {
        let reference = json!({"name": name, "arguments": arguments});
        let criterion: Criterion = serde_json::from_value(reference).unwrap();
        criterion.output_shape(shapes).unwrap_err().to_string()
    };
    let texts = [
        of("MSELoss", json!({}), &[&[2, 3], &[2]]),
        of("MSELoss", json!({}), &[&[2, 3]]),
        of("BCELoss", json!({}), &[&[2, 3], &[2, 1]]),
        of(
            "BCELoss",
            json!({"weight": [1.0, 2.0]}),
            &[&[2, 3], &[2, 3]],
        ),
        of("CrossEntropyLoss", json!({}), &[&[8, 10], &[8, 9]]),
        of(
            "CrossEntropyLoss",
            json!({"weight": [1.0, 2.0]}),
            &[&[8, 10], &[8]],
        ),
        of("NLLLoss", json!({}), &[&[], &[]]),
        of("KLDivLoss", json!({"reduction": "batchmean"}), &[&[], &[]]),
        of("GaussianNLLLoss", json!({}), &[&[2, 3], &[2, 3], &[3]]),
        of("CTCLoss", json!({}), &[&[6], &[2], &[2], &[2]]),
        of(
            "CTCLoss",
            json!({"blank": 4}),
            &[&[6, 2, 4], &[2, 3], &[2], &[2]],
        ),
        of("CTCLoss", json!({}), &[&[6, 2, 4], &[3, 3], &[2], &[2]]),
        of("CTCLoss", json!({}), &[&[6, 2, 4], &[2, 3], &[3], &[2]]),
        of("CosineEmbeddingLoss", json!({}), &[&[2, 3], &[2, 3], &[]]),
        of("MarginRankingLoss", json!({}), &[&[2], &[2], &[]]),
        of("TripletMarginLoss", json!({}), &[&[2], &[2], &[]]),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}
