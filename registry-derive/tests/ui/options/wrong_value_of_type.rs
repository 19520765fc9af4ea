use registry_core::{Entity, register};

#[derive(Entity)]
#[register(serde = "no")] //~
struct Adam {
    lr: f64,
}

#[derive(Entity)]
#[register(serde)] //~
enum Activation {
    ReLU,
}

#[register(of = "Activation")] //~
fn relu() -> Activation {
    Activation::ReLU
}

#[derive(Entity)]
#[register(of = Activation)] //~
struct Layer;

fn main() {}
