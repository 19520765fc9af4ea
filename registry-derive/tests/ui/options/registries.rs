use registry_core::{Entity, register, registry};

#[registry]
trait Model {}

#[derive(Entity)]
#[register(registry = [])] //~
struct Adam {
    lr: f64,
}

#[derive(Entity)]
#[register(registry = [Model, "Layer"])] //~
struct Sgd {
    lr: f64,
}

#[derive(Entity)]
#[register(registry = [Model, Model])] //~
struct RmsProp {
    lr: f64,
}

impl Model for RmsProp {}

struct Mlp;

impl Model for Mlp {}

#[register(registry = [Model, Model])] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

#[register(registry = [Model, Model])] //~
fn linear() -> Mlp {
    Mlp
}

fn main() {}
