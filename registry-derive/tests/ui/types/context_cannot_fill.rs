use registry_core::{Entity, register, registry};

struct Device;
struct Weights;

#[registry(context = Device)]
trait Model {}

struct Mlp;

#[register(registry = Model, exclude = "weights")]
impl Mlp {
    fn new(weights: Weights) -> Self { //~
        let _ = weights;
        Self
    }
}

impl Model for Mlp {}

#[derive(Entity)]
#[register(registry = Model)]
struct Linear {
    #[register(exclude)]
    weights: Weights, //~
}

impl Model for Linear {}

fn main() {
    let _ = Device;
}
