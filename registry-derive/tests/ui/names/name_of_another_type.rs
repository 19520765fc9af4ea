use registry_core::{Entity, register};

#[derive(Entity)]
#[register(name = b"Adam")] //~
struct Adam {
    lr: f64,
}

#[derive(Entity)]
#[register(name = (3))] //~
struct Sgd {
    lr: f64,
}

struct Mlp;

#[register(name = name = "MLP")] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

fn main() {}
