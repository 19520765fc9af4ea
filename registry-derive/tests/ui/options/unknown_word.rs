use registry_core::{Entity, register, registry};

#[derive(Entity)]
#[register(weights)] //~
struct Adam {
    #[register(weights = [1, 2], keyword)] //~
    lr: f64,
}

#[registry(weights(1, 2))] //~
trait Model {}

struct Mlp;

#[register(weights = "a, b")] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

fn main() {}
