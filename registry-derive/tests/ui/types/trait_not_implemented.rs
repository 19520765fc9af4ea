use registry_core::{Entity, register, registry};

#[registry]
trait Model {}

#[derive(Entity)]
#[register(registry = Model)] //~
struct Linear;

struct Mlp;

#[register(registry = Model)] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

#[register(registry = Model)] //~
fn unit() -> Mlp {
    Mlp
}

fn main() {}
