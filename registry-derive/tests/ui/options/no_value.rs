use registry_core::{Entity, register, registry};

#[derive(Entity)]
#[register(name)] //~
struct Named {
    lr: f64,
}

#[derive(Entity)]
#[register(exclude)] //~
struct Excluding {
    lr: f64,
}

#[derive(Entity)]
#[register(registry, name = "Registering")] //~
struct Registering {
    lr: f64,
}

#[derive(Entity)]
#[register(crate)] //~
struct Finding {
    lr: f64,
}

struct Mlp;

#[register(constructor)] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

#[registry(context)] //~
trait Model {}

fn main() {}
