//! What capturing and hashing cost.

use criterion::{Criterion, criterion_group, criterion_main};
use entia::prelude::*;
use md5::{Digest, Md5};
use std::fmt::Write as _;
use std::hint::black_box;

#[derive(Clone, Debug, Entity)]
enum Activation {
    ReLU,
}

/// The same constructor, bare and captured.
#[expect(dead_code, reason = "what counts is that it is built")]
struct Bare(i64, i64, f64, bool, u64);
#[expect(dead_code, reason = "what counts is that it is built")]
struct Captured(i64, i64, f64, bool, u64);

impl Bare {
    #[inline(never)]
    fn new(input_size: i64, hidden_size: i64, dropout: f64, bias: bool, seed: u64) -> Self {
        Self(input_size, hidden_size, dropout, bias, seed)
    }
}

#[register]
impl Captured {
    #[inline(never)]
    fn new(input_size: i64, hidden_size: i64, dropout: f64, bias: bool, seed: u64) -> Self {
        Self(input_size, hidden_size, dropout, bias, seed)
    }
}

#[derive(Entity)]
#[register(name = "MLP")]
struct Mlp {
    input_size: i64,
    hidden_size: i64,
    output_size: i64,
    dropout: f64,
    activation: Activation,
}

fn capture(c: &mut Criterion) {
    let mut group = c.benchmark_group("constructor with five scalar arguments");
    group.bench_function("bare", |b| {
        b.iter(|| black_box(Bare::new(black_box(784), 256, black_box(0.5), true, 42)).0);
    });
    group.bench_function("captured", |b| {
        b.iter(|| black_box(Captured::new(black_box(784), 256, black_box(0.5), true, 42)).0);
    });
    group.finish();
}

fn hash(c: &mut Criterion) {
    let mlp = Mlp {
        input_size: 784,
        hidden_size: 256,
        output_size: 10,
        dropout: 0.5,
        activation: Activation::ReLU,
    };
    assert_eq!(mlp.hash().as_str(), "af51a51a38f7ad81f9523360fafe7068");
    let registered = Registered::map(Registered::of(mlp), |mlp| mlp);
    let mut group = c.benchmark_group("hash of the MLP");
    group.bench_function("text, MD5 and hex by hand", |b| {
        b.iter(|| by_hand(black_box(&registered)));
    });
    group.bench_function("from the live object", |b| {
        b.iter(|| black_box(&*registered).hash());
    });
    group.bench_function("from what a constructor captured", |b| {
        b.iter(|| black_box(&registered).hash());
    });
    group.finish();
}

/// The least that has to be done: the text with `write!`, its digest, the digest in hex.
fn by_hand(mlp: &Mlp) -> String {
    let mut text = String::with_capacity(128);
    let Mlp {
        input_size,
        hidden_size,
        output_size,
        dropout,
        ..
    } = mlp;
    let _ = write!(
        text,
        "MLP{{\"input_size\": {input_size}, \"hidden_size\": {hidden_size}, \
         \"output_size\": {output_size}, \"dropout\": {dropout}, \"activation\": \"ReLU\"}}"
    );
    let mut hex = String::with_capacity(32);
    for byte in Md5::digest(&text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

criterion_group!(benches, capture, hash);
criterion_main!(benches);
