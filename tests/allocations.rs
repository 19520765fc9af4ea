//! How often the hot paths allocate.

use entia::prelude::*;
use std::hint::black_box;

struct Captured(f64);

#[register]
impl Captured {
    fn new(input_size: i64, hidden_size: i64, dropout: f64, bias: bool, seed: u64) -> Self {
        let _ = (input_size, hidden_size, bias, seed);
        Self(dropout)
    }
}

#[derive(Entity)]
enum Activation {
    LeakyReLU { slope: f64 },
}

#[derive(Entity)]
struct Mlp {
    input_size: i64,
    dropout: f64,
    activation: Activation,
}

/// Counts what `run` allocates once everything that is made once has been made.
fn allocations<R>(run: impl Fn() -> R) -> u64 {
    black_box(run());
    allocation_counter::measure(|| {
        black_box(run());
    })
    .count_total
}

#[test]
fn capturing_five_scalars_allocates_once() {
    for (size, dropout) in [(1, 0.5), (i64::MIN, -2.225_073_858_507_201_4e-308)] {
        let new = || Captured::new(size, size, dropout, false, u64::MAX);
        assert_eq!(allocations(new), 1);
        assert_eq!(new().0.to_bits(), dropout.to_bits());
    }
}

#[test]
fn hashing_does_not_allocate() {
    let activation = Activation::LeakyReLU { slope: 0.01 };
    let mlp = Mlp {
        input_size: 784,
        dropout: 0.5,
        activation,
    };
    assert_eq!(allocations(|| mlp.hash()), 0);
    let captured = Captured::new(784, 256, 0.5, true, 42);
    assert_eq!(allocations(|| captured.hash()), 0);
}

#[test]
fn looking_up_does_not_allocate() {
    let registry = DefaultRegistry::new().with::<Mlp>().unwrap_or_default();
    assert_eq!(allocations(|| registry.get("Mlp").is_some()), 0);
    assert_eq!(allocations(|| registry.get("Mlq").is_some()), 0);
}
