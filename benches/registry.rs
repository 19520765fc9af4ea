//! What finding and building cost.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use entia::prelude::*;
use seq_macro::seq;
use std::any::Any;
use std::collections::HashMap;
use std::hint::black_box;

#[registry]
trait Optimizer {
    fn lr(&self) -> f64;
}

#[typetag::serde]
trait Tagged {
    fn lr(&self) -> f64;
}

#[derive(Entity)]
#[register(registry = Optimizer)]
struct Adam {
    lr: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
    amsgrad: bool,
}

impl Optimizer for Adam {
    fn lr(&self) -> f64 {
        self.lr + self.beta1 + self.beta2 + self.eps + f64::from(u8::from(self.amsgrad))
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Adam")]
struct TaggedAdam {
    lr: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
    amsgrad: bool,
}

#[typetag::serde(name = "Adam")]
impl Tagged for TaggedAdam {
    fn lr(&self) -> f64 {
        self.lr + self.beta1 + self.beta2 + self.eps + f64::from(u8::from(self.amsgrad))
    }
}

seq!(N in 0..10 {
    #[derive(Entity)]
    enum Ten { #(Module~N,)* }
});

seq!(N in 0..1000 {
    #[derive(Entity)]
    enum Thousand { #(Module~N,)* }
});

fn lookup(c: &mut Criterion) {
    let ten = Registry::<dyn Any>::new().with::<Ten>().unwrap_or_default();
    let thousand = Registry::<dyn Any>::new()
        .with::<Thousand>()
        .unwrap_or_default();
    for (count, registry) in [(10, ten), (1000, thousand)] {
        let names = registry.names();
        assert_eq!(names.len(), count);
        let map: HashMap<&str, usize> = names.iter().copied().zip(0..).collect();
        let mut group = c.benchmark_group(format!("lookup in {count} names"));
        let mut next = 0;
        group.bench_function("HashMap<&str, _>", |b| {
            b.iter(|| {
                next = (next + 7) % names.len();
                black_box(map.get(black_box(names[next])))
            });
        });
        group.bench_function("registry", |b| {
            b.iter(|| {
                next = (next + 7) % names.len();
                black_box(registry.get(black_box(names[next])))
            });
        });
        group.finish();
    }
}

fn build(c: &mut Criterion) {
    let ours = r#"{"name": "Adam", "arguments": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-08, "amsgrad": false}}"#;
    let tagged =
        r#"{"Adam": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-08, "amsgrad": false}}"#;
    let registry = Registry::<dyn Optimizer>::new()
        .with::<Adam>()
        .unwrap_or_default();
    let mut group = c.benchmark_group("build a five-argument struct from JSON");
    group.bench_function("typetag", |b| {
        b.iter_batched(
            || (),
            |()| serde_json::from_str::<Box<dyn Tagged>>(black_box(tagged)).map(|it| it.lr()),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("registry", |b| {
        b.iter_batched(
            || (),
            |()| registry.build_json(black_box(ours), &()).map(|it| it.lr()),
            BatchSize::SmallInput,
        );
    });
    group.finish();

    let (ours, tagged): (serde_json::Value, serde_json::Value) = (
        serde_json::from_str(ours).unwrap_or_default(),
        serde_json::from_str(tagged).unwrap_or_default(),
    );
    let mut group = c.benchmark_group("build a five-argument struct from a serde_json tree");
    group.bench_function("typetag", |b| {
        b.iter_batched(
            || tagged.clone(),
            |tree| serde_json::from_value::<Box<dyn Tagged>>(black_box(tree)).map(|it| it.lr()),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("registry", |b| {
        b.iter_batched(
            || ours.clone(),
            |tree| registry.build_value(black_box(tree), &()).map(|it| it.lr()),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, lookup, build);
criterion_main!(benches);
