use registry_core::{register, registry};

struct Weights;

#[registry]
trait Model {}

struct Mlp;

#[register(registry = Model, exclude = "weights")]
impl Mlp {
    fn new(weights: &Weights) -> Self { //~
        let _ = weights;
        Self
    }
}

impl Model for Mlp {}

fn main() {
    let _ = Weights;
}
