//! Records that the program no longer agrees with are named, and no others.

use std::collections::BTreeMap;

use registry_core::{Entity, Hash, Registered, register, registry};
use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Error, Iteration, Tracker};

/// The components as the program has them now.
mod present {
    use super::{BTreeMap, Entity, Registered, register, registry};

    #[registry]
    pub(crate) trait Layer {}

    #[derive(Clone, Entity)]
    pub(crate) enum Activation {
        Relu,
        Leaky {
            slope: f64,
            #[register(default = false, skip_default)]
            inplace: bool,
        },
        Gelu {
            #[register(default = 3)]
            terms: u32,
        },
    }

    #[derive(Clone, Entity)]
    #[register(name = "Net", exclude = "device")]
    pub(crate) struct Net {
        #[register(default = 0)]
        pub(crate) device: u8,
        pub(crate) sizes: Vec<u64>,
        #[register(default = Activation::Leaky { slope: 0.5, inplace: false }, skip_default)]
        pub(crate) first: Activation,
        pub(crate) others: BTreeMap<String, Vec<Activation>>,
        pub(crate) label: String,
    }

    #[derive(Entity)]
    pub(crate) struct Optimizer {
        pub(crate) lr: f64,
        #[register(default = 0.9)]
        pub(crate) beta: f64,
    }

    #[derive(Entity)]
    pub(crate) struct Regularizer {
        #[register(default = 0.1, skip_default)]
        pub(crate) rate: f64,
    }

    pub(crate) struct Dense;

    #[register(registry = Layer)]
    impl Dense {
        pub(crate) fn new(width: u64, depth: usize) -> Self {
            let _ = (width, depth);
            Self
        }
    }

    impl Layer for Dense {}

    /// The name again, in another registry.
    #[derive(Entity)]
    #[register(name = "Dense")]
    pub(crate) struct Point {
        pub(crate) width: u64,
        pub(crate) x: f64,
    }

    #[derive(Entity)]
    pub(crate) struct Wrapper {
        pub(crate) inner: Registered<Activation>,
    }
}

/// A component whose default was another once.
#[derive(Clone, Entity)]
struct OldRegularizer {
    #[register(default = 0.5, skip_default)]
    rate: f64,
}

#[derive(Clone, Entity)]
struct Holder {
    inner: Registered<OldRegularizer>,
}

fn tracked(model: &impl Entity) -> Aggregate {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track_as("run", model).unwrap()
}

fn sample(name: &str, arguments: &str) -> Aggregate {
    tracked(&Sample::new(name, arguments))
}

