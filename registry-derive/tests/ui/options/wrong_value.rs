use registry_core::{Entity, register, registry};

#[derive(Entity)]
#[register(name = 5)] //~
struct Adam {
    #[register(default = )] //~
    lr: f64,
}

#[derive(Entity)]
#[register(registry = "Model")] //~
struct Sgd {
    lr: f64,
}

#[derive(Entity)]
#[register(crate = "registry_core")] //~
struct RmsProp {
    lr: f64,
}

#[derive(Entity)]
#[register(registry = dyn Model)] //~
struct Ada {
    lr: f64,
}

struct Mlp;

#[register(constructor = new)] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

#[register(exclude = vs)] //~
fn linear(vs: &f64) -> Mlp {
    let _ = vs;
    Mlp
}

#[registry(context = "f64")] //~
trait Model {}

fn main() {}
