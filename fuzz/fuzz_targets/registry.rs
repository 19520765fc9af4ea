//! JSON that components are built from: what is built has a record, and is built from it again.

#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use entia::prelude::*;
use libfuzzer_sys::fuzz_target;

#[registry]
trait Part {}

#[derive(Clone, Debug, Entity)]
enum Activation {
    ReLU,
    LeakyReLU { slope: f64 },
}

#[derive(Clone, Debug, Entity)]
#[register(registry = Part)]
struct Schedule {
    #[register(default = 0.1)]
    rate: f32,
    steps: Vec<(u64, Option<i8>)>,
    names: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Entity)]
#[register(registry = Part)]
struct Mlp {
    input_size: usize,
    #[register(default = 0.5)]
    dropout: f64,
    activation: Activation,
    schedules: Option<Vec<Schedule>>,
}

impl Part for Schedule {}
impl Part for Mlp {}

static PARTS: LazyLock<&Registry<dyn Part>> = LazyLock::new(|| Registry::global().unwrap());

fuzz_target!(|text: &str| {
    let Ok(record) = serde_json::from_str::<serde_json::Value>(text) else {
        return;
    };
    for name in ["Mlp", "Schedule"] {
        let Ok(part) = PARTS.build(name, record.clone(), &()) else {
            continue;
        };
        let written = part.arguments().to_string();
        let again: serde_json::Value = serde_json::from_str(&written).unwrap();
        let again = PARTS
            .build(name, again, &())
            .unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(again.hash(), part.hash(), "{written}");
    }
});