/// What is said of the one record that does not agree.
fn said(run: &Aggregate) -> String {
    match run.verify() {
        Err(Error::Disagrees { disagreements, .. }) => {
            assert_eq!(disagreements.len(), 1, "{disagreements:?}");
            disagreements[0].to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_program_has_made_agrees() {
    use present::{Activation, Dense, Net, Optimizer, Point, Regularizer, Wrapper};
    let leaky = |slope, inplace| Activation::Leaky { slope, inplace };
    let gelu = Activation::Gelu { terms: 3 };
    for first in [
        leaky(0.5, false),
        leaky(0.5, true),
        gelu.clone(),
        Activation::Relu,
    ] {
        let net = Net {
            device: 1,
            sizes: vec![784, 10],
            first: first.clone(),
            others: [("a.b".to_owned(), vec![leaky(0.1, false), first.clone()])].into(),
            label: "Gelu".to_owned(),
        };
        let run = tracked(&net)
            .with("point", &Point { width: 1, x: 0.5 })
            .and_then(|run| run.with("layer", &Dense::new(1, 2)))
            .and_then(|run| {
                run.with(
                    "optimizer",
                    &Optimizer {
                        lr: 1e-5,
                        beta: 0.5,
                    },
                )
            })
            .and_then(|run| run.with("regularizer", &Regularizer { rate: 0.1 }))
            .and_then(|run| run.with("regularizer", &Regularizer { rate: 0.2 }))
            .and_then(|run| {
                run.with(
                    "wrapper",
                    &Wrapper {
                        inner: Registered::of(first),
                    },
                )
            })
            .unwrap();
        run.verify().unwrap();
        assert_eq!(net.device, 1);
    }
}

#[test]
fn a_name_that_the_program_does_not_have_agrees() {
    sample(
        "Elsewhere",
        r#"{"act": {"name": "Elsewhere", "arguments": {"x": "Gelu"}}}"#,
    )
    .verify()
    .unwrap();
}

/// A component under the name that it has in another program.
fn renamed<T: Entity + 'static>(entity: T, name: &'static str) -> Registered<T> {
    let mut renamed = Registered::of(entity);
    Registered::set_name(&mut renamed, name);
    renamed
}

#[test]
fn what_is_skipped_inside_a_component_that_the_program_does_not_have_agrees() {
    let inner = renamed(OldRegularizer { rate: 0.5 }, "Elsewhere");
    let holder = tracked(&renamed(Holder { inner }, "Wrapper"));
    let exact = holder.module("model").unwrap().record.exact.unwrap();
    assert!(exact.to_string().contains("rate"), "{exact}");
    holder.verify().unwrap();
}

#[test]
fn an_added_parameter_is_named() {
    assert_eq!(
        said(&sample("Optimizer", r#"{"lr": 0.1}"#)),
        "model `Optimizer`: beta: (absent) -> 0.9"
    );
    assert_eq!(
        said(&sample("Dense", r#"{"width": 3}"#)),
        "model `Dense`: nothing is recorded for `depth: usize`"
    );
}

#[test]
fn a_parameter_that_is_gone_or_has_another_name_is_named() {
    assert_eq!(
        said(&sample(
            "Optimizer",
            r#"{"lr": 0.1, "beta": 0.9, "eps": 1e-08}"#
        )),
        "model `Optimizer`: eps: 1e-08 -> (absent)"
    );
    assert_eq!(
        said(&sample("Optimizer", r#"{"rate": 0.1, "beta": 0.9}"#)),
        "model `Optimizer`: rate: 0.1 -> (absent), nothing is recorded for `lr: f64`"
    );
}

#[test]
fn another_order_is_named() {
    assert_eq!(
        said(&sample("Optimizer", r#"{"beta": 0.9, "lr": 0.1}"#)),
        r#"model `Optimizer`: arguments: {"beta": 0.9, "lr": 0.1} -> {"lr": 0.1, "beta": 0.9}"#
    );
}

#[test]
fn a_skipped_default_that_has_changed_is_named() {
    let old = |rate| renamed(OldRegularizer { rate }, "Regularizer");
    assert_eq!(
        said(&tracked(&old(0.5))),
        "model `Regularizer`: rate: (absent) -> 0.5"
    );
    assert_eq!(
        said(&tracked(&old(0.1))),
        "model `Regularizer`: rate: 0.1 -> (absent)"
    );
    tracked(&old(0.2)).verify().unwrap();
    let holder = renamed(Holder { inner: old(0.5) }, "Wrapper");
    assert_eq!(
        said(&tracked(&holder)),
        "model `Wrapper`: inner: \"Regularizer\" -> \
         {\"name\": \"Regularizer\", \"arguments\": {\"rate\": 0.5}}"
    );
}

#[test]
fn a_component_inside_an_argument_is_named() {
    let net = |first: &str, others: &str| {
        let arguments =
            format!(r#"{{"sizes": [1], "first": {first}, "others": {others}, "label": "Gelu"}}"#);
        sample("Net", &arguments)
    };
    net(r#""Relu""#, "{}").verify().unwrap();
    assert_eq!(
        said(&net(r#""Gelu""#, "{}")),
        "model `Net`: first: \"Gelu\" -> {\"name\": \"Gelu\", \"arguments\": {\"terms\": 3}}"
    );
    assert_eq!(
        said(&net(
            r#""Relu""#,
            r#"{"a": [{"name": "Leaky", "arguments": {"inplace": true}}]}"#
        )),
        "model `Net`: nothing is recorded for `others.a.0.arguments.slope: f64`"
    );
}

#[test]
fn a_record_that_was_changed_is_named() {
    let hash = Sample::new("Optimizer", r#"{"lr": 0.1, "beta": 0.9}"#).hash();
    let changed = Sample::new("Optimizer", r#"{"lr": 0.2, "beta": 0.9}"#).with_hash(hash.clone());
    let error = tracked(&changed).verify().unwrap_err();
    let now = Sample::new("Optimizer", r#"{"lr": 0.2, "beta": 0.9}"#).hash();
    assert_eq!(
        error.to_string(),
        format!(
            "the aggregate `run` has records that no longer agree:\n  \
             model `Optimizer`: hash: \"{hash}\" -> \"{now}\"\n\
             hint: a record whose hash is another was changed from outside; restore it from a copy"
        )
    );
}

#[test]
fn a_hash_of_another_scheme_is_left_to_its_maker() {
    let release = Sample::new("Optimizer", "{}").with_hash(Hash::custom("release", "v7"));
    tracked(&release).verify().unwrap();
}

#[test]
fn every_record_is_named_once_for_its_place() {
    let run = sample("Optimizer", r#"{"lr": 0.1}"#)
        .with("layer", &Sample::new("Dense", "{}"))
        .unwrap();
    for size in [32, 64] {
        let iteration = Iteration::new("train", 1)
            .dataset(&Sample::new("Regularizer", r#"{"rate": 0.3, "eps": 1}"#))
            .with("sampler", &Sample::new("Gelu", "{}"))
            .arguments(serde_json::json!({"batch_size": size}));
        run.iterations().put(iteration).unwrap();
    }
    insta::assert_snapshot!(run.verify().unwrap_err(), @r"
    the aggregate `run` has records that no longer agree:
      model `Optimizer`: beta: (absent) -> 0.9
      layer `Dense`: nothing is recorded for `width: u64`, nothing is recorded for `depth: usize`
      dataset `Regularizer` of the `train` iteration: eps: 1 -> (absent)
      sampler `Gelu` of the `train` iteration: terms: (absent) -> 3
    hint: an added parameter with `skip_default` leaves old hashes as they are; or track the components again, which gives them new ones
    ");
}
