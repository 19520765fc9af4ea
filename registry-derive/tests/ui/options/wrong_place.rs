use registry_core::{Entity, register};

#[derive(Entity)]
#[register(default = 0.1)] //~
struct Adam {
    #[register(registry = Layer)] //~
    lr: f64,
}

#[derive(Entity)]
#[register(name = "Act")] //~
enum Activation {
    #[register(crate = registry_core)] //~
    ReLU,
}

struct Mlp;

#[register(new)] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

#[register(constructor = "linear")] //~
fn linear() -> Mlp {
    Mlp
}

fn main() {}
